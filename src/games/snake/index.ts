/**
 * Snake, data sheet
 * - Source: the common arcade game (Blockade, 1976), in turns; rules written afresh.
 * - Board: 5..10 cells a side, a snake of `length` cells at first (both reasoning), food. `hunger` (reasoning): the steps in which food must be reached.
 *   `thin` (perception) draws the body thinner.
 * - Actions: a direction and steps, straight on. A run into the edge or the body is refused: board untouched, reward 0.
 * - Reward: 1 for a step nearer to the food, -1 for one away, 5 for food; unreadable reply -1; after the end 0.
 * - Ends when the snake is stuck, starves, or fills the board. Chance places the food, every free cell being equally likely.
 * - Perception: no grid. The snake as a path of cells from head to tail, and the food: text.ts. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: a mix: shortest way to food that leaves a way to the tail, else along a round way through all cells: solver.ts.
 */
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { DIRECTIONS } from './rules.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigSnake,
  configOf,
  configSnake,
  eventSnake,
  type Going,
  init,
  legalActions,
  reseed,
  type StateSnake,
  scatter,
  stateSnake,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, type SeenSnake } from './text.ts'

export type { ConfigSnake, Going, StateSnake } from './state.ts'
export type { SeenSnake } from './text.ts'

/** Snake; see the head of this file. */
export const gameSnake = defineGame<StateSnake, Going, ConfigSnake, SeenSnake>({
  id: 'snake',
  title: 'Snake',
  summary: 'Lead a snake to food, again and again, without shutting it in.',
  version: 1,
  tags: ['paths', 'planning'],
  config: configSnake,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side, 5 to 10' },
    length: { axis: 'reasoning', summary: 'cells of a fresh snake, 3 to 12' },
    hunger: { axis: 'reasoning', summary: 'steps in which food must be reached, 20 to 200' },
    thin: { axis: 'perception', summary: 'how thin the body is drawn, 0 to 5' },
  },
  rules: {
    init,
    configOf,
    state: stateSnake,
    event: eventSnake,
    reseed,
    actions,
    legalActions,
    terminated,
    won,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play: {
    rules: ({ hunger }) =>
      [
        'Lead the snake to the food. Type a direction and steps, such as right 3, or press an arrow key for one step. The lines tell the cells of the snake from head to tail, as row,column from 0, and that of the food.',
        'A step nearer to the food earns 1 point, a step away costs 1, and food earns 5 and makes the snake longer.',
        `The game is over when the snake is shut in, or when no food was reached in ${hunger} steps.`,
      ].join('\n'),
    keys: DIRECTIONS.map((name, direction) => ({ keys: [name], name, action: [direction, 1] as const })),
  },
  scatter,
})
