/**
 * Where chance meets the rules of Swap: dealing boards, refilling, cascades, reshuffling. Chance comes from the generator that is passed in;
 * boards are as in rules.ts.
 */
import type { Rng } from '../../rng.ts'
import { type Cells, fall, type Grid, hasSwap, type MutableCells, markRuns, NONE, pointsOf, remove, runCells } from './rules.ts'

/** One stage of a cascade, as it is told to a watcher. Indices of cells, ascending; kinds of `refilled` in the same order. */
export interface Stage {
  readonly cleared: readonly number[]
  readonly points: number
  readonly refilled: readonly number[]
}

const marks = new Uint8Array(64)

/** Kinds of a config: colour * 3 + shape, ascending. */
export function kindsOf(colours: number, shapes: number): number[] {
  return Array.from({ length: colours * shapes }, (_, i) => 3 * Math.floor(i / shapes) + (i % shapes))
}

export interface CascadeResult { points: number; stages: number }

export function cascade(board: MutableCells, grid: Grid, kinds: readonly number[], rng: Rng, limit: number, watch?: (s: Stage) => void): CascadeResult {
  let points = 0
  let stages = 0
  for (; stages < limit; stages++) {
    const count = markRuns(board, grid, marks)
    if (count === 0) break
    points += pointsOf(count)
    remove(board, marks)
    fall(board, grid)
    for (let at = 0; at < board.length; at++) if (board[at] === NONE) board[at] = rng.pick(kinds)
  }
  return { points, stages }
}
export function deal(board: MutableCells, grid: Grid, kinds: readonly number[], rng: Rng): number {
  let tries = 0
  do {
    tries++
    board.fill?.(NONE)
    for (let at = 0; at < board.length; at++) {
      let k: number
      do k = rng.pick(kinds)
      while (runCells(board, grid, at, k, -1) > 0)
      board[at] = k
    }
  } while (!hasSwap(board, grid))
  return tries
}
