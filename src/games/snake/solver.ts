/**
 * Experts of Snake. The solver is a mix that is known to play long: it goes to the food on a shortest way if, having eaten, the head could still reach the
 * tail; else it keeps near the tail, along a round way through all cells (on boards with an even side) as far as that is free. It is a good
 * player, not the best of all. `lookahead` counts points, exactly: of food to come every free cell is equally likely, and a point that comes a run later
 * counts at .99, for runs can be made in any order.
 */
import type { ScoredAction } from '../../game.ts'
import { beside, isStuck, type Run, roundWay, run, waysFrom } from './rules.ts'
import { actions, type Going, goneTo, legalActions, pointsOf, type StateSnake } from './state.ts'

/** Scores of kinds of moves; steps are counted within them. */
const KIND = { full: 1000, food: 0, tail: -300, risk: -600, over: -900 }
/** Of ways of one length the longest run first. */
const LONGER = 0.01

/** Whether the head can reach the cell of the tail. */
const reachesTail = (body: readonly number[], size: number): boolean => waysFrom(body, size).steps[body.at(-1)!]! > 0

/** Steps of a shortest way to the food after which the head still reaches the tail, within so many steps; -1 if there is none. */
function safeSteps(body: readonly number[], size: number, food: number, most: number): number {
  const { steps, before } = waysFrom(body, size)
  const far = steps[food]!
  if (far < 0 || far > most) return -1
  const way: number[] = []
  for (let at = food; at !== body[0]; at = before[at]!) way.push(at)
  // Food first, then back along the way; the tail has moved up but for the last step.
  const after = [...way, ...body].slice(0, body.length + 1)
  return after.length === size * size || reachesTail(after, size) ? far : -1
}

/** How good each legal going is: steps to safe food, then steps along the round way; best first. `depth` changes nothing. */
export function solver(state: StateSnake): readonly ScoredAction<Going>[] {
  const { size } = state
  const round = roundWay(size)
  const scored = legalActions(state).map((action) => ({ action, score: worthOf(state, action, goneTo(state, action) as Run, size, round) }))
  return scored.sort((a, b) => b.score - a.score)
}

function worthOf(state: StateSnake, [direction]: Going, gone: Run, size: number, round: readonly number[] | null): number {
  const { body, steps, ate } = gone
  if (body.length === size * size) return KIND.full
  const left = ate ? state.hunger : state.clock - steps
  if (left === 0 || isStuck(body, size)) return KIND.over
  const safe = reachesTail(body, size)
  if (ate) return safe ? KIND.food - steps + LONGER * steps : KIND.risk
  const further = safeSteps(body, size, state.food, left)
  if (further >= 0) return KIND.food - steps - further + LONGER * steps
  if (!safe) return KIND.risk
  // Steps of the run that are steps of the round way.
  let along = 0
  for (let at = state.body[0]!; round !== null && along < steps && round[at] === beside(at, direction, size); along++) at = round[at]!
  return KIND.tail + (along === steps ? 1 + LONGER * steps : -steps)
}

/** What a point is worth a run later. */
const LATER = 0.99

/** Expected points of each legal going over `plies` runs with best play for points, itself included, later ones at a little less (`LATER`); best first. */
export function lookahead(state: StateSnake, plies: number): readonly ScoredAction<Going>[] {
  const { size, hunger } = state
  const cells = size * size
  const best = (body: readonly number[], food: number, clock: number, left: number): number => {
    if (left === 0 || clock === 0) return 0
    let most = Number.NEGATIVE_INFINITY
    for (const [direction, wanted] of actions(state)) {
      const gone = run(body, size, food, direction, wanted, clock)
      if (typeof gone !== 'string') most = Math.max(most, worth(body, gone, food, clock, left))
    }
    return most === Number.NEGATIVE_INFINITY ? 0 : most
  }
  const worth = (body: readonly number[], gone: Run, food: number, clock: number, left: number): number => {
    const points = pointsOf(body, gone, food, size)
    if (left === 1 || gone.body.length === cells) return points
    if (!gone.ate) return points + LATER * best(gone.body, food, clock - gone.steps, left - 1)
    let sum = 0
    let count = 0
    for (let at = 0; at < cells; at++) {
      if (gone.body.includes(at)) continue
      sum += best(gone.body, at, hunger, left - 1)
      count++
    }
    return points + (LATER * sum) / count
  }
  const scored = legalActions(state).map((action) => ({
    action,
    score: worth(state.body, goneTo(state, action) as Run, state.food, state.clock, plies),
  }))
  return scored.sort((a, b) => b.score - a.score)
}
