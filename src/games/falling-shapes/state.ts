/** Config and state of falling shapes: schemas, validation, fresh and scattered wells, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, rngFromState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { HEIGHT_MAX, HEIGHT_MIN, heightsOf, holesOf, NAMES, NEXT_MAX, placed, pointsOf, WIDTH_MAX, WIDTH_MIN } from './rules.ts'

/** Every knob of the game. */
export interface ConfigFallingShapes {
  /** Columns of the well, 4..10. Axis: reasoning. */
  readonly width: number
  /** Rows of the well, 8..14. Axis: horizon. */
  readonly height: number
  /** Kinds of shapes, 2..7, in the order O I L J T S Z. Axis: reasoning. */
  readonly kinds: number
  /** Shapes that are shown ahead, 0..3. Axis: reasoning. */
  readonly next: number
  /** How far filled cells are drawn towards empty ones, 0..5, 15 % each. Axis: perception. */
  readonly dim: number
}

const fields = {
  width: whole(WIDTH_MIN, WIDTH_MAX),
  height: whole(HEIGHT_MIN, HEIGHT_MAX),
  kinds: whole(2, NAMES.length),
  next: whole(0, NEXT_MAX),
  dim: whole(0, 5),
}

/** Strict schema of the config, with defaults. */
export const configFallingShapes: Schema<ConfigFallingShapes> = z.strictObject({
  width: z._default(fields.width, 8),
  height: z._default(fields.height, 12),
  kinds: z._default(fields.kinds, 7),
  next: z._default(fields.next, 1),
  dim: z._default(fields.dim, 0),
})

/** A position. */
export interface StateFallingShapes extends ConfigFallingShapes {
  /** Rows from the bottom up; bit c is column c. None is full. */
  readonly well: readonly number[]
  /** The shape to place, and those that are shown ahead. */
  readonly shape: number
  readonly queue: readonly number[]
  /** Shapes placed. */
  readonly moves: number
  readonly rng: RngState
}

const kind = whole(0, NAMES.length - 1)

/** Schema of a state. */
export const stateFallingShapes: Schema<StateFallingShapes> = z
  .strictObject({
    ...fields,
    well: z.array(whole(0, 2 ** WIDTH_MAX - 2)).check(z.maxLength(HEIGHT_MAX)),
    shape: kind,
    queue: z.array(kind).check(z.maxLength(NEXT_MAX)),
    moves: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields(({ width, height, kinds, next, well, shape, queue }, fail) => {
      const full = 2 ** width - 1
      const alien = [shape, ...queue].find((one) => one >= kinds)
      if (well.length !== height) fail('well', `expected ${height} rows, got ${well.length}`)
      else if (well.some((row) => row >= full)) fail('well', `expected rows of ${width} columns that are not full: 0 to ${full - 1}`)
      else if (well.some((row, at) => row > 0 && well[at - 1] === 0)) fail('well', 'filled rows stand on an empty one')
      if (queue.length !== next) fail('queue', `expected ${next} shapes, got ${queue.length}`)
      else if (alien !== undefined) fail('shape', `shape ${alien} is not among the config's 0 to ${kinds - 1}`)
    }),
  )

const column = whole(0, WIDTH_MAX - 1)
const turns = whole(0, 3)
/** Quarter turns and a column, as a list that every reader of schemas knows. */
const pair = z.array(whole(0, WIDTH_MAX - 1)).check(z.minLength(2), z.maxLength(2))

/** Schema of an event; see `step`. */
export const eventFallingShapes: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('placed'), shape: kind, turns, column, rows: whole(0, 4), holes: whole(-200, 200) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('full') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['outside', 'full', 'ended']), action: pair, shape: z.optional(kind) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** Quarter turns clockwise, and the column of the leftmost cell. */
export type Placement = readonly [turns: number, column: number]

/** A fresh game: an empty well. */
export function init(config: ConfigFallingShapes, seed: number): StateFallingShapes {
  return stateOf(
    config,
    Array.from({ length: config.height }, () => 0),
    seededRng(seed, 'falling-shapes', 'init'),
  )
}

