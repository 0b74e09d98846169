/** Config and state of the sliding puzzle: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { pictureSetNames } from '../../pictures/index.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { isPictureSet, type Split } from '../shared/picture-pool.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { piecesOf } from './pieces.ts'
import { besidesOf, CELLS_MAX, finished, isFinished, isSolvable, mostMoves, nearer, SIDE_MAX, SIDE_MIN, slid } from './rules.ts'
import { finishedWithin } from './search.ts'

/** What pieces show: their number, a piece of a picture, or both. */
export type Face = 'numbers' | 'both' | 'picture'

/** Every knob of the game. */
export interface ConfigSliding {
  /** 2..5, with columns to 16 cells at most. Axis: reasoning. */
  readonly rows: number
  /** 2..5. Axis: reasoning. */
  readonly columns: number
  /** Fewest moves that finish a fresh board, 1 to what the size allows. Axis: reasoning. */
  readonly moves: number
  /** What pieces show. Axis: perception. */
  readonly face: Face
  /** Name of the picture set: 'bundled', or one that the program registered. Axis: perception. */
  readonly pictures: string
  /** 'train', or 'test' for pictures that are never seen in training. Axis: perception. */
  readonly split: Split
}

const fields = {
  rows: whole(SIDE_MIN, SIDE_MAX),
  columns: whole(SIDE_MIN, SIDE_MAX),
  moves: whole(1, 36),
  face: z.enum(['numbers', 'both', 'picture']),
  pictures: z.string(),
  split: z.enum(['train', 'test']),
}

function checkConfig(config: ConfigSliding, fail: Fail): void {
  const { rows, columns, moves, face, pictures, split } = config
  if (rows * columns > CELLS_MAX) {
    fail('columns', `a board has at most ${CELLS_MAX} cells, got ${rows} by ${columns}: lower rows or columns`)
    return
  }
  const most = mostMoves(config)
  if (moves > most)
    fail('moves', `at most ${most} for a board of ${rows} by ${columns}, got ${moves}: lower moves or raise rows or columns`)
  if (!isPictureSet(pictures))
    fail('pictures', `there is no picture set '${pictures}'; choose one of ${pictureSetNames().join(', ')}, or register it first`)
  else if (face !== 'numbers' && piecesOf(config).usable.length === 0)
    fail('pictures', `no picture of the set '${pictures}', split '${split}', has ${rows} by ${columns} pieces that all differ`)
}

/** Strict schema of the config, with defaults. */
export const configSliding: Schema<ConfigSliding> = z
  .strictObject({
    rows: z._default(fields.rows, 3),
    columns: z._default(fields.columns, 3),
    moves: z._default(fields.moves, 16),
    face: z._default(fields.face, 'numbers'),
    pictures: z._default(fields.pictures, 'bundled'),
    split: z._default(fields.split, 'train'),
  })
  .check(acrossFields(checkConfig))

/** A position. */
export interface StateSliding extends ConfigSliding {
  /** rows * columns numbers, row-major: 0 the gap, k > 0 the piece whose home is place k - 1. */
  readonly board: readonly number[]
  /** The picture, counted over all of the split, class by class; 0 where the face is numbers. */
  readonly picture: number
  /** Moves made. */
  readonly made: number
  readonly rng: RngState
}

/** Schema of a state. */
export const stateSliding: Schema<StateSliding> = z
  .strictObject({
    ...fields,
    board: z.array(whole(0, CELLS_MAX - 1)).check(z.maxLength(CELLS_MAX)),
    picture: whole(0),
    made: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      checkConfig(state, fail)
      const { rows, columns, board, face, picture } = state
      const cells = rows * columns
      if (cells > CELLS_MAX) return
      if (board.length !== cells || new Set(board).size !== cells || Math.max(...board) >= cells)
        fail('board', `expected each of 0 to ${cells - 1} once, got ${board.join(' ').slice(0, 60)}`)
      else if (!isSolvable(board, columns)) fail('board', 'no moves finish this board: two pieces are exchanged')
      if (face === 'numbers' ? picture !== 0 : isPictureSet(state.pictures) && !piecesOf(state).usable.includes(picture))
        fail(
          'picture',
          face === 'numbers'
            ? `expected 0 where pieces show numbers, got ${picture}`
            : `the split has no picture ${picture} whose pieces all differ`,
        )
    }),
  )

