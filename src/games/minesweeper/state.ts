/** Config and state of Minesweeper: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { needsNoGuess } from './risk.ts'
import { BURST, COVERED, coveredIn, FLAG, isCovered, minesMax, neighboursOf, numbersOf, opened, SIZE_MAX, SIZE_MIN } from './rules.ts'

/** Every knob of the game. */
export interface ConfigMinesweeper {
  /** Cells a side, 4..10. Axis: reasoning. */
  readonly size: number
  /** Mines, 1..size² / 5; without guesses to size² / 6. Axis: reasoning. */
  readonly mines: number
  /** Whether a board may need guesses; else safe moves alone clear it. Axis: reasoning. */
  readonly guesses: boolean
  /** Whether all numbers have one colour. Axis: perception. */
  readonly plain: boolean
}

const fields = {
  size: whole(SIZE_MIN, SIZE_MAX),
  mines: whole(1, minesMax(SIZE_MAX, true)),
  guesses: z.boolean(),
  plain: z.boolean(),
}

function tooMany({ size, mines, guesses }: Pick<ConfigMinesweeper, 'size' | 'mines' | 'guesses'>, fail: Fail): void {
  const most = minesMax(size, guesses)
  if (mines > most)
    fail(
      'mines',
      `at most ${most} for size ${size} ${guesses ? 'with' : 'without'} guesses, got ${mines}: lower mines or raise size${guesses ? '' : ', or set guesses'}`,
    )
}

/** Strict schema of the config, with defaults. */
export const configMinesweeper: Schema<ConfigMinesweeper> = z
  .strictObject({
    size: z._default(fields.size, 6),
    mines: z._default(fields.mines, 6),
    guesses: z._default(fields.guesses, false),
    plain: z._default(fields.plain, false),
  })
  .check(acrossFields(tooMany))

/** A position. */
export interface StateMinesweeper extends ConfigMinesweeper {
  /** The cells with a mine, ascending: what nobody sees. */
  readonly mined: readonly number[]
  /** What is seen: size * size looks, row-major: 0..8 the mines around an open cell, 9 covered, 10 flagged, 11 the mine that was opened. */
  readonly shown: readonly number[]
  readonly rng: RngState
}

/** Opens a cell, or sets or takes away its flag. Row and column from 0. */
export interface ActionMinesweeper {
  readonly verb: 'open' | 'flag'
  readonly row: number
  readonly column: number
}

/** Schema of a state. */
export const stateMinesweeper: Schema<StateMinesweeper> = z
  .strictObject({
    ...fields,
    mined: z.array(whole(0, SIZE_MAX * SIZE_MAX - 1)).check(z.maxLength(minesMax(SIZE_MAX, true))),
    shown: z.array(whole(0, BURST)).check(z.maxLength(SIZE_MAX * SIZE_MAX)),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      tooMany(state, fail)
      boardFaults(state, fail)
    }),
  )

function boardFaults({ size, mines, mined, shown }: StateMinesweeper, fail: Fail): void {
  const cells = size * size
  const set = new Set(mined)
  const numbers = numbersOf(set, size)
  const wrong = shown.findIndex((look, cell) => !isCovered(look) && look !== (set.has(cell) ? BURST : numbers[cell]))
  if (mined.length !== mines || mined.some((cell, i) => cell >= cells || (i > 0 && cell <= mined[i - 1]!)))
    fail('mined', `expected ${mines} different cells of ${cells} in their order`)
  else if (shown.length !== cells) fail('shown', `expected ${cells} cells for size ${size}, got ${shown.length}`)
  else if (wrong >= 0) fail('shown', `cell ${wrong} shows ${shown[wrong]}, which the mines do not give`)
  else if (shown.filter((look) => look === BURST).length > 1) fail('shown', 'at most one mine that was opened')
}

const index = whole(0, SIZE_MAX - 1)
const action = z.strictObject({ verb: z.enum(['open', 'flag']), row: index, column: index })

/** Schema of an event; see `step`. */
export const eventMinesweeper: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), row: index, column: index, cells: whole(1, SIZE_MAX * SIZE_MAX) }),
  z.strictObject({ kind: z.literal('flagged'), row: index, column: index, on: z.boolean() }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['cleared', 'mine']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['open', 'flag', 'ended']), action }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: mines drawn evenly, an open area without mines around its first cell, and, without `guesses`, a board that reasoning alone clears. */
export function init(config: ConfigMinesweeper, seed: number): StateMinesweeper {
  const rng = seededRng(seed, 'minesweeper', 'init')
  for (;;) {
    const { mined, shown } = deal(config, rng)
    const { size, mines, guesses } = config
    const set = new Set(mined)
    if (guesses || needsNoGuess({ shown, size, mines }, (board, cell) => opened(board, set, size, cell).shown))
      return stateOf(config, mined, shown, rng)
  }
}

/** Mines, and the board with one area open; some cell without a mine is still covered. */
function deal({ size, mines }: ConfigMinesweeper, rng: Rng): { mined: number[]; shown: number[] } {
  const cells = Array.from({ length: size * size }, (_, cell) => cell)
  for (;;) {
    const start = rng.int(cells.length)
    const near = new Set([start, ...neighboursOf(size)[start]!])
    const mined = rng
      .shuffle(cells.filter((cell) => !near.has(cell)))
      .slice(0, mines)
      .sort((a, b) => a - b)
    const covered = cells.map(() => COVERED)
    const { shown } = opened(covered, new Set(mined), size, start)
    if (coveredIn(shown) > mines) return { mined, shown }
  }
}

