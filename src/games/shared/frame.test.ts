import { expect, it } from 'vitest'
import { THEMES } from '../../render/index.ts'
import type { Skin, Theme } from '../../scene.ts'
import { CatalogueCache, cachedCatalogue } from './frame.ts'

const theme = Object.values(THEMES)[0] as Theme
const skin = (tile: number): Skin => ({ theme: theme.name, tile, layout: 'board' })

it('makes a catalogue once, and keeps as many as have room', () => {
  const cache = new CatalogueCache()
  const made: number[] = []
  const sideOf = (tile: number) => 12 * tile
  const catalogue = (tile: number) =>
    cachedCatalogue(cache, skin(tile), theme, () => {
      made.push(tile)
      return [{ width: sideOf(tile), height: sideOf(tile), fill: '#000000', shapes: [] }]
    })
  const small = catalogue(8)
  expect(catalogue(8)).toBe(small)
  // One of these fills the cache.
  const large = catalogue(256)
  expect(catalogue(256)).toBe(large)
  const again = catalogue(8)
  expect(again).not.toBe(small)
  expect(again).toEqual(small)
  expect(made).toEqual([8, 256, 8])
  catalogue(256)
  for (let tile = 8; tile < 40; tile++) catalogue(tile)
  for (let tile = 8; tile < 40; tile++) catalogue(tile)
  expect(made).toHaveLength(4 + 32)
})
