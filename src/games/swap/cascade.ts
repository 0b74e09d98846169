/**
 * Where chance meets the rules of Swap: dealing boards, refilling, cascades, reshuffling. Boards are as in rules.ts and are changed in place;
 * all chance comes from the generator that is passed in. `kinds`: the kinds of the config, at least three.
 */
import type { Rng } from '../../rng.ts'
import { fall, type Grid, hasSwap, type MutableCells, markRuns, NONE, pointsOf, remove, runCells, SHAPES_MAX, SIDE_MAX } from './rules.ts'

/** One stage of a cascade: indices of the cells cleared, ascending, the points for them, and indices of the cells that got new tiles. */
export interface Stage {
  readonly cleared: readonly number[]
  readonly points: number
  readonly refilled: readonly number[]
}

/** How often a shuffle is tried before a stuck board gets new tiles. */
const SHUFFLES = 64

const marks = new Uint8Array(SIDE_MAX * SIDE_MAX)
const kindLists = new Map<number, readonly number[]>()

/** Kinds of a config (colour * 3 + shape), ascending. The same list object for equal numbers. */
export function kindsOf(colours: number, shapes: number): readonly number[] {
  const key = colours * (SHAPES_MAX + 1) + shapes
  const known = kindLists.get(key)
  if (known !== undefined) return known
  const list = Array.from({ length: colours * shapes }, (_, i) => SHAPES_MAX * Math.floor(i / shapes) + (i % shapes))
  kindLists.set(key, list)
  return list
}

/**
 * Clears all runs, lets tiles fall, refills with uniform kinds in reading order, and again while runs stand. Returns the points of all stages.
 * Stages are told to `watch` in order. Stages are few: at most 21 seen in 600 swaps of the worst config (8x8, three kinds).
 */
export function cascade(board: MutableCells, grid: Grid, kinds: readonly number[], rng: Rng, watch?: (stage: Stage) => void): number {
  let points = 0
  for (let count = markRuns(board, grid, marks); count > 0; count = markRuns(board, grid, marks)) {
    points += pointsOf(count)
    const cleared = watch === undefined ? [] : indices(board.length, (at) => marks[at] === 1)
    remove(board, marks)
    fall(board, grid)
    const refilled = watch === undefined ? [] : indices(board.length, (at) => board[at] === NONE)
    for (let at = 0; at < board.length; at++) if (board[at] === NONE) board[at] = rng.pick(kinds)
    watch?.({ cleared, points: pointsOf(count), refilled })
  }
  return points
}

function indices(cells: number, holds: (at: number) => boolean): number[] {
  const found: number[] = []
  for (let at = 0; at < cells; at++) if (holds(at)) found.push(at)
  return found
}

/** Deals a board without runs and with a swap that makes one: each cell uniform among the kinds that make no run with those dealt before. */
export function deal(board: MutableCells, grid: Grid, kinds: readonly number[], rng: Rng): void {
  do {
    for (let at = 0; at < board.length; at++) board[at] = NONE
    for (let at = 0; at < board.length; at++) {
      let kind = rng.pick(kinds)
      while (runCells(board, grid, at, kind, -1) > 0) kind = rng.pick(kinds)
      board[at] = kind
    }
  } while (!hasSwap(board, grid))
}

/**
 * Shuffles the tiles of a stuck board until no run stands and a swap makes one. Returns true if the tiles are the same ones; false if no
 * order was found in 64 shuffles (tiles of too many kinds, on small boards) and the board was dealt anew.
 */
export function reshuffle(board: MutableCells, grid: Grid, kinds: readonly number[], rng: Rng): boolean {
  for (let attempt = 0; attempt < SHUFFLES; attempt++) {
    for (let i = board.length - 1; i > 0; i--) {
      const j = rng.int(i + 1)
      const held = board[i]!
      board[i] = board[j]!
      board[j] = held
    }
    if (markRuns(board, grid, marks) === 0 && hasSwap(board, grid)) return true
  }
  deal(board, grid, kinds, rng)
  return false
}
