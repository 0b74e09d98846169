/**
 * Shapes as closed polylines. Only + - * / and `Math.sqrt`/`Math.floor`, which IEEE 754 fixes bit by bit, so that outlines are
 * equal on every platform; arcs are cubic Bézier curves (within 0.03 % of the radius).
 */
import type { Shape } from '../scene.ts'
import { glyphOf, layoutText, type TextShape } from './text.ts'

/** A closed polyline: x0, y0, x1, y1, …, pixels. */
export type Contour = readonly number[]

/** Control distance of a cubic quarter circle of radius 1: 4/3 (sqrt 2 - 1). */
export const ARC = 0.5522847498307936

/** A shape of one colour, which has an outline. */
export type OutlinedShape = Exclude<Shape, { kind: 'image' }>

/** The outline of a shape; filled with nonzero winding. */
export function outlineOf(shape: OutlinedShape): Contour[] {
  switch (shape.kind) {
    case 'rect':
      return [roundedRect(shape.x, shape.y, shape.width, shape.height, shape.radius ?? 0)]
    case 'circle':
      return [roundedRect(shape.x - shape.radius, shape.y - shape.radius, 2 * shape.radius, 2 * shape.radius, shape.radius)]
    case 'polygon':
      return [shape.points]
    case 'text':
      return textOutline(shape)
  }
}

/** The corner radius a rectangle can have: at most half its shorter side, 0 or more. */
export function cornerRadius(width: number, height: number, radius: number): number {
  return Math.max(0, Math.min(radius, width / 2, height / 2))
}

function roundedRect(x: number, y: number, width: number, height: number, wanted: number): Contour {
  const r = cornerRadius(width, height, wanted)
  const right = x + width
  const bottom = y + height
  if (r === 0) return [x, y, right, y, right, bottom, x, bottom]
  const k = r * (1 - ARC)
  const steps = 4 + Math.floor(Math.sqrt(r) * 2)
  const out = [x + r, y, right - r, y]
  cubic(out, right - k, y, right, y + k, right, y + r, steps)
  out.push(right, bottom - r)
  cubic(out, right, bottom - k, right - k, bottom, right - r, bottom, steps)
  out.push(x + r, bottom)
  cubic(out, x + k, bottom, x, bottom - k, x, bottom - r, steps)
  out.push(x, y + r)
  cubic(out, x, y + k, x + k, y, x + r, y, steps)
  return out
}

/** Appends a cubic from the last point of `out` in `steps` chords. */
function cubic(out: number[], x1: number, y1: number, x2: number, y2: number, x3: number, y3: number, steps: number): void {
  const x0 = out.at(-2)!
  const y0 = out.at(-1)!
  for (let i = 1; i <= steps; i++) {
    const t = i / steps
    const u = 1 - t
    const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t]
    out.push(a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)
  }
}

function textOutline(shape: TextShape): Contour[] {
  const { chars, xs, baseline, scaleX, scaleY } = layoutText(shape)
  const steps = 3 + Math.floor(Math.sqrt(shape.size) / 3)
  return chars.flatMap((char, i) => glyphOutline(glyphOf(char)[1], xs[i]!, baseline, scaleX, scaleY, steps))
}

/** Flattens a font path (M, L, Q, Z), each quadratic in `steps` chords. */
function glyphOutline(path: string, x: number, y: number, scaleX: number, scaleY: number, steps: number): Contour[] {
  const contours: number[][] = []
  let contour: number[] = []
  for (const [, command, list] of path.matchAll(/([MLQ])([^MLQZ]*)/g)) {
    const points = list!.split(' ').map((value, i) => (i % 2 === 0 ? x + Number(value) * scaleX : y + Number(value) * scaleY))
    if (command === 'M') {
      contour = [points[0]!, points[1]!]
      contours.push(contour)
    } else if (command === 'L') contour.push(points[0]!, points[1]!)
    else quadratic(contour, points[0]!, points[1]!, points[2]!, points[3]!, steps)
  }
  return contours
}

function quadratic(out: number[], x1: number, y1: number, x2: number, y2: number, steps: number): void {
  const x0 = out.at(-2)!
  const y0 = out.at(-1)!
  for (let i = 1; i <= steps; i++) {
    const t = i / steps
    const u = 1 - t
    out.push(u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2)
  }
}