/** A well for even training of perception: columns of any height up to half the well, some cells in them empty, no row full or hanging. */
export function scatter(config: ConfigFallingShapes, seed: number): StateFallingShapes {
  const rng = seededRng(seed, 'falling-shapes', 'scatter')
  const { width, height } = config
  const most = Math.floor(height / 2)
  const heights = Array.from({ length: width }, () => rng.int(most + 1))
  const well: number[] = []
  for (let row = 0; row < height; row++) {
    let bits = 0
    for (const [at, high] of heights.entries()) if (row < high && (row === high - 1 || rng.int(8) > 0)) bits |= 1 << at
    if (bits === 2 ** width - 1) bits &= ~(1 << rng.int(width))
    well.push(row > 0 && well[row - 1] === 0 ? 0 : bits)
  }
  return stateOf(config, well, rng)
}

function stateOf(config: ConfigFallingShapes, well: readonly number[], rng: Rng): StateFallingShapes {
  const shape = rng.int(config.kinds)
  const queue = Array.from({ length: config.next }, () => rng.int(config.kinds))
  return { ...config, well, shape, queue, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ width, height, kinds, next, dim }: StateFallingShapes): ConfigFallingShapes {
  return { width, height, kinds, next, dim }
}

/** The same position with the chance of `seed`, which decides the shapes that are not shown yet. */
export function reseed(state: StateFallingShapes, seed: number): StateFallingShapes {
  return { ...state, rng: seededRng(seed, 'falling-shapes', 'chance').state() }
}

const LISTS = Array.from({ length: WIDTH_MAX + 1 }, (_, width) =>
  Array.from({ length: 4 * width }, (_, at): Placement => [Math.floor(at / width), at % width]),
)

/** All turns and columns. */
export const actions = ({ width }: Pick<ConfigFallingShapes, 'width'>): readonly Placement[] => LISTS[width]!

/** Whether a shape can be placed somewhere. */
export function canPlace(well: readonly number[], width: number, shape: number): boolean {
  return actions({ width }).some(([turned, at]) => typeof placed(well, width, shape, turned, at) !== 'string')
}

/** Whether the shape fits nowhere. */
export const terminated = ({ well, width, shape }: StateFallingShapes): boolean => !canPlace(well, width, shape)

/** The placements that stay within the well. */
export function legalActions({ well, width, shape }: StateFallingShapes): Placement[] {
  return actions({ width }).filter(([turned, at]) => typeof placed(well, width, shape, turned, at) !== 'string')
}

/**
 * One placement. It earns 1; each row that goes earns as many points as the well is wide; each hole (an empty cell below a filled one) more than before
 * costs 1, each fewer earns 1. Then the next shape is the one to place, and one is drawn at random to be shown ahead. Events: {kind: 'placed', shape,
 * turns, column, rows, holes}, then {kind: 'ended', reason: 'full'} where the next shape fits nowhere; {kind: 'refused', reason: 'outside' | 'full',
 * action, shape} alone.
 */
export function step(state: StateFallingShapes, action: Placement): StepResult<StateFallingShapes> {
  const { width, well, shape, queue, kinds, moves } = state
  const [turned, at] = action
  if (!actions(state).some(([one, other]) => one === turned && other === at) || action.length !== 2)
    throw new GameError(
      `${JSON.stringify(action)} is not an action of falling shapes here: use turns from 0 to 3 and a column from 0 to ${width - 1}.`,
    )
  const result = placed(well, width, shape, turned, at)
  if (typeof result === 'string')
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason: result, action: [turned, at], shape }] }
  const rng = rngFromState(state.rng)
  const [next, ...ahead] = [...queue, rng.int(kinds)]
  const after: StateFallingShapes = {
    ...configOf(state),
    well: result.well,
    shape: next!,
    queue: ahead,
    moves: moves + 1,
    rng: rng.state(),
  }
  const over = terminated(after)
  const holes = holesOf(result.well) - holesOf(well)
  const events: GameEvent[] = [{ kind: 'placed', shape, turns: turned, column: at, rows: result.rows, holes }]
  if (over) events.push({ kind: 'ended', reason: 'full' })
  return { state: after, reward: pointsOf(well, result, width), legal: true, terminated: over, events }
}

/** The skyline of a state. */
export const skyline = ({ well, width }: StateFallingShapes): number[] => heightsOf(well, width)
