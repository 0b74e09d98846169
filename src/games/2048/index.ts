/**
 * 2048, data sheet
 * - Source: the paper's first game (4x4, no goal). Original game by Gabriele Cirulli; rules written afresh.
 * - Board: size x size, 3..6 (reasoning axis); goal 0 or 8..131072 (horizon axis). Start: two tiles; each new tile is 2 (90 %) or 4 (10 %).
 * - Actions: 0 up, 1 right, 2 down, 3 left. Illegal: board and chance untouched, reward 0.
 * - Reward: sum of the tiles made by merging; unreadable reply -1; after the end 0. Training reward: +1 if the reward is above 0, else -1.
 * - Ends when no move is legal, or when the goal tile is made.
 * - Perception: labels '_' and 2..131072. Thoughts and the teacher's blind spots: teacher.ts.
 * - Departures from the reference: two tiles of 131072 do not merge; an unreadable reply is an outcome of its own, not an action; seeds count.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { draws } from './paper.ts'
import { play } from './play.ts'
import { DIRECTIONS, type Direction } from './rules.ts'
import { lookahead, solver } from './solver.ts'
import {
  type Config2048,
  config2048,
  event2048,
  init,
  legalActions,
  reseed,
  type State2048,
  scatter,
  state2048,
  step,
  terminated,
  won,
} from './state.ts'
import { judgeThink, scoreThink, teach } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, spellings } from './text.ts'

export type { Direction } from './rules.ts'
export type { Config2048, State2048 } from './state.ts'

/** The game of 2048; see the head of this file. */
export const game2048 = defineGame<State2048, Direction, Config2048, Grid>({
  id: '2048',
  title: '2048',
  summary: 'Slide numbered tiles; equal tiles that meet merge and earn points.',
  version: 1,
  tags: ['grid', 'numbers'],
  config: config2048,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side, 3 to 6' },
    goal: { axis: 'horizon', summary: 'tile that ends the game: 0 for none, or a power of two from 8 to 131072' },
  },
  rules: {
    init,
    configOf: ({ size, goal }) => ({ size, goal }),
    state: state2048,
    event: event2048,
    reseed,
    actions: () => DIRECTIONS,
    legalActions,
    terminated,
    endsWhenStuck: true,
    won,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout, spellings },
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
