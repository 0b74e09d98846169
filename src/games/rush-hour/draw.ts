/**
 * The picture of a Rush Hour board; layouts as in shared/framed-board.ts, with the blocks between X and the exit on top. Sprites: 0 a free cell, 1 the
 * free cell at the exit, with an arrow; then six for each letter: first, middle and last cell of a lying block, and the same of an upright one.
 * Blocks are filled, or with the skin's `symbols` letters outlines. X is red and the others have five colours in turn, or with the knob `plain` all
 * have one.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { COLOURS, inkOf, mixed, plainInk, textOn } from '../shared/tile-art.ts'
import { cellsOf, exitRow, inTheWay, SIZE_MAX } from './rules.ts'
import type { StateRushHour } from './state.ts'
import { LETTERS } from './text.ts'

const STYLE: FrameStyle = { side: SIZE_MAX, phrase: 'In the way', room: 2.6 }

/** Sprites before those of the letters, and sprites a letter. */
const FREE = 2
const PARTS = 6

/** Display list of a state; equal skin, theme and `plain` give the same catalogue object. */
export function draw(state: StateRushHour, skin: Skin, theme: Theme): Scene {
  const { size, board, plain } = state
  const what = plain ? 'plain' : 'coloured'
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => tileSprites(plain, skin, theme), what)
  const sprites = new Array<number>(size * size).fill(0)
  sprites[exitRow(size) * size + size - 1] = 1
  for (const [block, one] of board.entries())
    for (const [i, cell] of cellsOf(one, size).entries()) {
      const part = i === 0 ? 0 : i === one.length - 1 ? 2 : 1
      sprites[cell] = FREE + PARTS * block + (one.upright ? 3 : 0) + part
    }
  const frame = FREE + PARTS * LETTERS.length
  return drawBoard({ rows: size, columns: size, sprites, value: inTheWay(state), frame }, STYLE, catalogue, skin, theme)
}

const catalogues = new CatalogueCache()

/** The colour of a block by its letter. */
export function blockInk(block: number, plain: boolean, theme: Theme): Color {
  if (plain) return mixed(theme.empty, plainInk(theme), 60)
  return inkOf(block === 0 ? 0 : 1 + ((block - 1) % (COLOURS.length - 1)), theme)
}

function tileSprites(plain: boolean, skin: Skin, theme: Theme): Sprite[] {
  const letters = LETTERS.flatMap((letter, block) => {
    const ink = blockInk(block, plain, theme)
    return Array.from({ length: PARTS }, (_, part) => blockSprite(part % 3, part >= 3, letter, ink, skin, theme))
  })
  const { tile } = skin
  const free = (...shapes: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.empty, shapes })
  return [free(), free(arrow(tile, theme)), ...letters]
}

/** A cell of a block: first, middle or last. The body reaches the edges of the cell where the block goes on. */
function blockSprite(part: number, upright: boolean, letter: string, ink: Color, { tile, symbols }: Skin, theme: Theme): Sprite {
  const outline = symbols === 'letters'
  const gap = Math.max(1, Math.round(tile / 14))
  const edge = gap + Math.max(1, Math.round(tile / 12))
  const body = (side: number, fill: Color): Shape => {
    const [from, to] = [part === 0 ? side : 0, part === 2 ? tile - side : tile]
    return upright
      ? { kind: 'rect', x: side, y: from, width: tile - 2 * side, height: to - from, fill }
      : { kind: 'rect', x: from, y: side, width: to - from, height: tile - 2 * side, fill }
  }
  const shapes: Shape[] = [body(gap, ink)]
  if (outline) shapes.push(body(edge, theme.empty))
  const fill = outline ? ink : textOn(ink)
  shapes.push({ kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.64, text: letter, fill })
  return { width: tile, height: tile, fill: theme.empty, shapes }
}

/** What points out of the board. */
function arrow(tile: number, theme: Theme): Shape {
  const points = [0.35, 0.25, 0.8, 0.5, 0.35, 0.75].map((part) => part * tile)
  return { kind: 'polygon', points, fill: mixed(theme.empty, plainInk(theme), 35) }
}
