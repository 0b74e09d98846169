/** Config and state of Sokoban: schemas, validation, fresh and scattered boards, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import {
  apart,
  BOXES_MAX,
  FLOOR,
  type Position,
  type Push,
  pushed,
  pushesFrom,
  pushesMax,
  type Room,
  reachOf,
  refusalOf,
  SIZE_MAX,
  SIZE_MIN,
  stepsLeft,
  stepsOf,
  WALL,
} from './rules.ts'
import { tableOf } from './table.ts'

/** Most steps of a box's colour towards the walls'. */
export const SHADE_MAX = 5

/** Points that each box earns when all stand on goals. */
const BONUS = 5

/** Points that the end earns. */
export const bonusOf = ({ boxes }: Pick<ConfigSokoban, 'boxes'>): number => BONUS * boxes

/** Percent of the cells within the outer walls that are walls before rooms that nobody gets to are filled. */
const INNER_WALLS = 16

/** Every knob of the game. */
export interface ConfigSokoban {
  /** Cells a side with the walls around, 5..10. Axis: reasoning. */
  readonly size: number
  /** Boxes, and goals, 1..3. Axis: reasoning. */
  readonly boxes: number
  /** Fewest pushes that solve a fresh board, 1 to what `pushesMax` of rules.ts says. Axis: reasoning. */
  readonly pushes: number
  /** How far the boxes' colour is drawn towards that of the walls, 0..5, 15 % each. Axis: perception. */
  readonly shade: number
}

const fields = {
  size: whole(SIZE_MIN, SIZE_MAX),
  boxes: whole(1, BOXES_MAX),
  pushes: whole(1, pushesMax(SIZE_MAX, BOXES_MAX)),
  shade: whole(0, SHADE_MAX),
}

function tooMany({ size, boxes, pushes }: Pick<ConfigSokoban, 'size' | 'boxes' | 'pushes'>, fail: Fail): void {
  const most = pushesMax(size, boxes)
  const counted = `${boxes} ${boxes === 1 ? 'box' : 'boxes'}`
  if (pushes > most) fail('pushes', `at most ${most} for size ${size} and ${counted}, got ${pushes}: lower pushes or raise size or boxes`)
}

/** Strict schema of the config, with defaults. */
export const configSokoban: Schema<ConfigSokoban> = z
  .strictObject({
    size: z._default(fields.size, 7),
    boxes: z._default(fields.boxes, 2),
    pushes: z._default(fields.pushes, 6),
    shade: z._default(fields.shade, 0),
  })
  .check(acrossFields(tooMany))

/** A position with its room. */
export interface StateSokoban extends ConfigSokoban, Room, Position {
  /** The goals, ascending. */
  readonly goals: readonly number[]
  /** Pushes made. */
  readonly moves: number
  readonly rng: RngState
}

const cell = whole(0, SIZE_MAX * SIZE_MAX - 1)
const few = z.array(cell).check(z.maxLength(BOXES_MAX))

/** Schema of a state. */
export const stateSokoban: Schema<StateSokoban> = z
  .strictObject({
    ...fields,
    cells: z.array(whole(FLOOR, WALL)).check(z.maxLength(SIZE_MAX * SIZE_MAX)),
    goals: few,
    crates: few,
    player: cell,
    moves: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      tooMany(state, fail)
      roomFaults(state, fail)
    }),
  )

/** What is wrong with a board; of several faults the first. */
export function roomFaults({ size, boxes, cells, goals, crates, player }: Omit<StateSokoban, keyof RngFree>, fail: Fail): void {
  const onFloor = (list: readonly number[]): boolean =>
    list.length === boxes && list.every((one, at) => cells[one] === FLOOR && (at === 0 || one > list[at - 1]!))
  const open = cells.some((one, at) => one === FLOOR && isEdge(at, size))
  if (cells.length !== size * size) fail('cells', `expected ${size * size} cells for size ${size}, got ${cells.length}`)
  else if (open) fail('cells', 'the edge of the board must be walls')
  else if (!onFloor(goals)) fail('goals', `expected ${boxes} different cells of the floor in their order`)
  else if (!onFloor(crates)) fail('crates', `expected ${boxes} different cells of the floor in their order`)
  else if (cells[player] !== FLOOR || crates.includes(player)) fail('player', `cell ${player} is no floor without a box`)
}

