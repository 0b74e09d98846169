/**
 * The picture of a graph: cells of a lattice, nodes as discs with letters, edges as straight lines between their middles. The sprites are those of
 * one graph: every cell with the lines that pass it, a node's cell twice, with its light off and on. Layouts as in shared/framed-board.ts, with the
 * number of lights that are on on top and no row and column numbers.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { lineInk } from '../shared/tile-art.ts'
import { sideOf } from './graph.ts'
import type { StateLightsOut } from './state.ts'
import { NAMES } from './text.ts'

const STYLE: FrameStyle = { side: 0, phrase: 'Lights on', room: 2.4 }

/** Display list of a state; equal graph, skin and theme give the same catalogue object. */
export function draw(state: StateLightsOut, skin: Skin, theme: Theme): Scene {
  const { cells, edges, lights } = state
  const side = sideOf(state.nodes)
  const key = `${cells.join()} ${edges.join()}`
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => graphSprites(state, skin.tile, theme), key)
  let node = 0
  const sprites = Array.from({ length: side * side }, (_, cell) => {
    // Each node before this cell has one sprite more.
    const sprite = cell + node
    return cells[node] === cell ? sprite + lights[node++]! : sprite
  })
  const framed = { rows: side, columns: side, sprites, value: lights.reduce((sum, on) => sum + on, 0), frame: side * side + cells.length }
  return drawBoard(framed, STYLE, catalogue, { ...skin, labels: false }, theme)
}

const catalogues = new CatalogueCache()

function graphSprites({ nodes, cells, edges }: StateLightsOut, tile: number, theme: Theme): Sprite[] {
  const side = sideOf(nodes)
  const ink = lineInk(theme.board)
  return Array.from({ length: side * side }, (_, cell) => {
    const [left, top] = [(cell % side) * tile, Math.floor(cell / side) * tile]
    const lines = edges.map(([from, to]) => line(cells[from]!, cells[to]!, { side, tile, left, top, ink }))
    const near = lines.filter((shape) => touches(shape, tile))
    const sprite = (...more: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.board, shapes: [...near, ...more] })
    const node = cells.indexOf(cell)
    if (node < 0) return [sprite()]
    return [false, true].map((on) => sprite(...disc(NAMES[node]!, on, tile, ink)))
  }).flat()
}

interface Place {
  readonly side: number
  readonly tile: number
  readonly left: number
  readonly top: number
  readonly ink: Color
}

type Polygon = Extract<Shape, { kind: 'polygon' }>

/** A line between the middles of two cells, as a thin rectangle. Square roots are equal everywhere. */
function line(from: number, to: number, { side, tile, left, top, ink }: Place): Polygon {
  const middle = (cell: number): [number, number] => [((cell % side) + 0.5) * tile - left, (Math.floor(cell / side) + 0.5) * tile - top]
  const [[ax, ay], [bx, by]] = [middle(from), middle(to)]
  const [dx, dy] = [bx - ax, by - ay]
  const scale = Math.max(1, tile * 0.07) / 2 / Math.sqrt(dx * dx + dy * dy)
  const [x, y] = [-dy * scale, dx * scale]
  return { kind: 'polygon', points: [ax + x, ay + y, bx + x, by + y, bx - x, by - y, ax - x, ay - y], fill: ink }
}

/** Whether the box around a polygon meets the tile. */
function touches({ points }: Polygon, tile: number): boolean {
  const inside = (values: readonly number[]): boolean => Math.max(...values) > 0 && Math.min(...values) < tile
  return inside(points.filter((_, at) => at % 2 === 0)) && inside(points.filter((_, at) => at % 2 === 1))
}

/** A disc with a rim and a letter: yellow if it is lit, else dark. */
function disc(name: string, on: boolean, tile: number, rim: Color): Shape[] {
  const [x, y] = [tile / 2, tile / 2]
  return [
    { kind: 'circle', x, y, radius: tile * 0.42, fill: rim },
    { kind: 'circle', x, y, radius: tile * 0.37, fill: on ? '#ffdc3c' : '#3b414e' },
    { kind: 'text', x, y, size: tile * 0.5, text: name, fill: on ? '#000000' : '#ffffff' },
  ]
}
