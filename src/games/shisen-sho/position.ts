/** What every game of the Shisen-Sho family shares of config and state, and the step. Tiles are kinds; what a kind looks like is the game's. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import type { RngState } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import type { Fail } from '../shared/across-fields.ts'
import type { Cell } from '../shared/coordinates.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { EMPTY, ending, joinLength, joinsOf, linesOf, SIDE_MAX, SIDE_MIN, toggle } from './rules.ts'

/** The board's knobs. */
export interface BoardConfig {
  /** 2..8; the paper: 6. Axis: reasoning. */
  readonly rows: number
  /** 2..8; the paper: 6. Axis: reasoning. */
  readonly columns: number
  /** Different kinds on a fresh board, 1 to as many as there are pairs; the paper: 9. Axis: perception. */
  readonly kinds: number
  /** Whether a fresh board is dealt so that it can be cleared completely. Axis: reasoning. */
  readonly clearable: boolean
}

/** A position of the family: the board and what came of it. */
export interface Position extends BoardConfig {
  /** rows * columns kinds, row-major from the top left; -1 for an empty cell. */
  readonly board: readonly number[]
  /** Pairs missing from the board. */
  readonly removed: number
  /** Legal moves made so far; less than `removed` on boards that were not dealt full. */
  readonly moves: number
  readonly rng: RngState
}

/** An action: two different cells of the board, the first in reading order first. */
export type Pair = readonly [Cell, Cell]

const side = whole(SIDE_MIN, SIDE_MAX)

/** Schemas of the board's knobs. */
export const boardFields = { rows: side, columns: side, kinds: whole(1), clearable: z.boolean() }

/** Schemas of the rest of a position. */
export const positionFields = {
  board: z.array(whole(EMPTY)).check(z.maxLength(SIDE_MAX * SIDE_MAX)),
  removed: whole(0),
  moves: whole(0),
  rng: rngState,
}

/** Checks a board's knobs against each other; `most`: how many kinds there are to draw from. */
export function checkBoardConfig({ rows, columns, kinds }: BoardConfig, most: number, fail: Fail): void {
  const cells = rows * columns
  if (cells % 2 !== 0) fail('columns', `a board of ${rows} x ${columns} has ${cells} cells, which are no pairs; make one side even`)
  else if (kinds > cells / 2)
    fail('kinds', `a board of ${rows} x ${columns} has ${cells / 2} pairs, too few for ${kinds} kinds; use ${cells / 2} or fewer`)
  if (kinds > most) fail('kinds', `there are ${most} kinds to draw from, got ${kinds}`)
}

/** Checks the invariants of a position: cells, pairs, kinds, and how often each can stand. */
export function checkPosition(position: Position, fail: Fail): void {
  const { rows, columns, kinds, board, removed, moves } = position
  const cells = rows * columns
  if (board.length !== cells) {
    fail('board', `expected ${cells} cells for ${rows} x ${columns}, got ${board.length}`)
    return
  }
  const counts = new Map<number, number>()
  for (const kind of board) if (kind !== EMPTY) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const tiles = board.filter((kind) => kind !== EMPTY).length
  const most = 2 * Math.ceil(cells / 2 / kinds)
  if (counts.size > kinds) fail('board', `expected at most ${kinds} kinds, got ${counts.size}`)
  for (const [kind, count] of counts) {
    if (count % 2 !== 0) fail('board', `kind ${kind} stands ${count} times, which are no pairs`)
    if (count > most) fail('board', `kind ${kind} stands ${count} times; a fresh board has at most ${most} of a kind`)
  }
  if (tiles + 2 * removed !== cells)
    fail('removed', `expected ${(cells - tiles) / 2} pairs removed, as ${tiles} tiles stand; got ${removed}`)
  if (moves > removed) fail('moves', `expected at most ${removed}, the pairs removed; got ${moves}`)
}

const at = whole(0, SIDE_MAX - 1)
const cell = z.tuple([at, at])

