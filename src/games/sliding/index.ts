/**
 * The sliding puzzle, data sheet
 * - Source: the common puzzle, known as the 8- or 15-puzzle; rules written afresh.
 * - Board: 2..5 rows and columns, at most 16 cells. Pieces show numbers, parts of a picture of the picture pool, or both (`face`, perception). A picture is
 *   taken only if its pieces all look different. Without numbers the finished picture stands beside the board.
 *   A fresh board needs exactly `moves` moves (reasoning).
 * - Actions: the cell of a piece; it slides into the gap if it is beside it. Others are refused: board untouched, reward 0.
 * - Reward: 1 for a piece that comes nearer to its home, -1 for one that goes away; as many points as cells for the finished board; unreadable
 *   reply -1; after the end 0.
 * - Ends when the board is finished. No chance after the deal.
 * - Perception: a grid of piece numbers and '_'. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: IDA* with additive pattern databases (exact unless it gives up, on boards of 10 cells and more far from home): search.ts.
 */

import type { Grid } from '../../game.ts'
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { play } from './play.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigSliding,
  configOf,
  configSliding,
  eventSliding,
  init,
  legalActions,
  reseed,
  type StateSliding,
  scatter,
  stateSliding,
  step,
  terminated,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules } from './text.ts'

export type { ConfigSliding, StateSliding } from './state.ts'

/** The sliding puzzle; see the head of this file. */
export const gameSliding = defineGame<StateSliding, number, ConfigSliding, Grid>({
  id: 'sliding',
  title: 'Sliding Puzzle',
  summary: 'Slide the pieces of a picture, or numbers, into their order through one gap.',
  version: 1,
  tags: ['grid', 'planning', 'photos'],
  config: configSliding,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the board, 2 to 5, with columns at most 16 cells' },
    columns: { axis: 'reasoning', summary: 'columns of the board, 2 to 5' },
    moves: {
      axis: 'reasoning',
      summary: 'fewest moves that finish a fresh board, 1 to 6 (4 cells), 16 (6), 24 (8), 26 (9), 28 (10), 32 (12), 34 (15) or 36 (16)',
    },
    face: { axis: 'perception', summary: 'what pieces show: numbers, both, or picture' },
    pictures: { axis: 'perception', summary: "name of the picture set: 'bundled' or a registered one" },
    split: { axis: 'perception', summary: 'train, or test for pictures that are never seen in training' },
  },
  rules: {
    init,
    configOf,
    state: stateSliding,
    event: eventSliding,
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
    const other = configSliding.safeParse({ ...config, split: 'test' })
    return config.split === 'train' && config.face !== 'numbers' && other.success ? other.data : null
  },
})
