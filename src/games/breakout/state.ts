/** Config and state of Breakout: schemas, validation, fresh and scattered fields, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, rngFromState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import {
  AIMS,
  type Ball,
  BRICK,
  COLUMNS_MAX,
  COLUMNS_MIN,
  type Flight,
  flight,
  HEIGHT,
  landing,
  PADDLE_TOP,
  type Place,
  partHit,
  RADIUS,
  ROWS_MAX,
} from './rules.ts'

/** Points of a lost ball. */
export const LOST = -5

/** Every knob of the game. */
export interface ConfigBreakout {
  /** Bricks a row, 6..12. Axis: reasoning. */
  readonly columns: number
  /** Rows of bricks, 1..4. Axis: horizon. */
  readonly rows: number
  /** Width of the paddle in tenths of a brick, even, 12..40. Axis: reasoning. */
  readonly paddle: number
  /** Parts of the paddle that send the ball different ways: 2, 4 or 6. Axis: reasoning. */
  readonly parts: number
  /** Tenths of a brick that the paddle moves a frame at most, 4..60. Axis: reasoning. */
  readonly speed: number
  /** Balls, 1..5. Axis: horizon. */
  readonly balls: number
  /** Frames that the picture shows the ball in, 2..4. Axis: perception. */
  readonly frames: number
}

const fields = {
  columns: whole(COLUMNS_MIN, COLUMNS_MAX),
  rows: whole(1, ROWS_MAX),
  paddle: z.int().check(z.minimum(12), z.maximum(40), z.multipleOf(2)),
  parts: z.int().check(z.minimum(2), z.maximum(6), z.multipleOf(2)),
  speed: whole(4, 60),
  balls: whole(1, 5),
  frames: whole(2, 4),
}

/** Strict schema of the config, with defaults. */
export const configBreakout: Schema<ConfigBreakout> = z.strictObject({
  columns: z._default(fields.columns, 8),
  rows: z._default(fields.rows, 3),
  paddle: z._default(fields.paddle, 20),
  parts: z._default(fields.parts, 4),
  speed: z._default(fields.speed, 10),
  balls: z._default(fields.balls, 3),
  frames: z._default(fields.frames, 4),
})

/** A position: the ball is falling, below all bricks. */
export interface StateBreakout extends ConfigBreakout {
  /** rows * columns, row-major from the top left: 1 where a brick is. */
  readonly bricks: readonly number[]
  readonly ball: Ball
  /** The ball in the frames before, the latest first: frames - 1 of them. */
  readonly trail: readonly Place[]
  /** The middle of the paddle. */
  readonly at: number
  /** Balls left, the one in play among them. */
  readonly left: number
  readonly moves: number
  readonly rng: RngState
}

const x = whole(RADIUS, COLUMNS_MAX * BRICK.width - RADIUS)
const y = whole(RADIUS, PADDLE_TOP - RADIUS)
/** Two numbers, as a list that every reader of schemas knows. */
const place = z.array(whole(0, HEIGHT)).check(z.minLength(2), z.maxLength(2)) as unknown as z.ZodMiniType<Place>

/** Schema of a state. */
export const stateBreakout: Schema<StateBreakout> = z
  .strictObject({
    ...fields,
    bricks: z.array(whole(0, 1)).check(z.maxLength(ROWS_MAX * COLUMNS_MAX)),
    ball: z.strictObject({ x, y, dx: whole(-7, 7) }),
    trail: z.array(place).check(z.maxLength(3)),
    at: whole(0, COLUMNS_MAX * BRICK.width),
    left: whole(0, 5),
    moves: whole(0),
    rng: rngState,
  })
  .check(acrossFields(checkState))

