import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Color, Theme } from '../scene.ts'
import { THEMES, themeNamed } from './themes.ts'

type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

const themes = Object.values(THEMES).map((theme) => [theme.name, theme] as const)

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
function contrast(a: Color, b: Color): number {
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
const SIGHT: Readonly<Record<string, Matrix>> = {
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

/** Smallest Oklab distance of two tile fills, or of a tile fill and the board or an empty cell. */
function closest(theme: Theme, sight: string): number {
  const fills = [...theme.tiles.map((tile) => tile.fill), theme.board, theme.empty]
  const labs = fills.map((fill) => oklab(times(SIGHT[sight]!, linear(fill))))
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < theme.tiles.length; i++) {
    for (let j = i + 1; j < labs.length; j++) least = Math.min(least, Math.hypot(...labs[i]!.map((c, k) => c - labs[j]![k]!)))
  }
  return least
}

describe.each(themes)('theme %s', (name, theme) => {
  test('has its own name, 18 or more tiles and well-formed colours', () => {
    expect(theme.name).toBe(name)
    expect(theme.tiles.length).toBeGreaterThanOrEqual(18)
    const { page, board, empty, text, muted } = theme
    for (const color of [page, board, empty, text, muted, ...theme.tiles.flatMap(({ fill, ink }) => [fill, ink])]) {
      expect(color).toMatch(/^#[0-9a-f]{6}$/)
    }
  })

  test('inks and texts are readable', () => {
    for (const { fill, ink } of theme.tiles) expect(contrast(fill, ink), `${ink} on ${fill}`).toBeGreaterThanOrEqual(4.5)
    expect(contrast(theme.text, theme.page)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(theme.muted, theme.page)).toBeGreaterThanOrEqual(4.5)
  })

  test('tiles, board and empty cell are told apart', () => {
    expect(closest(theme, 'full')).toBeGreaterThanOrEqual(0.07)
  })
})

test('the contrast theme stays apart for colour-blind people', () => {
  expect(closest(THEMES.contrast!, 'protanopia')).toBeGreaterThanOrEqual(0.085)
  expect(closest(THEMES.contrast!, 'deuteranopia')).toBeGreaterThanOrEqual(0.085)
})

test('an unknown name is refused with the choices', () => {
  expect(themeNamed('dark')).toBe(THEMES.dark)
  expect(() => themeNamed('neon')).toThrow(ConfigError)
  expect(() => themeNamed('neon')).toThrow("There is no theme 'neon'; choose one of classic, dark, pastel, contrast.")
  expect(() => themeNamed('constructor')).toThrow(ConfigError)
})
