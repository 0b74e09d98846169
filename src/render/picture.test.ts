import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Color, Picture, Scene, Shape } from '../scene.ts'
import { frameToRgb } from './frame.ts'
import { scaledPicture } from './picture.ts'
import { rasterizeSprite } from './raster.ts'
import { renderScene } from './renderer.ts'
import { sceneToSvg } from './svg.ts'

const picture = (width: number, height: number, rgb: readonly number[]): Picture => ({ width, height, rgb: Uint8Array.from(rgb) })
const grey = (width: number, ...values: number[]): Picture =>
  picture(
    width,
    values.length / width,
    values.flatMap((v) => [v, v, v]),
  )
const scaled = (source: Picture, width: number, height: number): number[] => [
  ...scaledPicture({ kind: 'image', x: 0, y: 0, width, height, picture: source }),
]
/** First channel only. */
const red = (source: Picture, width: number, height: number): number[] => scaled(source, width, height).filter((_, i) => i % 3 === 0)

const RAINBOW = picture(2, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 31])

describe('scaling', () => {
  test('1:1 is a copy', () => {
    expect(scaled(RAINBOW, 2, 2)).toEqual([...RAINBOW.rgb])
  })

  test('2:1 averages four pixels, halves up', () => {
    expect(scaled(RAINBOW, 1, 1)).toEqual([66, 69, 72])
    expect(red(grey(4, 0, 1, 10, 20, 0, 1, 30, 40), 2, 1)).toEqual([1, 25])
  })

  test('a fraction splits pixels by area', () => {
    expect(red(grey(3, 0, 90, 240), 2, 1)).toEqual([30, 190])
    expect(red(grey(1, 0, 90, 240), 1, 2)).toEqual([30, 190])
  })

  test('growing interpolates between pixel centres and holds the borders', () => {
    expect(red(grey(2, 0, 100), 4, 1)).toEqual([0, 25, 75, 100])
    expect(red(grey(1, 0, 100), 1, 4)).toEqual([0, 25, 75, 100])
    expect(red(grey(2, 0, 80, 160, 240), 3, 3)).toEqual([0, 40, 80, 80, 120, 160, 160, 200, 240])
    expect(scaled(picture(1, 1, [7, 8, 9]), 2, 2)).toEqual([7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9])
  })

  test('axes are independent: one may shrink while the other grows', () => {
    expect(red(grey(2, 0, 100, 100, 200), 1, 4)).toEqual([50, 75, 125, 150])
  })

  test('a flat picture stays flat, and values stay within those of the source', () => {
    const side = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(side, side, side, side, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (sw, sh, tw, th, stream) => {
        const values = [...stream.take(sw * sh)]
        const out = red(grey(sw, ...values), tw, th)
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...values))
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...values))
        expect(red(grey(sw, ...values.fill(values[0]!)), tw, th)).toEqual(Array(tw * th).fill(values[0]))
      }),
    )
  })

  test('the largest weights stay exact', () => {
    const white = { width: 8192, height: 2, rgb: new Uint8Array(8192 * 6).fill(255) }
    expect(new Set(scaled(white, 8191, 3))).toEqual(new Set([255]))
  })
})

describe('images in a sprite', () => {
  const fill: Color = '#000001'
  const pixels = (...shapes: Shape[]): number[] => [...rasterizeSprite({ width: 3, height: 2, fill, shapes })]

  test('are painted in order and clipped', () => {
    const image = { kind: 'image', width: 2, height: 2, picture: RAINBOW } as const
    expect(pixels({ ...image, x: 1, y: 0 })).toEqual([1, 0xff0000, 0x00ff00, 1, 0x0000ff, 0x0a141f])
    expect(pixels({ ...image, x: -1, y: 1 })).toEqual([1, 1, 1, 0x00ff00, 1, 1])
    expect(pixels({ ...image, x: 5, y: -9 })).toEqual([1, 1, 1, 1, 1, 1])
    const bar: Shape = { kind: 'rect', x: 1, y: 0, width: 1, height: 2, fill: '#123456' }
    expect(pixels({ ...image, x: 1, y: 0 }, bar)).toEqual([1, 0x123456, 0x00ff00, 1, 0x123456, 0x0a141f])
  })

  test('make an RGB frame once they hold more than 256 colours, and a palette below', () => {
    const colours = (n: number): Scene => {
      const rgb = Uint8Array.from({ length: 3 * 400 }, (_, i) =>
        i % 3 === 0 ? (Math.floor(i / 3) % n) >> 8 : i % 3 === 1 ? Math.floor(i / 3) % n : 5,
      )
      const image: Shape = { kind: 'image', x: 0, y: 0, width: 20, height: 20, picture: { width: 20, height: 20, rgb } }
      const sprites = [{ width: 20, height: 20, fill, shapes: [image] }]
      return { width: 20, height: 20, background: '#000005', catalogue: { sprites }, items: [{ sprite: 0, x: 0, y: 0 }] }
    }
    expect(renderScene(colours(256)).palette).toBeDefined()
    const frame = renderScene(colours(300))
    expect(frame.palette).toBeUndefined()
    const image = colours(300).catalogue.sprites[0]!.shapes[0] as Extract<Shape, { kind: 'image' }>
    expect(frameToRgb(frame)).toEqual(image.picture.rgb)
  })

  test('off the pixel grid, without area, or of a wrong length are refused', () => {
    const image = { kind: 'image', x: 0, y: 0, width: 2, height: 2, picture: RAINBOW } as const
    for (const wrong of [{ x: 0.5 }, { y: Number.NaN }, { width: 0 }, { height: 1.5 }, { width: 9000 }]) {
      expect(() => pixels({ ...image, ...wrong })).toThrow(ConfigError)
    }
    expect(() => pixels({ ...image, picture: { ...RAINBOW, width: 3 } })).toThrow('A picture of 3x2 has 12 bytes')
  })
})

test('SVG embeds the picture as a PNG of its own size', () => {
  const image: Shape = { kind: 'image', x: 1, y: 2, width: 8, height: 6, picture: RAINBOW }
  const sprites = [{ width: 10, height: 10, fill: '#ffffff' as Color, shapes: [image] }]
  const scene: Scene = { width: 10, height: 10, background: '#ffffff', catalogue: { sprites }, items: [{ sprite: 0, x: 0, y: 0 }] }
  const found = /<image x="1" y="2" width="8" height="6" preserveAspectRatio="none" href="data:image\/png;base64,([^"]+)"\/>/.exec(
    sceneToSvg(scene),
  )
  const png = Buffer.from(found![1]!, 'base64')
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[25]]).toEqual([2, 2, 2])
  expect(() => sceneToSvg({ ...scene, catalogue: { sprites: [{ ...sprites[0]!, shapes: [{ ...image, x: 0.1 }] }] } })).toThrow(ConfigError)
})