/** Schema of an event; see `play`. */
export const eventSchema: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pair'), first: cell, second: cell, length: whole(1) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['cleared', 'dead-end']) }),
  z.strictObject({
    kind: z.literal('refused'),
    reason: z.enum(['empty', 'different', 'blocked', 'ended']),
    action: z.tuple([cell, cell]),
  }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

const pairLists = new Map<number, readonly Pair[]>()

/** All pairs of different cells, by first cell, then by second; the same list object for boards of one size. */
export function pairs({ rows, columns }: { readonly rows: number; readonly columns: number }): readonly Pair[] {
  const key = rows * 100 + columns
  const known = pairLists.get(key)
  if (known !== undefined) return known
  const cells = Array.from({ length: rows * columns }, (_, at): Cell => [Math.floor(at / columns), at % columns])
  const list = cells.flatMap((first, at) => cells.slice(at + 1).map((second): Pair => [first, second]))
  pairLists.set(key, list)
  return list
}

/** The action of two cell indices, `first` < `second`. */
export function pairOf(position: Position, first: number, second: number): Pair {
  const cells = position.rows * position.columns
  return pairs(position)[first * cells - (first * (first + 1)) / 2 + second - first - 1]!
}

/** Joinable pairs in the order of `pairs`. */
export function legalPairs(position: Position): Pair[] {
  return joinsOf(position.board, position.rows, position.columns).map(({ first, second }) => pairOf(position, first, second))
}

/** Whether no pair is left to be joined. */
export function over({ board, rows, columns }: Position): boolean {
  return ending(board, rows, columns) !== null
}

/** Whether the board is empty. */
export function won({ board }: Position): boolean {
  return board.every((cell) => cell === EMPTY)
}

/**
 * One move: +1 and the pair removed, or -1 and nothing changed. Events: {kind: 'pair', first, second, length} (cells as
 * [row, column]; steps of the shortest path), {kind: 'ended', reason: 'cleared' | 'dead-end'}; a move that is not legal gives {kind: 'refused',
 * reason: 'empty' | 'different' | 'blocked', action} alone. `without`: the state less the tiles of two cells (indices), counted.
 */
export function play<S extends Position>(state: S, pair: Pair, without: (state: S, first: number, second: number) => S): StepResult<S> {
  const { board, rows, columns } = state
  const [first, second] = indices(state, pair)
  const kind = board[first]!
  const lines = linesOf(board, rows, columns)
  const length = kind === EMPTY || kind !== board[second] ? 0 : joinLength(lines, first, second)
  if (length === 0) {
    const empty = kind === EMPTY || board[second] === EMPTY
    const reason = empty ? 'empty' : kind !== board[second] ? 'different' : 'blocked'
    const action = [[...pair[0]], [...pair[1]]]
    return { state, reward: -1, legal: false, terminated: false, events: [{ kind: 'refused', reason, action }] }
  }
  const next = without(state, first, second)
  const events: GameEvent[] = [{ kind: 'pair', first: [...pair[0]], second: [...pair[1]], length }]
  toggle(lines, first)
  toggle(lines, second)
  const reason = ending(next.board, rows, columns, lines)
  if (reason !== null) events.push({ kind: 'ended', reason })
  return { state: next, reward: 1, legal: true, terminated: reason !== null, events }
}

/** A board, or what else there is by cell, with two cells emptied. */
export function emptied(cells: readonly number[], first: number, second: number): number[] {
  const left = cells.slice()
  left[first] = EMPTY
  left[second] = EMPTY
  return left
}

/** Cell indices of an action, in its own order. Throws GameError unless they are two different cells of the board. */
function indices({ rows, columns }: Position, pair: Pair): [number, number] {
  const [[row1, column1], [row2, column2]] = pair
  const inside = (row: number, column: number): boolean =>
    Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < rows && column >= 0 && column < columns
  const first = row1 * columns + column1
  const second = row2 * columns + column2
  if (!inside(row1, column1) || !inside(row2, column2) || first === second)
    throw new GameError(`${JSON.stringify(pair)} is not an action of this board: use two different cells within ${rows} x ${columns}.`)
  return [first, second]
}
