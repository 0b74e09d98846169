/** Config and state of nonograms: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { boardCell, type Clues, cluesOf, pictureCell, SIZE_MAX, SIZE_MIN, sideOf } from './rules.ts'
import { solutions, UNKNOWN } from './solve.ts'

/** Looks of cells of the board. */
export const OPEN = 0
export const FULL = 1
export const WRONG = 2

/** Bounds of `density`: with fewer filled cells hardly any board has one solution, with more hardly any needs thought. */
export const DENSITY_MIN = 40
export const DENSITY_MAX = 70
/** Most steps of the numbers' colour towards their ground. */
export const FAINT_MAX = 5

/** Every knob of the game. */
export interface ConfigNonogram {
  /** Cells a side of the board, 3..7. Axis: reasoning. */
  readonly size: number
  /** Percent of the cells that are filled, about, 40..70. The fewer, the less a look at a line tells. Axis: reasoning. */
  readonly density: number
  /** How far the numbers are drawn towards their ground, 0..5, 15 % each. Axis: perception. */
  readonly faint: number
}

const fields = { size: whole(SIZE_MIN, SIZE_MAX), density: whole(DENSITY_MIN, DENSITY_MAX), faint: whole(0, FAINT_MAX) }

/** Strict schema of the config, with defaults. */
export const configNonogram: Schema<ConfigNonogram> = z.strictObject({
  size: z._default(fields.size, 5),
  density: z._default(fields.density, 55),
  faint: z._default(fields.faint, 0),
})

/** A position: what is to be filled, which nobody sees, and what is seen. */
export interface StateNonogram extends ConfigNonogram {
  /** size * size cells, row-major: 1 where the solution is filled. */
  readonly solution: readonly number[]
  /** size * size looks, row-major: 0 open, 1 filled, 2 filled wrongly, which ends the game. */
  readonly shown: readonly number[]
  readonly rng: RngState
}

const cells = (most: number): z.ZodMiniArray<z.ZodMiniNumberFormat> => z.array(whole(0, most)).check(z.maxLength(SIZE_MAX * SIZE_MAX))

/** Schema of a state. */
export const stateNonogram: Schema<StateNonogram> = z
  .strictObject({ ...fields, solution: cells(1), shown: cells(WRONG), rng: rngState })
  .check(acrossFields(boardFaults))

function boardFaults({ size, solution, shown }: StateNonogram, fail: Fail): void {
  const wrong = shown.filter((look) => look === WRONG).length
  const count = size * size
  if (solution.length !== count) fail('solution', `expected ${count} cells for size ${size}, got ${solution.length}`)
  else if (shown.length !== count) fail('shown', `expected ${count} cells for size ${size}, got ${shown.length}`)
  else if (!solution.includes(1)) fail('solution', 'some cell must be filled')
  else if (!isOnly(solution, size)) fail('solution', 'its clues have other solutions')
  else if (shown.some((look, at) => look !== OPEN && (look === FULL) !== (solution[at] === 1)))
    fail('shown', 'a cell is filled against the solution, or wrong where it is right')
  else if (wrong > 1) fail('shown', `at most one wrong cell, got ${wrong}`)
}

/** Whether no other board has the clues of this one. */
export function isOnly(solution: readonly number[], size: number): boolean {
  return solutions(cluesBy(solution, size), new Array<number>(size * size).fill(UNKNOWN), 2).length === 1
}

const cluesBy = (solution: readonly number[], size: number): Clues =>
  cluesOf(
    solution.map((cell) => cell === 1),
    size,
  )

/** The clues of a state. */
export const cluesIn = ({ solution, size }: Pick<StateNonogram, 'solution' | 'size'>): Clues => cluesBy(solution, size)

const action = whole(0, sideOf(SIZE_MAX) ** 2 - 1)
const side = whole(sideOf(SIZE_MIN), sideOf(SIZE_MAX))

