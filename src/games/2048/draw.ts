/**
 * The picture of a 2048 board. Sprites in catalogue order: 0 the empty cell, 1..17 the tiles 2..131072; the full layout adds the digits
 * 0..9 (18..27) and the word "Score" (28), with `labels` also the row and column numbers 0..5 (29..34).
 *
 * 'board': size x size tiles edge to edge, so a tile is a patch of the model. 'full': the board half a tile in from left, right and bottom, one
 * and a half below the top, with a score line above: (size + 1) x (size + 2) tiles, so the picture stays a multiple of the tile. Tiles show
 * their number, or as the skin asks a letter (A for 2, B for 4, …) or dots (one for 2, two for 4, …).
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme, TileSymbols } from '../../scene.ts'
import { CatalogueCache, cachedCatalogue, numberLine } from '../shared/frame.ts'
import { MAX_EXPONENT, SIZE_MAX } from './rules.ts'
import type { State2048 } from './state.ts'
import { LABELS, letterOf } from './text.ts'

const FIRST_DIGIT = MAX_EXPONENT + 1
const FIRST_COORDINATE = FIRST_DIGIT + 11

/** Display list of a state; equal skin and theme give the same catalogue object, whatever the size of the board. */
export function draw(state: State2048, skin: Skin, theme: Theme): Scene {
  const { size, board, score } = state
  const { tile, layout, labels = false } = skin
  const catalogue = cachedCatalogue(catalogues, skin, theme, () => spritesOf(skin, theme))
  const full = layout === 'full'
  const left = full ? Math.floor(tile / 2) : 0
  const top = full ? tile + left : 0
  const items = board.map((exponent, at) => ({ sprite: exponent, x: left + (at % size) * tile, y: top + Math.floor(at / size) * tile }))
  if (!full) return { width: size * tile, height: size * tile, background: theme.board, catalogue, items }
  items.push(...numberLine(score, catalogue, { left, width: size * tile, y: labels ? 0 : Math.floor(tile / 4), firstDigit: FIRST_DIGIT }))
  const centred = Math.floor((tile - left) / 2)
  for (let n = 0; labels && n < size; n++) {
    items.push({ sprite: FIRST_COORDINATE + n, x: left + n * tile + centred, y: tile })
    items.push({ sprite: FIRST_COORDINATE + n, x: 0, y: top + n * tile + centred })
  }
  return { width: (size + 1) * tile, height: (size + 2) * tile, background: theme.page, catalogue, items }
}

const catalogues = new CatalogueCache()

function spritesOf({ tile, layout, symbols = 'numbers', labels = false }: Skin, theme: Theme): Sprite[] {
  const tiles = LABELS.map((_, exponent) => tileSprite(exponent, symbols, tile, theme))
  if (layout === 'board') return tiles
  return [...tiles, ...scoreSprites(tile, theme), ...(labels ? coordinateSprites(tile, theme) : [])]
}

function tileSprite(exponent: number, symbols: TileSymbols, tile: number, theme: Theme): Sprite {
  const gap = Math.max(1, Math.round(tile / 24))
  const side = tile - 2 * gap
  const look = theme.tiles[(exponent - 1) % theme.tiles.length]
  const fill = exponent === 0 || look === undefined ? theme.empty : look.fill
  const shapes: Shape[] = [{ kind: 'rect', x: gap, y: gap, width: side, height: side, radius: tile / 10, fill }]
  if (exponent > 0 && look !== undefined) {
    const text = symbols === 'letters' ? letterOf(exponent) : LABELS[exponent]!
    if (symbols === 'dots') shapes.push(...dots(exponent, tile, look.ink))
    else shapes.push({ kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.55, text, fill: look.ink, maxWidth: side * 0.86 })
  }
  return { width: tile, height: tile, fill: theme.board, shapes }
}

/** `count` dots in rows of at most two, three or four, centred on the tile. */
function dots(count: number, tile: number, fill: Color): Shape[] {
  const perRow = count <= 4 ? 2 : count <= 9 ? 3 : 4
  const rows = Math.ceil(count / perRow)
  const step = (tile * 0.8) / Math.max(perRow, rows, 3)
  return Array.from({ length: count }, (_, k): Shape => {
    const row = Math.floor(k / perRow)
    const inRow = Math.min(perRow, count - row * perRow)
    const x = tile / 2 + ((k % perRow) - (inRow - 1) / 2) * step
    return { kind: 'circle', x, y: tile / 2 + (row - (rows - 1) / 2) * step, radius: step * 0.36, fill }
  })
}

/** Row and column numbers, half a tile a side. */
function coordinateSprites(tile: number, theme: Theme): Sprite[] {
  const side = Math.floor(tile / 2)
  return Array.from({ length: SIZE_MAX }, (_, n): Sprite => {
    const text: Shape = { kind: 'text', x: side / 2, y: side / 2, size: side * 0.7, text: String(n), fill: theme.muted, maxWidth: side }
    return { width: side, height: side, fill: theme.page, shapes: [text] }
  })
}

function scoreSprites(tile: number, theme: Theme): Sprite[] {
  const height = tile
  const digitWidth = Math.max(2, Math.round(tile * 0.32))
  const text = (content: string, x: number, maxWidth: number, fill: Theme['text'], align: 'start' | 'middle'): Shape => {
    return { kind: 'text', x, y: height / 2, size: tile * 0.5, text: content, fill, align, maxWidth }
  }
  const digits = Array.from('0123456789', (digit): Sprite => {
    return { width: digitWidth, height, fill: theme.page, shapes: [text(digit, digitWidth / 2, digitWidth, theme.text, 'middle')] }
  })
  const wordWidth = Math.round(tile * 1.4)
  return [...digits, { width: wordWidth, height, fill: theme.page, shapes: [text('Score', 0, wordWidth, theme.muted, 'start')] }]
}