/** Fields that say nothing of a board. */
interface RngFree {
  readonly rng: RngState
  readonly moves: number
  readonly pushes: number
  readonly shade: number
}

function isEdge(at: number, size: number): boolean {
  const [row, column] = [Math.floor(at / size), at % size]
  return row === 0 || column === 0 || row === size - 1 || column === size - 1
}

const index = whole(0, SIZE_MAX - 1)
/** Row and column, as a list that every reader of schemas knows. */
const place = z.array(index).check(z.minLength(2), z.maxLength(2))
const action = z.array(place).check(z.minLength(2), z.maxLength(2))

/** Schema of an event; see `step`. */
export const eventSokoban: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pushed'), from: place, to: place, nearer: z.int().check(z.minimum(-1), z.maximum(1)) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.enum(['solved', 'stuck']) }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['no-box', 'blocked', 'out-of-reach', 'ended']), action }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A push as an answer tells it: the cell of a box and the cell beside it where it goes, each as row and column from 0. */
export type ActionSokoban = readonly [from: readonly [number, number], to: readonly [number, number]]

/** A fresh game: a room, and a position that as many pushes as the config says solve, and no fewer. */
export function init(config: ConfigSokoban, seed: number): StateSokoban {
  const rng = seededRng(seed, 'sokoban', 'init')
  for (;;) {
    const { room, goals } = drawRoom(config, rng)
    const positions = tableOf(room, goals).positions(config.pushes)
    if (positions.length === 0) continue
    const { crates, player } = rng.pick(positions)
    const reached = reachOf(room, { crates, player }).flatMap((yes, at) => (yes ? [at] : []))
    return stateOf(config, room, goals, { crates, player: rng.pick(reached) }, rng)
  }
}

/** A room whose floor hangs together, and goals on it. */
function drawRoom({ size, boxes }: ConfigSokoban, rng: Rng): { room: Room; goals: number[] } {
  for (;;) {
    const drawn = Array.from({ length: size * size }, (_, at) => (isEdge(at, size) || rng.int(100) < INNER_WALLS ? WALL : FLOOR))
    const start = rng.pick(drawn.flatMap((_, at) => (isEdge(at, size) ? [] : [at])))
    if (drawn[start] === WALL) continue
    const reached = reachOf({ size, cells: drawn }, { crates: [], player: start })
    const floor = reached.flatMap((yes, at) => (yes ? [at] : []))
    if (floor.length < boxes + 4) continue
    const room = { size, cells: reached.map((yes) => (yes ? FLOOR : WALL)) }
    return { room, goals: ascending(rng.shuffle(floor).slice(0, boxes)) }
  }
}

const ascending = (cells: readonly number[]): number[] => [...cells].sort((a, b) => a - b)

/** Positions tried in one room by `scatter`. */
const TRIES = 20

/** A board that can be solved, boxes and player anywhere, one box in three on a goal, for even training of perception. */
export function scatter(config: ConfigSokoban, seed: number): StateSokoban {
  const rng = seededRng(seed, 'sokoban', 'scatter')
  for (;;) {
    const { room, goals } = drawRoom(config, rng)
    const floor = room.cells.flatMap((one, at) => (one === FLOOR ? [at] : []))
    const table = tableOf(room, goals)
    for (let tries = 0; tries < TRIES; tries++) {
      const chosen = new Set(goals.filter(() => rng.int(3) === 0))
      while (chosen.size < config.boxes) chosen.add(rng.pick(floor))
      const position = { crates: ascending([...chosen]), player: rng.pick(floor.filter((at) => !chosen.has(at))) }
      if ((table.pushes(position) ?? 0) > 0) return stateOf(config, room, goals, position, rng)
    }
  }
}

function stateOf(config: ConfigSokoban, { cells }: Room, goals: readonly number[], position: Position, rng: Rng): StateSokoban {
  return { ...config, cells, goals, crates: position.crates, player: position.player, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ size, boxes, pushes, shade }: StateSokoban): ConfigSokoban {
  return { size, boxes, pushes, shade }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateSokoban, seed: number): StateSokoban {
  return { ...state, rng: seededRng(seed, 'sokoban', 'chance').state() }
}

