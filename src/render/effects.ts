/**
 * What makes a picture harder to read without changing what it shows: jitter, contrast, clutter, occlusion and noise (see Skin), applied in
 * this order to a drawn frame. The tiles are the scene's sprites of the skin's size; a sprite of several tiles is that many. No game is known here.
 *
 * All chance comes from the picture's own content (the tiles in their order): equal boards look equal, the layout, the score line and the
 * scale change nothing, and a game's chance is never touched. A stronger setting adds to a weaker one: marks, shifts, covered pixels and
 * noise keep their places and grow. Integer hashes and IEEE arithmetic only, so pixels are equal on every platform.
 */
import { ConfigError } from '../errors.ts'
import type { Color, Frame, Scene, Skin, Theme } from '../scene.ts'
import { frameToRgb } from './frame.ts'
import { chance, hashed } from './hash.ts'
import { addClutter, coverTiles, shiftTiles, type TilePlace } from './marks.ts'
import { parseColor } from './raster.ts'
import { renderScene } from './renderer.ts'

/** Least and most of each effect, and the value that changes nothing. */
export const EFFECTS: { readonly [name in Effect]: { readonly min: number; readonly max: number; readonly none: number } } = {
  contrast: { min: 0.2, max: 1, none: 1 },
  noise: { min: 0, max: 0.5, none: 0 },
  occlusion: { min: 0, max: 0.5, none: 0 },
  clutter: { min: 0, max: 1, none: 0 },
  jitter: { min: 0, max: 0.25, none: 0 },
}

/** The settings of a skin that are applied to pixels. */
export type Effect = 'contrast' | 'noise' | 'occlusion' | 'clutter' | 'jitter'

/** The effects of a skin, every one given. Throws ConfigError for a value out of range. */
export function effectsOf(skin: Skin): { readonly [name in Effect]: number } {
  const read = (name: Effect): number => {
    const { min, max, none } = EFFECTS[name]
    const value = skin[name] ?? none
    if (value >= min && value <= max) return value
    throw new ConfigError(`A skin's ${name} is ${value}; give a number from ${min} to ${max}.`)
  }
  return {
    contrast: read('contrast'),
    noise: read('noise'),
    occlusion: read('occlusion'),
    clutter: read('clutter'),
    jitter: read('jitter'),
  }
}

/** Whether the skin changes the pixels of a drawn scene at all. */
export function hasEffects(skin: Skin): boolean {
  const effects = effectsOf(skin)
  return (Object.keys(EFFECTS) as Effect[]).some((name) => effects[name] !== EFFECTS[name].none)
}

/** The frame of a scene as its skin wants it; without effects exactly that of `renderScene`. `scene` must be drawn with this skin and theme. */
export function renderSkinned(scene: Scene, skin: Skin, theme: Theme): Frame {
  return applyEffects(renderScene(scene), scene, skin, theme)
}

/** A frame with the skin's effects; the frame itself if there are none. Jitter and contrast alone keep a palette; the others give RGB. */
export function applyEffects(frame: Frame, scene: Scene, skin: Skin, theme: Theme): Frame {
  if (!hasEffects(skin)) return frame
  const { contrast, noise, occlusion, clutter, jitter } = effectsOf(skin)
  const tiles = tilesOf(scene, skin.tile)
  const seed = seedOf(scene, tiles)
  let out: Frame = { ...frame, pixels: frame.pixels.slice() }
  if (jitter > 0) shiftTiles(out, tiles, jitter, seed)
  const wash = washer(theme, contrast)
  if (contrast < 1) out = washed(out, wash)
  if (noise === 0 && occlusion === 0 && clutter === 0) return out
  const pixels = frameToRgb(out)
  const picture = { width: out.width, height: out.height, pixels }
  if (clutter > 0) addClutter(picture, tiles, clutter, seed, washedColours(theme, wash))
  if (occlusion > 0) coverTiles(picture, tiles, occlusion, seed, channels(theme.muted).map(wash))
  if (noise > 0) addNoise(pixels, noise, seed)
  return picture
}

function tilesOf({ items, catalogue }: Scene, tile: number): TilePlace[] {
  return items.flatMap(({ sprite, x, y }) => {
    const { width = 0, height = 0 } = catalogue.sprites[sprite] ?? {}
    if (width % tile !== 0 || height % tile !== 0) return []
    const columns = width / tile
    return Array.from({ length: columns * (height / tile) }, (_, at) => ({
      sprite,
      x: x + (at % columns) * tile,
      y: y + Math.floor(at / columns) * tile,
      side: tile,
    }))
  })
}

/** What is shown where, in tiles: scale, layout and the score line leave it alone. */
function seedOf(scene: Scene, tiles: readonly TilePlace[]): number {
  const perRow = tiles.filter(({ y }) => y === tiles[0]?.y).length
  let seed = hashed(tiles.length, perRow)
  for (const { sprite } of tiles) seed = hashed(seed, sprite)
  return tiles.length > 0 ? seed : hashed(scene.items.length, scene.items[0]?.sprite ?? 0)
}

function channels(color: Color): number[] {
  const rgb = parseColor(color)
  return [rgb >> 16, (rgb >> 8) & 255, rgb & 255]
}

type Wash = (value: number, at: number) => number

/** Draws channel `at % 3` towards the theme's mean: that of board, empty cell and tile fills. */
function washer(theme: Theme, contrast: number): Wash {
  const all = [theme.board, theme.empty, ...theme.tiles.map(({ fill }) => fill)].map(channels)
  const mean = [0, 1, 2].map((c) => all.reduce((sum, rgb) => sum + rgb[c]!, 0) / all.length)
  return (value, at) => Math.floor(mean[at % 3]! + (value - mean[at % 3]!) * contrast + 0.5)
}

function washed(frame: Frame, wash: Wash): Frame {
  return frame.palette ? { ...frame, palette: frame.palette.map(wash) } : { ...frame, pixels: frame.pixels.map(wash) }
}

function washedColours(theme: Theme, wash: Wash): number[][] {
  return theme.tiles.map(({ fill }) => channels(fill).map(wash))
}

/** Adds to every byte a triangular error between -amount and +amount of the range. */
function addNoise(pixels: Uint8Array, amount: number, seed: number): void {
  const noiseSeed = hashed(seed, 0x6e6f6973)
  for (let i = 0; i < pixels.length; i++) {
    const error = chance(noiseSeed, 2 * i) + chance(noiseSeed, 2 * i + 1) - 1
    const value = Math.floor(pixels[i]! + error * amount * 255 + 0.5)
    pixels[i] = value < 0 ? 0 : value > 255 ? 255 : value
  }
}
