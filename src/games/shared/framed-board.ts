/**
 * The picture of a board of square tiles, and the frame around it.
 *
 * 'board': rows x columns tiles edge to edge, so a tile is a patch of the model. 'full': the board half a tile in from left, right and bottom,
 * one and a half below the top, with row and column numbers and a line with a number: (columns + 1) x (rows + 2) tiles, so the picture stays a
 * multiple of the tile.
 */
import type { Scene, Shape, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'
import { type CatalogueCache, cachedCatalogue, numberLine } from './frame.ts'

/** What the frames of a game have in common. */
export interface FrameStyle {
  /** Most rows, and most columns: so many numbers there are. */
  readonly side: number
  /** What stands before the number on top: 'Pairs left'. */
  readonly phrase: string
  /** Room for the phrase, tiles. */
  readonly room: number
}

/** A board to draw. */
export interface FramedBoard {
  readonly rows: number
  readonly columns: number
  /** A sprite of the catalogue for each cell, row-major. */
  readonly sprites: readonly number[]
  /** The number on top. */
  readonly value: number
  /** Where the frame's sprites begin in the catalogue: the number of tiles. */
  readonly frame: number
  /** Rows and columns before the first that is numbered. Default: none. */
  readonly margin?: number
  /** Columns that are numbered, from the first on. Default: all. */
  readonly numbered?: number
}

/** The catalogue of a skin and theme: the tiles, then (full layout) the frame; made once. `what`: what else the tiles hang on. */
export function framedCatalogue(
  cache: CatalogueCache,
  skin: Skin,
  theme: Theme,
  style: FrameStyle,
  tiles: () => Sprite[],
  what = '',
): SpriteCatalogue {
  const make = (): Sprite[] => (skin.layout === 'full' ? [...tiles(), ...frameSprites(skin.tile, theme, style)] : tiles())
  return cachedCatalogue(cache, skin, theme, make, what)
}

/** Display list of a board. */
export function drawBoard(
  { rows, columns, sprites, value, frame, margin = 0, numbered = columns }: FramedBoard,
  { side }: FrameStyle,
  catalogue: SpriteCatalogue,
  { tile, layout, labels = true }: Skin,
  theme: Theme,
): Scene {
  const full = layout === 'full'
  const left = full ? Math.floor(tile / 2) : 0
  const top = full ? tile + left : 0
  const items: Scene['items'][number][] = sprites.map((sprite, at) => ({
    sprite,
    x: left + (at % columns) * tile,
    y: top + Math.floor(at / columns) * tile,
  }))
  if (!full) return { width: columns * tile, height: rows * tile, background: theme.board, catalogue, items }
  for (let row = 0; labels && row < rows - margin; row++) items.push({ sprite: frame + row, x: 0, y: top + (margin + row) * tile })
  for (let column = 0; labels && column < numbered - margin; column++)
    items.push({ sprite: frame + side + column, x: left + (margin + column) * tile, y: tile })
  items.push(...numberLine(value, catalogue, { left, width: columns * tile, y: 0, firstDigit: frame + 2 * side }))
  return { width: (columns + 1) * tile, height: (rows + 2) * tile, background: theme.page, catalogue, items }
}

/** Row numbers, column numbers, digits, the phrase. */
function frameSprites(tile: number, theme: Theme, { side, phrase, room }: FrameStyle): Sprite[] {
  const half = Math.floor(tile / 2)
  const sprite = (width: number, height: number, content: string, size: number, align: 'start' | 'middle'): Sprite => {
    const x = align === 'middle' ? width / 2 : 0
    const fill = size > 0.4 && align === 'middle' ? theme.text : theme.muted
    const text: Shape = { kind: 'text', x, y: height / 2, size: tile * size, text: content, fill, align, maxWidth: width }
    return { width, height, fill: theme.page, shapes: [text] }
  }
  const numbers = Array.from({ length: side }, (_, i) => String(i))
  const digitWidth = Math.max(2, Math.round(tile * 0.32))
  return [
    ...numbers.map((number) => sprite(half, tile, number, 0.36, 'middle')),
    ...numbers.map((number) => sprite(tile, half, number, 0.36, 'middle')),
    ...Array.from('0123456789', (digit) => sprite(digitWidth, tile, digit, 0.5, 'middle')),
    sprite(Math.round(tile * room), tile, phrase, 0.5, 'start'),
  ]
}
