/** Experts of Sokoban. The solver knows how far every position is from its end (table.ts), exactly; `lookahead` counts points over a few pushes. */
import type { ScoredAction } from '../../game.ts'
import { type Position, type Push, pushed, pushesFrom } from './rules.ts'
import { type ActionSokoban, actionOf, bonusOf, outcomeOf, type StateSokoban, won } from './state.ts'
import { tableOf } from './table.ts'

/** Score of a push after which the board cannot be solved: below every other. */
const LOST = -1000

/** Minus the fewest pushes to the end by way of each push, the push included; -1000 where there is no end. Best first; `depth` changes nothing. */
export function solver(state: StateSokoban): readonly ScoredAction<ActionSokoban>[] {
  if (won(state)) return []
  const table = tableOf(state, state.goals)
  const scored = pushesFrom(state, state).map((push) => {
    const left = table.pushes(pushed(state, push))
    return { action: actionOf(state.size, push), score: left === null ? LOST : -1 - left }
  })
  return scored.sort((a, b) => b.score - a.score)
}

/** What a push that is still missing costs in `lookahead`: it decides between equal points. */
const MISSING = 0.01

/**
 * Points of each push over `plies` pushes with best play for points, less a hundredth for each push that the end is then still away, and less the
 * points of the end where there is none; best first.
 */
export function lookahead(state: StateSokoban, plies: number): readonly ScoredAction<ActionSokoban>[] {
  if (won(state)) return []
  const table = tableOf(state, state.goals)
  const worth = (position: Position, left: number): number => {
    const missing = table.pushes(position)
    if (missing === null) return -bonusOf(state)
    if (left === 0 || missing === 0) return -MISSING * missing
    return Math.max(...pushesFrom(state, position).map((push) => after(position, push, left)))
  }
  const after = (position: Position, push: Push, left: number): number => {
    const [points, next] = outcomeOf(state, position, push)
    return points + worth(next, left - 1)
  }
  const scored = pushesFrom(state, state).map((push) => ({ action: actionOf(state.size, push), score: after(state, push, plies) }))
  return scored.sort((a, b) => b.score - a.score)
}
