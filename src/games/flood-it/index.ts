/**
 * Flood-It, data sheet
 * - Source: the common puzzle, known as Flood-It, Drench or Flood; rules written afresh.
 * - Board: size x size, 3..14, of 3..6 colours (both reasoning). Colours are drawn cell by cell. Every board can be flooded within its limit of
 *   moves: those that the expert needs and `spare` more (horizon). `dim` (perception) draws the
 *   colours towards grey, and so towards each other.
 * - Actions: the name of a colour. The area's own colour is refused: board untouched, reward 0.
 * - Reward: 1 for each cell that joins the area; flooding the board earns as many again as it has cells; unreadable reply -1; after the end 0.
 * - Ends when the board is flooded, or when no move is left. No chance after the deal.
 * - Perception: a grid of colour names. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: A* on boards up to 8x8 (exact unless it gives up), a beam beyond (may be too long by a few moves): search.ts.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigFloodIt,
  configFloodIt,
  configOf,
  eventFloodIt,
  init,
  legalActions,
  reseed,
  type StateFloodIt,
  scatter,
  stateFloodIt,
  step,
  terminated,
  won,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules } from './text.ts'

export type { ConfigFloodIt, StateFloodIt } from './state.ts'

/** The game of Flood-It; see the head of this file. */
export const gameFloodIt = defineGame<StateFloodIt, number, ConfigFloodIt, Grid>({
  id: 'flood-it',
  title: 'Flood-It',
  summary: 'Flood a board with one colour from its corner, in as few moves as possible.',
  version: 1,
  tags: ['grid', 'colours'],
  config: configFloodIt,
  knobs: {
    size: { axis: 'reasoning', summary: 'cells a side, 3 to 14' },
    colours: { axis: 'reasoning', summary: 'colours of the cells, 3 to 6' },
    spare: { axis: 'horizon', summary: 'moves allowed beyond those that the expert needs, 0 to 50' },
    dim: { axis: 'perception', summary: 'how far the colours are drawn towards grey, 0 to 5' },
  },
  rules: {
    init,
    configOf,
    state: stateFloodIt,
    event: eventFloodIt,
    reseed,
    actions,
    legalActions,
    terminated,
    won,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play,
  scatter,
})
