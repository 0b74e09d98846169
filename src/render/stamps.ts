/**
 * Catalogues ready for copying: every sprite rasterised once, as rows of palette indices or RGB. The palette depends on catalogue and
 * background alone, never on what was drawn before.
 */
import type { Color, Scene, SpriteCatalogue } from '../scene.ts'
import { parseColor, rasterizeSprite } from './raster.ts'

/** A sprite ready for copying: `rows[y]` holds `width * channels` bytes. Rows of equal bytes are one object throughout a catalogue. */
export interface Stamp {
  readonly rows: readonly Uint8Array[]
}

/** A catalogue on one background; the same object as long as the catalogue lives. `palette` absent: RGB. */
export interface Prepared {
  readonly channels: 1 | 3
  readonly palette: Uint8Array | undefined
  /** Bytes of one background pixel. */
  readonly ground: readonly number[]
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
  const bytes = (colour: number): number[] => (index ? [index.get(colour)!] : rgb(colour))
  const intern = rowPool()
  const stamps = catalogue.sprites.map(({ width, height }, i) => {
    const row = (y: number): number[] => Array.from(sprites[i]!.subarray(y * width, (y + 1) * width), bytes).flat()
    return { rows: Array.from({ length: height }, (_, y) => intern(Uint8Array.from(row(y)))) }
  })
  const palette = index && Uint8Array.from(all.flatMap(rgb))
  return { channels: index ? 1 : 3, palette, ground: bytes(ground), stamps }
}

/** Gives one object for equal rows. */
function rowPool(): (row: Uint8Array) => Uint8Array {
  const known = new Map<number, Uint8Array[]>()
  return (row) => {
    const key = row.reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, row.length)
    const alike = known.get(key) ?? []
    known.set(key, alike)
    const same = alike.find((other) => other.length === row.length && other.every((byte, i) => byte === row[i]))
    if (same === undefined) alike.push(row)
    return same ?? row
  }
}

function rgb(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255]
}
