/**
 * Shisen-Sho, data sheet
 * - Source: the paper's second game (6x6, 9 kinds x 4 tiles, kind = colour x shape). Rules written afresh; a traditional tile game.
 * - Board: rows x columns, 2..8 each, an even number of cells; 1..36 kinds, drawn from the 36 for each game, in pairs as even as can be.
 *   clearable: dealt so that all of it can be removed. A fresh board always has a joinable pair.
 * - Actions: two different cells, `(row1, col1) (row2, col2)`, 0-based from the top left; either order is read. Illegal: the board stays.
 * - Reward: +1 for a pair removed, else -1; unreadable reply -1; after the end 0. Training reward: the same +1 and -1.
 * - Ends when the board is empty (cleared) or no pair can be joined (dead-end).
 * - Perception: labels 'red circle' … and '_'. Thoughts and the teacher's blind spot: teacher.ts.
 * - Departures from the reference: coordinates outside the board are unreadable, never other cells; seeds count; every fresh board is playable.
 */

import type { Grid } from '../../game.ts'
import type { CellLook } from '../../game-play.ts'
import type { Theme } from '../../scene.ts'
import { defineGame } from '../define-game.ts'
import { COLOURS, SHAPES, tileLook } from '../shared/tile-art.ts'
import { draw } from './draw.ts'
import { boardLevels, presets } from './levels.ts'
import { draws } from './paper.ts'
import { playOf } from './play.ts'
import { eventSchema, legalPairs, over, type Pair, pairs, won } from './position.ts'
import { lookahead, solver } from './solver.ts'
import { configOf, configSchema, init, reseed, type ShisenShoConfig, type ShisenShoState, scatter, stateSchema, step } from './state.ts'
import { teacherOf } from './teacher.ts'
import {
  answerLayout,
  embeddedOf,
  feedback,
  formatAction,
  lexiconOf,
  parseAction,
  perceptionOf,
  rules,
  spellings,
  type Wording,
} from './text.ts'

export type { Pair } from './position.ts'
export type { ShisenShoConfig, ShisenShoState } from './state.ts'

const ID = 'shisen-sho'

/** Labels by kind: 'red circle', 'red square', … 'cyan star'. */
const LABELS: readonly string[] = COLOURS.flatMap((colour) => SHAPES.map((shape) => `${colour} ${shape}`))
const KNOWN = new Set(LABELS)
const LEXICON = lexiconOf(ID, LABELS)
const LABEL_WORDS = `a tile is its colour and its shape, such as "red circle" (colours: ${COLOURS.join(', ')}; shapes: ${SHAPES.join(', ')})`

const WORDING: Wording = {
  shows: 'a game of Shisen-Sho: tiles with coloured shapes',
  equal: 'Two tiles are equal if they show the same shape in the same colour.',
}

function lookOf(label: string, theme: Theme): CellLook {
  const kind = LABELS.indexOf(label)
  return tileLook(Math.floor(kind / SHAPES.length), kind % SHAPES.length, theme)
}

/** The game of Shisen-Sho; see the head of this file. */
export const gameShisenSho = defineGame<ShisenShoState, Pair, ShisenShoConfig, Grid>({
  id: ID,
  title: 'Shisen-Sho',
  summary: 'Remove pairs of equal tiles that a path of at most two turns joins.',
  version: 2,
  tags: ['grid', 'pairs'],
  config: configSchema,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the board, 2 to 8' },
    columns: { axis: 'reasoning', summary: 'columns of the board, 2 to 8' },
    kinds: { axis: 'perception', summary: 'different tiles on a fresh board, 1 to 36 and at most the number of pairs' },
    clearable: { axis: 'reasoning', summary: 'whether a fresh board can surely be cleared' },
  },
  rules: {
    init,
    configOf,
    state: stateSchema,
    event: eventSchema,
    reseed,
    actions: pairs,
    legalActions: legalPairs,
    terminated: over,
    endsWhenStuck: true,
    won,
    step,
  },
  draw,
  perception: perceptionOf<ShisenShoState, ShisenShoConfig>({
    labelsOf: () => LABELS,
    isLabel: (label) => KNOWN.has(label),
    labelWords: () => LABEL_WORDS,
  }),
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout, spellings },
  text: { rules: (config) => rules(config, WORDING), feedback },
  embedded: embeddedOf(ID, () => LEXICON),
  expert: { solver, lookahead },
  teacher: teacherOf<ShisenShoState>(() => LABELS),
  levels: boardLevels([2, 4, 6, 9, 18, 32]),
  presets,
  play: playOf(WORDING.equal, lookOf),
  draws,
  scatter,
})