function checkState({ columns, rows, paddle, parts, balls, frames, bricks, ball, trail, at, left }: StateBreakout, fail: Fail): void {
  const wide = columns * BRICK.width
  const inside = ([px, py]: Place): boolean => px >= RADIUS && px <= wide - RADIUS && py >= RADIUS && py <= PADDLE_TOP - RADIUS
  if (bricks.length !== rows * columns) fail('bricks', `expected ${rows * columns} of them, got ${bricks.length}`)
  else if (at < paddle / 2 || at > wide - paddle / 2)
    fail('at', `expected ${paddle / 2} to ${wide - paddle / 2}, so that the paddle is in the field, got ${at}`)
  else if (!AIMS[parts]!.includes(Math.abs(ball.dx))) fail('ball.dx', `expected one of ${AIMS[parts]}, got ${ball.dx}`)
  else if (ball.x > wide - RADIUS) fail('ball.x', `expected ${wide - RADIUS} at most, got ${ball.x}`)
  else if (ball.y < TOP_SHOWN && bricks.includes(1)) fail('ball.y', `expected ${TOP_SHOWN} or more, below the bricks, got ${ball.y}`)
  else if (trail.length !== frames - 1 || !trail.every(inside))
    fail('trail', `expected ${frames - 1} places in the field, got ${trail.length}`)
  else if (left > balls) fail('left', `at most the ${balls} balls of the game, got ${left}`)
}

/** Least y of a ball in play: below the last row of bricks by its own height. */
const TOP_SHOWN = 40

const units = whole(0, COLUMNS_MAX * BRICK.width)

