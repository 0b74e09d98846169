/** Config and state of the maze: schemas, validation, fresh and scattered mazes, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { rngState } from '../shared/rng-state.ts'
import { whole } from '../shared/whole.ts'
import { inSight, type Maze, over, SIDE_MAX, SIDE_MIN, SIDES, waysFrom, wayTo } from './rules.ts'

/** Every knob of the game. */
export interface ConfigMaze {
  /** 4..10. Axis: reasoning. */
  readonly rows: number
  /** 4..10. Axis: reasoning. */
  readonly columns: number
  /** Cells that one sees straight ahead, 1..9. Axis: reasoning. */
  readonly sight: number
  /** Walls that are taken out of a maze without loops, 0..10. Axis: reasoning. */
  readonly loops: number
  /** Whether what was seen stays in the picture. Axis: reasoning, for without it the way must be remembered. */
  readonly map: boolean
  /** How thin walls are drawn, 0..5. Axis: perception. */
  readonly thin: number
}

const fields = {
  rows: whole(SIDE_MIN, SIDE_MAX),
  columns: whole(SIDE_MIN, SIDE_MAX),
  sight: whole(1, SIDE_MAX - 1),
  loops: whole(0, 10),
  map: z.boolean(),
  thin: whole(0, 5),
}

function checkLoops({ rows, columns, loops }: Pick<ConfigMaze, 'rows' | 'columns' | 'loops'>, fail: Fail): void {
  const most = (rows - 1) * (columns - 1)
  if (loops > most) fail('loops', `at most ${most} in a maze of ${rows} by ${columns}, got ${loops}: lower loops or raise rows or columns`)
}

/** Strict schema of the config, with defaults. */
export const configMaze: Schema<ConfigMaze> = z
  .strictObject({
    rows: z._default(fields.rows, 7),
    columns: z._default(fields.columns, 7),
    sight: z._default(fields.sight, 3),
    loops: z._default(fields.loops, 2),
    map: z._default(fields.map, true),
    thin: z._default(fields.thin, 0),
  })
  .check(acrossFields(checkLoops))

/** A position. */
export interface StateMaze extends ConfigMaze {
  /** By cell, row-major from the top left: its open sides, 1 up + 2 right + 4 down + 8 left. */
  readonly open: readonly number[]
  /** Where the player is. */
  readonly at: number
  readonly exit: number
  /** By cell: 1 if it ever was in sight. */
  readonly seen: readonly number[]
  /** Walks made. */
  readonly moves: number
  readonly rng: RngState
}

const CELLS_MAX = SIDE_MAX * SIDE_MAX
const cell = whole(0, CELLS_MAX - 1)

/** Schema of a state. */
export const stateMaze: Schema<StateMaze> = z
  .strictObject({
    ...fields,
    open: z.array(whole(0, 15)).check(z.maxLength(CELLS_MAX)),
    at: cell,
    exit: cell,
    seen: z.array(whole(0, 1)).check(z.maxLength(CELLS_MAX)),
    moves: whole(0),
    rng: rngState,
  })
  .check(
    acrossFields((state, fail) => {
      checkLoops(state, fail)
      checkMaze(state, fail)
    }),
  )

function checkMaze(state: StateMaze, fail: Fail): void {
  const { rows, columns, open, at, exit, seen, sight } = state
  const cells = rows * columns
  if (open.length !== cells) return void fail('open', `expected ${cells} cells for ${rows} by ${columns}, got ${open.length}`)
  const torn = open.findIndex((sides, from) =>
    SIDES.some(({ bit, back }, side) => {
      const next = over(from, side, rows, columns)
      return ((sides & bit) !== 0) !== (next >= 0 && (open[next]! & back) !== 0)
    }),
  )
  if (torn >= 0) fail('open', `cell ${torn} has a side that is open on one side alone, or leads outside`)
  else if (
    waysFrom(
      state,
      open.map(() => 1),
      0,
    ).steps.includes(-1)
  )
    fail('open', 'some cells cannot be reached')
  else if (at >= cells || exit >= cells) fail(at >= cells ? 'at' : 'exit', `expected a cell of ${cells}, got ${at >= cells ? at : exit}`)
  else if (seen.length !== cells) fail('seen', `expected ${cells} of them, one a cell, got ${seen.length}`)
  else if (inSight(state, at, sight).some((one) => seen[one] !== 1)) fail('seen', 'the cells in sight were seen')
}

const side = whole(SIDE_MIN, SIDE_MAX)

/** Schema of an event; see `step`. */
export const eventMaze: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('walked'), to: cell, steps: whole(1, CELLS_MAX), news: whole(0, CELLS_MAX) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('exit') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.enum(['here', 'unseen', 'ended']), action: cell, columns: z.optional(side) }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A maze without loops, by a walk that goes on into new cells and turns back where there are none; then so many walls are taken out. */
function dug({ rows, columns, loops }: ConfigMaze, rng: Rng): Maze {
  const open = Array.from({ length: rows * columns }, () => 0)
  const way = [rng.int(open.length)]
  const join = (from: number, at: number): void => {
    open[from]! |= SIDES[at]!.bit
    open[over(from, at, rows, columns)]! |= SIDES[at]!.back
  }
  while (way.length > 0) {
    const from = way.at(-1)!
    const free = SIDES.flatMap((_, at) => {
      const next = over(from, at, rows, columns)
      return next >= 0 && open[next] === 0 ? [at] : []
    })
    if (free.length === 0) way.pop()
    else {
      const at = rng.pick(free)
      join(from, at)
      way.push(over(from, at, rows, columns))
    }
  }
  const walls = open.flatMap((sides, from) =>
    [1, 2].filter((at) => over(from, at, rows, columns) >= 0 && (sides & SIDES[at]!.bit) === 0).map((at) => [from, at] as const),
  )
  for (const [from, at] of rng.shuffle(walls).slice(0, loops)) join(from, at)
  return { rows, columns, open }
}

