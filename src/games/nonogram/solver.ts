/**
 * Experts of nonograms. Clues have one solution, so which cells are right is certain; what differs is how soon it can be told. The sooner, the better:
 * a cell that a look at its lines tells comes before one that lines tell after others, and last come those that only trying tells.
 */
import type { ScoredAction } from '../../game.ts'
import { boardCell } from './rules.ts'
import { looksFor } from './solve.ts'
import { cellsLeft, cluesIn, legalActions, type StateNonogram } from './state.ts'

/** Looks after which a cell counts as one that lines do not tell. */
const LOOKS_MAX = 50
/** What a look costs against a point. */
const LOOK = 0.001

/** Points of filling each open cell and `plies - 1` right ones after it, less a thousandth for each look at all lines that tells it; best first. */
export function lookahead(state: StateNonogram, plies: number): readonly ScoredAction<number>[] {
  const { size, solution, shown } = state
  const left = cellsLeft(state)
  const points = Math.min(plies, left) + (plies >= left ? size : 0)
  const looks = looksFor(shown, cluesIn(state))
  const scored = legalActions(state).map((action) => {
    const cell = boardCell(size, action)
    return { action, score: solution[cell] === 1 ? points - LOOK * Math.min(LOOKS_MAX, looks[cell]!) : 0 }
  })
  return scored.sort((a, b) => b.score - a.score)
}

/** The same to the end of the game; `depth` changes nothing. */
export const solver = (state: StateNonogram): readonly ScoredAction<number>[] => lookahead(state, Number.POSITIVE_INFINITY)