/** Schema of an event; see `step`. */
export const eventBreakout: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('caught'), x: units, hits: whole(0) }),
  z.strictObject({ kind: z.literal('lost'), x: units, paddle: units, left: whole(0, 5) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['cleared', 'lost']) }),
  z.strictObject({
    kind: z.literal('refused'),
    reason: z.enum(['outside', 'ended']),
    action: units,
    least: z.optional(units),
    most: z.optional(units),
  }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: all bricks, the paddle in the middle, and the flight of the first ball. Its bricks are gone and earn nothing. */
export function init(config: ConfigBreakout, seed: number): StateBreakout {
  const rng = seededRng(seed, 'breakout', 'init')
  const bricks = Array.from({ length: config.rows * config.columns }, () => 1)
  return stateOf(config, bricks, (config.columns * BRICK.width) / 2, rng)
}

/** A field for even training of perception: any bricks, any place of the paddle, and a ball that came from anywhere. */
export function scatter(config: ConfigBreakout, seed: number): StateBreakout {
  const rng = seededRng(seed, 'breakout', 'scatter')
  const bricks = Array.from({ length: config.rows * config.columns }, () => (rng.int(3) > 0 ? 1 : 0))
  return stateOf(
    config,
    bricks.includes(1) ? bricks : bricks.with(0, 1),
    paddleRange(config).least + rng.int(paddleRange(config).count),
    rng,
  )
}

function stateOf(config: ConfigBreakout, bricks: readonly number[], at: number, rng: Rng): StateBreakout {
  const { columns } = config
  for (;;) {
    const from = RADIUS + rng.int(columns * BRICK.width - 2 * RADIUS + 1)
    const flown = flight({ columns, bricks }, from, rng.pick(AIMS[config.parts]!))
    if (flown.bricks.includes(1)) return { ...config, ...shownOf(config, flown), at, left: config.balls, moves: 0, rng: rng.state() }
  }
}

const shownOf = ({ frames }: ConfigBreakout, { ball, trail, bricks }: Flight): Pick<StateBreakout, 'ball' | 'trail' | 'bricks'> => ({
  bricks,
  ball,
  trail: trail.slice(0, frames - 1),
})

/** Where the middle of the paddle can be: from `least` on, `count` places. */
export function paddleRange({ columns, paddle }: Pick<ConfigBreakout, 'columns' | 'paddle'>): {
  readonly least: number
  readonly count: number
} {
  return { least: paddle / 2, count: columns * BRICK.width - paddle + 1 }
}

/** The knobs of a state. */
export function configOf({ columns, rows, paddle, parts, speed, balls, frames }: StateBreakout): ConfigBreakout {
  return { columns, rows, paddle, parts, speed, balls, frames }
}

/** The same position with the chance of `seed`, which decides how balls are served. */
export function reseed(state: StateBreakout, seed: number): StateBreakout {
  return { ...state, rng: seededRng(seed, 'breakout', 'chance').state() }
}

/** Whether all bricks are gone. */
export const won = ({ bricks }: StateBreakout): boolean => !bricks.includes(1)

/** Whether all bricks or all balls are gone. */
export const terminated = (state: StateBreakout): boolean => state.left === 0 || won(state)

const LISTS = Array.from({ length: COLUMNS_MAX + 1 }, (_, columns) => Array.from({ length: columns * BRICK.width + 1 }, (_, at) => at))

/** Every place along the field, in tenths of a brick. */
export const actions = ({ columns }: ConfigBreakout): readonly number[] => LISTS[columns]!

/** Those where the whole paddle is in the field; none once terminated. */
export function legalActions(state: StateBreakout): readonly number[] {
  if (terminated(state)) return []
  const { least, count } = paddleRange(state)
  return actions(state).slice(least, least + count)
}

/** Where the paddle is when the ball comes down, if it is sent to a place: as far on the way as its speed takes it. */
export function arrival(from: number, to: number, reach: number): number {
  return Math.max(from - reach, Math.min(from + reach, to))
}

/**
 * One move: the paddle goes to a place, and the ball flies on until it is shown again. A brick earns 1, the last one as many again as the field had; a
 * lost ball costs 5, and the next one is served from the paddle in a way drawn at random; the bricks of that flight earn nothing. Events: {kind:
 * 'caught', x, hits} or {kind: 'lost', x, paddle, left}, then {kind: 'ended', reason: 'cleared' | 'lost'} at the end; {kind: 'refused', reason:
 * 'outside', action, least, most} alone where the paddle would leave the field.
 */
export function step(state: StateBreakout, action: number): StepResult<StateBreakout> {
  const { columns, rows, paddle, parts, speed, bricks, ball, at, left } = state
  if (!actions(state).includes(action))
    throw new GameError(`${JSON.stringify(action)} is not an action of Breakout here: use a place from 0 to ${columns * BRICK.width}.`)
  const { least, count } = paddleRange(state)
  const most = least + count - 1
  if (action < least || action > most)
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason: 'outside', action, least, most }] }
  const { x: land, frames } = landing(ball, columns)
  const there = arrival(at, action, speed * frames)
  const part = partHit(land, there, paddle / 2, parts)
  const base = { ...configOf(state), at: there, moves: state.moves + 1 }
  if (part >= 0) {
    const flown = flight({ columns, bricks }, land, AIMS[parts]![part]!)
    const next: StateBreakout = { ...base, ...shownOf(state, flown), left, rng: state.rng }
    const cleared = won(next)
    const events: GameEvent[] = [{ kind: 'caught', x: land, hits: flown.hits }]
    if (cleared) events.push({ kind: 'ended', reason: 'cleared' })
    return { state: next, reward: flown.hits + (cleared ? rows * columns : 0), legal: true, terminated: cleared, events }
  }
  const events: GameEvent[] = [{ kind: 'lost', x: land, paddle: there, left: left - 1 }]
  if (left === 1) {
    events.push({ kind: 'ended', reason: 'lost' })
    const next = { ...base, bricks, ball, trail: state.trail, left: 0, rng: state.rng }
    return { state: next, reward: LOST, legal: true, terminated: true, events }
  }
  const rng = rngFromState(state.rng)
  const flown = flight({ columns, bricks }, there, rng.pick(AIMS[parts]!))
  const next: StateBreakout = { ...base, ...shownOf(state, flown), left: left - 1, rng: rng.state() }
  const cleared = won(next)
  if (cleared) events.push({ kind: 'ended', reason: 'cleared' })
  return { state: next, reward: LOST, legal: true, terminated: cleared, events }
}