/**
 * A board in the middle of a game for even training of perception: some more cells without a mine were opened, whatever could be known, and some
 * covered ones have flags. Never cleared, and some cell can be opened.
 */
export function scatter(config: ConfigMinesweeper, seed: number): StateMinesweeper {
  const rng = seededRng(seed, 'minesweeper', 'scatter')
  const { size, mines } = config
  let { mined, shown } = deal(config, rng)
  const set = new Set(mined)
  const safe = shown.flatMap((look, cell) => (look === COVERED && !set.has(cell) ? [cell] : []))
  for (const cell of rng.shuffle(safe).slice(0, rng.int(safe.length))) {
    if (shown[cell] !== COVERED) continue
    const after = opened(shown, set, size, cell).shown
    if (coveredIn(after) > mines) shown = after
  }
  const flagged = shown.map((look) => (look === COVERED && rng.int(6) === 0 ? FLAG : look))
  if (flagged.includes(COVERED)) shown = flagged
  return stateOf(config, mined, shown, rng)
}

function stateOf(config: ConfigMinesweeper, mined: readonly number[], shown: readonly number[], rng: Rng): StateMinesweeper {
  return { ...config, mined, shown, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ size, mines, guesses, plain }: StateMinesweeper): ConfigMinesweeper {
  return { size, mines, guesses, plain }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateMinesweeper, seed: number): StateMinesweeper {
  return { ...state, rng: seededRng(seed, 'minesweeper', 'chance').state() }
}

/** Whether every cell without a mine is open. */
export const won = ({ shown, mines }: StateMinesweeper): boolean => !shown.includes(BURST) && coveredIn(shown) === mines

/** Whether the board is cleared or a mine was opened. */
export const terminated = (state: StateMinesweeper): boolean => state.shown.includes(BURST) || coveredIn(state.shown) === state.mines

const LISTS = Array.from({ length: SIZE_MAX + 1 }, (_, size) =>
  (['open', 'flag'] as const).flatMap((verb) =>
    Array.from({ length: size * size }, (_, at): ActionMinesweeper => ({ verb, row: Math.floor(at / size), column: at % size })),
  ),
)

/** Opening each cell in reading order, then the flag of each. */
export const actions = ({ size }: ConfigMinesweeper): readonly ActionMinesweeper[] => LISTS[size]!

/** Opening covered cells without a flag, and flags of covered cells; none once terminated. */
export function legalActions(state: StateMinesweeper): readonly ActionMinesweeper[] {
  if (terminated(state)) return []
  const { shown, size } = state
  return actions(state).filter(({ verb, row, column }) => {
    const look = shown[row * size + column]!
    return verb === 'open' ? look === COVERED : isCovered(look)
  })
}

/**
 * One move. Each cell that opens earns 1; clearing the board as many again as it has mines; a mine and a flag earn nothing. Events: {kind:
 * 'opened', row, column, cells} or {kind: 'flagged', row, column, on}, then {kind: 'ended', reason: 'cleared' | 'mine'} at the end, which stands
 * alone for a mine; {kind: 'refused', reason: 'open' | 'flag', action} alone for a cell that is open or has a flag.
 */
export function step(state: StateMinesweeper, action: ActionMinesweeper): StepResult<StateMinesweeper> {
  const { size, mines, mined, shown } = state
  const { verb, row, column } = action
  const cell = row * size + column
  const inside = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < size
  if ((verb !== 'open' && verb !== 'flag') || !inside(row) || !inside(column))
    throw new GameError(`${JSON.stringify(action)} is not an action of Minesweeper here: use open or flag and a cell of ${size} x ${size}.`)
  const look = shown[cell]!
  if (!isCovered(look)) return refused(state, action, 'open')
  if (verb === 'flag') {
    const on = look === COVERED
    const events: GameEvent[] = [{ kind: 'flagged', row, column, on }]
    return { state: { ...state, shown: shown.with(cell, on ? FLAG : COVERED) }, reward: 0, legal: true, terminated: false, events }
  }
  if (look === FLAG) return refused(state, action, 'flag')
  if (mined.includes(cell)) {
    const events: GameEvent[] = [{ kind: 'ended', reason: 'mine' }]
    return { state: { ...state, shown: shown.with(cell, BURST) }, reward: 0, legal: true, terminated: true, events }
  }
  const after = opened(shown, new Set(mined), size, cell)
  const next = { ...state, shown: after.shown }
  const cleared = terminated(next)
  const events: GameEvent[] = [{ kind: 'opened', row, column, cells: after.cells }]
  if (cleared) events.push({ kind: 'ended', reason: 'cleared' })
  return { state: next, reward: after.cells + (cleared ? mines : 0), legal: true, terminated: cleared, events }
}

function refused(state: StateMinesweeper, action: ActionMinesweeper, reason: string): StepResult<StateMinesweeper> {
  const { verb, row, column } = action
  return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason, action: { verb, row, column } }] }
}
