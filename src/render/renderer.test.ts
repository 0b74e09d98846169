import { describe, expect, test } from 'vitest'
import { sampleCatalogue, sampleScene } from '../../test/golden/catalogue.ts'
import { ConfigError } from '../errors.ts'
import type { Color, Scene, Sprite } from '../scene.ts'
import { drawSceneOnCanvas } from './canvas.ts'
import { frameHash, frameToRgb, frameToRgba } from './frame.ts'
import { createRenderer, renderInto, renderScene } from './renderer.ts'
import { THEMES } from './themes.ts'

const theme = THEMES.classic!

/** A scene of `colours` different one-pixel sprites in a row, under a background that is none of them. */
function rainbow(colours: number): Scene {
  const color = (i: number): Color => `#${(i * 251 + 1).toString(16).padStart(6, '0')}`
  const sprites: Sprite[] = Array.from({ length: colours }, (_, i) => ({ width: 1, height: 1, fill: color(i), shapes: [] }))
  const items = sprites.map((_, sprite) => ({ sprite, x: sprite, y: 1 }))
  return { width: colours, height: 3, background: '#ff00ff', catalogue: { sprites }, items }
}

const pixel = (scene: Scene, x: number, y: number): number[] => {
  const at = (y * scene.width + x) * 3
  return [...frameToRgb(renderScene(scene)).subarray(at, at + 3)]
}

describe('renderScene', () => {
  test('palette up to 256 colours, RGB above, same picture either way', () => {
    const small = renderScene(rainbow(255))
    const large = renderScene(rainbow(256))
    expect(small.palette?.length).toBe(768)
    expect(small.pixels.length).toBe(255 * 3)
    expect(large.palette).toBeUndefined()
    expect(large.pixels.length).toBe(256 * 9)
    for (const scene of [rainbow(255), rainbow(256)]) {
      expect(pixel(scene, 0, 0)).toEqual([255, 0, 255])
      expect(pixel(scene, 100, 1)).toEqual([0, (25101 >> 8) & 255, 25101 & 255])
      expect(pixel(scene, scene.width - 1, 2)).toEqual([255, 0, 255])
    }
  })

  test('the palette does not depend on what was drawn before', () => {
    const one = createRenderer()
    const two = createRenderer()
    const full = sampleScene(theme, 32)
    const empty = { ...full, items: [] }
    one.renderScene(empty)
    expect(one.renderScene(full)).toEqual(two.renderScene(full))
    expect(one.renderScene(empty).palette).toEqual(two.renderScene(full).palette)
  })

  test('each frame is fresh; one catalogue keeps one palette array', () => {
    const scene = sampleScene(theme, 16)
    const [a, b] = [renderScene(scene), renderScene(scene)]
    expect(a).toEqual(b)
    expect(a.pixels).not.toBe(b.pixels)
    expect(a.palette).toBe(b.palette)
  })

  test('items paint in order', () => {
    const sprites: Sprite[] = (['#010101', '#020202'] as const).map((fill) => ({ width: 2, height: 2, fill, shapes: [] }))
    const scene: Scene = {
      width: 3,
      height: 2,
      background: '#000000',
      catalogue: { sprites },
      items: [
        { sprite: 1, x: 1, y: 0 },
        { sprite: 0, x: 0, y: 0 },
      ],
    }
    expect([pixel(scene, 1, 1)[0], pixel(scene, 2, 1)[0]]).toEqual([1, 2])
  })

  test('an item that has no place is refused', () => {
    const scene = sampleScene(theme, 16)
    const placing = (sprite: number, x: number, y: number) => () => renderScene({ ...scene, items: [{ sprite, x, y }] })
    for (const bad of [placing(99, 0, 0), placing(0, 0.5, 0), placing(0, -1, 0), placing(0, scene.width - 15, 0)])
      expect(bad).toThrow(ConfigError)
    expect(placing(99, 0, 0)).toThrow('sprite 99')
    expect(() => renderScene({ ...scene, width: 0.5, items: [] })).toThrow(ConfigError)
  })
})

test('renderInto reuses a frame that fits and leaves others alone', () => {
  const scene = sampleScene(theme, 16)
  const frame = renderScene({ ...scene, items: [] })
  expect(renderInto(scene, frame)).toBe(frame)
  expect(frame).toEqual(renderScene(scene))
  const foreign = renderScene(sampleScene(THEMES.dark!, 16))
  const before = frameHash(foreign)
  expect(renderInto(scene, foreign)).toEqual(frame)
  expect(frameHash(foreign)).toBe(before)
})

test('frameHash depends on the picture only, not on its storage', () => {
  const frame = renderScene(sampleScene(theme, 16))
  const { width, height } = frame
  expect(frameHash({ width, height, pixels: frameToRgb(frame) })).toBe(frameHash(frame))
  expect(frameHash({ width: height, height: width, pixels: frameToRgb(frame) })).not.toBe(frameHash(frame))
  expect(() => frameHash({ width, height, pixels: frame.pixels })).toThrow(ConfigError)
})

test('the canvas gets the pixels of the frame', () => {
  const scene = sampleScene(theme, 16)
  const calls: unknown[] = []
  const context = {
    createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(width * height * 4) }),
    putImageData: (image: { data: Uint8ClampedArray }, x: number, y: number) => calls.push(image.data, x, y),
  }
  drawSceneOnCanvas(scene, context, 5)
  expect(calls).toEqual([frameToRgba(renderScene(scene)), 5, 0])
  const realContextsFit = (real: CanvasRenderingContext2D): void => drawSceneOnCanvas(scene, real)
  expect(realContextsFit).toBeTypeOf('function')
})

test('frames of 400x460 with 16 tiles come by the thousand a second', () => {
  const catalogue = sampleCatalogue(theme, 96)
  const items = Array.from({ length: 16 }, (_, i) => ({ sprite: i, x: 8 + (i % 4) * 96, y: 68 + Math.floor(i / 4) * 96 }))
  const scene: Scene = { width: 400, height: 460, background: theme.page, catalogue, items }
  for (let i = 0; i < 500; i++) renderScene(scene)
  const start = process.cpuUsage()
  for (let i = 0; i < 2000; i++) renderScene(scene)
  const { user, system } = process.cpuUsage(start)
  // Measured: about 40,000 frames a second of processor time. The bound leaves room for slower machines.
  expect(2000 / ((user + system) / 1e6)).toBeGreaterThan(4000)
})
