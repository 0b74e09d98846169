/** Experts of the sliding puzzle. The solver counts the moves that are left (search.ts); `lookahead` counts points over a few moves, exactly. */
import type { ScoredAction } from '../../game.ts'
import { besidesOf, isFinished, nearer, slid } from './rules.ts'
import { movesAfter } from './search.ts'
import { legalActions, type StateSliding } from './state.ts'

/** Minus the moves that each slide leads to the finished board in, itself included, best first. `depth` changes nothing. */
export function solver(state: StateSliding): readonly ScoredAction<number>[] {
  const legal = legalActions(state)
  if (legal.length === 0) return []
  const counts = movesAfter(state.board, state, legal)
  return legal.map((action, at) => ({ action, score: -1 - counts[at]!.moves })).sort((a, b) => b.score - a.score)
}

/** Points of each legal slide over `plies` moves with best play for points; best first. */
export function lookahead(state: StateSliding, plies: number): readonly ScoredAction<number>[] {
  const near = besidesOf(state)
  const { columns } = state
  const worth = (board: readonly number[], place: number, left: number): number => {
    const points = nearer(board, place, columns)
    const next = slid(board, place)
    if (isFinished(next)) return points + board.length
    return left === 1 ? points : points + Math.max(...near[place]!.map((then) => worth(next, then, left - 1)))
  }
  const scored = legalActions(state).map((action) => ({ action, score: worth(state.board, action, plies) }))
  return scored.sort((a, b) => b.score - a.score)
}
