/**
 * The scripted teacher of Minesweeper and its thoughts. The thoughts are always the truth about the board, a word a cell:
 *
 *     row0 clear clear safe 30 …     a line a row, top to bottom: clear: the cell is open; safe: it has no mine; mine: it has one; else the exact
 *     row1 …                         chance of a mine (risk.ts) in percent, to the nearest ten, 10 to 90. A flag changes no word
 *     least 0 2                      row and column of the cell of least risk among those that can be opened (ties: reading order); none if there is none
 *
 * They tell nothing that the board does not: safe and mine are what all layouts agree on.
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: numbers are not weighed together. The blind teacher reasons from one
 * number at a time: a number with as many covered cells around it as mines has mines in all, one whose mines are known has none in the rest. It
 * opens the first cell that is safe by that, and where it knows none, the first covered cell that it does not take for a mine. Not blind: the
 * cell of least risk. Figures: docs/games.md.
 */
import { GameError } from '../../errors.ts'
import type { TeacherDefinition } from '../../game.ts'
import { judgeLines, onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { risksOf } from './risk.ts'
import { COVERED, isCovered, neighboursOf } from './rules.ts'
import { type ActionMinesweeper, legalActions, type StateMinesweeper } from './state.ts'

const CELL = /clear|safe|mine|[1-9]0/y
const INDEX = /none|[0-9]/y

const truthOf = onceForEach((state: StateMinesweeper) => {
  const { shown, size } = state
  const { risk } = risksOf(state)
  const words = shown.map((look, cell) => (isCovered(look) ? wordOf(risk[cell]!) : 'clear'))
  const open = shown.flatMap((look, cell) => (look === COVERED ? [cell] : []))
  const least = open.length === 0 ? -1 : open.reduce((best, cell) => (risk[cell]! < risk[best]! - 1e-9 ? cell : best))
  const place = least < 0 ? ['none'] : [String(Math.floor(least / size)), String(least % size)]
  const thoughts = trueThoughts([
    ...Array.from({ length: size }, (_, row) => trueLine(`row${row}`, words.slice(row * size, (row + 1) * size), CELL)),
    trueLine('least', place, INDEX, 2),
  ])
  return { least, thoughts }
})

/** A risk in words: 'safe' and 'mine' are certain. */
function wordOf(risk: number): string {
  if (risk === 0) return 'safe'
  // Sums in floating point may miss 1 by a little; no chance lies so close to it.
  if (risk > 1 - 1e-9) return 'mine'
  return String(10 * Math.min(9, Math.max(1, Math.round(10 * risk))))
}

/** The cell that the blind teacher opens; -1 if there is none. */
function blindCell({ shown, size }: StateMinesweeper): number {
  const neighbours = neighboursOf(size)
  const mines = new Set<number>()
  const safe = new Set<number>()
  for (let before = -1; before < mines.size + safe.size; ) {
    before = mines.size + safe.size
    for (const [cell, number] of shown.entries()) {
      if (number > 8) continue
      const covered = neighbours[cell]!.filter((near) => isCovered(shown[near]!) && !safe.has(near))
      if (covered.length === number) for (const near of covered) mines.add(near)
      const known = covered.filter((near) => mines.has(near)).length
      if (known === number) for (const near of covered) if (!mines.has(near)) safe.add(near)
    }
  }
  const open = shown.flatMap((look, cell) => (look === COVERED ? [cell] : []))
  return open.find((cell) => safe.has(cell)) ?? open.find((cell) => !mines.has(cell)) ?? open[0] ?? -1
}

/** The teacher of Minesweeper; see the head of this file. */
export const teacher: TeacherDefinition<StateMinesweeper, ActionMinesweeper> = {
  teach(state, { blind }) {
    const [first] = legalActions(state)
    if (first === undefined)
      throw new GameError('The teacher of Minesweeper was asked for a move after the end: check terminated(state) first.')
    const { least, thoughts } = truthOf(state)
    const cell = blind ? blindCell(state) : least
    const { size } = state
    // Where every covered cell has a flag, the first one is taken away.
    const action: ActionMinesweeper = cell < 0 ? first : { verb: 'open', row: Math.floor(cell / size), column: cell % size }
    return { think: thoughts.text, action }
  },
  judge: (state, think) => judgeLines(think, truthOf(state).thoughts),
  share: (state, think) => (think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)),
}
