/**
 * Experts of Lights Out, both exact. The solver finds all solutions over GF(2) and counts the presses that the smallest has; `lookahead` counts
 * points over a few presses.
 */
import type { ScoredAction } from '../../game.ts'
import { allSolutions, pressesOf, sizeOf, smallest, solve } from './rules.ts'
import { actions, litOf, type StateLightsOut, terminated } from './state.ts'

/** Every set of presses that puts the lights out; null where none does, which play never shows. */
export function solutionsOf(state: StateLightsOut): number[] | null {
  const solutions = solve(pressesOf(state.nodes, state.edges), litOf(state))
  return solutions && allSolutions(solutions)
}

/** Minus the fewest presses that put all lights out, the one asked about included, best first. `depth` changes nothing. */
export function solver(state: StateLightsOut): readonly ScoredAction<number>[] {
  if (terminated(state)) return []
  const sets = solutionsOf(state) ?? [0]
  const scored = actions(state).map((action) => {
    const after = sets.map((set) => set ^ (1 << action))
    return { action, score: -1 - sizeOf(smallest(after)) }
  })
  return scored.sort((a, b) => b.score - a.score)
}

/** What a point is worth a press later: presses can be made in any order, and of equal orders the one that earns sooner is the better. */
const LATER = 0.99

/** Points of each press over `plies` presses with best play for points, later ones at a little less (`LATER`); best first. */
export function lookahead(state: StateLightsOut, plies: number): readonly ScoredAction<number>[] {
  if (terminated(state)) return []
  const { nodes } = state
  const presses = pressesOf(nodes, state.edges)
  const worth = (lit: number, action: number, left: number): number => {
    const press = presses[action]!
    const now = 2 * sizeOf(press & lit) - sizeOf(press)
    const next = lit ^ press
    if (next === 0) return now + nodes
    if (left === 1) return now
    let best = Number.NEGATIVE_INFINITY
    for (let then = 0; then < nodes; then++) best = Math.max(best, worth(next, then, left - 1))
    return now + LATER * best
  }
  const lit = litOf(state)
  const scored = actions(state).map((action) => ({ action, score: worth(lit, action, plies) }))
  return scored.sort((a, b) => b.score - a.score)
}
