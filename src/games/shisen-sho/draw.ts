/**
 * The picture of a Shisen-Sho board.
 *
 * 'board': rows x columns tiles edge to edge, so a tile is a patch of the model. 'full': the board half a tile in from left, right and bottom,
 * one and a half below the top, with row and column numbers and a line that says how many pairs are left: (columns + 1) x (rows + 2) tiles,
 * so the picture stays a multiple of the tile.
 */
import type { Scene, Shape, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'
import { CatalogueCache, cachedCatalogue, numberLine } from '../shared/frame.ts'
import { COLOURS, emptySprite, SHAPES, tileSprite } from '../shared/tile-art.ts'
import type { Position } from './position.ts'
import { EMPTY, SIDE_MAX } from './rules.ts'

type Item = Scene['items'][number]

/** Sprites of the frame, in the order of `frameSprites`: row numbers, column numbers, digits, a phrase. */
const FIRST_COLUMN = SIDE_MAX
const FIRST_DIGIT = 2 * SIDE_MAX

/** Display list of a Shisen-Sho state; equal skin and theme give the same catalogue object. Sprites: 0..35 the kinds, 36 the empty cell. */
export function draw(state: Position, skin: Skin, theme: Theme): Scene {
  const catalogue = framedCatalogue(catalogues, skin, theme, () => tileSprites(skin, theme))
  const empty = COLOURS.length * SHAPES.length
  const sprites = state.board.map((kind) => (kind === EMPTY ? empty : kind))
  return drawBoard(state, sprites, empty + 1, catalogue, skin, theme)
}

function tileSprites(skin: Skin, theme: Theme): Sprite[] {
  const tiles = COLOURS.flatMap((_, colour) => SHAPES.map((_, shape) => tileSprite(colour, shape, skin, theme)))
  return [...tiles, emptySprite(skin, theme)]
}

const catalogues = new CatalogueCache()

/** The catalogue of a skin and theme: the tiles, then (full layout) the frame; made once. */
export function framedCatalogue(cache: CatalogueCache, skin: Skin, theme: Theme, tiles: () => Sprite[]): SpriteCatalogue {
  return cachedCatalogue(cache, skin, theme, () => (skin.layout === 'full' ? [...tiles(), ...frameSprites(skin.tile, theme)] : tiles()))
}

/** A board of the family: `sprites`: a catalogue index per cell; `frame`: where the frame's sprites begin. */
export function drawBoard(
  { rows, columns, board }: Position,
  sprites: readonly number[],
  frame: number,
  catalogue: SpriteCatalogue,
  { tile, layout, labels = true }: Skin,
  theme: Theme,
): Scene {
  const full = layout === 'full'
  const left = full ? Math.floor(tile / 2) : 0
  const top = full ? tile + left : 0
  const items: Item[] = sprites.map((sprite, at) => ({
    sprite,
    x: left + (at % columns) * tile,
    y: top + Math.floor(at / columns) * tile,
  }))
  if (!full) return { width: columns * tile, height: rows * tile, background: theme.board, catalogue, items }
  for (let row = 0; labels && row < rows; row++) items.push({ sprite: frame + row, x: 0, y: top + row * tile })
  for (let column = 0; labels && column < columns; column++)
    items.push({ sprite: frame + FIRST_COLUMN + column, x: left + column * tile, y: tile })
  const pairs = board.filter((kind) => kind !== EMPTY).length / 2
  items.push(...numberLine(pairs, catalogue, { left, width: columns * tile, y: 0, firstDigit: frame + FIRST_DIGIT }))
  return { width: (columns + 1) * tile, height: (rows + 2) * tile, background: theme.page, catalogue, items }
}

function frameSprites(tile: number, theme: Theme): Sprite[] {
  const half = Math.floor(tile / 2)
  const sprite = (width: number, height: number, content: string, size: number, align: 'start' | 'middle'): Sprite => {
    const x = align === 'middle' ? width / 2 : 0
    const fill = size > 0.4 && align === 'middle' ? theme.text : theme.muted
    const text: Shape = { kind: 'text', x, y: height / 2, size: tile * size, text: content, fill, align, maxWidth: width }
    return { width, height, fill: theme.page, shapes: [text] }
  }
  const numbers = Array.from({ length: SIDE_MAX }, (_, i) => String(i))
  const digitWidth = Math.max(2, Math.round(tile * 0.32))
  return [
    ...numbers.map((number) => sprite(half, tile, number, 0.36, 'middle')),
    ...numbers.map((number) => sprite(tile, half, number, 0.36, 'middle')),
    ...Array.from('0123456789', (digit) => sprite(digitWidth, tile, digit, 0.5, 'middle')),
    sprite(Math.round(tile * 2.4), tile, 'Pairs left', 0.5, 'start'),
  ]
}
