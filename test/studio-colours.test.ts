/** The page's palette and the colours of the themes' tiles, as seen by people who tell few colours apart: simulated by the matrices of Machado, Oliveira and Fernandes (2009), full severity. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COLOURS, inkOf } from '../src/games/shared/tile-art.ts'
import { THEMES } from '../src/render/index.ts'

type Triple = readonly [number, number, number]

const SIGHTS: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without long waves': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without middle waves': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'without short waves': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

/** Linear light of '#rrggbb'. */
const lightOf = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple

const seenBy = (matrix: readonly Triple[], light: Triple): Triple =>
  matrix.map((row) => Math.min(1, Math.max(0, row[0] * light[0] + row[1] * light[1] + row[2] * light[2]))) as unknown as Triple

const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

/** CIE L*a*b* under D65. */
function labOf([r, g, b]: Triple): Triple {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
  const y = f(luminance([r, g, b]))
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

const contrast = (a: Triple, b: Triple): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const css = readFileSync(new URL('../studio/src/style.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')

describe.each([
  ['light', light],
  ['dark', dark],
])('the palette, %s,', (_, sheet) => {
  const colour = (name: string): Triple => lightOf(new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(sheet)?.[1] as string)
  const palette = [0, 1, 2, 3, 4, 5, 6].map((i) => colour(`c${i}`))

  test.each(Object.entries(SIGHTS))('keeps apart for eyes with %s', (_, matrix) => {
    const seen = palette.map((one) => labOf(seenBy(matrix, one)))
    const distances = seen.flatMap((one, i) => seen.slice(i + 1).map((other) => distance(one, other)))
    expect(Math.min(...distances)).toBeGreaterThan(12)
  })

  test('is readable as text on every ground that it stands on', () => {
    for (const ground of ['card', 'page', 'soft'])
      for (const one of palette) expect(contrast(one, colour(ground))).toBeGreaterThanOrEqual(4.5)
  })
})

/** Least distance of colours from each other and from `grounds`, for eyes of a kind. */
function closest(colours: readonly string[], grounds: readonly string[], matrix: readonly Triple[]): number {
  const seen = [...colours, ...grounds].map((one) => labOf(seenBy(matrix, lightOf(one))))
  return Math.min(...colours.flatMap((_, i) => seen.slice(i + 1).map((other) => distance(seen[i] as Triple, other))))
}

describe.each(Object.values(THEMES).map((theme) => [theme.name, theme] as const))('shapes of the theme %s', (_, theme) => {
  const inks = COLOURS.map((_, colour) => inkOf(colour, theme))

  // Here the colour alone tells one tile from another.
  test.each(Object.entries(SIGHTS))('keep apart from each other and their face for eyes with %s', (_, matrix) => {
    expect(closest(inks, [theme.empty], matrix)).toBeGreaterThan(12)
  })

  test('have a red and a green of different lightness', () => {
    const [red, green] = inks.map((ink) => labOf(lightOf(ink))) as [Triple, Triple]
    expect(Math.abs(red[0] - green[0])).toBeGreaterThan(11)
  })
})

test('tiles whose colour stands for a number keep apart in the theme contrast; in the others their number tells them apart', () => {
  const least = Object.values(THEMES).map(({ name, tiles, board, empty }) => [
    name,
    ...Object.values(SIGHTS).map((matrix) =>
      Number(
        closest(
          tiles.map(({ fill }) => fill),
          [board, empty],
          matrix,
        ).toFixed(1),
      ),
    ),
  ])
  // All colours, without long, middle, short waves: the table of docs/studio.md.
  expect(least).toEqual([
    ['classic', 21.6, 11.5, 7.2, 10.6],
    ['dark', 16.7, 6, 5.6, 10.9],
    ['pastel', 12.8, 5, 5.2, 6.9],
    ['contrast', 18.5, 16.4, 15.1, 10.5],
  ])
})