const place = whole(0, CELLS_MAX - 1)

/** Schema of an event; see `step`. */
export const eventSliding: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slid'), piece: place, from: place, to: place, nearer: whole(-1, 1) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('finished') }),
  z.strictObject({
    kind: z.literal('refused'),
    reason: z.enum(['gap', 'far', 'ended']),
    action: place,
    columns: z.optional(whole(SIDE_MIN, SIDE_MAX)),
  }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: a walk from the finished board that leads one move farther with every slide, until it needs as many moves as the config says. */
export function init(config: ConfigSliding, seed: number): StateSliding {
  const rng = seededRng(seed, 'sliding', 'init')
  const near = besidesOf(config)
  for (;;) {
    let board = finished(config.rows * config.columns)
    let far = 0
    while (far < config.moves) {
      const farther = rng
        .shuffle(near[board.indexOf(0)]!)
        .map((at) => slid(board, at))
        .find((next) => isFarther(next, config, far))
      if (farther === undefined) break
      board = farther
      far++
    }
    if (far === config.moves) return stateOf(config, board, rng)
  }
}

/** Whether a board that is one move from one `far` moves away is one farther: the gap must not have gone back the way. */
function isFarther(board: readonly number[], config: ConfigSliding, far: number): boolean {
  return far === 0 || finishedWithin(board, config, far - 1) === false
}

/** A board of pieces in a random order, for even training of perception: one of those that moves finish, but not finished. */
export function scatter(config: ConfigSliding, seed: number): StateSliding {
  const rng = seededRng(seed, 'sliding', 'scatter')
  const pieces = finished(config.rows * config.columns)
  let board: number[]
  do board = rng.shuffle(pieces)
  while (!isSolvable(board, config.columns) || isFinished(board))
  return stateOf(config, board, rng)
}

function stateOf(config: ConfigSliding, board: readonly number[], rng: Rng): StateSliding {
  const picture = config.face === 'numbers' ? 0 : rng.pick(piecesOf(config).usable)
  return { ...config, board, picture, made: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ rows, columns, moves, face, pictures, split }: StateSliding): ConfigSliding {
  return { rows, columns, moves, face, pictures, split }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateSliding, seed: number): StateSliding {
  return { ...state, rng: seededRng(seed, 'sliding', 'chance').state() }
}

/** Whether every piece is at home. */
export const terminated = ({ board }: StateSliding): boolean => isFinished(board)

const LISTS = Array.from({ length: CELLS_MAX + 1 }, (_, count) => Array.from({ length: count }, (_, at) => at))

/** All places. */
export const actions = ({ rows, columns }: ConfigSliding): readonly number[] => LISTS[rows * columns]!

/** The places beside the gap; none once terminated. */
export const legalActions = (state: StateSliding): readonly number[] => (terminated(state) ? [] : besidesOf(state)[state.board.indexOf(0)]!)

/**
 * One move: the piece at a place slides into the gap. A piece that comes nearer to its home earns 1, one that goes away costs 1; the finished board
 * earns as many again as it has cells. Events: {kind: 'slid', piece, from, to, nearer}, then {kind: 'ended', reason: 'finished'} at the end; {kind:
 * 'refused', reason: 'gap' | 'far', action, columns} alone for the gap itself and for a piece that is not beside it.
 */
export function step(state: StateSliding, action: number): StepResult<StateSliding> {
  const { rows, columns, board } = state
  if (!actions(state).includes(action))
    throw new GameError(
      `${JSON.stringify(action)} is not an action of the sliding puzzle here: use a place from 0 to ${rows * columns - 1}.`,
    )
  const gap = board.indexOf(0)
  if (!besidesOf(state)[gap]!.includes(action)) {
    const reason = action === gap ? 'gap' : 'far'
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason, action, columns }] }
  }
  const points = nearer(board, action, columns)
  const next: StateSliding = {
    ...configOf(state),
    board: slid(board, action),
    picture: state.picture,
    made: state.made + 1,
    rng: state.rng,
  }
  const over = terminated(next)
  const events: GameEvent[] = [{ kind: 'slid', piece: board[action]!, from: action, to: gap, nearer: points }]
  if (over) events.push({ kind: 'ended', reason: 'finished' })
  return { state: next, reward: points + (over ? rows * columns : 0), legal: true, terminated: over, events }
}
