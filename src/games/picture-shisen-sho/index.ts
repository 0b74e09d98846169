/**
 * Picture Shisen-Sho, data sheet
 * - Source: the paper's Shisen-Sho with CIFAR-10 pictures (6x6, 9 classes x 4 different pictures). The rules are those of shisen-sho/.
 * - Board: as in Shisen-Sho; kinds are classes of a picture set. `pictures`: the set's name ('bundled': openly licensed artwork in the ten
 *   classes of CIFAR-10; a program can register others). `split`: the pictures for training, or the held-out ones.
 * - Tiles are equal if they show one class. A class shows different pictures as long as the split has enough; at most 250 of a class are used.
 * - Actions, rewards, end, thoughts, teacher and solver: as in Shisen-Sho. Perception: class names and '_'.
 * - Departures from the reference: drawing a picture never touches the game's chance; which picture a tile shows is part of the state.
 */
import type { Game } from '../../game.ts'
import { pictureSetNamed } from '../../pictures/index.ts'
import { boardLevels, presets } from '../shisen-sho/levels.ts'
import { draws } from '../shisen-sho/paper.ts'
import { playOf } from '../shisen-sho/play.ts'
import { legalPairs, over, type Pair, pairs, unreadable, won } from '../shisen-sho/position.ts'
import { lookahead, solver } from '../shisen-sho/solver.ts'
import { teacherOf } from '../shisen-sho/teacher.ts'
import {
  feedback,
  formatAction,
  formatPerception,
  grammarOf,
  lexiconOf,
  parseAction,
  parsePerception,
  perceive,
  prompt,
  spellings,
} from '../shisen-sho/text.ts'
import { draw } from './draw.ts'
import { protocol } from './paper.ts'
import { isClass } from './pool.ts'
import {
  configOf,
  configSchema,
  init,
  type PictureShisenShoConfig,
  type PictureShisenShoState,
  parseState,
  reseed,
  scatter,
  step,
} from './state.ts'

export type { PictureShisenShoConfig, PictureShisenShoState } from './state.ts'

const ID = 'picture-shisen-sho'
const GRAMMAR = grammarOf(isClass)
const EQUAL = 'Two tiles are equal if their pictures show the same class of thing, even where the pictures themselves differ.'

/** The game of picture Shisen-Sho; see the head of this file. */
export const gamePictureShisenSho: Game<PictureShisenShoState, Pair, PictureShisenShoConfig> = {
  id: ID,
  title: 'Picture Shisen-Sho',
  summary: 'Remove pairs of pictures of one class that a path of at most two turns joins.',
  version: 1,
  config: configSchema,
  knobs: {
    rows: { axis: 'reasoning', summary: 'rows of the board, 2 to 8' },
    columns: { axis: 'reasoning', summary: 'columns of the board, 2 to 8' },
    kinds: { axis: 'perception', summary: 'different classes on a fresh board, 1 to all of the set and at most the number of pairs' },
    clearable: { axis: 'reasoning', summary: 'whether a fresh board can surely be cleared' },
    pictures: { axis: 'perception', summary: "name of the picture set: 'bundled' or a registered one" },
    split: { axis: 'perception', summary: 'train, or test for pictures that are never seen in training' },
  },
  levels: boardLevels([2, 4, 6, 8, 9, 10]),
  presets: { ...presets, paper: { ...presets.paper, protocol } },
  play: playOf(EQUAL, (label, theme) => ({ text: label, fill: theme.empty, ink: theme.text })),
  draws,
  init,
  configOf,
  parseState,
  reseed,
  actions: pairs,
  legalActions: legalPairs,
  terminated: over,
  won,
  step,
  unreadable,
  trainingReward: ({ kind, reward }) => (kind === 'played' && reward > 0 ? 1 : -1),
  draw,
  perceive: (state) => perceive(state, pictureSetNamed(state.pictures).classes),
  formatPerception,
  parsePerception: (text, likely) => parsePerception(text, GRAMMAR, likely),
  prompt: (config, style) => {
    const { classes } = pictureSetNamed(config.pictures)
    return prompt(ID, config, style, {
      shows: 'a game of Shisen-Sho: tiles with small pictures',
      equal: EQUAL,
      label: `a tile is the class that its picture shows, in one of these words: ${classes.join(', ')}`,
    })
  },
  feedback,
  formatAction: (_, action) => formatAction(action),
  parseAction,
  spellings,
  solver,
  lookahead,
  ...teacherOf<PictureShisenShoState>(({ pictures }) => pictureSetNamed(pictures).classes),
  lexicon: (config) => lexiconOf(ID, pictureSetNamed(config.pictures).classes),
  scatter,
  heldOut: (config) => {
    const other = configSchema.safeParse({ ...config, split: 'test' })
    return config.split === 'train' && other.success ? other.data : null
  },
}
