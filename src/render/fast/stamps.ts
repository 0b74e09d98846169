/**
 * Catalogues ready for copying: every sprite rasterised once, as palette indices or RGB. The palette depends on catalogue and
 * background alone, never on what was drawn before.
 */
import type { Color, Scene, SpriteCatalogue } from '../../scene.ts'
import { parseColor, rasterizeSprite } from '../raster.ts'

/** A sprite ready for copying. */
export interface Stamp {
  /** Bytes of a row. */
  readonly width: number
  readonly height: number
  /** Its rows, one after the other. */
  readonly pixels: Uint8Array
}

/** A catalogue on one background; the same object as long as the catalogue lives. `palette` absent: RGB. */
export interface Prepared {
  readonly channels: 1 | 3
  readonly palette: Uint8Array | undefined
  /** Bytes of one background pixel. */
  readonly ground: Uint8Array
  /** By sprite. */
  readonly stamps: readonly Stamp[]
}

/** A rasterised catalogue. `colours`: in order of first appearance. */
interface Rasterized {
  readonly sprites: readonly Uint32Array[]
  readonly colours: ReadonlySet<number>
  readonly onBackground: Map<Color, Prepared>
}

/** Finds the prepared catalogue of a scene, prepares it on first use and keeps it as long as the catalogue object lives. */
export function createStampCache(): (scene: Scene) => Prepared {
  const cache = new WeakMap<SpriteCatalogue, Rasterized>()
  return ({ catalogue, background }) => {
    const entry = cache.get(catalogue) ?? rasterize(catalogue)
    cache.set(catalogue, entry)
    const ready = entry.onBackground.get(background) ?? prepare(catalogue, entry, background)
    entry.onBackground.set(background, ready)
    return ready
  }
}

/** A catalogue with a palette, in RGB. */
export function inRgb({ palette, ground, stamps }: Prepared & { readonly palette: Uint8Array }): Prepared {
  const expanded = (indices: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(3 * indices.length)
    for (const [i, index] of indices.entries()) for (let c = 0; c < 3; c++) bytes[3 * i + c] = palette[3 * index + c]!
    return bytes
  }
  const wide = stamps.map(({ width, height, pixels }) => ({ width: 3 * width, height, pixels: expanded(pixels) }))
  return { channels: 3, palette: undefined, ground: expanded(ground), stamps: wide }
}

function rasterize(catalogue: SpriteCatalogue): Rasterized {
  const sprites = catalogue.sprites.map(rasterizeSprite)
  const colours = new Set<number>()
  for (const pixels of sprites) for (const pixel of pixels) colours.add(pixel)
  return { sprites, colours, onBackground: new Map() }
}

function prepare(catalogue: SpriteCatalogue, { sprites, colours }: Rasterized, background: Color): Prepared {
  const ground = parseColor(background)
  const all = [...new Set(colours).add(ground)]
  const index = all.length <= 256 ? new Map(all.map((colour, i) => [colour, i])) : undefined
  const bytes = (colours: ArrayLike<number>): Uint8Array =>
    index ? Uint8Array.from(colours, (colour) => index.get(colour)!) : rgb(colours)
  const channels = index ? 1 : 3
  const stamps = catalogue.sprites.map(({ width, height }, i) => ({ width: width * channels, height, pixels: bytes(sprites[i]!) }))
  return { channels, palette: index && rgb(all), ground: bytes([ground]), stamps }
}

/** Three bytes for each colour. */
function rgb(colours: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(3 * colours.length)
  for (let i = 0, at = 0; i < colours.length; i++) {
    const colour = colours[i]!
    bytes[at++] = colour >> 16
    bytes[at++] = colour >> 8
    bytes[at++] = colour
  }
  return bytes
}
