/**
 * Picture Shisen-Sho, data sheet
 * - Source: the paper's Shisen-Sho with CIFAR-10 pictures (6x6, 9 classes x 4 different pictures). The rules are those of shisen-sho/.
 * - Board: as in Shisen-Sho; kinds are classes of a picture set. `pictures`: the set's name ('bundled': openly licensed artwork in the ten
 *   classes of CIFAR-10; a program can register others). `split`: the pictures for training, or the held-out ones.
 * - Tiles are equal if they show one class. A class shows different pictures as long as the split has enough; at most 250 of a class are used.
 * - Actions, rewards, end, thoughts, teacher and solver: as in Shisen-Sho. Perception: class names and '_'.
 * - Departures from the reference: drawing a picture never touches the game's chance; which picture a tile shows is part of the state.
 */

import type { Grid } from '../../game.ts'
import { pictureSetNamed } from '../../pictures/index.ts'
import { defineGame } from '../define-game.ts'
import { isClass } from '../shared/picture-pool.ts'
import { boardLevels, presets } from '../shisen-sho/levels.ts'
import { draws } from '../shisen-sho/paper.ts'
import { playOf } from '../shisen-sho/play.ts'
import { eventSchema, legalPairs, over, type Pair, pairs, won } from '../shisen-sho/position.ts'
import { lookahead, solver } from '../shisen-sho/solver.ts'
import { teacherOf } from '../shisen-sho/teacher.ts'
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
} from '../shisen-sho/text.ts'
import { draw } from './draw.ts'
import { protocol } from './paper.ts'
import {
  configOf,
  configSchema,
  init,
  type PictureShisenShoConfig,
  type PictureShisenShoState,
  reseed,
  scatter,
  stateSchema,
  step,
} from './state.ts'

export type { PictureShisenShoConfig, PictureShisenShoState } from './state.ts'

const ID = 'picture-shisen-sho'
const EQUAL = 'Two tiles are equal if their pictures show the same class of thing, even where the pictures themselves differ.'

const classesOf = ({ pictures }: PictureShisenShoConfig): readonly string[] => pictureSetNamed(pictures).classes

/** The game of picture Shisen-Sho; see the head of this file. */
export const gamePictureShisenSho = defineGame<PictureShisenShoState, Pair, PictureShisenShoConfig, Grid>({
  id: ID,
  title: 'Picture Shisen-Sho',
  summary: 'Remove pairs of pictures of one class that a path of at most two turns joins.',
  version: 2,
  tags: ['grid', 'pairs', 'photos'],
  config: configSchema,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the board, 2 to 8' },
    columns: { axis: 'reasoning', summary: 'columns of the board, 2 to 8' },
    kinds: { axis: 'perception', summary: 'different classes on a fresh board, 1 to all of the set and at most the number of pairs' },
    clearable: { axis: 'reasoning', summary: 'whether a fresh board can surely be cleared' },
    pictures: { axis: 'perception', summary: "name of the picture set: 'bundled' or a registered one" },
    split: { axis: 'perception', summary: 'train, or test for pictures that are never seen in training' },
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
  perception: perceptionOf<PictureShisenShoState, PictureShisenShoConfig>({
    labelsOf: classesOf,
    isLabel: isClass,
    labelWords: (config) => `a tile is the class that its picture shows, in one of these words: ${classesOf(config).join(', ')}`,
  }),
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: () => answerLayout, spellings },
  text: { rules: (config) => rules(config, { shows: 'a game of Shisen-Sho: tiles with small pictures', equal: EQUAL }), feedback },
  embedded: embeddedOf(ID, (config) => lexiconOf(ID, classesOf(config))),
  expert: { solver, lookahead },
  teacher: teacherOf<PictureShisenShoState>(classesOf),
  levels: boardLevels([2, 4, 6, 8, 9, 10]),
  presets: { ...presets, paper: { ...presets.paper, protocol } },
  play: playOf(EQUAL, (label, theme) => ({ text: label, fill: theme.empty, ink: theme.text })),
  draws,
  scatter,
  heldOut: (config) => {
    const other = configSchema.safeParse({ ...config, split: 'test' })
    return config.split === 'train' && other.success ? other.data : null
  },
})
