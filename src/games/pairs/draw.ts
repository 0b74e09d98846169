/**
 * The picture of a board of cards; layouts as in shared/framed-board.ts, with the pairs that are left on top. Sprites: 0 the bare board, 1 the back of
 * a card, then the faces: 36 symbols, or every picture of the config's split, class by class.
 */
import type { Picture, Scene, Shape, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { drawBoard, type FrameStyle, framedCatalogue } from '../shared/framed-board.ts'
import { type Pool, poolOf } from '../shared/picture-pool.ts'
import { COLOURS, emptySprite, face, SHAPES, tileSprite } from '../shared/tile-art.ts'
import { SIDE_MAX } from './rules.ts'
import { type StatePairs, TAKEN } from './state.ts'

const STYLE: FrameStyle = { side: SIDE_MAX, phrase: 'Pairs left', room: 2.4 }

const BARE = 0
const BACK = 1
const FACES = 2

const symbols = new CatalogueCache()
const ofPool = new WeakMap<Pool, CatalogueCache>()

/** Display list of a state; equal pictures, split, skin and theme give the same catalogue object, whatever the size of the board. */
export function draw(state: StatePairs, skin: Skin, theme: Theme): Scene {
  const { rows, columns, board, shown, open } = state
  const pool = state.faces === 'symbols' ? null : poolOf(state.pictures, state.split)
  const catalogue = framedCatalogue(cacheOf(pool), skin, theme, STYLE, () => cardSprites(pool, skin, theme))
  const up = new Set(open)
  const sprites = board.map((kind, at) => {
    if (kind === TAKEN) return BARE
    if (!up.has(at)) return BACK
    return FACES + (pool === null ? kind : pool.starts[kind]! + pool.faces[kind]!.indexOf(shown[at]!))
  })
  const count = pool === null ? COLOURS.length * SHAPES.length : pool.faces.reduce((sum, own) => sum + own.length, 0)
  const left = board.filter((kind) => kind !== TAKEN).length / 2
  return drawBoard({ rows, columns, sprites, value: left, frame: FACES + count }, STYLE, catalogue, skin, theme)
}

function cacheOf(pool: Pool | null): CatalogueCache {
  if (pool === null) return symbols
  const cache = ofPool.get(pool) ?? new CatalogueCache()
  ofPool.set(pool, cache)
  return cache
}

function cardSprites(pool: Pool | null, skin: Skin, theme: Theme): Sprite[] {
  const faces =
    pool === null
      ? COLOURS.flatMap((_, colour) => SHAPES.map((_, shape) => tileSprite(colour, shape, skin, theme)))
      : pool.faces.flatMap((own, kind) => own.map((at) => pictureSprite(pool.set.pictures[kind]![at]!, skin.tile, theme)))
  return [emptySprite(skin, theme), backSprite(skin.tile, theme), ...faces]
}

/** The back of a card: a face in the first tile colour with a ring. */
function backSprite(tile: number, theme: Theme): Sprite {
  const { fill, ink } = theme.tiles[0]!
  const ring = (radius: number, colour: Theme['board']): Shape => ({
    kind: 'circle',
    x: tile / 2,
    y: tile / 2,
    radius: tile * radius,
    fill: colour,
  })
  return { width: tile, height: tile, fill: theme.board, shapes: [face(tile, fill), ring(0.26, ink), ring(0.16, fill)] }
}

function pictureSprite(picture: Picture, tile: number, theme: Theme): Sprite {
  const { x, y, width, height } = face(tile, theme.empty)
  return { width: tile, height: tile, fill: theme.board, shapes: [{ kind: 'image', x, y, width, height, picture }] }
}
