/**
 * The picture of a maze; layouts as in shared/framed-board.ts, with the walks made on top. Sprites: 0 fog, then every cell by its open sides and what stands
 * in it (LABELS of text.ts). Walls are lines along the edges of tiles; with the skin's `symbols` letters or dots passages are drawn instead, as
 * lines from the middle of a tile to its open sides.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { inkOf, lineInk } from '../shared/tile-art.ts'
import { SIDE_MAX } from './rules.ts'
import type { StateMaze } from './state.ts'
import { LABELS, labelsOf } from './text.ts'

const STYLE: FrameStyle = { side: SIDE_MAX, phrase: 'Walks', room: 1.7 }

const catalogues = new CatalogueCache()

/** Display list of a state; equal skin, theme and `thin` give the same catalogue object. */
export function draw(state: StateMaze, skin: Skin, theme: Theme): Scene {
  const { rows, columns, thin, moves } = state
  const make = (): Sprite[] => [
    fogSprite(skin.tile, theme),
    ...LABELS.map((_, at) => cellSprite(at % 16, Math.floor(at / 16), thin, skin, theme)),
  ]
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, make, String(thin))
  const sprites = labelsOf(state).map((label) => label + 1)
  return drawBoard({ rows, columns, sprites, value: moves, frame: LABELS.length + 1 }, STYLE, catalogue, skin, theme)
}

/** Fog: the board's colour with a cross of dots. */
function fogSprite(tile: number, theme: Theme): Sprite {
  const dot = (x: number, y: number): Shape => ({ kind: 'circle', x: x * tile, y: y * tile, radius: tile * 0.06, fill: theme.muted })
  return { width: tile, height: tile, fill: theme.board, shapes: [dot(0.25, 0.25), dot(0.75, 0.25), dot(0.25, 0.75), dot(0.75, 0.75)] }
}

function cellSprite(sides: number, thing: number, thin: number, { tile, symbols = 'numbers' }: Skin, theme: Theme): Sprite {
  const width = Math.max(1, Math.round((tile * (6 - thin)) / 64))
  const ink = mixed(theme.empty, lineInk(theme.empty))
  const lines = symbols === 'numbers' ? walls(sides, width, tile, ink) : passages(sides, 2 * width, tile, ink)
  const shapes = [...lines, ...((thing & 1) === 1 ? exit(tile, theme) : []), ...((thing & 2) === 2 ? player(tile, theme) : [])]
  return { width: tile, height: tile, fill: theme.empty, shapes }
}

/** A colour two fifths of the way from one to another. */
function mixed(one: Color, other: Color): Color {
  const channel = (colour: Color, at: number): number => Number.parseInt(colour.slice(at, at + 2), 16)
  const channels = [1, 3, 5].map((at) => Math.floor((3 * channel(one, at) + 2 * channel(other, at)) / 5))
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** Lines along the closed sides, and a spot in each corner, so that walls meet. */
function walls(sides: number, width: number, tile: number, fill: Color): Shape[] {
  const rect = (x: number, y: number, wide: number, high: number): Shape => ({ kind: 'rect', x, y, width: wide, height: high, fill })
  const far = tile - width
  const edges = [rect(0, 0, tile, width), rect(far, 0, width, tile), rect(0, far, tile, width), rect(0, 0, width, tile)]
  const corners = [rect(0, 0, width, width), rect(far, 0, width, width), rect(0, far, width, width), rect(far, far, width, width)]
  return [...edges.filter((_, side) => ((sides >> side) & 1) === 0), ...corners]
}

/** Lines from the middle to the open sides. */
function passages(sides: number, width: number, tile: number, fill: Color): Shape[] {
  const [from, to] = [Math.floor((tile - width) / 2), Math.floor((tile + width) / 2)]
  const rect = (x: number, y: number, wide: number, high: number): Shape => ({ kind: 'rect', x, y, width: wide, height: high, fill })
  const lines = [
    rect(from, 0, width, to),
    rect(from, from, tile - from, width),
    rect(from, from, width, tile - from),
    rect(0, from, to, width),
  ]
  return [rect(from, from, width, width), ...lines.filter((_, side) => ((sides >> side) & 1) === 1)]
}

/** The exit: a square. */
function exit(tile: number, theme: Theme): Shape[] {
  const side = Math.round(tile * 0.56)
  const at = Math.floor((tile - side) / 2)
  return [{ kind: 'rect', x: at, y: at, width: side, height: side, fill: inkOf(1, theme) }]
}

/** The player: a disc. */
function player(tile: number, theme: Theme): Shape[] {
  return [{ kind: 'circle', x: tile / 2, y: tile / 2, radius: tile * 0.22, fill: inkOf(0, theme) }]
}
