/**
 * The picture of a 2048 board. Sprites in catalogue order: 0 the empty cell, 1..17 the tiles 2..131072; the full layout adds the digits
 * 0..9 (18..27) and the word "Score" (28).
 *
 * 'board': size x size tiles edge to edge, so a tile is a patch of the model. 'full': the board half a tile in from left, right and bottom, one
 * and a half below the top, with a score line above: (size + 1) x (size + 2) tiles, so the picture stays a multiple of the tile.
 */
import type { Scene, Shape, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'
import { MAX_EXPONENT } from './rules.ts'
import type { State2048 } from './state.ts'
import { LABELS } from './text.ts'

const FIRST_DIGIT = MAX_EXPONENT + 1
const SCORE_WORD = FIRST_DIGIT + 10

/** Display list of a state; equal skin and theme give the same catalogue object, whatever the size of the board. */
export function draw(state: State2048, skin: Skin, theme: Theme): Scene {
  const { size, board, score } = state
  const { tile, layout } = skin
  const catalogue = catalogueOf(skin, theme)
  const full = layout === 'full'
  const left = full ? Math.floor(tile / 2) : 0
  const top = full ? tile + left : 0
  const items = board.map((exponent, at) => ({ sprite: exponent, x: left + (at % size) * tile, y: top + Math.floor(at / size) * tile }))
  if (!full) return { width: size * tile, height: size * tile, background: theme.board, catalogue, items }
  items.push(...scoreLine(score, catalogue, left, size * tile, Math.floor(tile / 4)))
  return { width: (size + 1) * tile, height: (size + 2) * tile, background: theme.page, catalogue, items }
}

/** The score in digits, flush right in `width` pixels from `left`; the word "Score" flush left where it fits. */
function scoreLine(
  score: number,
  { sprites }: SpriteCatalogue,
  left: number,
  width: number,
  y: number,
): { sprite: number; x: number; y: number }[] {
  const digits = Array.from(String(score), (digit) => FIRST_DIGIT + Number(digit))
  const advance = sprites[FIRST_DIGIT]!.width
  const start = left + width - digits.length * advance
  const items = digits.map((sprite, i) => ({ sprite, x: start + i * advance, y }))
  if (left + sprites[SCORE_WORD]!.width <= start) items.push({ sprite: SCORE_WORD, x: left, y })
  return items
}

const catalogues = new WeakMap<Theme, Map<string, SpriteCatalogue>>()

function catalogueOf({ tile, layout }: Skin, theme: Theme): SpriteCatalogue {
  const key = `${layout} ${tile}`
  const ofTheme = catalogues.get(theme) ?? new Map<string, SpriteCatalogue>()
  catalogues.set(theme, ofTheme)
  const known = ofTheme.get(key)
  if (known !== undefined) return known
  const sprites = LABELS.map((label, exponent) => tileSprite(exponent, label, tile, theme))
  if (layout === 'full') sprites.push(...scoreSprites(tile, theme))
  const catalogue = { sprites }
  ofTheme.set(key, catalogue)
  return catalogue
}

function tileSprite(exponent: number, label: string, tile: number, theme: Theme): Sprite {
  const gap = Math.max(1, Math.round(tile / 24))
  const side = tile - 2 * gap
  const look = theme.tiles[(exponent - 1) % theme.tiles.length]
  const fill = exponent === 0 || look === undefined ? theme.empty : look.fill
  const shapes: Shape[] = [{ kind: 'rect', x: gap, y: gap, width: side, height: side, radius: tile / 10, fill }]
  if (exponent > 0 && look !== undefined) {
    shapes.push({ kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.55, text: label, fill: look.ink, maxWidth: side * 0.86 })
  }
  return { width: tile, height: tile, fill: theme.board, shapes }
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
