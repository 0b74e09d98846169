/**
 * The picture of a Sokoban room; layouts as in shared/framed-board.ts, with the boxes that stand on no goal on top. Sprites by look: 0 floor, 1 wall,
 * 2 goal, 3 box, 4 box on a goal, 5 player, 6 player on a goal. With the skin's `symbols` letters boxes, walls and the player are letters
 * (B, W, P); goals are rings in either style. `shade` draws the colour of boxes towards that of walls.
 */
import type { Color, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { inkOf, mixed, plainInk } from '../shared/tile-art.ts'
import { SIZE_MAX } from './rules.ts'
import type { StateSokoban } from './state.ts'
import { LABELS, lookOf } from './text.ts'

const STYLE: FrameStyle = { side: SIZE_MAX, phrase: 'Boxes left', room: 2.6 }

/** Display list of a state; equal skin, theme and `shade` give the same catalogue object. */
export function draw(state: StateSokoban, skin: Skin, theme: Theme): Scene {
  const { size, goals, crates, shade, cells } = state
  const catalogue = framedCatalogue(catalogues, skin, theme, STYLE, () => lookSprites(shade, skin, theme), String(shade))
  const sprites = cells.map((_, at) => lookOf(state, at))
  const value = crates.filter((crate) => !goals.includes(crate)).length
  return drawBoard({ rows: size, columns: size, sprites, value, frame: LABELS.length }, STYLE, catalogue, skin, theme)
}

const catalogues = new CatalogueCache()

/** Percent that a step of `shade` mixes of the walls into the boxes. */
const SHADE = 15
/** Index of the boxes' colour in tile-art's COLOURS: yellow. */
const YELLOW = 3
/** Of the player's: blue. */
const BLUE = 2
/** Of the goals': red. */
const RED = 0

function lookSprites(shade: number, { tile, symbols }: Skin, theme: Theme): Sprite[] {
  const letters = symbols === 'letters'
  const wall = wallOf(theme)
  const wood = mixed(inkOf(YELLOW, theme), wall, SHADE * shade)
  const ring = goal(tile, theme)
  const floor = (...shapes: Shape[]): Sprite => ({ width: tile, height: tile, fill: theme.empty, shapes })
  const crate = letters ? [letter('B', tile, wood)] : box(tile, wood, theme)
  const person = letters ? [letter('P', tile, inkOf(BLUE, theme))] : player(tile, inkOf(BLUE, theme))
  const walls = letters ? floor(letter('W', tile, wall)) : bricks(tile, wall, theme)
  return [floor(), walls, floor(...ring), floor(...crate), floor(...ring, ...crate), floor(...person), floor(...ring, ...person)]
}

/** What walls are made of: half way from the floor to what stands out most from it. */
export const wallOf = (theme: Theme): Color => mixed(theme.empty, plainInk(theme), 50)

/** Three courses of bricks. */
function bricks(tile: number, fill: Color, theme: Theme): Sprite {
  const joint = Math.max(1, Math.round(tile / 24))
  const ends = [0, 1, 2, 3].map((course) => Math.round((course * tile) / 3))
  const shapes = [0, 1, 2].flatMap((course) => {
    const [y, height] = [ends[course]!, ends[course + 1]! - ends[course]! - joint]
    const cut = Math.round(tile * (course === 1 ? 0.25 : 0.6))
    const rest: Shape = { kind: 'rect', x: cut + joint, y, width: tile - cut - joint, height, fill }
    return [{ kind: 'rect', x: 0, y, width: cut, height, fill } as const, rest]
  })
  return { width: tile, height: tile, fill: theme.board, shapes }
}

/** A ring around whatever stands on it. */
function goal(tile: number, theme: Theme): Shape[] {
  const centre = tile / 2
  return [
    { kind: 'circle', x: centre, y: centre, radius: tile * 0.48, fill: inkOf(RED, theme) },
    { kind: 'circle', x: centre, y: centre, radius: tile * 0.37, fill: theme.empty },
  ]
}

/** A crate with a cross of planks. */
function box(tile: number, fill: Color, theme: Theme): Shape[] {
  const [from, side, edge] = [Math.round(tile * 0.18), tile - 2 * Math.round(tile * 0.18), Math.max(1, Math.round(tile / 16))]
  const dark = mixed(fill, plainInk(theme), 55)
  const inner = side - 2 * edge
  const [low, high, thick] = [from + edge, from + edge + inner, edge]
  return [
    { kind: 'rect', x: from, y: from, width: side, height: side, fill: dark },
    { kind: 'rect', x: low, y: low, width: inner, height: inner, fill },
    {
      kind: 'polygon',
      points: [low, low, low + thick, low, high, high - thick, high, high, high - thick, high, low, low + thick],
      fill: dark,
    },
    {
      kind: 'polygon',
      points: [high, low, high, low + thick, low + thick, high, low, high, low, high - thick, high - thick, low],
      fill: dark,
    },
  ]
}

/** A head on shoulders. */
function player(tile: number, fill: Color): Shape[] {
  const part = (...points: number[]): number[] => points.map((one) => one * tile)
  return [
    { kind: 'circle', x: tile / 2, y: tile * 0.33, radius: tile * 0.15, fill },
    { kind: 'polygon', points: part(0.28, 0.8, 0.3, 0.58, 0.4, 0.5, 0.6, 0.5, 0.7, 0.58, 0.72, 0.8), fill },
  ]
}

function letter(text: string, tile: number, fill: Color): Shape {
  return { kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.6, text, fill }
}
