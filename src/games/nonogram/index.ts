/**
 * Nonogram, data sheet
 * - Source: the common puzzle, known as Nonogram, Picross or Griddler; rules written afresh, boards drawn.
 * - Board: size x size, 3..7, with about `density` percent of the cells filled (both reasoning), and the clues before its rows and columns. Every puzzle
 *   has exactly one solution. `faint` (perception) draws the numbers towards their ground.
 * - Actions: a cell of the picture, clues counted too. Clues and filled cells are refused: board untouched, reward 0.
 * - Reward: 1 for a cell of the solution, `size` more for the last; a wrong cell 0; unreadable reply -1; after the end 0.
 * - Ends when all cells of the solution are filled, or when a wrong one is. No chance after the deal; what is hidden is in the state alone.
 * - Perception: a grid of numbers and filled cells. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: exact, by lines and by trying (solve.ts); cells that fewer looks tell come first.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { sideOf } from './rules.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigNonogram,
  configNonogram,
  configOf,
  eventNonogram,
  init,
  legalActions,
  reseed,
  type StateNonogram,
  scatter,
  stateNonogram,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, spellings } from './text.ts'

export type { ConfigNonogram, StateNonogram } from './state.ts'

/** The game of nonograms; see the head of this file. */
export const gameNonogram = defineGame<StateNonogram, number, ConfigNonogram, Grid>({
  id: 'nonogram',
  title: 'Nonogram',
  summary: 'Fill the cells that the numbers at the border tell of.',
  version: 1,
  tags: ['grid', 'numbers'],
  config: configNonogram,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side of the board, 3 to 7' },
    density: { axis: 'reasoning', summary: 'percent of the cells that are filled, about, 40 to 70; fewer are harder' },
    faint: { axis: 'perception', summary: 'how far the numbers are drawn towards their ground, 0 to 5' },
  },
  rules: { init, configOf, state: stateNonogram, event: eventNonogram, reseed, actions, legalActions, terminated, won, step },
  draw,
  perception,
  answer: {
    format: ({ size }, action) => formatAction(sideOf(size), action),
    parse: parseAction,
    layout: () => answerLayout,
    spellings,
  },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play,
  scatter,
})
