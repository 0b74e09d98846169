/**
 * Experts of Flood-It. The solver counts the moves that are left (search.ts), exactly on boards up to 8x8; `lookahead` counts points over a few
 * moves, exactly on all.
 */
import type { ScoredAction } from '../../game.ts'
import { type Area, Regions } from './rules.ts'
import { movesFrom, SMALL } from './search.ts'
import { legalActions, type StateFloodIt } from './state.ts'

/** Minus the moves that each legal colour leads to a flooded board in, best first. `depth` changes nothing. */
export function solver(state: StateFloodIt): readonly ScoredAction<number>[] {
  const { board, size, colours } = state
  const regions = new Regions(board, size, colours)
  const small = board.length <= SMALL
  const scored = legalActions(state).map((action) => {
    const after = regions.after(regions.start, action)
    return { action, score: -1 - movesFrom(regions, after, small).moves, size: regions.sizeOf(after) }
  })
  return scored.sort((a, b) => b.score - a.score || b.size - a.size).map(({ action, score }) => ({ action, score }))
}

/** Points of each legal colour over `plies` moves with best play for points, the limit on moves observed; best first. */
export function lookahead(state: StateFloodIt, plies: number): readonly ScoredAction<number>[] {
  const { board, size, colours, limit, moves } = state
  const regions = new Regions(board, size, colours)
  const cells = board.length
  const worth = (area: Area, count: number, left: number): number => {
    if (left === 0) return 0
    let best = 0
    for (let colour = 0; colour < colours; colour++) {
      const after = regions.after(area, colour)
      if (after === area) continue
      const next = regions.sizeOf(after)
      const points = next === cells ? next - count + cells : next - count + worth(after, next, left - 1)
      if (points > best) best = points
    }
    return best
  }
  const most = Math.min(plies, limit - moves)
  const count = regions.sizeOf(regions.start)
  const scored = legalActions(state).map((action) => {
    const after = regions.after(regions.start, action)
    const next = regions.sizeOf(after)
    return { action, score: next === cells ? next - count + cells : next - count + worth(after, next, most - 1) }
  })
  return scored.sort((a, b) => b.score - a.score)
}
