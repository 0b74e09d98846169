/**
 * The picture of a well; layouts as in shared/framed-board.ts, with the shapes placed on top. The shape to place and those ahead stand to the right of the
 * well, one column apart. Sprites: 0 outside the well, 1 an empty cell, 2 a filled one, then a cell of each shape. With the skin's `symbols` letters or
 * dots filled cells are frames.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { face, lineInk } from '../shared/tile-art.ts'
import { HEIGHT_MAX, NAMES, TURNED } from './rules.ts'
import type { StateFallingShapes } from './state.ts'

const STYLE: FrameStyle = { side: HEIGHT_MAX, phrase: 'Shapes placed', room: 3.4 }

/** An empty cell; a filled one comes after it. */
const EMPTY = 1
const SHAPES = 3
/** Columns beside the well: one between, and the widest shape. */
const BESIDE = 5
/** Rows from one shape beside the well to the next. */
const PITCH = 3

const catalogues = new CatalogueCache()

/** Display list of a state; equal skin, theme and `dim` give the same catalogue object. */
export function draw(state: StateFallingShapes, skin: Skin, theme: Theme): Scene {
  const { width, height, well, shape, queue, dim, moves } = state
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => cellSprites(dim, skin, theme), String(dim))
  const columns = width + BESIDE
  const rows = Math.max(height, PITCH * (queue.length + 1) - 1)
  const sprites = Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    return column < width && row < height ? EMPTY + ((well[height - 1 - row]! >> column) & 1) : 0
  })
  for (const [place, kind] of [shape, ...queue].entries()) {
    const { rows: bits } = TURNED[kind]![0]!
    for (const [up, row] of bits.entries())
      for (let column = 0; column < 4; column++)
        if (((row >> column) & 1) === 1) sprites[(PITCH * place + 1 - up) * columns + width + 1 + column] = SHAPES + kind
  }
  return drawBoard({ rows, columns, sprites, value: moves, frame: SHAPES + NAMES.length, numbered: width }, STYLE, catalogue, skin, theme)
}

function cellSprites(dim: number, { tile, symbols = 'numbers' }: Skin, theme: Theme): Sprite[] {
  const line = Math.max(1, Math.round(tile / 12))
  const ground = face(tile, theme.empty)
  const block = (fill: Color, behind: Color): Shape[] => {
    const own = { ...ground, fill }
    if (symbols === 'numbers') return [own]
    const inner = { ...ground, x: ground.x + line, y: ground.y + line, width: ground.width - 2 * line, height: ground.height - 2 * line }
    return [own, { ...inner, fill: behind }]
  }
  const sprite = (...shapes: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.board, shapes })
  const filled = nearer(lineInk(theme.empty), theme.empty, dim)
  return [
    sprite(),
    sprite(ground),
    sprite(...block(filled, theme.empty)),
    ...NAMES.map((_, kind) => sprite(...block(theme.tiles[kind + 1]!.fill, theme.board))),
  ]
}

/** A colour, 30 % nearer to another and 12 % more with every step. */
function nearer(colour: Color, other: Color, dim: number): Color {
  const channels = [1, 3, 5].map((at) => {
    const [own, to] = [colour, other].map((one) => Number.parseInt(one.slice(at, at + 2), 16)) as [number, number]
    return Math.floor((own * (70 - 12 * dim) + to * (30 + 12 * dim)) / 100)
  })
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
