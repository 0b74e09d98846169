/** Config and state of Rush Hour: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { dealTable, inOrder } from './deal.ts'
import {
  type Block,
  type Board,
  blocksMax,
  blocksMin,
  cellsOf,
  DIRECTIONS,
  exitRow,
  isOut,
  LENGTH_MAX,
  movesMax,
  refusalOf,
  SIZE_MAX,
  SIZE_MIN,
  type Slide,
  slid,
  slidesFrom,
  stepsLeft,
} from './rules.ts'

/** Points that the end earns. */
export const BONUS = 10

/** Every knob of the game. */
export interface ConfigRushHour {
  /** Cells a side, 4..6. Axis: reasoning. */
  readonly size: number
  /** Blocks, the one that wants out among them: 3..6 at size 4, 4..9 at 5, 6..12 at 6. Axis: reasoning. */
  readonly blocks: number
  /** Fewest slides that solve a fresh board, 1 to what `movesMax` of rules.ts says. Axis: reasoning. */
  readonly moves: number
  /** Whether all blocks have one colour, so that letters alone tell them apart. Axis: perception. */
  readonly plain: boolean
}

const fields = {
  size: whole(SIZE_MIN, SIZE_MAX),
  blocks: whole(blocksMin(SIZE_MIN), blocksMax(SIZE_MAX)),
  moves: whole(1, movesMax(SIZE_MAX, blocksMax(SIZE_MAX))),
  plain: z.boolean(),
}

function knobFaults({ size, blocks, moves }: Pick<ConfigRushHour, 'size' | 'blocks' | 'moves'>, fail: Fail): void {
  const [least, most] = [blocksMin(size), blocksMax(size)]
  if (blocks < least || blocks > most) fail('blocks', `${least} to ${most} for size ${size}, got ${blocks}`)
  else if (moves > movesMax(size, blocks))
    fail(
      'moves',
      `at most ${movesMax(size, blocks)} for size ${size} and ${blocks} blocks, got ${moves}: lower moves or raise size or blocks`,
    )
}

/** Strict schema of the config, with defaults. */
export const configRushHour: Schema<ConfigRushHour> = z
  .strictObject({
    size: z._default(fields.size, 6),
    blocks: z._default(fields.blocks, 9),
    moves: z._default(fields.moves, 6),
    plain: z._default(fields.plain, false),
  })
  .check(acrossFields(knobFaults))

/** A position: the blocks by letter, the one that wants out first. */
export interface StateRushHour extends ConfigRushHour, Board {
  readonly rng: RngState
}

const index = whole(0, SIZE_MAX - 1)
const block = z.strictObject({ row: index, column: index, length: whole(2, LENGTH_MAX), upright: z.boolean() })

/** Schema of a state. */
export const stateRushHour: Schema<StateRushHour> = z
  .strictObject({ ...fields, board: z.array(block).check(z.maxLength(blocksMax(SIZE_MAX))), rng: rngState })
  .check(
    acrossFields((state, fail) => {
      knobFaults(state, fail)
      boardFaults(state, fail)
    }),
  )

/** What is wrong with a board; of several faults the first. */
export function boardFaults({ size, blocks, board }: Pick<StateRushHour, 'size' | 'blocks' | 'board'>, fail: Fail): void {
  const [first] = board
  const exit = exitRow(size)
  const cells = board.flatMap((one) => cellsOf(one, size))
  const outside = board.some(
    ({ row, column, length, upright }) => (upright ? row : column) + length > size || row >= size || column >= size,
  )
  if (board.length !== blocks) fail('board', `expected ${blocks} blocks, got ${board.length}`)
  else if (outside) fail('board', `a block reaches beyond the ${size} x ${size} cells`)
  else if (new Set(cells).size !== cells.length) fail('board', 'two blocks share a cell')
  else if (first!.upright || first!.row !== exit || first!.length !== 2)
    fail('board', `the first block must lie in row ${exit} and have 2 cells`)
  else if (board.some((one, at) => at > 0 && !one.upright && one.row === exit)) fail('board', `only the first block may lie in row ${exit}`)
}

const action = z.strictObject({
  block: whole(0, blocksMax(SIZE_MAX) - 1),
  direction: z.enum(DIRECTIONS),
  cells: whole(1, SIZE_MAX - 2),
})

