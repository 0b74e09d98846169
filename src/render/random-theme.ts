/**
 * Random themes: colours drawn from a seed, for pictures whose looks vary without end. `random-7` is the theme of seed 7, the same on every
 * platform. Tile fills keep the distances of the named themes (0.07 in Oklab from each other, from the board and from an empty cell); inks
 * are black or white, whichever stands out more.
 */
import { type Rng, seededRng } from '../rng.ts'
import type { Color, Theme } from '../scene.ts'

/** Seeds of random themes: 0 to this. */
const LAST = 9999
const NAME = /^random-(0|[1-9]\d{0,3})$/
const TILES = 18
/** Least distance of two fills in Oklab. */
const APART = 0.07
/** Least difference of lightness between the board and an empty cell, Oklab. */
const CELL_APART = 0.05

type Triple = readonly [number, number, number]

/** The name of the random theme of a seed, 0 to 9999. */
export const randomThemeName = (seed: number): string => `random-${seed % (LAST + 1)}`

const known = new Map<string, Theme>()

/** The random theme of that name; undefined for any other name. */
export function randomTheme(name: string): Theme | undefined {
  const seed = NAME.exec(name)?.[1]
  if (seed === undefined) return undefined
  let theme = known.get(name)
  if (theme === undefined) {
    theme = drawTheme(name, seededRng(Number(seed), 'random-theme'))
    known.set(name, theme)
  }
  return theme
}

function drawTheme(name: string, rng: Rng): Theme {
  const board = tone(rng)
  const empty = drawUntil(rng, tone, (color) => Math.abs(oklab(color)[0] - oklab(board)[0]) >= CELL_APART)
  const taken = [board, empty].map(oklab)
  const fills = Array.from({ length: TILES }, () => {
    const fill = drawUntil(rng, vivid, (color) => taken.every((other) => distance(oklab(color), other) >= APART))
    taken.push(oklab(fill))
    return fill
  })
  const tiles = fills.map((fill) => ({ fill: hex(fill), ink: inkOn(fill) }))
  return { name, page: '#ffffff', board: hex(board), empty: hex(empty), text: '#000000', muted: '#595959', tiles }
}

/** A colour for boards: little saturated. */
const tone = (rng: Rng): Triple => fromHsv(rng.real(), 0.45 * rng.real(), 0.08 + 0.9 * rng.real())
/** A colour for tiles. */
const vivid = (rng: Rng): Triple => fromHsv(rng.real(), rng.real(), 0.25 + 0.75 * rng.real())

function drawUntil(rng: Rng, draw: (rng: Rng) => Triple, fits: (color: Triple) => boolean): Triple {
  for (;;) {
    const color = draw(rng)
    if (fits(color)) return color
  }
}

/** sRGB in 256 steps, 0..1, of hue, saturation and value, 0..1. */
function fromHsv(hue: number, saturation: number, value: number): Triple {
  return [5, 3, 1].map((n) => {
    const k = (n + hue * 6) % 6
    return Math.round(255 * (value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1)))) / 255
  }) as unknown as Triple
}

const hex = (color: Triple): Color =>
  `#${color
    .map((c) =>
      Math.round(255 * c)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)

/** Black or white: contrast with black is (L + 0.05) / 0.05, with white 1.05 / (L + 0.05); the luminance at which both are equal. */
function inkOn([red, green, blue]: Triple): Color {
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  return luminance > Math.sqrt(0.05 * 1.05) - 0.05 ? '#000000' : '#ffffff'
}

/** Oklab (Ottosson 2020). */
function oklab(color: Triple): Triple {
  const [r, g, b] = color.map(linear) as unknown as Triple
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
