/**
 * The scripted teacher of nonograms and its thoughts. The thoughts are always the truth about the board, a line a row of it, a word a cell:
 *
 *     row full fill blank open      full: it is filled; fill: the lines tell that it is to be filled; blank: they tell that it stays open; open: lines
 *                                   alone do not tell
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: rows and columns are not weighed together. The blind teacher looks at one
 * row at a time and fills the first cell that its own numbers tell; where no row tells one, the first open cell of a row that still misses some. Not
 * blind: the first of the cells that fewest looks tell; where only trying tells, a cell of the solution. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { pictureCell } from './rules.ts'
import { BLANK, byLines, FILLED, knownOf, rowTells } from './solve.ts'
import { solver } from './solver.ts'
import { cluesIn, FULL, legalActions, OPEN, type StateNonogram } from './state.ts'

const WORD = /full|fill|blank|open/y

const truthOf = onceForEach((state: StateNonogram) => {
  const { size, shown } = state
  const told = byLines(knownOf(shown), cluesIn(state))
  const word = (cell: number): string =>
    shown[cell] === FULL ? 'full' : told?.[cell] === FILLED ? 'fill' : told?.[cell] === BLANK ? 'blank' : 'open'
  const lines = Array.from({ length: size }, (_, row) =>
    trueLine(
      'row',
      Array.from({ length: size }, (_, column) => word(row * size + column)),
      WORD,
    ),
  )
  return trueThoughts(lines)
})

/** The cell that the blind teacher fills. */
function byRows(state: StateNonogram): number {
  const { size, shown } = state
  const { rows } = cluesIn(state)
  const told = rows.flatMap((clue, row) => rowTells(shown.slice(row * size, (row + 1) * size), clue).map((column) => row * size + column))
  const misses = (row: number): boolean =>
    shown.slice(row * size, (row + 1) * size).filter((look) => look === FULL).length < rows[row]!.reduce((sum, run) => sum + run, 0)
  return told[0] ?? shown.findIndex((look, cell) => look === OPEN && misses(Math.floor(cell / size)))
}

/** The teacher of nonograms; see the head of this file. */
export const teacher: TeacherDefinition<StateNonogram, number> = {
  teach(state, { blind }) {
    if (legalActions(state).length === 0)
      throw new GameError('The teacher of Nonogram was asked for a move after the end: check terminated(state) first.')
    const think = truthOf(state).text
    return { think, action: blind ? pictureCell(state.size, byRows(state)) : solver(state)[0]!.action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state)),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state))),
}