/** Schema of an event; see `step`. */
export const eventRushHour: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slid'), ...action.shape }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('out') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['across', 'blocked', 'ended']), action }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: a board that as many slides as the config says solve, and no fewer. */
export function init(config: ConfigRushHour, seed: number): StateRushHour {
  return drawn(config, config.moves, seededRng(seed, 'rush-hour', 'init'))
}

/** A board for even training of perception that may need any number of slides, at least one. */
export function scatter(config: ConfigRushHour, seed: number): StateRushHour {
  return drawn(config, null, seededRng(seed, 'rush-hour', 'scatter'))
}

function drawn(config: ConfigRushHour, moves: number | null, rng: Rng): StateRushHour {
  const { size, blocks } = config
  const table = dealTable(size, blocks, moves ?? 1, rng)
  const board = rng.pick(table.boards(moves ?? 1 + rng.int(table.longest)))
  return { ...config, board: inOrder({ size, board }), rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ size, blocks, moves, plain }: StateRushHour): ConfigRushHour {
  return { size, blocks, moves, plain }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateRushHour, seed: number): StateRushHour {
  return { ...state, rng: seededRng(seed, 'rush-hour', 'chance').state() }
}

/** Whether the first block is out. */
export const won = (state: StateRushHour): boolean => isOut(state)

/** Whether the first block is out. A board from outside may have no slide at all; that is its end too. */
export const terminated = (state: StateRushHour): boolean => isOut(state) || slidesFrom(state).length === 0

const lists = new Map<string, readonly Slide[]>()

/** Each block of the board in each direction, by 1 to size - 2 cells. */
export function actions({ size, blocks }: Pick<ConfigRushHour, 'size' | 'blocks'>): readonly Slide[] {
  const key = `${size} ${blocks}`
  let list = lists.get(key)
  if (list === undefined) {
    const cells = Array.from({ length: size - 2 }, (_, i) => i + 1)
    list = Array.from({ length: blocks }, (_, one) =>
      DIRECTIONS.flatMap((direction) => cells.map((count) => ({ block: one, direction, cells: count }))),
    ).flat()
    lists.set(key, list)
  }
  return list
}

/** The slides that can be made, in the order of `actions`; none once terminated. */
export function legalActions(state: StateRushHour): Slide[] {
  return isOut(state) ? [] : slidesFrom(state)
}

/**
 * One slide. Each cell that the first block comes nearer to the exit earns 1, each farther costs 1; a block that leaves the way between it and the
 * exit earns 1, one that comes into it costs 1; the end earns 10. Events: {kind: 'slid', block, direction, cells}, then {kind: 'ended', reason: 'out'}
 * at the end; {kind: 'refused', reason: 'across' | 'blocked', action} alone.
 */
export function step(state: StateRushHour, action: Slide): StepResult<StateRushHour> {
  if (!isAction(state, action))
    throw new GameError(
      `${JSON.stringify(action)} is not an action of Rush Hour here: use a block from 0 to ${state.blocks - 1}, a direction, and 1 to ${state.size - 2} cells.`,
    )
  const { block, direction, cells } = action
  const reason = refusalOf(state, action)
  if (reason !== null) {
    const events: GameEvent[] = [{ kind: 'refused', reason, action: { block, direction, cells } }]
    return { state, reward: 0, legal: false, terminated: false, events }
  }
  const next = { ...configOf(state), board: slid(state.board, action), rng: state.rng }
  const out = isOut(next)
  const events: GameEvent[] = [{ kind: 'slid', block, direction, cells }]
  if (out) events.push({ kind: 'ended', reason: 'out' })
  return { state: next, reward: pointsOf(state, next), legal: true, terminated: out, events }
}

function isAction({ size, blocks }: StateRushHour, { block, direction, cells }: Slide): boolean {
  const within = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most
  return within(block, 0, blocks - 1) && DIRECTIONS.includes(direction) && within(cells, 1, size - 2)
}

/** Points of the way from one board to another. */
export function pointsOf(before: Board, after: Board): number {
  return stepsLeft(before) - stepsLeft(after) + (isOut(after) ? BONUS : 0)
}

/** A board with other blocks. */
export const boardAfter = ({ size, board }: Board, slide: Slide): { readonly size: number; readonly board: readonly Block[] } => ({
  size,
  board: slid(board, slide),
})