/** The cells seen from one more place. */
function seenFrom(maze: Maze, seen: readonly number[], from: number, sight: number): number[] {
  const out = [...seen]
  for (const one of inSight(maze, from, sight)) out[one] = 1
  return out
}

/** A fresh game: a maze, a place in it, and an exit that is not in sight, all other cells being equally likely. */
export function init(config: ConfigMaze, seed: number): StateMaze {
  const rng = seededRng(seed, 'maze', 'init')
  for (;;) {
    const maze = dug(config, rng)
    const at = rng.int(maze.open.length)
    const seen = seenFrom(
      maze,
      maze.open.map(() => 0),
      at,
      config.sight,
    )
    const hidden = seen.flatMap((one, place) => (one === 0 ? [place] : []))
    if (hidden.length > 0) return { ...config, open: maze.open, at, exit: rng.pick(hidden), seen, moves: 0, rng: rng.state() }
  }
}

/** A maze for even training of perception: some walks at random, and an exit anywhere, in sight or not. */
export function scatter(config: ConfigMaze, seed: number): StateMaze {
  const rng = seededRng(seed, 'maze', 'scatter')
  const maze = dug(config, rng)
  let at = rng.int(maze.open.length)
  let seen = seenFrom(
    maze,
    maze.open.map(() => 0),
    at,
    config.sight,
  )
  for (let walks = 4 + rng.int(4 * config.rows); walks > 0; walks--) {
    const ways = waysFrom(maze, seen, at)
    const to = rng.pick(seen.flatMap((one, place) => (one === 1 ? [place] : [])))
    for (const step of wayTo(ways, to)) seen = seenFrom(maze, seen, step, config.sight)
    at = to
  }
  const elsewhere = seen.flatMap((_, place) => (place === at ? [] : [place]))
  return { ...config, open: maze.open, at, exit: rng.pick(elsewhere), seen, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ rows, columns, sight, loops, map, thin }: StateMaze): ConfigMaze {
  return { rows, columns, sight, loops, map, thin }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateMaze, seed: number): StateMaze {
  return { ...state, rng: seededRng(seed, 'maze', 'chance').state() }
}

/** Whether the player is at the exit. */
export const terminated = ({ at, exit }: StateMaze): boolean => at === exit

const LISTS = Array.from({ length: CELLS_MAX + 1 }, (_, count) => Array.from({ length: count }, (_, at) => at))

/** All cells. */
export const actions = ({ rows, columns }: ConfigMaze): readonly number[] => LISTS[rows * columns]!

/** The cells that were seen and that a way through seen cells leads to; none once terminated. */
export function legalActions(state: StateMaze): readonly number[] {
  if (terminated(state)) return []
  const { steps } = waysFrom(state, state.seen, state.at)
  return actions(state).filter((at) => steps[at]! > 0)
}

/** By cell: 1 if the picture shows it. */
export function shownOf(state: StateMaze): readonly number[] {
  return state.map
    ? state.seen
    : seenFrom(
        state,
        state.seen.map(() => 0),
        state.at,
        state.sight,
      )
}

/**
 * One walk to a cell, the shortest through cells that were seen. A cell that comes into sight for the first time earns 1, a step costs 1; at the exit,
 * where a walk ends, all cells that were never seen earn 1, and as many points again as the maze has cells. So points are highest on the
 * shortest way. Events: {kind: 'walked', to, steps, news}, then {kind: 'ended', reason: 'exit'} at the end; {kind: 'refused', reason: 'here' |
 * 'unseen', action, columns} alone for the player's own cell and for one that no seen way leads to.
 */
export function step(state: StateMaze, action: number): StepResult<StateMaze> {
  const { rows, columns, sight, exit } = state
  if (!actions(state).includes(action))
    throw new GameError(`${JSON.stringify(action)} is not an action of the maze here: use a cell from 0 to ${rows * columns - 1}.`)
  const ways = waysFrom(state, state.seen, state.at)
  if (ways.steps[action]! <= 0) {
    const reason = action === state.at ? 'here' : 'unseen'
    return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused', reason, action, columns }] }
  }
  let seen: readonly number[] = state.seen
  let at = state.at
  let steps = 0
  for (const next of wayTo(ways, action)) {
    at = next
    steps++
    seen = seenFrom(state, seen, at, sight)
    if (at === exit) break
  }
  const count = (cells: readonly number[]): number => cells.reduce((sum, one) => sum + one, 0)
  const news = count(seen) - count(state.seen)
  const out = at === exit
  const events: GameEvent[] = [{ kind: 'walked', to: at, steps, news }]
  if (out) events.push({ kind: 'ended', reason: 'exit' })
  const next: StateMaze = { ...configOf(state), open: state.open, at, exit, seen, moves: state.moves + 1, rng: state.rng }
  return { state: next, reward: news - steps + (out ? 2 * seen.length - count(seen) : 0), legal: true, terminated: out, events }
}
