/**
 * Minesweeper, data sheet
 * - Source: the common puzzle; rules written afresh.
 * - Board: size x size, 4..10, with up to a fifth of the cells mined (all reasoning). One area is open at the start. Without `guesses` the board
 *   can be cleared by reasoning alone, which the generator proves by playing it with the exact risks. `plain` (perception): numbers of one colour.
 * - Actions: open or flag, and a cell. A cell that is open, and opening a flag, are refused: board untouched, reward 0.
 * - Reward: 1 for each cell that opens; clearing the board as many again as it has mines; mines and flags 0; unreadable reply -1; after the end 0.
 * - Ends when all cells without a mine are open, or a mine is. No chance after the deal; what is hidden is in the state alone.
 * - Perception: a grid of labels, of what is seen. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: exact risks over all layouts (risk.ts); among guesses the one after which the next move is safest: not exact in the chance to win.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  type ActionMinesweeper,
  actions,
  type ConfigMinesweeper,
  configMinesweeper,
  configOf,
  eventMinesweeper,
  init,
  legalActions,
  reseed,
  type StateMinesweeper,
  scatter,
  stateMinesweeper,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, spellings } from './text.ts'

export type { ActionMinesweeper, ConfigMinesweeper, StateMinesweeper } from './state.ts'

/** The game of Minesweeper; see the head of this file. */
export const gameMinesweeper = defineGame<StateMinesweeper, ActionMinesweeper, ConfigMinesweeper, Grid>({
  id: 'minesweeper',
  title: 'Minesweeper',
  summary: 'Open all cells without a mine, by the numbers of mines around open cells.',
  version: 1,
  tags: ['grid', 'numbers', 'hidden'],
  config: configMinesweeper,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side, 4 to 10' },
    mines: { axis: 'reasoning', summary: 'mines, 1 to a fifth of the cells; a sixth without guesses' },
    guesses: { axis: 'reasoning', summary: 'whether a board may need guesses' },
    plain: { axis: 'perception', summary: 'whether all numbers have one colour' },
  },
  rules: {
    init,
    configOf,
    state: stateMinesweeper,
    event: eventMinesweeper,
    reseed,
    actions,
    legalActions,
    terminated,
    won,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout, spellings },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play,
  scatter,
})
