/**
 * The picture of a sliding puzzle; layouts as in shared/framed-board.ts, with the number of moves made on top. Sprites: the gap, then the pieces in
 * the order of their homes. Where pieces show a picture without numbers, the finished picture stands to the right of the board, one tile apart.
 */
import type { Color, Picture, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import type { Pool } from '../shared/picture-pool.ts'
import { emptySprite, face as faceOf } from '../shared/tile-art.ts'
import { piecesOf } from './pieces.ts'
import { SIDE_MAX } from './rules.ts'
import type { StateSliding } from './state.ts'

const STYLE: FrameStyle = { side: SIDE_MAX, phrase: 'Moves', room: 1.7 }

const plain = new CatalogueCache()
const ofPool = new WeakMap<Pool, CatalogueCache>()

/** Display list of a state; equal size, picture, skin and theme give the same catalogue object. */
export function draw(state: StateSliding, skin: Skin, theme: Theme): Scene {
  const { rows, columns, board, face, picture, made } = state
  const cells = rows * columns
  const catalogue = framedCatalogue(
    cacheOf(state),
    skin,
    theme,
    STYLE,
    () => pieceSprites(state, skin, theme),
    `${rows} ${columns} ${face} ${picture}`,
  )
  const guide = face === 'picture'
  const frame = cells + (guide ? 1 : 0)
  const wide = guide ? 2 * columns + 1 : columns
  const sprites = Array.from({ length: rows * wide }, (_, at) => {
    const [row, column] = [Math.floor(at / wide), at % wide]
    if (column < columns) return board[row * columns + column]!
    if (column === columns) return 0
    const home = row * columns + column - columns - 1
    return home === cells - 1 ? cells : home + 1
  })
  return drawBoard({ rows, columns: wide, sprites, value: made, frame, numbered: columns }, STYLE, catalogue, skin, theme)
}

function cacheOf(state: StateSliding): CatalogueCache {
  if (state.face === 'numbers') return plain
  const { pool } = piecesOf(state)
  const cache = ofPool.get(pool) ?? new CatalogueCache()
  ofPool.set(pool, cache)
  return cache
}

/** The gap, the pieces, and for the finished picture the one that the gap stands for. */
function pieceSprites(state: StateSliding, skin: Skin, theme: Theme): Sprite[] {
  const { rows, columns, face, picture } = state
  const cells = rows * columns
  const whole = face === 'numbers' ? undefined : piecesOf(state).pictures[picture]!
  const count = face === 'picture' ? cells : cells - 1
  const pieces = Array.from({ length: count }, (_, home) => ({
    ...{ width: skin.tile, height: skin.tile, fill: theme.board },
    shapes: whole === undefined ? numbered(home, skin.tile, theme) : cut(whole, home, state, skin.tile, theme),
  }))
  return [emptySprite(skin, theme), ...pieces]
}

/** A number on a face of its own colour. */
function numbered(home: number, tile: number, theme: Theme): Shape[] {
  const { fill, ink } = theme.tiles[home % theme.tiles.length]!
  return [faceOf(tile, fill), number(home + 1, tile, 0.55, ink)]
}

/** The whole picture, shifted so that the sprite shows one piece of it, with a thin line of board on two sides; `both`: a number on a plain disc. */
function cut(picture: Picture, home: number, { rows, columns, face }: StateSliding, tile: number, theme: Theme): Shape[] {
  const [x, y] = [-(home % columns) * tile, -Math.floor(home / columns) * tile]
  const line = Math.max(1, Math.round(tile / 32))
  const shapes: Shape[] = [
    { kind: 'image', x, y, width: columns * tile, height: rows * tile, picture },
    { kind: 'rect', x: tile - line, y: 0, width: line, height: tile, fill: theme.board },
    { kind: 'rect', x: 0, y: tile - line, width: tile, height: line, fill: theme.board },
  ]
  if (face !== 'both') return shapes
  return [
    ...shapes,
    { kind: 'circle', x: tile / 2, y: tile / 2, radius: tile * 0.3, fill: theme.page },
    number(home + 1, tile, 0.4, theme.text),
  ]
}

function number(value: number, tile: number, size: number, fill: Color): Shape {
  return { kind: 'text', x: tile / 2, y: tile / 2, size: tile * size, text: String(value), fill }
}
