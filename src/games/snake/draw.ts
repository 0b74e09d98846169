/**
 * The picture of a snake; layouts as in shared/framed-board.ts, with the steps left on top. Sprites: 0 a free cell, 1 food, then a cell of the body for every
 * pair of sides that it joins (6), of the tail for its one side (4), and of the head (4). So the order of the cells is to be seen. With the skin's `symbols`
 * letters or dots the body is an outline.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { face, inkOf } from '../shared/tile-art.ts'
import { beside, DIRECTIONS, SIZE_MAX } from './rules.ts'
import type { StateSnake } from './state.ts'

const STYLE: FrameStyle = { side: SIZE_MAX, phrase: 'Steps left', room: 2.4 }

const FREE = 0
const FOOD = 1
/** The sides that cells of the body join, as bits by direction: two for the body, one for tail and head. */
const JOINS = [3, 5, 9, 6, 10, 12]
const BODY = 2
const TAIL = BODY + JOINS.length
const HEAD = TAIL + DIRECTIONS.length
const COUNT = HEAD + DIRECTIONS.length

const catalogues = new CatalogueCache()

/** Display list of a state; equal skin, theme and `thin` give the same catalogue object. */
export function draw(state: StateSnake, skin: Skin, theme: Theme): Scene {
  const { size, body, food, clock, thin } = state
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => snakeSprites(thin, skin, theme), String(thin))
  const sprites = Array.from({ length: size * size }, () => FREE)
  if (food >= 0) sprites[food] = FOOD
  const side = (from: number, to: number): number => DIRECTIONS.findIndex((_, direction) => beside(from, direction, size) === to)
  for (const [at, cell] of body.entries()) {
    const [before, after] = [body[at - 1], body[at + 1]]
    if (before === undefined) sprites[cell] = HEAD + side(cell, after!)
    else if (after === undefined) sprites[cell] = TAIL + side(cell, before)
    else sprites[cell] = BODY + JOINS.indexOf((1 << side(cell, before)) | (1 << side(cell, after)))
  }
  return drawBoard({ rows: size, columns: size, sprites, value: clock, frame: COUNT }, STYLE, catalogue, skin, theme)
}

function snakeSprites(thin: number, { tile, symbols = 'numbers' }: Skin, theme: Theme): Sprite[] {
  const width = Math.max(2, Math.round((tile * (9 - thin)) / 16))
  const line = Math.max(1, Math.round(width / 5))
  const ink = inkOf(1, theme)
  const ground = face(tile, theme.empty)
  const sprite = (...shapes: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.board, shapes: [ground, ...shapes] })
  /** A line of the body from the middle of the tile over sides. */
  const limbs = (sides: number, fill: Color, inset: number): Shape[] => {
    const [from, to] = [Math.floor((tile - width) / 2) + inset, Math.floor((tile - width) / 2) + width - inset]
    const rect = (x: number, y: number, x1: number, y1: number): Shape => ({ kind: 'rect', x, y, width: x1 - x, height: y1 - y, fill })
    const all = [rect(from, 0, to, to), rect(from, from, tile, to), rect(from, from, to, tile), rect(0, from, to, to)]
    return all.filter((_, direction) => ((sides >> direction) & 1) === 1)
  }
  const part = (sides: number): Shape[] =>
    symbols === 'numbers' || width < 4 ? limbs(sides, ink, 0) : [...limbs(sides, ink, 0), ...limbs(sides, theme.empty, line)]
  const [middle, eye] = [tile / 2, Math.max(0.75, tile * 0.07)]
  const circle = (x: number, y: number, radius: number, fill: Color): Shape => ({ kind: 'circle', x, y, radius, fill })
  /** The head, its neck over a side, its eyes on the other. */
  const head = (direction: number): Shape[] => {
    const [right, down] = [
      [0, 1],
      [-1, 0],
      [0, -1],
      [1, 0],
    ][direction] as [number, number]
    const eyes = [-1, 1].map((off) =>
      circle(middle + tile * (0.14 * right + 0.15 * off * down), middle + tile * (0.14 * down + 0.15 * off * right), eye, '#ffffff'),
    )
    return [...part(1 << direction), circle(middle, middle, tile * 0.38, ink), ...eyes]
  }
  return [
    sprite(),
    sprite(circle(middle, middle, tile * 0.24, inkOf(0, theme))),
    ...JOINS.map((sides) => sprite(...part(sides))),
    ...DIRECTIONS.map((_, direction) => sprite(...part(1 << direction))),
    ...DIRECTIONS.map((_, direction) => sprite(...head(direction))),
  ]
}
