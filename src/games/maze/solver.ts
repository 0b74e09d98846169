/**
 * Experts of the maze. They remember all that was seen and know nothing else. The solver walks the shortest way to the exit once it was seen; until then to
 * where something new comes into sight soonest, which is a good rule but not the best of all. `lookahead` counts the points that are sure.
 */
import type { ScoredAction } from '../../game.ts'
import { countOf, Known } from './known.ts'
import { legalActions, type StateMaze } from './state.ts'

/** What one more cell in sight is worth to the solver, in steps: it decides between places that are equally near. */
const NEWS = 0.1

/** Minus the steps to the exit by way of each cell, or to the next news if it was not seen; best first. `depth` changes nothing. */
export function solver(state: StateMaze): readonly ScoredAction<number>[] {
  const known = new Known(state)
  const scored = legalActions(state).map((action) => {
    const { at, steps, bits } = known.walk(state.at, action)
    if (known.exit >= 0) return { action, score: -steps - known.ways(at).steps[known.exit]! }
    if (bits !== 0n) return { action, score: -steps + NEWS * countOf(bits) }
    const further = known.frontier(at).map((next) => next.steps)
    return { action, score: -steps - (further.length === 0 ? 0 : Math.min(...further)) - NEWS }
  })
  return scored.sort((a, b) => b.score - a.score)
}

/**
 * Points of each legal cell over `plies` walks with best play for points, as far as they are sure: cells that are known to come into sight, steps, and the
 * exit if it was seen; best first.
 */
export function lookahead(state: StateMaze, plies: number): readonly ScoredAction<number>[] {
  const known = new Known(state)
  const cells = state.open.length
  const unseen = cells - state.seen.reduce((sum, one) => sum + one, 0)
  const worth = (from: number, to: number, got: bigint, left: number): number => {
    const { at, steps, bits } = known.walk(from, to)
    const all = got | bits
    const points = countOf(all) - countOf(got) - steps
    if (at === known.exit) return points + unseen - countOf(all) + cells
    if (left === 1) return points
    // No later walk is better than one to news or to the exit, but for a step to the side.
    const next = known.frontier(at).filter((one) => (known.news[one.at]! & ~all) !== 0n)
    const best = Math.max(-1, ...next.map((one) => worth(at, one.at, all, left - 1)))
    return points + (known.exit < 0 ? best : Math.max(best, worth(at, known.exit, all, left - 1)))
  }
  const scored = legalActions(state).map((action) => ({ action, score: worth(state.at, action, 0n, plies) }))
  return scored.sort((a, b) => b.score - a.score)
}
