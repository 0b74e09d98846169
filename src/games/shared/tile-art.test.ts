import { describe, expect, it } from 'vitest'
import { closest, SIGHTS } from '../../render/colour-vision-fixture.ts'
import { rasterizeSprite } from '../../render/raster.ts'
import { THEMES } from '../../render/themes.ts'
import { COLOURS, emptySprite, inkOf, SHAPES, tileSprite } from './tile-art.ts'

/** The 36 tiles and the empty cell, as pixels. */
function pictures(theme: string, tile: number): Uint32Array[] {
  const skin = { theme, tile, layout: 'board' } as const
  const tiles = COLOURS.flatMap((_, colour) => SHAPES.map((_, shape) => tileSprite(colour, shape, skin, THEMES[theme]!)))
  return [...tiles, emptySprite(skin, THEMES[theme]!)].map(rasterizeSprite)
}

/** Sum of the differences of all channels of all pixels. */
function difference(a: Uint32Array, b: Uint32Array): number {
  return a.reduce(
    (sum, pixel, at) => sum + [16, 8, 0].reduce((part, by) => part + Math.abs(((pixel >> by) & 255) - ((b[at]! >> by) & 255)), 0),
    0,
  )
}

describe.each(Object.keys(THEMES))('tiles in the theme %s', (theme) => {
  it.each([8, 16, 32])('are all told apart at %i pixels', (tile) => {
    const shown = pictures(theme, tile)
    for (let i = 0; i < shown.length; i++)
      for (let j = 0; j < i; j++) expect(difference(shown[i]!, shown[j]!) / (tile * tile), `${i} and ${j}`).toBeGreaterThan(10)
  })

  it('have colours that alone tell them apart, with red-green blindness too', () => {
    const inks = COLOURS.map((_, colour) => inkOf(colour, THEMES[theme]!))
    const [full, ...colourBlind] = SIGHTS.map((sight) => closest(inks, [THEMES[theme]!.empty], sight))
    expect(full).toBeGreaterThanOrEqual(0.18)
    for (const distance of colourBlind) expect(distance).toBeGreaterThanOrEqual(theme === 'classic' ? 0.14 : 0.1)
  })

  it('fit one palette', () => {
    expect(new Set(pictures(theme, 32).flatMap((pixels) => [...pixels])).size).toBeLessThan(128)
  })

  it('are refused for colours and shapes there are not', () => {
    const skin = { theme, tile: 16, layout: 'board' } as const
    expect(() => tileSprite(6, 0, skin, THEMES[theme]!)).toThrow(/colour 6/)
    expect(() => tileSprite(0, 6, skin, THEMES[theme]!)).toThrow(/shape 6/)
  })
})
