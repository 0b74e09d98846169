import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Theme } from '../scene.ts'
import { closest, contrast, type Sight } from './colour-vision-fixture.ts'
import { THEMES, themeNamed } from './themes.ts'

const random = [0, 1, 2, 77, 9999].map((seed) => themeNamed(`random-${seed}`))
const themes = [...Object.values(THEMES), ...random].map((theme) => [theme.name, theme] as const)

/** The least distance of a theme's tile fills from each other, the board and an empty cell. */
function closestFills(theme: Theme, sight: Sight): number {
  return closest(
    theme.tiles.map((tile) => tile.fill),
    [theme.board, theme.empty],
    sight,
  )
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
    expect(closestFills(theme, 'full')).toBeGreaterThanOrEqual(0.07)
  })
})

test.each([
  ['contrast', 0.085],
  ['classic', 0.06],
] as const)('tiles of the theme %s stay apart for people with red-green blindness', (name, least) => {
  expect(closestFills(THEMES[name]!, 'protanopia')).toBeGreaterThanOrEqual(least)
  expect(closestFills(THEMES[name]!, 'deuteranopia')).toBeGreaterThanOrEqual(least)
})

test('an unknown name is refused with the choices', () => {
  expect(themeNamed('dark')).toBe(THEMES.dark)
  expect(() => themeNamed('neon')).toThrow(ConfigError)
  expect(() => themeNamed('neon')).toThrow(
    'there is no theme "neon"; choose one of classic, dark, pastel, contrast, or random-0 to random-9999',
  )
  expect(() => themeNamed('constructor')).toThrow(ConfigError)
})

test('a random theme is decided by its name, and has one name', () => {
  expect(themeNamed('random-3')).toBe(themeNamed('random-3'))
  expect(themeNamed('random-3').tiles).not.toEqual(themeNamed('random-4').tiles)
  expect(themeNamed('random-3').tiles[0]).toMatchInlineSnapshot(`
    {
      "fill": "#faf06b",
      "ink": "#000000",
    }
  `)
  for (const name of ['random-', 'random-03', 'random-10000', 'random--1']) expect(() => themeNamed(name)).toThrow(ConfigError)
})
