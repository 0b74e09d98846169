/**
 * The picture of a nonogram; layouts as in shared/framed-board.ts, with the cells that are left on top. Sprites: 0 an open cell, 1 a cell of the border
 * without a number, 2..9 the numbers 0 to 7, 10 a filled cell, 11 one filled wrongly. Numbers are digits, or with the skin's `symbols` dots as many
 * dots; `faint` draws them towards their ground. Filled cells are squares, or with `symbols` letters an F.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { inkOf, mixed, plainInk } from '../shared/tile-art.ts'
import { SIZE_MAX, sideOf } from './rules.ts'
import { cellsLeft, type StateNonogram } from './state.ts'
import { isBoard, labelsOf } from './text.ts'

const STYLE: FrameStyle = { side: sideOf(SIZE_MAX), phrase: 'Cells left', room: 2.6 }

/** Sprites of cells. */
const SPRITES = 12

/** Display list of a state; equal skin, theme and `faint` give the same catalogue object. */
export function draw(state: StateNonogram, skin: Skin, theme: Theme): Scene {
  const { size, faint } = state
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => tileSprites(faint, skin, theme), String(faint))
  const sprites = labelsOf(state).map((label, at) => (label === 0 && isBoard(size, at) ? 0 : label + 1))
  const side = sideOf(size)
  return drawBoard({ rows: side, columns: side, sprites, value: cellsLeft(state), frame: SPRITES }, STYLE, catalogue, skin, theme)
}

const catalogues = new CatalogueCache()

/** Percent that a step of `faint` mixes of the ground into the numbers. */
const FAINT = 15
/** Indices of tile-art's COLOURS. */
const [RED, BLUE] = [0, 2]

/** What filled cells are painted with. */
export const fullInk = (theme: Theme): Color => inkOf(BLUE, theme)
/** What the cell that was wrong is painted with. */
export const wrongInk = (theme: Theme): Color => inkOf(RED, theme)

function tileSprites(faint: number, { tile, symbols }: Skin, theme: Theme): Sprite[] {
  const gap = Math.max(1, Math.round(tile / 24))
  const border = (...shapes: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.board, shapes })
  const face = (fill: Color): Shape => ({ kind: 'rect', x: gap, y: gap, width: tile - 2 * gap, height: tile - 2 * gap, fill })
  const ink = mixed(plainInk({ ...theme, empty: theme.board }), theme.board, FAINT * faint)
  const letter = (text: string, fill: Color): Shape => ({ kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.62, text, fill })
  const numbers = Array.from({ length: SIZE_MAX + 1 }, (_, number) =>
    border(...(symbols === 'dots' && number > 0 ? dots(number, tile, ink) : [letter(String(number), ink)])),
  )
  const full = symbols === 'letters' ? [face(theme.empty), letter('F', fullInk(theme))] : [face(fullInk(theme))]
  const wrong = [face(theme.empty), ...cross(tile, wrongInk(theme))]
  return [border(face(theme.empty)), border(), ...numbers, border(...full), border(...wrong)]
}

/** One dot to seven, in rows of at most three. */
function dots(count: number, tile: number, fill: Color): Shape[] {
  const rows = Math.ceil(count / 3)
  return Array.from({ length: count }, (_, k): Shape => {
    const row = Math.floor(k / 3)
    const inRow = Math.min(3, count - row * 3)
    const x = tile * (0.5 + 0.27 * ((k % 3) - (inRow - 1) / 2))
    return { kind: 'circle', x, y: tile * (0.5 + 0.27 * (row - (rows - 1) / 2)), radius: tile * 0.1, fill }
  })
}

/** Two bars across each other. */
function cross(tile: number, fill: Color): Shape[] {
  const bar = (...parts: number[]): Shape => ({ kind: 'polygon', points: parts.map((part) => part * tile), fill })
  return [bar(0.22, 0.3, 0.3, 0.22, 0.78, 0.7, 0.7, 0.78), bar(0.7, 0.22, 0.78, 0.3, 0.3, 0.78, 0.22, 0.7)]
}