/** Schema of an event; see `step`. */
export const eventNonogram: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('filled'), action }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['solved', 'wrong']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['clue', 'filled', 'ended']), action, side: z.optional(side) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: cells drawn filled by the density, so that their clues have no other solution; none is filled yet. */
export function init(config: ConfigNonogram, seed: number): StateNonogram {
  const rng = seededRng(seed, 'nonogram', 'init')
  const solution = drawSolution(config, rng)
  return { ...config, solution, shown: solution.map(() => OPEN), rng: rng.state() }
}

function drawSolution({ size, density }: ConfigNonogram, rng: Rng): number[] {
  for (;;) {
    const solution = Array.from({ length: size * size }, () => (rng.int(100) < density ? 1 : 0))
    if (solution.includes(1) && isOnly(solution, size)) return solution
  }
}

/** A board in the middle of a game for even training of perception: some of the cells of the solution are filled, not all. */
export function scatter(config: ConfigNonogram, seed: number): StateNonogram {
  const rng = seededRng(seed, 'nonogram', 'scatter')
  const solution = drawSolution(config, rng)
  const full = rng.shuffle(solution.flatMap((cell, at) => (cell === 1 ? [at] : [])))
  const chosen = new Set(full.slice(0, rng.int(full.length)))
  return { ...config, solution, shown: solution.map((_, at) => (chosen.has(at) ? FULL : OPEN)), rng: rng.state() }
}

/** The knobs of a state. */
export const configOf = ({ size, density, faint }: StateNonogram): ConfigNonogram => ({ size, density, faint })

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateNonogram, seed: number): StateNonogram {
  return { ...state, rng: seededRng(seed, 'nonogram', 'chance').state() }
}

/** Cells of the solution that are not filled yet. */
export const cellsLeft = ({ solution, shown }: Pick<StateNonogram, 'solution' | 'shown'>): number =>
  solution.reduce((sum, cell, at) => sum + (cell === 1 && shown[at] !== FULL ? 1 : 0), 0)

/** Whether the picture is finished. */
export const won = (state: StateNonogram): boolean => !state.shown.includes(WRONG) && cellsLeft(state) === 0

/** Whether the picture is finished, or a cell was filled wrongly. */
export const terminated = (state: StateNonogram): boolean => state.shown.includes(WRONG) || cellsLeft(state) === 0

const LISTS = Array.from({ length: SIZE_MAX + 1 }, (_, size) => Array.from({ length: sideOf(size) ** 2 }, (_, at) => at))

/** Every cell of the picture, those with clues too. */
export const actions = ({ size }: Pick<ConfigNonogram, 'size'>): readonly number[] => LISTS[size]!

/** The open cells of the board, as cells of the picture; none once terminated. */
export function legalActions(state: StateNonogram): number[] {
  if (terminated(state)) return []
  return state.shown.flatMap((look, cell) => (look === OPEN ? [pictureCell(state.size, cell)] : []))
}

/**
 * Fills a cell, a cell of the picture. One of the solution earns 1, the last of them `size` more; any other ends the game. Events: {kind: 'filled',
 * action}, then {kind: 'ended', reason: 'solved' | 'wrong'} at the end; {kind: 'refused', reason: 'clue' | 'filled', action, side} alone.
 */
export function step(state: StateNonogram, action: number): StepResult<StateNonogram> {
  const { size, solution, shown } = state
  if (!Number.isInteger(action) || action < 0 || action >= sideOf(size) ** 2)
    throw new GameError(`${JSON.stringify(action)} is not an action of Nonogram here: use a cell from 0 to ${sideOf(size) ** 2 - 1}.`)
  const cell = boardCell(size, action)
  if (cell < 0 || shown[cell] !== OPEN) {
    const reason = cell < 0 ? 'clue' : 'filled'
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason, action, side: sideOf(size) }] }
  }
  const right = solution[cell] === 1
  const next = { ...state, shown: shown.with(cell, right ? FULL : WRONG) }
  const over = terminated(next)
  const events: GameEvent[] = [{ kind: 'filled', action }]
  if (over) events.push({ kind: 'ended', reason: right ? 'solved' : 'wrong' })
  return { state: next, reward: right ? 1 + (over ? size : 0) : 0, legal: true, terminated: over, events }
}
