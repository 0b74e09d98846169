/** Config and state of Snake: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, rngFromState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { apart, beside, DIRECTIONS, isStuck, LENGTH_MIN, type Run, run, SIZE_MAX, SIZE_MIN } from './rules.ts'

/** Points for food. */
export const FOOD = 5

/** Every knob of the game. */
export interface ConfigSnake {
  /** Cells a side, 5..10. Axis: reasoning. */
  readonly size: number
  /** Cells of a fresh snake, 3..12. Axis: reasoning. */
  readonly length: number
  /** Steps in which food must be reached, 20..200. Axis: reasoning. */
  readonly hunger: number
  /** How thin the body is drawn, 0..5. Axis: perception. */
  readonly thin: number
}

const fields = {
  size: whole(SIZE_MIN, SIZE_MAX),
  length: whole(LENGTH_MIN, 12),
  hunger: whole(20, 200),
  thin: whole(0, 5),
}

/** Strict schema of the config, with defaults. */
export const configSnake: Schema<ConfigSnake> = z.strictObject({
  size: z._default(fields.size, 8),
  length: z._default(fields.length, 5),
  hunger: z._default(fields.hunger, 60),
  thin: z._default(fields.thin, 0),
})

/** A position. */
export interface StateSnake extends ConfigSnake {
  /** The cells of the snake, row-major indices, from head to tail. */
  readonly body: readonly number[]
  /** The cell of the food; -1 where the snake fills the board. */
  readonly food: number
  /** Steps left to reach the food. */
  readonly clock: number
  /** Runs made. */
  readonly moves: number
  readonly rng: RngState
}

const CELLS_MAX = SIZE_MAX * SIZE_MAX
const NO_FOOD = -1

/** Schema of a state. */
export const stateSnake: Schema<StateSnake> = z
  .strictObject({
    ...fields,
    body: z.array(whole(0, CELLS_MAX - 1)).check(z.maxLength(CELLS_MAX)),
    food: whole(NO_FOOD, CELLS_MAX - 1),
    clock: whole(0, 200),
    moves: whole(0),
    rng: rngState,
  })
  .check(acrossFields(checkState))

function checkState({ size, hunger, body, food, clock }: StateSnake, fail: Fail): void {
  const cells = size * size
  const torn = body.findIndex((cell, at) => cell >= cells || (at > 0 && apart(cell, body[at - 1]!, size) !== 1))
  if (body.length < LENGTH_MIN) fail('body', `expected ${LENGTH_MIN} cells or more, got ${body.length}`)
  else if (torn >= 0) fail(`body.${torn}`, `expected a cell of ${cells} beside the one before, got ${body[torn]}`)
  else if (new Set(body).size !== body.length) fail('body', 'the snake lies twice on a cell')
  else if (body.length === cells ? food !== NO_FOOD : food < 0 || food >= cells || body.includes(food))
    fail('food', `expected a cell of ${cells} without the snake, got ${food}`)
  else if (clock > hunger) fail('clock', `at most the ${hunger} steps of the config, got ${clock}`)
}

const direction = whole(0, 3)
const steps = whole(1, SIZE_MAX - 1)
/** A direction and steps, as a list that every reader of schemas knows. */
const pair = z.array(whole(0, SIZE_MAX - 1)).check(z.minLength(2), z.maxLength(2))

/** Schema of an event; see `step`. */
export const eventSnake: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('went'), direction, steps, ate: z.boolean() }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['stuck', 'starved', 'full']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['wall', 'body', 'ended']), action: pair }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A direction (index of DIRECTIONS) and how many steps to go in it. */
export type Going = readonly [direction: number, steps: number]

/** A fresh game: a snake that lies anywhere in any way, and food. */
export function init(config: ConfigSnake, seed: number): StateSnake {
  const rng = seededRng(seed, 'snake', 'init')
  return stateOf(config, laid(config.size, config.length, rng), config.hunger, rng)
}

/** A board for even training of perception: a snake of any length up to half the board. */
export function scatter(config: ConfigSnake, seed: number): StateSnake {
  const rng = seededRng(seed, 'snake', 'scatter')
  const most = Math.floor((config.size * config.size) / 2)
  const length = LENGTH_MIN + rng.int(most - LENGTH_MIN + 1)
  return stateOf(config, laid(config.size, length, rng), 1 + rng.int(config.hunger), rng)
}

