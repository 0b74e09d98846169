/** Config and state of 2048: schemas, validation, fresh and scattered states, and the step. Plain JSON throughout; chance is inside the state. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, rngFromState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import {
  countEmpty,
  DIRECTION_NAMES,
  type Direction,
  ending,
  legalDirections,
  MAX_EXPONENT,
  SIZE_MAX,
  SIZE_MIN,
  slideInto,
} from './rules.ts'

const GOALS: readonly number[] = [0, ...Array.from({ length: 15 }, (_, i) => 2 ** (i + 3))]
const sizeSchema = whole(SIZE_MIN, SIZE_MAX)
const goalSchema = z.number().check(z.refine((goal) => GOALS.includes(goal), 'a goal is 0 (none) or a power of two from 8 to 131072'))

/** Every knob of the game. */
export interface Config2048 {
  /** Cells a side, 3..6; the paper: 4. Axis: reasoning. */
  readonly size: number
  /** The tile that ends the game when made: 0 (none, the paper) or a power of two, 8..131072. Axis: horizon. */
  readonly goal: number
}

/** Strict schema of the config, with defaults (the paper's game). */
export const config2048: Schema<Config2048> = z.strictObject({ size: z._default(sizeSchema, 4), goal: z._default(goalSchema, 0) })

/** A position with its history's totals and its future's chance. */
export interface State2048 extends Config2048 {
  /** size * size exponents, row-major from the top left: 0 empty, k = tile 2^k, up to 17. */
  readonly board: readonly number[]
  /** Sum of all tiles made by merging so far. */
  readonly score: number
  /** Legal moves made so far. */
  readonly moves: number
  readonly rng: RngState
}

/** Points that lie in one tile of 131072, were it made of twos alone; bounds the score of a board. */
const SCORE_PER_CELL = (MAX_EXPONENT - 1) * 2 ** MAX_EXPONENT

/** Schema of a state. */
export const state2048: Schema<State2048> = z
  .strictObject({
    size: sizeSchema,
    goal: goalSchema,
    board: z.array(whole(0, MAX_EXPONENT)).check(z.maxLength(SIZE_MAX * SIZE_MAX)),
    score: whole(0),
    moves: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      const cells = state.size * state.size
      if (state.board.length !== cells) fail('board', `expected ${cells} cells for size ${state.size}, got ${state.board.length}`)
      else if (state.board.every((cell) => cell === 0)) fail('board', 'expected at least one tile')
      if (state.score % 4 !== 0) fail('score', `a sum of merged tiles is a multiple of 4, got ${state.score}`)
      if (state.score > cells * SCORE_PER_CELL) fail('score', `at most ${cells * SCORE_PER_CELL} on this board, got ${state.score}`)
    }),
  )

const cell = whole(0, SIZE_MAX - 1)
const tile = { row: cell, column: cell, tile: z.int() }

/** Schema of an event; see `step`. */
export const event2048: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('merge'), ...tile }),
  z.strictObject({ kind: z.literal('spawn'), ...tile }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['no-move', 'goal']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['stuck', 'ended']), action: whole(0, 3) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: two tiles on an empty board. */
export function init(config: Config2048, seed: number): State2048 {
  const rng = seededRng(seed, '2048', 'init')
  const board = new Array<number>(config.size * config.size).fill(0)
  spawn(board, rng)
  spawn(board, rng)
  return { size: config.size, goal: config.goal, board, score: 0, moves: 0, rng: rng.state() }
}

/** The same position with the chance of `seed`. */
export function reseed(state: State2048, seed: number): State2048 {
  return { ...state, rng: seededRng(seed, '2048', 'chance').state() }
}

/** Whether no move is legal or the goal is reached. */
export function terminated(state: State2048): boolean {
  return ending(state.board, state.size, state.goal) !== null
}

/** Whether the goal tile was made; null without a goal. */
export function won({ board, size, goal }: State2048): boolean | null {
  return goal === 0 ? null : ending(board, size, goal) === 'goal'
}

/** Legal directions in action order; none once terminated. */
export function legalActions(state: State2048): Direction[] {
  return terminated(state) ? [] : legalDirections(state.board, state.size)
}

/**
 * One move. Events: {kind: 'merge', row, column, tile} for each tile made, {kind: 'spawn', row, column, tile}, {kind: 'ended', reason:
 * 'no-move' | 'goal'}; a move that is not legal, and any once the goal is reached, gives {kind: 'refused', reason: 'stuck', action} alone.
 */
export function step(state: State2048, action: Direction): StepResult<State2048> {
  if (DIRECTION_NAMES[action] === undefined)
    throw new GameError(`${JSON.stringify(action)} is not an action of 2048: use 0 up, 1 right, 2 down or 3 left.`)
  const board = state.board.slice()
  const merges: number[] = []
  const reward = won(state) === true ? -1 : slideInto(state.board, state.size, action, board, merges)
  if (reward < 0) {
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason: 'stuck', action }] }
  }
  const events: GameEvent[] = merges.map((at) => tileEvent('merge', state.size, board, at))
  const rng = rngFromState(state.rng)
  events.push(tileEvent('spawn', state.size, board, spawn(board, rng)))
  const reason = ending(board, state.size, state.goal)
  if (reason !== null) events.push({ kind: 'ended', reason })
  const { size, goal, score, moves } = state
  const next = { size, goal, board, score: score + reward, moves: moves + 1, rng: rng.state() }
  return { state: next, reward, legal: true, terminated: reason !== null, events }
}

/**
 * A position for even training of perception, not reached by play: half the boards have every cell's exponent uniform in 0..9, a quarter
 * are sparse (most cells empty, the rest uniform in 1..9), a quarter look like play (small tiles common, large ones rare). Never over:
 * a move is legal and tiles stay below the goal.
 */
export function scatter(config: Config2048, seed: number): State2048 {
  const rng = seededRng(seed, '2048', 'scatter')
  const most = config.goal > 0 ? Math.min(9, Math.log2(config.goal) - 1) : 9
  const board = new Array<number>(config.size * config.size).fill(0)
  do {
    const style = rng.int(4)
    const hole = style === 2 ? 0.5 + 0.4 * rng.real() : 0.5 * rng.real()
    for (let at = 0; at < board.length; at++) {
      if (style < 2) board[at] = rng.int(most + 1)
      else if (rng.real() < hole) board[at] = 0
      else board[at] = style === 2 ? 1 + rng.int(most) : playLike(rng, most)
    }
  } while (board.every((cell) => cell === 0) || ending(board, config.size, config.goal) !== null)
  return { size: config.size, goal: config.goal, board, score: 0, moves: 0, rng: rng.state() }
}

/** Exponent with geometric chances: 1 most common, each next 0.7 times as common. */
function playLike(rng: Rng, most: number): number {
  let exponent = 1
  while (exponent < most && rng.real() < 0.7) exponent++
  return exponent
}

/** Puts a 2 (90 %) or a 4 (10 %) into a uniformly drawn empty cell; returns its index. The board must have one. */
function spawn(board: number[], rng: Rng): number {
  let left = rng.int(countEmpty(board))
  let at = board.indexOf(0)
  while (left-- > 0) at = board.indexOf(0, at + 1)
  board[at] = rng.int(10) < 9 ? 1 : 2
  return at
}

function tileEvent(kind: 'merge' | 'spawn', size: number, board: readonly number[], at: number): GameEvent {
  return { kind, row: Math.floor(at / size), column: at % size, tile: 1 << board[at]! }
}
