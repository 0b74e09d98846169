/**
 * Software rasteriser: shapes to anti-aliased coverage, sprites to RGB. Coverage is exact along x and sampled on 16 lines a pixel
 * along y, then rounded to 8 levels (0..7), so that two colours meet in at most six blends and a game's catalogue fits a palette.
 */
import { ConfigError } from '../errors.ts'
import type { Color, Sprite } from '../scene.ts'
import { type Contour, type OutlinedShape, outlineOf } from './outline.ts'
import { type ImageShape, MAX_SIDE, scaledPicture } from './picture.ts'

/** Full coverage; 0 is none. */
export const MAX_COVERAGE = 7

/** Scan lines a pixel row. */
const LINES = 16

/** '#rrggbb' as 0xrrggbb. Throws ConfigError for anything else. */
export function parseColor(color: Color): number {
  if (!/^#[0-9a-f]{6}$/.test(color)) throw new ConfigError(`'${color}' is not a colour; write it as '#rrggbb' in lower case.`)
  return Number.parseInt(color.slice(1), 16)
}

/** The pixels of a sprite, 0xrrggbb each, row-major, `width * height` of them. */
export function rasterizeSprite(sprite: Sprite): Uint32Array {
  const { width, height } = sprite
  checkSide(width)
  checkSide(height)
  const pixels = new Uint32Array(width * height).fill(parseColor(sprite.fill))
  for (const shape of sprite.shapes) {
    if (shape.kind === 'image') paste(pixels, width, height, shape)
    else paint(pixels, coverageOf(shape, width, height), parseColor(shape.fill))
  }
  return pixels
}

/** Throws ConfigError unless `side` is a whole number of pixels, 1..MAX_SIDE. */
export function checkSide(side: number): void {
  if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) return
  throw new ConfigError(`A side of ${side} pixels is not possible; sprites and scenes take whole sides of 1..${MAX_SIDE} pixels.`)
}

/** Coverage of a shape on a grid of `width` x `height` pixels: 0..MAX_COVERAGE each, row-major; nonzero winding; clipped. */
export function coverageOf(shape: OutlinedShape, width: number, height: number): Uint8Array {
  const edges = edgesOf(outlineOf(shape), shape)
  const coverage = new Uint8Array(width * height)
  const row = new Float64Array(width + 1)
  const [top, bottom] = verticalRange(edges, height)
  for (let y = top; y < bottom; y++) {
    const near = edges.filter((edge) => edge.top < y + 1 && edge.bottom > y)
    if (near.length === 0) continue
    row.fill(0)
    for (let line = 0; line < LINES; line++) scan(near, y + (line + 0.5) / LINES, row, width)
    for (let x = 0; x < width; x++) coverage[y * width + x] = Math.floor((row[x]! / LINES) * MAX_COVERAGE + 0.5)
  }
  return coverage
}

/** A non-horizontal edge, `top` < `bottom`; `winding` is 1 if it ran downwards. x = `x` + (y - `top`) * `slope`. */
interface Edge {
  readonly top: number
  readonly bottom: number
  readonly x: number
  readonly slope: number
  readonly winding: 1 | -1
}

function edgesOf(contours: readonly Contour[], shape: OutlinedShape): Edge[] {
  const edges: Edge[] = []
  for (const points of contours) {
    if (points.length % 2 !== 0 || !points.every(Number.isFinite)) {
      throw new ConfigError(`A ${shape.kind} has a coordinate that is missing or not finite: ${JSON.stringify(shape)}.`)
    }
    for (let i = 0; i < points.length; i += 2) {
      const j = (i + 2) % points.length
      pushEdge(edges, points[i]!, points[i + 1]!, points[j]!, points[j + 1]!)
    }
  }
  return edges
}

function pushEdge(edges: Edge[], x0: number, y0: number, x1: number, y1: number): void {
  if (y0 < y1) edges.push({ top: y0, bottom: y1, x: x0, slope: (x1 - x0) / (y1 - y0), winding: 1 })
  if (y0 > y1) edges.push({ top: y1, bottom: y0, x: x1, slope: (x0 - x1) / (y0 - y1), winding: -1 })
}

function verticalRange(edges: readonly Edge[], height: number): [top: number, bottom: number] {
  let top = height
  let bottom = 0
  for (const edge of edges) {
    if (edge.top < top) top = edge.top
    if (edge.bottom > bottom) bottom = edge.bottom
  }
  return [Math.max(0, Math.floor(top)), Math.min(height, Math.floor(bottom) + 1)]
}

/** Adds the covered lengths of one scan line to `row`, pixel by pixel. */
function scan(edges: readonly Edge[], y: number, row: Float64Array, width: number): void {
  const crossings: { x: number; winding: number }[] = []
  for (const { top, bottom, x, slope, winding } of edges) {
    if (top <= y && y < bottom) crossings.push({ x: x + (y - top) * slope, winding })
  }
  crossings.sort((a, b) => a.x - b.x)
  let winding = 0
  let start = 0
  for (const crossing of crossings) {
    if (winding === 0) start = crossing.x
    winding += crossing.winding
    if (winding === 0) addSpan(row, Math.max(0, start), Math.min(width, crossing.x))
  }
}

function addSpan(row: Float64Array, from: number, to: number): void {
  if (to <= from) return
  const first = Math.floor(from)
  const last = Math.floor(to)
  if (first === last) {
    row[first]! += to - from
    return
  }
  row[first]! += first + 1 - from
  for (let x = first + 1; x < last; x++) row[x]! += 1
  row[last]! += to - last
}

function paint(pixels: Uint32Array, coverage: Uint8Array, ink: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const level = coverage[i]!
    if (level === MAX_COVERAGE) pixels[i] = ink
    else if (level > 0) pixels[i] = blend(pixels[i]!, ink, level)
  }
}

/** Copies a scaled picture, clipped to the sprite. */
function paste(pixels: Uint32Array, width: number, height: number, shape: ImageShape): void {
  const { x, y } = shape
  const rgb = scaledPicture(shape)
  for (let row = Math.max(0, y); row < Math.min(height, y + shape.height); row++) {
    for (let column = Math.max(0, x); column < Math.min(width, x + shape.width); column++) {
      const from = 3 * ((row - y) * shape.width + column - x)
      pixels[row * width + column] = (rgb[from]! << 16) | (rgb[from + 1]! << 8) | rgb[from + 2]!
    }
  }
}

/** `level` sevenths of `ink` over `ground`, each channel rounded (sevenths never tie). */
function blend(ground: number, ink: number, level: number): number {
  const mix = (shift: number): number => {
    const a = (ground >> shift) & 255
    const b = (ink >> shift) & 255
    return Math.floor((a * (MAX_COVERAGE - level) + b * level) / MAX_COVERAGE + 0.5) << shift
  }
  return mix(16) | mix(8) | mix(0)
}
