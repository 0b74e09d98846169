/**
 * The picture of a picture Shisen-Sho board; layouts as in shisen-sho/draw.ts. Sprites: 0 the empty cell, then every picture of the config's
 * split, class by class; the full layout adds the frame.
 */
import type { Picture, Scene, Skin, Sprite, Theme } from '../../scene.ts'
import { CatalogueCache } from '../shared/frame.ts'
import { type Pool, poolOf } from '../shared/picture-pool.ts'
import { emptySprite, face } from '../shared/tile-art.ts'
import { drawBoard, framedCatalogue } from '../shisen-sho/draw.ts'
import { EMPTY } from '../shisen-sho/rules.ts'
import type { PictureShisenShoState } from './state.ts'

const caches = new WeakMap<Pool, CatalogueCache>()

/** Display list of a state; equal pictures, split, skin and theme give the same catalogue object, whatever the size of the board. */
export function draw(state: PictureShisenShoState, skin: Skin, theme: Theme): Scene {
  const pool = poolOf(state.pictures, state.split)
  const cache = caches.get(pool) ?? new CatalogueCache()
  caches.set(pool, cache)
  const catalogue = framedCatalogue(cache, skin, theme, () => tileSprites(pool, skin, theme))
  const sprites = state.board.map((kind, at) => (kind === EMPTY ? 0 : 1 + pool.starts[kind]! + pool.faces[kind]!.indexOf(state.faces[at]!)))
  const frame = 1 + pool.faces.reduce((sum, own) => sum + own.length, 0)
  return drawBoard(state, sprites, frame, catalogue, skin, theme)
}

function tileSprites({ set, faces }: Pool, skin: Skin, theme: Theme): Sprite[] {
  const tiles = faces.flatMap((own, kind) => own.map((at) => pictureSprite(set.pictures[kind]![at]!, skin.tile, theme)))
  return [emptySprite(skin, theme), ...tiles]
}

/** A tile that is a picture, with a pixel or more of board all round. */
function pictureSprite(picture: Picture, tile: number, theme: Theme): Sprite {
  const { x, y, width, height } = face(tile, theme.empty)
  return { width: tile, height: tile, fill: theme.board, shapes: [{ kind: 'image', x, y, width, height, picture }] }
}
