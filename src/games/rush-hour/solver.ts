/** Experts of Rush Hour. The solver knows how many slides every board is from its end (table.ts), exactly; `lookahead` counts points over a few slides. */
import type { ScoredAction } from '../../game.ts'
import { type Board, isOut, type Slide, slidesFrom } from './rules.ts'
import { BONUS, boardAfter, legalActions, pointsOf, type StateRushHour } from './state.ts'
import { tableOf } from './table.ts'

/** Score of every slide of a board that has no end, as one from outside may have none. */
const LOST = -1000

/** Minus the fewest slides to the end by way of each slide, that one included; -1000 where there is no end. Best first; `depth` changes nothing. */
export function solver(state: StateRushHour): readonly ScoredAction<Slide>[] {
  const legal = legalActions(state)
  if (legal.length === 0) return []
  const table = tableOf(state)
  const scored = legal.map((action) => {
    const left = table.slides(boardAfter(state, action).board)!
    return { action, score: left < 0 ? LOST : -1 - left }
  })
  return scored.sort((a, b) => b.score - a.score)
}

/** What decides between equal points in `lookahead`: a slide that is still missing, a cell that is slid over, and how much of a point counts that comes a slide later. */
const MISSING = 0.01
const CELL = 0.001
const LATER = 0.99

/**
 * Points of each slide over `plies` slides with best play for points; one that comes a slide later counts .99 (slides can often be made in any order),
 * a cell slid costs a thousandth, and a slide that the end is then still away a hundredth. Best first.
 */
export function lookahead(state: StateRushHour, plies: number): readonly ScoredAction<Slide>[] {
  const legal = legalActions(state)
  if (legal.length === 0) return []
  const table = tableOf(state)
  const worth = (board: Board, left: number): number => {
    if (left > 0 && !isOut(board)) return Math.max(...slidesFrom(board).map((slide) => after(board, slide, left)))
    const missing = table.slides(board.board)!
    return missing < 0 ? -BONUS : -MISSING * missing
  }
  const after = (board: Board, slide: Slide, left: number): number => {
    const next = boardAfter(board, slide)
    return pointsOf(board, next) - CELL * slide.cells + LATER * worth(next, left - 1)
  }
  return legal.map((action) => ({ action, score: after(state, action, plies) })).sort((a, b) => b.score - a.score)
}
