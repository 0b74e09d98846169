/**
 * The picture of a Flood-It board; layouts as in shared/framed-board.ts, with the moves that are left on top. Sprites: 0..5 the colours, plain;
 * with the skin's `symbols` letters the colour's first letter on it, with dots one dot for the first colour, two for the second, and so on.
 */
import type { Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { COLOURS, inkOf, mixed } from '../shared/tile-art.ts'
import { SIZE_MAX } from './rules.ts'
import type { StateFloodIt } from './state.ts'

const STYLE: FrameStyle = { side: SIZE_MAX, phrase: 'Moves left', room: 2.6 }

/** Display list of a state; equal skin, theme and `dim` give the same catalogue object. */
export function draw({ size, dim, board, limit, moves }: StateFloodIt, skin: Skin, theme: Theme): Scene {
  const catalogue = framedCatalogue(
    catalogues,
    skin,
    theme,
    STYLE,
    () => COLOURS.map((_, colour) => colourSprite(colour, dim, skin, theme)),
    String(dim),
  )
  const framed = { rows: size, columns: size, sprites: board, value: limit - moves, frame: COLOURS.length }
  return drawBoard(framed, STYLE, catalogue, skin, theme)
}

const catalogues = new CatalogueCache()

/** What dim colours are drawn towards, and by how many percent a step. */
const GREY = '#808080'
const DIM = 15

/** A cell to its edges, so that an area is one shape. */
function colourSprite(colour: number, dim: number, { tile, symbols }: Skin, theme: Theme): Sprite {
  const fill = mixed(inkOf(colour, theme), GREY, DIM * dim)
  return {
    width: tile,
    height: tile,
    fill,
    shapes: symbols === 'letters' ? letter(colour, tile) : symbols === 'dots' ? dots(colour, tile) : [],
  }
}

function letter(colour: number, tile: number): Shape[] {
  const text = COLOURS[colour]!.charAt(0).toUpperCase()
  return [
    { kind: 'circle', x: tile / 2, y: tile / 2, radius: tile * 0.36, fill: '#ffffff' },
    { kind: 'text', x: tile / 2, y: tile / 2, size: tile * 0.5, text, fill: '#000000' },
  ]
}

/** One dot to six, in up to two rows of three. */
function dots(colour: number, tile: number): Shape[] {
  const count = colour + 1
  const rows = count > 3 ? 2 : 1
  return Array.from({ length: count }, (_, k) => {
    const row = k < Math.ceil(count / rows) ? 0 : 1
    const own = row === 0 ? Math.ceil(count / rows) : count - Math.ceil(count / rows)
    const at = k - row * Math.ceil(count / rows)
    const x = tile * (0.5 + 0.26 * (at - (own - 1) / 2))
    return { kind: 'circle', x, y: tile * (0.5 + 0.3 * (row - (rows - 1) / 2)), radius: tile * 0.1, fill: '#000000' }
  })
}
