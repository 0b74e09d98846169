/** Config and state of Flood-It: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { isRngState, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields } from '../shared/across-fields.ts'
import { COLOURS } from '../shared/tile-art.ts'
import { whole } from '../shared/whole.ts'
import { COLOURS_MIN, flooded, isFlooded, SIZE_MAX, SIZE_MIN } from './rules.ts'
import { movesToFlood } from './search.ts'

/** Most moves beyond the expert's. */
const SPARE_MAX = 50

/** Most steps towards grey. */
export const DIM_MAX = 5

/** Every knob of the game. */
export interface ConfigFloodIt {
  /** Cells a side, 3..14. Axis: reasoning. */
  readonly size: number
  /** Colours, 3..6. Axis: reasoning, for each is a move. */
  readonly colours: number
  /** Moves beyond those that the expert needs, 0..50. Axis: horizon. */
  readonly spare: number
  /** How far the colours are drawn towards grey, 0..5, 15 % each. Axis: perception. */
  readonly dim: number
}

const fields = {
  size: whole(SIZE_MIN, SIZE_MAX),
  colours: whole(COLOURS_MIN, COLOURS.length),
  spare: whole(0, SPARE_MAX),
  dim: whole(0, DIM_MAX),
}

/** Strict schema of the config, with defaults. */
export const configFloodIt: Schema<ConfigFloodIt> = z.strictObject({
  size: z._default(fields.size, 6),
  colours: z._default(fields.colours, 5),
  spare: z._default(fields.spare, 1),
  dim: z._default(fields.dim, 0),
})

/** A position with the moves made and allowed. */
export interface StateFloodIt extends ConfigFloodIt {
  /** size * size colours, row-major from the top left. */
  readonly board: readonly number[]
  /** Moves allowed. */
  readonly limit: number
  /** Moves made. */
  readonly moves: number
  readonly rng: RngState
}

/** Schema of a state. */
export const stateFloodIt: Schema<StateFloodIt> = z
  .strictObject({
    ...fields,
    board: z.array(whole(0, COLOURS.length - 1)).check(z.maxLength(SIZE_MAX * SIZE_MAX)),
    limit: whole(1, SIZE_MAX * SIZE_MAX + SPARE_MAX),
    moves: whole(0, SIZE_MAX * SIZE_MAX + SPARE_MAX),
    rng: z.custom<RngState>(isRngState, 'expected four 32-bit integers that are not all zero'),
  })
  .check(
    acrossFields(({ size, colours, spare, board, limit, moves }, fail) => {
      const alien = board.find((colour) => colour >= colours)
      if (board.length !== size * size) fail('board', `expected ${size * size} cells for size ${size}, got ${board.length}`)
      else if (alien !== undefined) fail('board', `colour ${alien} is not among the config's 0 to ${colours - 1}`)
      if (limit <= spare) fail('limit', `more than the ${spare} spare moves, got ${limit}`)
      if (moves > limit) fail('moves', `at most the ${limit} that are allowed, got ${moves}`)
    }),
  )

const colour = whole(0, COLOURS.length - 1)

/** Schema of an event; see `step`. */
export const eventFloodIt: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flooded'), colour, joined: whole(0, SIZE_MAX * SIZE_MAX) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['whole', 'out-of-moves']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['own', 'ended']), action: colour }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: colours drawn cell by cell, not all alike, and as many moves as the expert needs and some to spare. */
export function init(config: ConfigFloodIt, seed: number): StateFloodIt {
  return drawn(config, seed, 'init')
}

/** A board for training of perception. Fresh boards are even over the colours already, so it is one, on a stream of its own. */
export function scatter(config: ConfigFloodIt, seed: number): StateFloodIt {
  return drawn(config, seed, 'scatter')
}

function drawn({ size, colours, spare, dim }: ConfigFloodIt, seed: number, stream: string): StateFloodIt {
  const rng = seededRng(seed, 'flood-it', stream)
  let board: number[]
  do board = Array.from({ length: size * size }, () => rng.int(colours))
  while (isFlooded(board))
  const limit = movesToFlood(board, size, colours).moves + spare
  return { size, colours, spare, dim, board, limit, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ size, colours, spare, dim }: StateFloodIt): ConfigFloodIt {
  return { size, colours, spare, dim }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateFloodIt, seed: number): StateFloodIt {
  return { ...state, rng: seededRng(seed, 'flood-it', 'chance').state() }
}

/** Whether the board is flooded. */
export const won = ({ board }: StateFloodIt): boolean => isFlooded(board)

/** Whether the board is flooded, or no move is left. */
export const terminated = (state: StateFloodIt): boolean => state.moves >= state.limit || won(state)

const LISTS = Array.from({ length: COLOURS.length + 1 }, (_, count) => Array.from({ length: count }, (_, at) => at))

/** The colours of the config. */
export const actions = ({ colours }: ConfigFloodIt): readonly number[] => LISTS[colours]!

/** All colours but that of the area; none once terminated. */
export function legalActions(state: StateFloodIt): number[] {
  return terminated(state) ? [] : actions(state).filter((action) => action !== state.board[0])
}

/**
 * One move. A cell that joins the area earns 1; flooding the board earns as many again as it has cells. Events: {kind: 'flooded', colour,
 * joined}, then {kind: 'ended', reason: 'whole' | 'out-of-moves'} at the end; {kind: 'refused', reason: 'own', action} alone for the area's own colour.
 */
export function step(state: StateFloodIt, action: number): StepResult<StateFloodIt> {
  if (!actions(state).includes(action))
    throw new GameError(`${JSON.stringify(action)} is not an action of Flood-It here: use a colour from 0 to ${state.colours - 1}.`)
  if (action === state.board[0])
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason: 'own', action }] }
  const { board, joined } = flooded(state.board, state.size, action)
  const { size, colours, spare, dim, limit, moves, rng } = state
  const next = { size, colours, spare, dim, board, limit, moves: moves + 1, rng }
  const events: GameEvent[] = [{ kind: 'flooded', colour: action, joined }]
  const whole = won(next)
  const over = whole || next.moves >= limit
  if (over) events.push({ kind: 'ended', reason: whole ? 'whole' : 'out-of-moves' })
  return { state: next, reward: joined + (whole ? board.length : 0), legal: true, terminated: over, events }
}
