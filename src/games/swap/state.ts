/** Config and state of Swap: schemas, validation, fresh and scattered states, and the step. Plain JSON throughout; chance is inside the state. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type RngState, rngFromState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import type { Cell } from '../shared/coordinates.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { cascade, deal, kindsOf, reshuffle, type Stage } from './cascade.ts'
import { COLOURS_MAX, exchange, hasSwap, markRuns, neighbours, SHAPES_MAX, SIDE_MAX, SIDE_MIN, swapCells } from './rules.ts'

const KINDS_MIN = 3
const sideSchema = whole(SIDE_MIN, SIDE_MAX)
const coloursSchema = whole(1, COLOURS_MAX)
const shapesSchema = whole(1, SHAPES_MAX)

/** Every knob of the game. */
export interface ConfigSwap {
  /** 3..8; the paper: 8. Axis: reasoning. */
  readonly rows: number
  /** 3..8; the paper: 8. Axis: reasoning. */
  readonly columns: number
  /** 1..4; the paper: 4. colours * shapes is 3 or more. Axis: perception. */
  readonly colours: number
  /** 1..3; the paper: 3. Axis: perception. */
  readonly shapes: number
}

/** Strict schema of the config, with defaults (the paper's game). */
export const configSwap: Schema<ConfigSwap> = z
  .strictObject({
    rows: z._default(sideSchema, 8),
    columns: z._default(sideSchema, 8),
    colours: z._default(coloursSchema, 4),
    shapes: z._default(shapesSchema, 3),
  })
  .check(acrossFields(tooFewKinds))

/** A position with its history's totals and its future's chance. No run stands, and some swap makes one. */
export interface StateSwap extends ConfigSwap {
  /** rows * columns kinds, row-major from the top left: colour * 3 + shape (see COLOURS and SHAPES of shared/tile-art.ts). */
  readonly board: readonly number[]
  /** Points earned so far. */
  readonly points: number
  /** Swaps that made a run so far; refused ones are not counted anywhere. */
  readonly swaps: number
  readonly rng: RngState
}

/** Two different cells of the board, in reading order. Only side-adjacent ones can be swapped; others are refused by the step. */
export type Pair = readonly [Cell, Cell]

/** Schema of a state. */
export const stateSwap: Schema<StateSwap> = z
  .strictObject({
    rows: sideSchema,
    columns: sideSchema,
    colours: coloursSchema,
    shapes: shapesSchema,
    board: z.array(whole(0)).check(z.maxLength(SIDE_MAX * SIDE_MAX)),
    points: whole(0),
    swaps: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      tooFewKinds(state, fail)
      boardFaults(state, fail)
      if (state.points % 2 !== 0) fail('points', `a sum of n(n-1) is even, got ${state.points}`)
      if (state.points < 6 * state.swaps)
        fail('points', `${state.swaps} swaps earn at least ${6 * state.swaps} points, got ${state.points}`)
      if (state.swaps === 0 && state.points > 0) fail('points', `no swap was made, yet there are ${state.points} points`)
    }),
  )

function tooFewKinds({ colours, shapes }: ConfigSwap, fail: Fail): void {
  if (colours * shapes < KINDS_MIN)
    fail('colours', `colours * shapes must be at least ${KINDS_MIN}, got ${colours} * ${shapes}: raise colours or shapes`)
}

function boardFaults({ board, ...config }: ConfigSwap & { readonly board: readonly number[] }, fail: Fail): void {
  const cells = config.rows * config.columns
  const kinds = kindsOf(config.colours, config.shapes)
  const alien = board.find((kind) => !kinds.includes(kind))
  if (board.length !== cells) fail('board', `expected ${cells} cells, got ${board.length}`)
  else if (alien !== undefined) fail('board', `kind ${alien} is not among the config's: ${kinds.join(', ')}`)
  else if (markRuns(board, config, new Uint8Array(cells)) > 0) fail('board', 'expected no run of three or more equal tiles')
  else if (!hasSwap(board, config)) fail('board', 'expected a swap that makes a run')
}

const side = whole(0, SIDE_MAX - 1)
const cell = z.tuple([side, side])

