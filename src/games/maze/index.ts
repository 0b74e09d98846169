/**
 * Maze in fog, data sheet
 * - Source: mazes as everybody knows them; rules written afresh.
 * - Maze: 4..10 rows and columns, without loops but for `loops` walls that are taken out; the exit is any cell that is not in sight at the start. One sees
 *   `sight` cells straight ahead. `map` says whether what was seen stays in the picture (all reasoning); `thin` (perception) draws walls thinner.
 * - Actions: a cell that was seen; the player walks there on the shortest way through seen cells. Other cells are refused.
 * - Reward: 1 for a cell seen for the first time, -1 a step; at the exit 1 for each cell never seen and as many again as there are cells: the sum hangs
 *   on the steps alone. Unreadable reply -1; after the end 0.
 * - Ends at the exit. No chance after the deal.
 * - Perception: a grid of open sides, exit and player; '?' in fog. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: shortest way to an exit that was seen, else to the nearest news; it knows nothing that was not seen: solver.ts.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigMaze,
  configMaze,
  configOf,
  eventMaze,
  init,
  legalActions,
  reseed,
  type StateMaze,
  scatter,
  stateMaze,
  step,
  terminated,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules } from './text.ts'

export type { ConfigMaze, StateMaze } from './state.ts'

/** The maze in fog; see the head of this file. */
export const gameMaze = defineGame<StateMaze, number, ConfigMaze, Grid>({
  id: 'maze',
  title: 'Maze in Fog',
  summary: 'Find the exit of a maze of which only what is in sight is shown.',
  version: 1,
  tags: ['grid', 'hidden', 'memory'],
  config: configMaze,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the maze, 4 to 10' },
    columns: { axis: 'reasoning', summary: 'columns of the maze, 4 to 10' },
    sight: { axis: 'reasoning', summary: 'cells that one sees straight ahead, 1 to 9' },
    loops: { axis: 'reasoning', summary: 'walls taken out of a maze without loops, 0 to 10' },
    map: { axis: 'reasoning', summary: 'whether what was seen stays in the picture' },
    thin: { axis: 'perception', summary: 'how thin walls are drawn, 0 to 5' },
  },
  rules: {
    init,
    configOf,
    state: stateMaze,
    event: eventMaze,
    reseed,
    actions,
    legalActions,
    terminated,
    won: terminated,
    step,
  },
  draw,
  perception,
  answer: { format: formatAction, parse: parseAction, layout: () => answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play,
  scatter,
})
