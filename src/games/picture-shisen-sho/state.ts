/** Config and state of picture Shisen-Sho: the board of Shisen-Sho holds classes, and each tile a picture of its class. Plain JSON throughout. */
import * as z from 'zod/mini'
import type { StepResult } from '../../game.ts'
import { pictureSetNames } from '../../pictures/index.ts'
import { type Rng, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { isPictureSet, type Pool, poolOf, type Split } from '../shared/picture-pool.ts'
import { whole } from '../shared/whole.ts'
import { deal, thinned } from '../shisen-sho/deal.ts'
import {
  type BoardConfig,
  boardFields,
  checkBoardConfig,
  checkPosition,
  emptied,
  type Pair,
  type Position,
  play,
  positionFields,
} from '../shisen-sho/position.ts'
import { EMPTY } from '../shisen-sho/rules.ts'

/** Every knob of the game; a kind is a class of pictures. */
export interface PictureShisenShoConfig extends BoardConfig {
  /** Name of the picture set; 'bundled', or one that the program registered. Axis: perception. */
  readonly pictures: string
  /** 'train', or 'test' for pictures that are never seen in training. Axis: perception. */
  readonly split: Split
}

/** A position: `board` holds classes by index, or -1. */
export interface PictureShisenShoState extends Position, PictureShisenShoConfig {
  /** Per cell, the index of the picture within its class, of the config's split; -1 for an empty cell. */
  readonly faces: readonly number[]
}

const fields = { pictures: z.string(), split: z.enum(['train', 'test']) }

/** Strict schema of the config, with defaults (the paper's game). */
export const configSchema: Schema<PictureShisenShoConfig> = z
  .strictObject({
    rows: z._default(boardFields.rows, 6),
    columns: z._default(boardFields.columns, 6),
    kinds: z._default(boardFields.kinds, 9),
    clearable: z._default(boardFields.clearable, false),
    pictures: z._default(fields.pictures, 'bundled'),
    split: z._default(fields.split, 'train'),
  })
  .check(acrossFields(checkConfig))

function checkConfig(config: PictureShisenShoConfig, fail: Fail): void {
  if (isPictureSet(config.pictures)) checkBoardConfig(config, poolOf(config.pictures, config.split).usable.length, fail)
  else fail('pictures', `there is no picture set '${config.pictures}'; choose one of ${pictureSetNames().join(', ')}, or register it first`)
}

/** Schema of a state. */
export const stateSchema: Schema<PictureShisenShoState> = z
  .strictObject({ ...boardFields, ...fields, ...positionFields, faces: z.array(whole(EMPTY)).check(z.maxLength(64)) })
  .check(
    acrossFields((state, fail) => {
      checkConfig(state, fail)
      checkPosition(state, fail)
      if (isPictureSet(state.pictures)) checkFaces(state, fail)
    }),
  )

function checkFaces({ board, faces, pictures, split }: PictureShisenShoState, fail: Fail): void {
  const pool = poolOf(pictures, split)
  if (faces.length !== board.length) fail('faces', `expected ${board.length} of them, one a cell, got ${faces.length}`)
  for (const [at, kind] of board.entries()) {
    const face = faces[at]
    if (kind === EMPTY && face !== EMPTY) fail(`faces.${at}`, `expected ${EMPTY} for an empty cell, got ${face}`)
    if (kind === EMPTY) continue
    const own = pool.faces[kind]
    if (own === undefined) fail(`board.${at}`, `the set '${pictures}' has ${pool.faces.length} classes, got class ${kind}`)
    else if (face === undefined || !own.includes(face)) fail(`faces.${at}`, `class ${kind} has no picture ${face} in the split '${split}'`)
  }
}

/** The knobs of a state. */
export function configOf({ rows, columns, kinds, clearable, pictures, split }: PictureShisenShoConfig): PictureShisenShoConfig {
  return { rows, columns, kinds, clearable, pictures, split }
}

/** A fresh game: a full board of classes drawn from the set, each with different pictures as far as there are enough. */
export function init(config: PictureShisenShoConfig, seed: number): PictureShisenShoState {
  const rng = seededRng(seed, 'picture-shisen-sho', 'init')
  const pool = poolOf(config.pictures, config.split)
  return stateOf(config, pool, deal(config, drawClasses(config, pool, rng), rng), rng)
}

/** A position for even training of perception: as dealt, less a number of its pairs drawn without regard to paths. Never over. */
export function scatter(config: PictureShisenShoConfig, seed: number): PictureShisenShoState {
  const rng = seededRng(seed, 'picture-shisen-sho', 'scatter')
  const pool = poolOf(config.pictures, config.split)
  const board = deal({ ...config, clearable: false }, drawClasses(config, pool, rng), rng)
  return stateOf(config, pool, thinned(board, config, rng), rng)
}

function drawClasses({ kinds }: PictureShisenShoConfig, { usable }: Pool, rng: Rng): number[] {
  return rng.shuffle(usable).slice(0, kinds)
}

function stateOf(config: PictureShisenShoConfig, pool: Pool, board: readonly number[], rng: Rng): PictureShisenShoState {
  const decks = new Map<number, number[]>()
  const faces = board.map((kind) => {
    if (kind === EMPTY) return EMPTY
    let deck = decks.get(kind)
    if (deck === undefined || deck.length === 0) {
      deck = rng.shuffle(pool.faces[kind]!)
      decks.set(kind, deck)
    }
    return deck.pop()!
  })
  const removed = board.filter((kind) => kind === EMPTY).length / 2
  return { ...configOf(config), board, faces, removed, moves: 0, rng: rng.state() }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: PictureShisenShoState, seed: number): PictureShisenShoState {
  return { ...state, rng: seededRng(seed, 'picture-shisen-sho', 'chance').state() }
}

/** One move; see `play` of shisen-sho/position.ts for rewards and events. */
export function step(state: PictureShisenShoState, action: Pair): StepResult<PictureShisenShoState> {
  return play(state, action, without)
}

/** Written out field by field: all states then have one layout in memory, which makes them quick to read. */
function without(state: PictureShisenShoState, first: number, second: number): PictureShisenShoState {
  const { rows, columns, kinds, clearable, pictures, split, removed, moves, rng } = state
  const board = emptied(state.board, first, second)
  const faces = emptied(state.faces, first, second)
  return { rows, columns, kinds, clearable, pictures, split, board, faces, removed: removed + 1, moves: moves + 1, rng }
}
