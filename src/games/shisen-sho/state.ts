/** Config and state of Shisen-Sho: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import type { StepResult } from '../../game.ts'
import { type Rng, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields } from '../shared/across-fields.ts'
import { COLOURS, SHAPES } from '../shared/tile-art.ts'
import { deal, thinned } from './deal.ts'
import {
  type BoardConfig,
  boardFields,
  checkBoardConfig,
  checkPosition,
  emptied,
  type Pair,
  type Position,
  play,
  positionFields,
} from './position.ts'
import { EMPTY } from './rules.ts'

/** Kinds of tile there are: colour * 6 + shape, 0..35. */
export const KINDS = COLOURS.length * SHAPES.length

/** Every knob of the game. */
export type ShisenShoConfig = BoardConfig

/** A position: `board` holds colour * 6 + shape, 0..35, or -1. */
export type ShisenShoState = Position

/** Strict schema of the config, with defaults (the paper's game). */
export const configSchema: Schema<ShisenShoConfig> = z
  .strictObject({
    rows: z._default(boardFields.rows, 6),
    columns: z._default(boardFields.columns, 6),
    kinds: z._default(boardFields.kinds, 9),
    clearable: z._default(boardFields.clearable, false),
  })
  .check(acrossFields((config, fail) => checkBoardConfig(config, KINDS, fail)))

/** Schema of a state. */
export const stateSchema: Schema<ShisenShoState> = z.strictObject({ ...boardFields, ...positionFields }).check(
  acrossFields((state, fail) => {
    checkBoardConfig(state, KINDS, fail)
    checkPosition(state, fail)
    const odd = state.board.findIndex((kind) => kind >= KINDS)
    if (odd >= 0) fail(`board.${odd}`, `a kind is at most ${KINDS - 1}, got ${state.board[odd]}`)
  }),
)

/** The knobs of a state. */
export function configOf({ rows, columns, kinds, clearable }: ShisenShoState): ShisenShoConfig {
  return { rows, columns, kinds, clearable }
}

/** A fresh game: a full board of kinds drawn from the 36. */
export function init(config: ShisenShoConfig, seed: number): ShisenShoState {
  const rng = seededRng(seed, 'shisen-sho', 'init')
  return stateOf(config, deal(config, drawKinds(config, rng), rng), rng)
}

/**
 * A position for even training of perception, not reached by play: a board as dealt, less a number of its pairs drawn without regard to paths.
 * Never over.
 */
export function scatter(config: ShisenShoConfig, seed: number): ShisenShoState {
  const rng = seededRng(seed, 'shisen-sho', 'scatter')
  const board = deal({ ...config, clearable: false }, drawKinds(config, rng), rng)
  return stateOf(config, thinned(board, config, rng), rng)
}

function drawKinds({ kinds }: ShisenShoConfig, rng: Rng): number[] {
  return rng.shuffle(Array.from({ length: KINDS }, (_, kind) => kind)).slice(0, kinds)
}

function stateOf({ rows, columns, kinds, clearable }: ShisenShoConfig, board: readonly number[], rng: Rng): ShisenShoState {
  const removed = board.filter((kind) => kind === EMPTY).length / 2
  return { rows, columns, kinds, clearable, board, removed, moves: 0, rng: rng.state() }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: ShisenShoState, seed: number): ShisenShoState {
  return { ...state, rng: seededRng(seed, 'shisen-sho', 'chance').state() }
}

/** One move; see `play` of position.ts for rewards and events. */
export function step(state: ShisenShoState, action: Pair): StepResult<ShisenShoState> {
  return play(state, action, without)
}

/** Written out field by field: all states then have one layout in memory, which makes them quick to read. */
function without(state: ShisenShoState, first: number, second: number): ShisenShoState {
  const { rows, columns, kinds, clearable, removed, moves, rng } = state
  return { rows, columns, kinds, clearable, board: emptied(state.board, first, second), removed: removed + 1, moves: moves + 1, rng }
}
