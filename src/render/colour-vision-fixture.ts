/** Colours as people see them, for tests: linear light, contrast, Oklab, and red-green blindness by simulation. */
import type { Color } from '../scene.ts'

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

/** Linear-light RGB, 0..1. */
function linear(color: Color): Triple {
  const channel = (at: number): number => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
}

const times = (m: Matrix, v: Triple): Triple => m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Triple

/** WCAG 2 contrast ratio, 1..21. */
export function contrast(a: Color, b: Color): number {
  const [x, y] = [a, b].map(
    (c) =>
      times(
        [
          [0.2126, 0.7152, 0.0722],
          [0, 0, 0],
          [0, 0, 0],
        ],
        linear(c),
      )[0] + 0.05,
  ) as [number, number]
  return Math.max(x, y) / Math.min(x, y)
}

function oklab(rgb: Triple): Triple {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map((c) => Math.cbrt(Math.max(0, c))) as unknown as Triple
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  )
}

/** Machado et al. 2009, severity 1, on linear RGB. */
const SIGHT: Readonly<Record<Sight, Matrix>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

/** Full sight and the two red-green blindnesses. */
export const SIGHTS = ['full', 'protanopia', 'deuteranopia'] as const
export type Sight = (typeof SIGHTS)[number]

/** A colour in Oklab as someone of that sight sees it. */
export function seen(color: Color, sight: Sight): Triple {
  return oklab(times(SIGHT[sight], linear(color)))
}

/** Smallest Oklab distance between two colours, or between a colour and one of `others`. */
export function closest(colors: readonly Color[], others: readonly Color[], sight: Sight): number {
  const labs = [...colors, ...others].map((color) => seen(color, sight))
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < colors.length; i++) {
    for (let j = i + 1; j < labs.length; j++) least = Math.min(least, Math.hypot(...labs[i]!.map((c, k) => c - labs[j]![k]!)))
  }
  return least
}
