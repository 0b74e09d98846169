/**
 * Experts of Minesweeper. Both know the exact risks (risk.ts).
 *
 * `lookahead`: points of the move in the mean over all layouts: the cell, and those around it where it has no mine around; cells that open farther
 * off are not counted. What later moves earn hangs on numbers that nobody has seen: each counts as one point for a player who is still there.
 *
 * `solver`: a safe cell where there is one. Else, of the cells whose risk is close to the least, the one after which the next move is safest in
 * the mean over the numbers that it can show: a guess that tells something. Not exact in the chance to win, which would take the whole game tree.
 */
import type { ScoredAction } from '../../game.ts'
import { type Board, type Risks, risksOf } from './risk.ts'
import { COVERED, coveredIn, FLAG, isCovered, neighboursOf } from './rules.ts'
import { type ActionMinesweeper, legalActions, type StateMinesweeper } from './state.ts'

/** How much riskier than the least risk a guess may be. */
const MARGIN = 0.1
/** Guesses that are looked at more closely. */
const GUESSES = 8
/** Less than the difference of two risks. */
const SLIGHT = 1e-9

/** Mean points of each legal action and `plies - 1` safe moves after it; best first. */
export function lookahead(state: StateMinesweeper, plies: number): readonly ScoredAction<ActionMinesweeper>[] {
  const risks = risksOf(state)
  const later = plies - 1
  return ranked(state, ({ verb }, cell) => {
    if (verb === 'flag') return later
    const safe = 1 - risks.risk[cell]!
    return safe + chanceOfNone(state, cell, risks) * coveredAround(state, cell).length + safe * later
  })
}

const coveredAround = ({ shown, size }: Board, cell: number): number[] =>
  neighboursOf(size)[cell]!.filter((near) => shown[near] === COVERED)

/** Chance that neither a cell nor any around it has a mine. */
function chanceOfNone(board: Board, cell: number, { risk, layouts }: Risks): number {
  const { shown, size, mines } = board
  const cells = [cell, ...neighboursOf(size)[cell]!.filter((near) => isCovered(shown[near]!))]
  if (cells.every((near) => risk[near] === 0)) return 1
  if (layouts === 0 || cells.some((near) => risk[near]! > 1 - SLIGHT)) return 0
  return risksOf({ shown: shown.with(cell, 0), size, mines }).layouts / layouts
}

/** See the head of this file. A flag counts below every cell that can be opened, but a flag on a safe cell is taken away where only such are left. */
export function solver(state: StateMinesweeper): readonly ScoredAction<ActionMinesweeper>[] {
  const worth = worthOf(state, risksOf(state))
  return ranked(state, ({ verb }, cell) => (verb === 'open' ? worth[cell]! : state.shown[cell] === FLAG ? 0.5 * worth[cell]! - 1 : -2))
}

function ranked(
  state: StateMinesweeper,
  score: (action: ActionMinesweeper, cell: number) => number,
): readonly ScoredAction<ActionMinesweeper>[] {
  const scored = legalActions(state).map((action) => ({ action, score: score(action, action.row * state.size + action.column) }))
  return scored.sort((a, b) => b.score - a.score)
}

/** By cell: chance that it is safe; for the best guesses that chance times the mean safety of the move after it, in place of 1. */
function worthOf(board: Board, { risk, layouts }: Risks): number[] {
  const worth = risk.map((one) => 1 - one)
  const open = board.shown.flatMap((look, cell) => (look === COVERED ? [cell] : []))
  const least = Math.min(...open.map((cell) => risk[cell]!))
  if (layouts === 0 || open.length === 0 || least < SLIGHT) return worth
  const guesses = open.filter((cell) => risk[cell]! <= least + MARGIN && risk[cell]! < 1).sort((a, b) => risk[a]! - risk[b]! || a - b)
  const close = new Set(guesses.slice(0, GUESSES))
  for (const cell of open) worth[cell] = close.has(cell) ? safetyAfter(board, cell, layouts) : (1 - risk[cell]!) * SLIGHT
  return worth
}

/** Chance to survive a cell and the best move after it. */
function safetyAfter({ shown, size, mines }: Board, cell: number, layouts: number): number {
  let sum = 0
  for (let number = 0; number <= 8; number++) {
    const next = shown.with(cell, number)
    const after = risksOf({ shown: next, size, mines })
    if (after.layouts === 0) continue
    // Once all safe cells are open nothing more can happen.
    const safest = Math.min(...next.map((look, at) => (isCovered(look) ? after.risk[at]! : 1)))
    const best = coveredIn(next) === mines ? 1 : 1 - safest
    sum += after.layouts * best
  }
  return sum / layouts
}
