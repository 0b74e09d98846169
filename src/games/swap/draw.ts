/**
 * The picture of a Swap board. Sprites in catalogue order: 0..11 the tiles by kind; the full layout adds the coordinates 0..7 (12..19), the
 * digits 0..9 of the points (20..29) and the word "Points" (30).
 *
 * 'board': rows x columns tiles edge to edge, so a tile is a patch of the model. 'full': the board half a tile in from left, right and bottom,
 * one and a half below the top, coordinates above and to the left of it, a line with the points on top: (columns + 1) x (rows + 2) tiles.
 */
import type { Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache, cachedCatalogue, numberLine } from '../shared/frame.ts'
import { tileSprite } from '../shared/tile-art.ts'
import { COLOURS_MAX, SHAPES_MAX, SIDE_MAX } from './rules.ts'
import type { StateSwap } from './state.ts'

const FIRST_COORDINATE = COLOURS_MAX * SHAPES_MAX
const FIRST_DIGIT = FIRST_COORDINATE + SIDE_MAX

/** Display list of a state; equal skin and theme give the same catalogue object, whatever the config. */
export function draw(state: StateSwap, skin: Skin, theme: Theme): Scene {
  const { rows, columns, board, points } = state
  const { tile, layout, labels = true } = skin
  const catalogue = cachedCatalogue(catalogues, skin, theme, () => spritesOf(skin, theme))
  const full = layout === 'full'
  const left = full ? Math.floor(tile / 2) : 0
  const top = full ? tile + left : 0
  const items = board.map((kind, at) => ({ sprite: kind, x: left + (at % columns) * tile, y: top + Math.floor(at / columns) * tile }))
  if (!full) return { width: columns * tile, height: rows * tile, background: theme.board, catalogue, items }
  const centred = Math.floor((tile - left) / 2)
  for (let column = 0; labels && column < columns; column++)
    items.push({ sprite: FIRST_COORDINATE + column, x: left + column * tile + centred, y: tile })
  for (let row = 0; labels && row < rows; row++) items.push({ sprite: FIRST_COORDINATE + row, x: 0, y: top + row * tile + centred })
  items.push(...numberLine(points, catalogue, { left, width: columns * tile, y: 0, firstDigit: FIRST_DIGIT }))
  return { width: (columns + 1) * tile, height: (rows + 2) * tile, background: theme.page, catalogue, items }
}

const catalogues = new CatalogueCache()

function spritesOf(skin: Skin, theme: Theme): Sprite[] {
  const tiles = Array.from({ length: COLOURS_MAX * SHAPES_MAX }, (_, kind) =>
    tileSprite(Math.floor(kind / SHAPES_MAX), kind % SHAPES_MAX, skin, theme),
  )
  return skin.layout === 'full' ? [...tiles, ...textSprites(skin.tile, theme)] : tiles
}

function textSprites(tile: number, theme: Theme): Sprite[] {
  const text = (content: string, width: number, height: number, fill: Theme['text'], align: 'start' | 'middle'): Sprite => {
    const size = height === tile ? tile * 0.5 : height * 0.7
    const line: Shape = {
      kind: 'text',
      x: align === 'start' ? 0 : width / 2,
      y: height / 2,
      size,
      text: content,
      fill,
      align,
      maxWidth: width,
    }
    return { width, height, fill: theme.page, shapes: [line] }
  }
  const half = Math.floor(tile / 2)
  const digitWidth = Math.max(2, Math.round(tile * 0.32))
  return [
    ...Array.from({ length: SIDE_MAX }, (_, n) => text(String(n), half, half, theme.muted, 'middle')),
    ...Array.from('0123456789', (digit) => text(digit, digitWidth, tile, theme.text, 'middle')),
    text('Points', Math.round(tile * 1.6), tile, theme.muted, 'start'),
  ]
}
