/** Drawing only what changed, and PNGs without drawing, against drawing everything and an independent decoder. */
import fc from 'fast-check'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { sampleCatalogue } from '../../test/golden/catalogue.ts'
import type { Scene } from '../scene.ts'
import { frameToRgba } from './frame.ts'
import { createRenderer } from './renderer.ts'
import { THEMES } from './themes.ts'

const theme = THEMES.classic!
const tile = 16
const catalogue = { sprites: sampleCatalogue(theme, tile).sprites.filter((_, i) => i % 5 === 0) }

/** Scenes of any items on a grid, or anywhere (`free`), so that some overlap, touch, or leave gaps of one or two pixels. */
function scenes(free: boolean): fc.Arbitrary<Scene> {
  return fc.tuple(fc.integer({ min: tile, max: 90 }), fc.integer({ min: tile, max: 60 })).chain(([width, height]) => {
    const along = (side: number): fc.Arbitrary<number> =>
      free ? fc.integer({ min: 0, max: side - tile }) : fc.integer({ min: 0, max: Math.floor(side / tile) - 1 }).map((i) => i * tile)
    const item = fc.record({ sprite: fc.integer({ min: 0, max: catalogue.sprites.length - 1 }), x: along(width), y: along(height) })
    const items = free ? fc.array(item, { maxLength: 8 }) : fc.uniqueArray(item, { maxLength: 12, selector: ({ x, y }) => y * 1000 + x })
    return items.map((list) => ({ width, height, background: theme.page, catalogue, items: list }))
  })
}

/** Of the IHDR chunk: 2 is RGB, 3 a palette. */
const colourType = (png: Uint8Array): number => png[25]!

function expectDecoded(png: Uint8Array, scene: Scene): void {
  const decoded = PNG.sync.read(Buffer.from(png), { checkCRC: true })
  const frame = createRenderer().renderScene(scene)
  expect([decoded.width, decoded.height]).toEqual([frame.width, frame.height])
  expect(Buffer.compare(decoded.data, Buffer.from(frameToRgba(frame).buffer))).toBe(0)
}

describe.each([false, true])('scenes with items anywhere: %s', (free) => {
  test('a frame is the same whatever was drawn before', () => {
    const renderer = createRenderer()
    const walk = fc
      .array(scenes(free), { minLength: 1, maxLength: 6 })
      .map((list) => list.map((scene) => ({ ...scene, width: 90, height: 60 })))
    fc.assert(
      fc.property(walk, (list) => {
        for (const scene of list) expect(renderer.renderScene(scene)).toEqual(createRenderer().renderScene(scene))
      }),
      { numRuns: 25 },
    )
  })

  test('a PNG is exact to an independent decoder', () => {
    const renderer = createRenderer()
    fc.assert(
      fc.property(scenes(free), (scene) => {
        for (const rgb of [false, true]) {
          const png = renderer.encodeScene(scene, { rgb })
          expect(colourType(png)).toBe(rgb ? 2 : 3)
          expectDecoded(png, scene)
        }
      }),
      { numRuns: 25 },
    )
  })
})

test('the bytes of a PNG do not depend on what was encoded before', () => {
  const used = createRenderer()
  for (const scene of fc.sample(scenes(false), { seed: 1, numRuns: 5 }))
    for (const rgb of [true, false]) expect(used.encodeScene(scene, { rgb })).toEqual(createRenderer().encodeScene(scene, { rgb }))
})

test('text goes into the file; corners are exact: one pixel, no items, one sprite alone', () => {
  const { encodeScene } = createRenderer()
  const scene: Scene = { width: 200, height: 40, background: theme.page, catalogue, items: [{ sprite: 2, x: 1, y: 2 }] }
  const titled = encodeScene(scene, { text: { Title: 'one' } })
  expect(Buffer.from(titled).toString('latin1')).toContain('tEXtTitle\0one')
  const dots = { sprites: [{ width: 1, height: 1, fill: '#123456', shapes: [] }] } as const
  const dot: Scene = { width: 1, height: 1, background: '#000000', catalogue: dots, items: [{ sprite: 0, x: 0, y: 0 }] }
  const lone: Scene = { ...scene, width: 16, height: 16, items: [{ sprite: 1, x: 0, y: 0 }] }
  const wide: Scene = { ...scene, width: 3000, items: [] }
  const huge: Scene = { ...scene, width: 8192, items: [] }
  for (const one of [scene, { ...scene, items: [] }, { ...dot, items: [] }, dot, lone, wide, huge]) {
    for (const rgb of [false, true]) expectDecoded(encodeScene(one, { rgb }), one)
  }
  expectDecoded(titled, scene)
})

test('more colours than a palette holds are drawn first', () => {
  const picture = { width: 20, height: 20, rgb: Uint8Array.from({ length: 1200 }, (_, i) => (i * i * 31 + (i >> 3)) & 255) }
  const sprite = {
    width: 20,
    height: 20,
    fill: '#000000',
    shapes: [{ kind: 'image', x: 0, y: 0, width: 20, height: 20, picture }],
  } as const
  const scene: Scene = {
    width: 24,
    height: 20,
    background: '#ffffff',
    catalogue: { sprites: [sprite] },
    items: [{ sprite: 0, x: 2, y: 0 }],
  }
  expect(createRenderer().renderScene(scene).palette).toBeUndefined()
  expectDecoded(createRenderer().encodeScene(scene), scene)
})