/** Schema of an event; see `step`. */
export const eventSwap: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('swap'), from: cell, to: cell }),
  z.strictObject({ kind: z.literal('cleared'), cells: z.array(cell), points: z.int() }),
  z.strictObject({ kind: z.literal('refilled'), cells: z.array(cell) }),
  z.strictObject({ kind: z.literal('reshuffled'), sameTiles: z.boolean() }),
  z.strictObject({ kind: z.literal('refused'), from: cell, to: cell, reason: z.enum(['apart', 'no-run']) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: a board without runs and with a swap that makes one. */
export function init(config: ConfigSwap, seed: number): StateSwap {
  return dealt(config, seed, 'init')
}

/** The same position with the chance of `seed`. */
export function reseed(state: StateSwap, seed: number): StateSwap {
  return { ...state, rng: seededRng(seed, 'swap', 'chance').state() }
}

/** A board for training of perception. Fresh boards are already even over the kinds and valid, so it is one, on a stream of its own. */
export function scatter(config: ConfigSwap, seed: number): StateSwap {
  return dealt(config, seed, 'scatter')
}

function dealt({ rows, columns, colours, shapes }: ConfigSwap, seed: number, stream: string): StateSwap {
  const rng = seededRng(seed, 'swap', stream)
  const board = new Array<number>(rows * columns).fill(0)
  deal(board, { rows, columns }, kindsOf(colours, shapes), rng)
  return { rows, columns, colours, shapes, board, points: 0, swaps: 0, rng: rng.state() }
}

/** Row and column of an index. */
export function cellAt({ columns }: { readonly columns: number }, at: number): Cell {
  return [Math.floor(at / columns), at % columns]
}

const pairLists = new Map<number, readonly Pair[]>()

/** All pairs of neighbours: for each cell in reading order its right neighbour, then the one below. Parallel to `neighbours` of rules.ts. */
export function actions({ rows, columns }: ConfigSwap): readonly Pair[] {
  const key = rows * 64 + columns
  const known = pairLists.get(key)
  if (known !== undefined) return known
  const list = neighbours({ rows, columns }).map(([a, b]): Pair => [cellAt({ columns }, a), cellAt({ columns }, b)])
  pairLists.set(key, list)
  return list
}

/** The pairs of neighbours whose swap makes a run; never empty. */
export function legalActions(state: StateSwap): Pair[] {
  const pairs = neighbours(state)
  return actions(state).filter((_, i) => swapCells(state.board, state, pairs[i]![0], pairs[i]![1]) > 0)
}

/**
 * One swap, the cells in either order. Events: {kind: 'swap', from, to}; for each stage {kind: 'cleared', cells, points} and {kind: 'refilled',
 * cells}; {kind: 'reshuffled', sameTiles}. Refused alone: {kind: 'refused', from, to, reason: 'apart' | 'no-run'}. Cells are [row, column].
 */
export function step(state: StateSwap, action: Pair): StepResult<StateSwap> {
  const [a, b] = indicesOf(state, action)
  const [from, to] = action
  const adjacent = Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) === 1
  if (!adjacent || swapCells(state.board, state, a, b) === 0) {
    const refused = { kind: 'refused', from, to, reason: adjacent ? 'no-run' : 'apart' }
    return { state, reward: -1, legal: false, terminated: false, events: [refused] }
  }
  const board = [...state.board]
  const kinds = kindsOf(state.colours, state.shapes)
  const rng = rngFromState(state.rng)
  const events: GameEvent[] = [{ kind: 'swap', from, to }]
  const cells = (list: readonly number[]): Cell[] => list.map((at) => cellAt(state, at))
  exchange(board, a, b)
  const reward = cascade(board, state, kinds, rng, ({ cleared, points, refilled }: Stage) => {
    events.push({ kind: 'cleared', cells: cells(cleared), points }, { kind: 'refilled', cells: cells(refilled) })
  })
  if (!hasSwap(board, state)) events.push({ kind: 'reshuffled', sameTiles: reshuffle(board, state, kinds, rng) })
  const { rows, columns, colours, shapes, points, swaps } = state
  const next = { rows, columns, colours, shapes, board, points: points + reward, swaps: swaps + 1, rng: rng.state() }
  return { state: next, reward, legal: true, terminated: false, events }
}

function indicesOf({ rows, columns }: StateSwap, action: Pair): [number, number] {
  const inside = (n: number, most: number): boolean => Number.isInteger(n) && n >= 0 && n < most
  const index = (cell: Cell | undefined): number =>
    Array.isArray(cell) && cell.length === 2 && inside(cell[0], rows) && inside(cell[1], columns) ? cell[0] * columns + cell[1] : -1
  const [a, b] = Array.isArray(action) && action.length === 2 ? [index(action[0]), index(action[1])] : [-1, -1]
  if (a < 0 || b < 0 || a === b)
    throw new GameError(
      `${JSON.stringify(action)} is not an action of Swap here: use two different cells of the ${rows} x ${columns} board.`,
    )
  return [a, b]
}
