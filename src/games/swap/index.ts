/**
 * Swap (match-3), data sheet
 * - Source: the paper's fourth game (8x8, 4 colours x 3 shapes); rules written afresh from its description.
 * - Board: rows x columns, 3..8 each (reasoning axis); 1..4 colours x 1..3 shapes, three kinds or more (perception axis). Fresh boards have no
 *   run and a swap that makes one; so has every board a player sees.
 * - Actions: '(row1, col1) (row2, col2)', two side-adjacent cells in either order. Cells apart are read and refused.
 * - Reward: n(n-1) for n tiles cleared, summed over the stages of the cascade; refused swap -1, board and chance untouched; unreadable
 *   reply -1. Training reward: +1 if points were earned, else -1.
 * - Never ends by itself: the horizon is the env's. A board without a move is reshuffled within the step that made it.
 * - Perception: labels 'red circle' … 'yellow triangle'. Thoughts and the teacher's blind spots: teacher.ts.
 * - Departures from the reference: a fresh board never has standing runs; out-of-board or equal cells are unreadable, not a refused action;
 *   the points shown are the true ones; seeds count.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { draws } from './paper.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigSwap,
  configSwap,
  eventSwap,
  init,
  legalActions,
  type Pair,
  reseed,
  type StateSwap,
  scatter,
  stateSwap,
  step,
} from './state.ts'
import { judgeThink, scoreThink, teach } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules } from './text.ts'

export type { ConfigSwap, Pair, StateSwap } from './state.ts'

/** The game of Swap; see the head of this file. */
export const gameSwap = defineGame<StateSwap, Pair, ConfigSwap, Grid>({
  id: 'swap',
  title: 'Swap',
  summary: 'Swap neighbouring tiles so that three or more equal ones stand in a line.',
  version: 2,
  tags: ['grid', 'match'],
  config: configSwap,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the board, 3 to 8' },
    columns: { axis: 'reasoning', summary: 'columns of the board, 3 to 8' },
    colours: { axis: 'perception', summary: 'colours of the tiles, 1 to 4; colours times shapes is at least 3' },
    shapes: { axis: 'perception', summary: 'shapes of the tiles, 1 to 3' },
  },
  rules: {
    init,
    configOf: ({ rows, columns, colours, shapes }) => ({ rows, columns, colours, shapes }),
    state: stateSwap,
    event: eventSwap,
    reseed,
    actions,
    legalActions,
    terminated: () => false,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher: { teach, judge: judgeThink, share: scoreThink },
  levels,
  presets,
  play,
  draws,
  scatter,
})
