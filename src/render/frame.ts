/** Frames as plain RGB or RGBA, and their hash. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { ConfigError } from '../errors.ts'
import type { Frame } from '../scene.ts'

/** A fresh copy of the pixels: 3 bytes each, row-major, top-left origin. */
export function frameToRgb(frame: Frame): Uint8Array {
  return expand(frame, new Uint8Array(frame.width * frame.height * 3), 3)
}

/** As `frameToRgb` with a fourth byte of 255 after each pixel, as ImageData wants it. */
export function frameToRgba(frame: Frame): Uint8ClampedArray<ArrayBuffer> {
  return expand(frame, new Uint8ClampedArray(frame.width * frame.height * 4).fill(255), 4)
}

/** SHA-256 in hex over width, height (32-bit big-endian each) and RGB pixels: equal for equal pictures, palette or not. */
export function frameHash(frame: Frame): string {
  const size = new Uint8Array(8)
  const view = new DataView(size.buffer)
  view.setUint32(0, frame.width)
  view.setUint32(4, frame.height)
  return bytesToHex(sha256(concatBytes(size, frameToRgb(frame))))
}

/** Throws ConfigError unless the frame's arrays have the sizes that width, height and palette call for. */
export function checkFrame({ width, height, pixels, palette }: Frame): void {
  const expected = width * height * (palette ? 1 : 3)
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || pixels.length !== expected) {
    throw new ConfigError(`A frame of ${width}x${height} has ${pixels.length} bytes of pixels; it needs whole sides and ${expected} bytes.`)
  }
  if (palette && (palette.length % 3 !== 0 || palette.length < 3 || palette.length > 768)) {
    throw new ConfigError(`A palette has ${palette.length} bytes; it needs 3 for each of 1..256 colours.`)
  }
}

function expand<T extends Uint8Array | Uint8ClampedArray>(frame: Frame, out: T, channels: 3 | 4): T {
  checkFrame(frame)
  const { pixels, palette } = frame
  const source = palette ?? pixels
  for (let i = 0, to = 0; to < out.length; i++, to += channels) {
    const from = 3 * (palette ? pixels[i]! : i)
    out[to] = source[from]!
    out[to + 1] = source[from + 1]!
    out[to + 2] = source[from + 2]!
  }
  return out
}
