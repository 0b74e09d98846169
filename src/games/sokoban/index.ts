/**
 * Sokoban, data sheet
 * - Source: the common puzzle; rules written afresh.
 * - Board: a room of size x size, 5..10, with walls all round and some within, 1..3 boxes and as many goals (all reasoning). A fresh board needs
 *   exactly `pushes` pushes: positions are drawn from a table of all that pulls from the end lead to, so every board can be solved. `shade`
 *   (perception) draws the colour of boxes towards that of walls.
 * - Actions: the cell of a box and the cell beside it where it goes; the player walks to the other side. Refused where there is no box,
 *   where a wall or a box stands in the way, and where the player cannot get: board untouched, reward 0.
 * - Reward: 1 for a box that comes nearer to the goal nearest to it, -1 for one that goes farther; 5 a box when all stand on goals; unreadable
 *   reply -1; after the end 0.
 * - Ends when all boxes stand on goals, or when nothing can be pushed. A board that cannot be solved any more goes on. No chance after the deal.
 * - Perception: a grid of labels. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: exact, by the table of all positions that can be solved (table.ts).
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  type ActionSokoban,
  actions,
  type ConfigSokoban,
  configOf,
  configSokoban,
  eventSokoban,
  init,
  legalActions,
  reseed,
  type StateSokoban,
  scatter,
  stateSokoban,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, spellings } from './text.ts'

export type { ActionSokoban, ConfigSokoban, StateSokoban } from './state.ts'

/** The game of Sokoban; see the head of this file. */
export const gameSokoban = defineGame<StateSokoban, ActionSokoban, ConfigSokoban, Grid>({
  id: 'sokoban',
  title: 'Sokoban',
  summary: 'Push boxes onto goals, and never into a corner.',
  version: 1,
  tags: ['grid', 'objects'],
  config: configSokoban,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side with the walls around, 5 to 10' },
    boxes: { axis: 'reasoning', summary: 'boxes and goals, 1 to 3' },
    pushes: { axis: 'reasoning', summary: 'fewest pushes that solve a fresh board, 1 to 22; fewer in small rooms' },
    shade: { axis: 'perception', summary: "how far the boxes' colour is drawn towards the walls', 0 to 5" },
  },
  rules: {
    init,
    configOf,
    state: stateSokoban,
    event: eventSokoban,
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