/** A snake of a length, drawn cell by cell from the tail on; one that cannot go on is drawn anew. */
function laid(size: number, length: number, rng: Rng): number[] {
  for (;;) {
    const body = [rng.int(size * size)]
    while (body.length < length) {
      const free = DIRECTIONS.map((_, at) => beside(body[0]!, at, size)).filter((cell) => cell >= 0 && !body.includes(cell))
      if (free.length === 0) break
      body.unshift(rng.pick(free))
    }
    if (body.length === length && !isStuck(body, size)) return body
  }
}

function stateOf(config: ConfigSnake, body: readonly number[], clock: number, rng: Rng): StateSnake {
  return { ...config, body, food: foodOn(body, config.size, rng), clock, moves: 0, rng: rng.state() }
}

/** A cell for food, any that the snake does not lie on. */
function foodOn(body: readonly number[], size: number, rng: Rng): number {
  const free = Array.from({ length: size * size }, (_, at) => at).filter((at) => !body.includes(at))
  return free.length === 0 ? NO_FOOD : rng.pick(free)
}

/** The knobs of a state. */
export function configOf({ size, length, hunger, thin }: StateSnake): ConfigSnake {
  return { size, length, hunger, thin }
}

/** The same position with the chance of `seed`, which decides where food will be. */
export function reseed(state: StateSnake, seed: number): StateSnake {
  return { ...state, rng: seededRng(seed, 'snake', 'chance').state() }
}

/** Whether the snake fills the board. */
export const won = ({ body, size }: StateSnake): boolean => body.length === size * size

/** Why a state is over; null if it is not. */
function endOf(state: StateSnake): 'full' | 'starved' | 'stuck' | null {
  if (won(state)) return 'full'
  if (state.clock === 0) return 'starved'
  return isStuck(state.body, state.size) ? 'stuck' : null
}

/** Whether the snake fills the board, starved, or has nowhere to go. */
export const terminated = (state: StateSnake): boolean => endOf(state) !== null

const LISTS = Array.from({ length: SIZE_MAX + 1 }, (_, size) =>
  size < SIZE_MIN ? [] : Array.from({ length: 4 * (size - 1) }, (_, at): Going => [Math.floor(at / (size - 1)), 1 + (at % (size - 1))]),
)

/** All directions, each with 1 to size - 1 steps. */
export const actions = ({ size }: Pick<ConfigSnake, 'size'>): readonly Going[] => LISTS[size]!

/** Where a going leads; a text: what stands in the way. */
export const goneTo = ({ body, size, food, clock }: StateSnake, [at, wanted]: Going): Run | 'wall' | 'body' =>
  run(body, size, food, at, wanted, clock)

/** The goings in whose way nothing stands; none once terminated. */
export function legalActions(state: StateSnake): Going[] {
  return terminated(state) ? [] : actions(state).filter((action) => typeof goneTo(state, action) !== 'string')
}

/** Points of a run: 1 for each step that the head is nearer to the food than before (-1 for each farther), 5 for food. */
export function pointsOf(body: readonly number[], { body: after, ate }: Run, food: number, size: number): number {
  return apart(body[0]!, food, size) - apart(after[0]!, food, size) + (ate ? FOOD : 0)
}

/**
 * One run. A step nearer to the food earns 1, a step away from it costs 1, and food earns 5 more, ends the run and makes the snake one cell longer; food
 * then comes to a cell drawn at random, and the clock is set back. A run ends where the clock does. Events: {kind: 'went', direction, steps, ate}, then
 * {kind: 'ended', reason: 'stuck' | 'starved' | 'full'} at the end; {kind: 'refused', reason: 'wall' | 'body', action} alone.
 */
export function step(state: StateSnake, action: Going): StepResult<StateSnake> {
  const [way, wanted] = action
  if (action.length !== 2 || !actions(state).some(([one, other]) => one === way && other === wanted))
    throw new GameError(
      `${JSON.stringify(action)} is not an action of Snake here: use a direction from 0 to 3 and 1 to ${state.size - 1} steps.`,
    )
  const gone = goneTo(state, action)
  if (typeof gone === 'string')
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason: gone, action: [way, wanted] }] }
  const { size, body, food } = state
  const rng = rngFromState(state.rng)
  const next: StateSnake = {
    ...configOf(state),
    body: gone.body,
    food: gone.ate ? foodOn(gone.body, size, rng) : food,
    clock: gone.ate ? state.hunger : state.clock - gone.steps,
    moves: state.moves + 1,
    rng: rng.state(),
  }
  const end = endOf(next)
  const events: GameEvent[] = [{ kind: 'went', direction: way, steps: gone.steps, ate: gone.ate }]
  if (end !== null) events.push({ kind: 'ended', reason: end })
  return { state: next, reward: pointsOf(body, gone, food, size), legal: true, terminated: end !== null, events }
}
