/** The picture of a Shisen-Sho board; layouts as in shared/framed-board.ts, with the number of pairs that are left on top. */
import type { Scene, Skin, Sprite, SpriteCatalogue, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import * as framed from '../shared/framed-board.ts'
import { COLOURS, emptySprite, SHAPES, tileSprite } from '../shared/tile-art.ts'
import type { Position } from './position.ts'
import { EMPTY, SIDE_MAX } from './rules.ts'

const STYLE: framed.FrameStyle = { side: SIDE_MAX, phrase: 'Pairs left', room: 2.4 }

/** Display list of a Shisen-Sho state; equal skin and theme give the same catalogue object. Sprites: 0..35 the kinds, 36 the empty cell. */
export function draw(state: Position, skin: Skin, theme: Theme): Scene {
  const catalogue = framedCatalogue(catalogues, skin, theme, () => tileSprites(skin, theme))
  const empty = COLOURS.length * SHAPES.length
  const sprites = state.board.map((kind) => (kind === EMPTY ? empty : kind))
  return drawBoard(state, sprites, empty + 1, catalogue, skin, theme)
}

function tileSprites(skin: Skin, theme: Theme): Sprite[] {
  const tiles = COLOURS.flatMap((_, colour) => SHAPES.map((_, shape) => tileSprite(colour, shape, skin, theme)))
  return [...tiles, emptySprite(skin, theme)]
}

const catalogues = new CatalogueCache()

/** The catalogue of a skin and theme: the tiles, then (full layout) the frame; made once. */
export function framedCatalogue(cache: CatalogueCache, skin: Skin, theme: Theme, tiles: () => Sprite[]): SpriteCatalogue {
  return framed.framedCatalogue(cache, skin, theme, STYLE, tiles)
}

/** A board of the family: `sprites`: a catalogue index per cell; `frame`: where the frame's sprites begin. */
export function drawBoard(
  { rows, columns, board }: Position,
  sprites: readonly number[],
  frame: number,
  catalogue: SpriteCatalogue,
  skin: Skin,
  theme: Theme,
): Scene {
  const value = board.filter((kind) => kind !== EMPTY).length / 2
  return framed.drawBoard({ rows, columns, sprites, value, frame }, STYLE, catalogue, skin, theme)
}