/** Whether every box stands on a goal. */
export const won = ({ crates, goals }: Pick<StateSokoban, 'crates' | 'goals'>): boolean => crates.every((crate) => goals.includes(crate))

/** Whether the board is solved, or nothing can be pushed. */
export const terminated = (state: StateSokoban): boolean => won(state) || pushesFrom(state, state).length === 0

/** Every two cells of a board that touch, the first in reading order, then up, right, down, left. */
const LISTS = Array.from({ length: SIZE_MAX + 1 }, (_, size) =>
  Array.from({ length: size * size }, (_, from) => from).flatMap((from) =>
    stepsOf(size).flatMap((step) => {
      const to = from + step
      return to >= 0 && to < size * size && apart(size, from, to) === 1 ? [actionOf(size, { from, to })] : []
    }),
  ),
)

/** A push as an action of a board of `size`. */
export function actionOf(size: number, { from, to }: Push): ActionSokoban {
  return [
    [Math.floor(from / size), from % size],
    [Math.floor(to / size), to % size],
  ]
}

/** The push that an action means on a board of `size`. */
export function pushOf(size: number, [from, to]: ActionSokoban): Push {
  return { from: from[0] * size + from[1], to: to[0] * size + to[1] }
}

/** A cell and one beside it, for all cells. */
export const actions = ({ size }: Pick<ConfigSokoban, 'size'>): readonly ActionSokoban[] => LISTS[size]!

/** The pushes that can be made; none once terminated. */
export function legalActions(state: StateSokoban): ActionSokoban[] {
  return won(state) ? [] : pushesFrom(state, state).map((push) => actionOf(state.size, push))
}

/**
 * One push. A box that comes nearer to the goal nearest to it, in steps along rows and columns, earns 1, and costs 1 when it goes farther; all
 * boxes on goals earn 5 each. Events: {kind: 'pushed', from, to, nearer}, then {kind: 'ended', reason: 'solved' | 'stuck'} at the end; {kind:
 * 'refused', reason: 'no-box' | 'blocked' | 'out-of-reach', action} alone.
 */
export function step(state: StateSokoban, action: ActionSokoban): StepResult<StateSokoban> {
  const { size, boxes, pushes, shade, cells, goals, crates, moves, rng } = state
  if (!isAction(size, action))
    throw new GameError(`${JSON.stringify(action)} is not an action of Sokoban here: use two cells of ${size} x ${size} that touch.`)
  const push = pushOf(size, action)
  const [from, to] = action
  const reason = refusalOf(state, state, push)
  if (reason !== null) {
    const events: GameEvent[] = [{ kind: 'refused', reason, action: [[...from], [...to]] }]
    return { state, reward: 0, legal: false, terminated: false, events }
  }
  const position = pushed(state, push)
  const next = { size, boxes, pushes, shade, cells, goals, crates: position.crates, player: position.player, moves: moves + 1, rng }
  const nearer = stepsLeft(size, crates, goals) - stepsLeft(size, next.crates, goals)
  const solved = won(next)
  const over = solved || terminated(next)
  const events: GameEvent[] = [{ kind: 'pushed', from: [...from], to: [...to], nearer }]
  if (over) events.push({ kind: 'ended', reason: solved ? 'solved' : 'stuck' })
  return { state: next, reward: nearer + (solved ? bonusOf(state) : 0), legal: true, terminated: over, events }
}

function isAction(size: number, [from, to]: ActionSokoban): boolean {
  const inside = (at: number): boolean => Number.isInteger(at) && at >= 0 && at < size
  return [...from, ...to].every(inside) && Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) === 1
}

/** Points of a push, and the position after it. */
export function outcomeOf(
  { size, boxes, goals }: Pick<StateSokoban, 'size' | 'boxes' | 'goals'>,
  position: Position,
  push: Push,
): [number, Position] {
  const next = pushed(position, push)
  const points = stepsLeft(size, position.crates, goals) - stepsLeft(size, next.crates, goals)
  return [points + (won({ crates: next.crates, goals }) ? bonusOf({ boxes }) : 0), next]
}
