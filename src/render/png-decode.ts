/** PNG -> frame: the reverse of `encodePng`, and as much of other people's PNGs as a frame can hold (8 bits a channel, opaque). */
import { decode } from 'fast-png'
import { ConfigError } from '../errors.ts'
import type { Frame } from '../scene.ts'

/** Sides of a PNG in pixels, from its header alone; null if the bytes do not begin as a PNG does. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a || view.getUint32(12) !== 0x49484452)
    return null
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/**
 * The frame of a PNG, pixel for pixel. Palettes are kept where they are opaque, grey becomes RGB. Throws ConfigError for anything else
 * than a PNG, a damaged one, one with transparent pixels or with 16 bits a channel.
 */
export function decodePng(bytes: Uint8Array): Frame {
  if (pngSize(bytes) === null) throw new ConfigError('The picture is not a PNG; encode it as one.')
  const { width, height, data, depth, channels, palette, transparency } = decoded(bytes)
  if (depth === 16) throw new ConfigError('The PNG has 16 bits a channel; encode it with 8.')
  if (transparency !== undefined || palette?.some((colour) => (colour[3] ?? 255) !== 255)) throw transparent()
  if (palette !== undefined) {
    const pixels = unpacked(data as Uint8Array, width, height, depth)
    if (pixels.some((index) => index >= palette.length))
      throw new ConfigError('The PNG is damaged (a pixel is outside its palette); encode the picture anew.')
    return { width, height, pixels, palette: Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3))) }
  }
  const values =
    depth === 8 ? (data as Uint8Array) : unpacked(data as Uint8Array, width, height, depth).map((v) => (v * 255) / (2 ** depth - 1))
  return { width, height, pixels: toRgb(values, channels) }
}

const transparent = (): ConfigError => new ConfigError('The PNG has transparent pixels; encode it without an alpha channel.')

function decoded(bytes: Uint8Array): ReturnType<typeof decode> {
  try {
    return decode(bytes, { checkCrc: true })
  } catch (error) {
    throw new ConfigError(`The PNG is damaged (${(error as Error).message}); encode the picture anew.`, { cause: error })
  }
}

/** One value a byte from rows of 1, 2, 4 or 8 bits a value, padded to whole bytes. */
function unpacked(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  if (depth === 8) return Uint8Array.from(data)
  const rowBytes = Math.ceil((width * depth) / 8)
  const out = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      out[y * width + x] = ((data[y * rowBytes + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
    }
  }
  return out
}

/** RGB from 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) channels. */
function toRgb(values: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return Uint8Array.from(values)
  const out = new Uint8Array((values.length / channels) * 3)
  const alpha = channels === 2 || channels === 4
  for (let from = 0, to = 0; from < values.length; from += channels, to += 3) {
    if (alpha && values[from + channels - 1] !== 255) throw transparent()
    for (let c = 0; c < 3; c++) out[to + c] = values[from + (channels > 2 ? c : 0)] as number
  }
  return out
}
