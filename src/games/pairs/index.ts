/**
 * Picture pairs, data sheet
 * - Source: the common game, known as Memory, Concentration or Pairs, for one player; rules written afresh.
 * - Board: 2..6 rows and columns of cards, two of each kind, face down. With `peek` (reasoning) all are face up in the first picture. `faces`
 *   (perception): coloured shapes, pictures of the picture pool, or different pictures of one class.
 * - Actions: a cell; its card is turned up. Two cards are a turn. A cell without a card and the first card itself are refused.
 * - Reward: 2 for a pair, -1 for two cards that differ, 0 for the first card of a turn; unreadable reply -1; after the end 0.
 * - Ends when all cards are taken away. No chance after the deal.
 * - Perception: a grid of what is face up, '?' for what is face down, '_' for no card. What was shown before is in earlier pictures alone.
 * - Expert: perfect memory, and the best play for expected points over what it never saw: rules.ts. Thoughts, which are those of who
 *   remembers, and the teacher's blind spot: teacher.ts.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigPairs,
  configOf,
  configPairs,
  eventPairs,
  init,
  legalActions,
  reseed,
  type StatePairs,
  scatter,
  statePairs,
  step,
  terminated,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules } from './text.ts'

export type { ConfigPairs, StatePairs } from './state.ts'

/** Picture pairs; see the head of this file. */
export const gamePairs = defineGame<StatePairs, number, ConfigPairs, Grid>({
  id: 'pairs',
  title: 'Picture Pairs',
  summary: 'Turn up cards two at a time and remember where the pairs are.',
  version: 1,
  tags: ['grid', 'memory', 'photos'],
  config: configPairs,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of cards, 2 to 6; the number of cards must be even' },
    columns: { axis: 'reasoning', summary: 'columns of cards, 2 to 6' },
    peek: { axis: 'reasoning', summary: 'whether all cards are shown in the first picture' },
    faces: { axis: 'perception', summary: 'what cards show: symbols, pictures, or classes (different pictures of one class are a pair)' },
    pictures: { axis: 'perception', summary: "name of the picture set: 'bundled' or a registered one" },
    split: { axis: 'perception', summary: 'train, or test for pictures that are never seen in training' },
  },
  rules: {
    init,
    configOf,
    state: statePairs,
    event: eventPairs,
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
  heldOut: (config) => {
    const other = configPairs.safeParse({ ...config, split: 'test' })
    return config.split === 'train' && config.faces !== 'symbols' && other.success ? other.data : null
  },
})
