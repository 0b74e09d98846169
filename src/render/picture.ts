/**
 * Pictures scaled to whole pixels. Each axis on its own: area averaging where it shrinks, linear interpolation between pixel centres
 * where it grows, a copy where it does neither. Weights and sums are integers below 2^53, so the pixels are equal on every platform.
 */
import { ConfigError } from '../errors.ts'
import type { Picture, Shape } from '../scene.ts'

/** The image member of Shape. */
export type ImageShape = Extract<Shape, { kind: 'image' }>

/** Largest side of a picture, sprite or scene, pixels. */
export const MAX_SIDE = 8192

/** One target pixel of an axis: source pixels `start`, `start` + 1, … with these weights, the sum of which is the axis's `total`. */
interface Taps {
  readonly start: number
  readonly weights: readonly number[]
}

interface Axis {
  readonly total: number
  readonly taps: readonly Taps[]
}

/** Throws ConfigError unless the picture is whole and its rectangle lies on the pixel grid. */
export function checkImage({ x, y, width, height, picture }: ImageShape): void {
  checkPicture(picture)
  if ([x, y].every(Number.isSafeInteger) && [width, height].every(isSide)) return
  throw new ConfigError(
    `An image of ${width}x${height} at (${x}, ${y}) is off the pixel grid; it takes whole sides of 1..${MAX_SIDE} pixels.`,
  )
}

/** Throws ConfigError unless the sides are whole, 1..MAX_SIDE, and `rgb` holds 3 bytes a pixel. */
export function checkPicture({ width, height, rgb }: Picture): void {
  if (isSide(width) && isSide(height) && rgb.length === 3 * width * height) return
  throw new ConfigError(
    `A picture of ${width}x${height} has ${rgb.length} bytes; it needs whole sides of 1..${MAX_SIDE} pixels and 3 bytes for each pixel.`,
  )
}

/** The pixels that fill the shape's rectangle: 3 bytes each, row-major, `width * height` of them. */
export function scaledPicture(shape: ImageShape): Uint8Array {
  checkImage(shape)
  const { width, height, picture } = shape
  const across = axis(picture.width, width)
  const down = axis(picture.height, height)
  const wide = widened(picture, across)
  const out = new Uint8Array(3 * width * height)
  const total = across.total * down.total
  for (const [y, { start, weights }] of down.taps.entries()) {
    for (let i = 0; i < 3 * width; i++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * wide[(start + k) * 3 * width + i]!
      out[y * 3 * width + i] = Math.floor((2 * sum + total) / (2 * total))
    }
  }
  return out
}

/** Every row of the picture scaled along x; values are `total` times a channel. */
function widened({ height, width, rgb }: Picture, { taps }: Axis): Float64Array {
  const out = new Float64Array(3 * taps.length * height)
  for (let y = 0; y < height; y++) {
    for (const [x, { start, weights }] of taps.entries()) {
      const from = 3 * (y * width + start)
      const to = 3 * (y * taps.length + x)
      for (let k = 0; k < weights.length; k++) {
        for (let c = 0; c < 3; c++) out[to + c]! += weights[k]! * rgb[from + 3 * k + c]!
      }
    }
  }
  return out
}

function axis(source: number, target: number): Axis {
  const pick = target <= source ? averaged : interpolated
  return { total: target <= source ? source : 2 * target, taps: Array.from({ length: target }, (_, i) => pick(i, source, target)) }
}

/** In units of 1/target of a source pixel: target pixel i covers i * source .. (i + 1) * source, source pixel s covers s * target .. */
function averaged(i: number, source: number, target: number): Taps {
  const from = i * source
  const to = from + source
  const start = Math.floor(from / target)
  const weights: number[] = []
  for (let s = start; s * target < to; s++) weights.push(Math.min(to, (s + 1) * target) - Math.max(from, s * target))
  return { start, weights }
}

/** In units of 1/(2 target) of a source pixel: the centre of target pixel i lies (2 i + 1) source - target after the centre of pixel 0. */
function interpolated(i: number, source: number, target: number): Taps {
  const last = 2 * target * (source - 1)
  const at = Math.max(0, Math.min(last, (2 * i + 1) * source - target))
  const start = Math.floor(at / (2 * target))
  const after = at - 2 * target * start
  return { start, weights: after === 0 ? [2 * target] : [2 * target - after, after] }
}

function isSide(side: number): boolean {
  return Number.isInteger(side) && side >= 1 && side <= MAX_SIDE
}
