/**
 * Rush Hour, data sheet
 * - Source: the sliding-block puzzle by Nob Yoshigahara; rules written afresh, boards drawn.
 * - Board: size x size, 4..6, with 3..12 blocks of two or three cells, lying or upright (all reasoning). A fresh board needs exactly `moves` slides
 *   (reasoning). `plain` (perception): all blocks of one colour.
 * - Actions: the letter of a block, a direction, and a number of cells. Refused across the block's length and where the cells are not free: board
 *   untouched, reward 0.
 * - Reward: 1 for each cell that X comes nearer to the exit and for each block that leaves its way, -1 for the contrary; 10 for the end; unreadable
 *   reply -1; after the end 0.
 * - Ends when X reaches the right edge. Every slide can be taken back, so a board can be solved at any time. No chance after the deal.
 * - Perception: a grid of letters. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: exact, breadth first over all boards that lead to each other (table.ts); a slide of any number of cells counts as one.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import type { Slide } from './rules.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigRushHour,
  configOf,
  configRushHour,
  eventRushHour,
  init,
  legalActions,
  reseed,
  type StateRushHour,
  scatter,
  stateRushHour,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, spellings } from './text.ts'

export type { Slide } from './rules.ts'
export type { ConfigRushHour, StateRushHour } from './state.ts'

/** The game of Rush Hour; see the head of this file. */
export const gameRushHour = defineGame<StateRushHour, Slide, ConfigRushHour, Grid>({
  id: 'rush-hour',
  title: 'Rush Hour',
  summary: 'Slide blocks out of the way until one of them gets out.',
  version: 1,
  tags: ['grid', 'objects'],
  config: configRushHour,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side, 4 to 6' },
    blocks: { axis: 'reasoning', summary: 'blocks, 3 to 6 at size 4, 4 to 9 at 5, 6 to 12 at 6' },
    moves: { axis: 'reasoning', summary: 'fewest slides that solve a fresh board, 1 to 14; fewer with few blocks' },
    plain: { axis: 'perception', summary: 'whether all blocks have one colour, so that letters alone tell them apart' },
  },
  rules: { init, configOf, state: stateRushHour, event: eventRushHour, reseed, actions, legalActions, terminated, won, step },
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
