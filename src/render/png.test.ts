import fc from 'fast-check'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { sampleScene } from '../../test/golden/catalogue.ts'
import { ConfigError } from '../errors.ts'
import type { Frame } from '../scene.ts'
import { frameToRgba } from './frame.ts'
import { encodePng } from './png.ts'
import { decodePng, pngSize } from './png-decode.ts'
import { renderScene } from './renderer.ts'
import { THEMES } from './themes.ts'

const decode = (png: Uint8Array): PNG => PNG.sync.read(Buffer.from(png), { checkCRC: true })

function expectSamePicture(frame: Frame, png: Uint8Array): void {
  const decoded = decode(png)
  expect([decoded.width, decoded.height]).toEqual([frame.width, frame.height])
  expect(Buffer.compare(decoded.data, Buffer.from(frameToRgba(frame).buffer))).toBe(0)
}

const sides = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))

const rgbFrames: fc.Arbitrary<Frame> = sides.chain(([width, height]) =>
  fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3, size: 'max' }).map((pixels) => ({ width, height, pixels })),
)

const paletteFrames: fc.Arbitrary<Frame> = fc
  .tuple(sides, fc.integer({ min: 1, max: 256 }))
  .chain(([[width, height], colours]) =>
    fc
      .tuple(
        fc.uint8Array({ minLength: colours * 3, maxLength: colours * 3, size: 'max' }),
        fc.array(fc.integer({ min: 0, max: colours - 1 }), { minLength: width * height, maxLength: width * height, size: 'max' }),
      )
      .map(([palette, pixels]) => ({ width, height, palette, pixels: Uint8Array.from(pixels) })),
  )

describe('encodePng', () => {
  test('an independent decoder reads every RGB frame back exactly', () => {
    fc.assert(
      fc.property(rgbFrames, (frame) => expectSamePicture(frame, encodePng(frame))),
      { numRuns: 40 },
    )
  })

  test('an independent decoder reads every palette frame back exactly', () => {
    fc.assert(
      fc.property(paletteFrames, (frame) => expectSamePicture(frame, encodePng(frame))),
      { numRuns: 100 },
    )
  })

  test('with rgb, every file is 8-bit RGB, and an independent decoder reads it back exactly', () => {
    const isRgb = (frame: Frame): void => {
      const png = encodePng(frame, { rgb: true })
      expect([png[24], png[25]]).toEqual([8, 2])
      expectSamePicture(frame, png)
    }
    fc.assert(fc.property(fc.oneof(rgbFrames, paletteFrames), isRgb), { numRuns: 60 })
  })

  test('corners: 1x1, one colour, more than 256 colours, every level', () => {
    expectSamePicture(
      { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) },
      encodePng({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) }),
    )
    const dot: Frame = { width: 1, height: 1, pixels: Uint8Array.of(0), palette: Uint8Array.of(9, 8, 7) }
    expectSamePicture(dot, encodePng(dot))
    const many: Frame = { width: 300, height: 2, pixels: Uint8Array.from({ length: 1800 }, (_, i) => (i * 7) % 251) }
    for (const level of [0, 1, 4, 9] as const) expectSamePicture(many, encodePng(many, { level }))
  })

  test('the bit depth is the smallest that holds the palette', () => {
    const depth = (colours: number): number =>
      encodePng({ width: 9, height: 2, pixels: new Uint8Array(18), palette: new Uint8Array(colours * 3) })[24]!
    expect([1, 2, 3, 4, 5, 16, 17, 256].map(depth)).toEqual([1, 1, 2, 2, 4, 4, 8, 8])
  })

  test('text comes before the pixels, as given', () => {
    const frame: Frame = { width: 1, height: 1, pixels: Uint8Array.of(0, 0, 0) }
    const png = encodePng(frame, { text: { Software: 'vlm-gym', state: '{"a":1}' } })
    expectSamePicture(frame, png)
    const bytes = Buffer.from(png).toString('latin1')
    expect(bytes).toContain('tEXtSoftware\0vlm-gym')
    expect(bytes.indexOf('tEXtstate\0{"a":1}')).toBeGreaterThan(bytes.indexOf('vlm-gym'))
    expect(bytes.indexOf('IDAT')).toBeGreaterThan(bytes.indexOf('tEXtstate'))
    expect(() => encodePng(frame, { text: { a: '漢' } })).toThrow("PNG text 'a' is not Latin-1")
    expect(() => encodePng(frame, { text: { '': 'x' } })).toThrow(ConfigError)
    expect(() => encodePng(frame, { text: { ' a': 'x' } })).toThrow(ConfigError)
  })

  test('a palette costs a fraction of RGB', () => {
    const frame = renderScene(sampleScene(THEMES.classic!, 96))
    expect(frame.palette).toBeDefined()
    expect(encodePng(frame).length).toBeLessThan(16_000)
  })

  test('a malformed frame is refused', () => {
    expect(() => encodePng({ width: 2, height: 2, pixels: new Uint8Array(5) })).toThrow('12 bytes')
    expect(() => encodePng({ width: 1, height: 1, pixels: new Uint8Array(1), palette: new Uint8Array(4) })).toThrow(ConfigError)
  })
})

describe('decodePng', () => {
  test('gives back every frame as it was encoded, palette and all', () => {
    const same = (frame: Frame): void => {
      expect(decodePng(encodePng(frame))).toEqual(frame)
    }
    fc.assert(fc.property(fc.oneof(rgbFrames, paletteFrames), same), { numRuns: 60 })
  })

  test('reads what another encoder writes: RGB, RGBA and grey', () => {
    const { width, height } = { width: 5, height: 3 }
    const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256)
    const rgba = Buffer.from(frameToRgba({ width, height, pixels: rgb }).buffer)
    for (const colorType of [2, 6] as const) {
      const png = new PNG({ width, height })
      rgba.copy(png.data)
      expect(decodePng(PNG.sync.write(png, { colorType }))).toEqual({ width, height, pixels: rgb })
    }
    const grey = new PNG({ width: 2, height: 1 })
    grey.data.set([7, 7, 7, 255, 200, 200, 200, 255])
    expect(decodePng(PNG.sync.write(grey, { colorType: 0 })).pixels).toEqual(Uint8Array.of(7, 7, 7, 200, 200, 200))
  })

  test('refuses transparent, damaged and other files', () => {
    const glass = new PNG({ width: 1, height: 1 })
    expect(() => decodePng(PNG.sync.write(glass, { colorType: 6 }))).toThrow(/transparent/)
    const whole = encodePng({ width: 2, height: 2, pixels: Uint8Array.of(0, 1, 1, 0), palette: Uint8Array.of(0, 0, 0, 9, 9, 9) })
    expect(pngSize(whole)).toEqual({ width: 2, height: 2 })
    const flipped = Uint8Array.from(whole, (byte, i) => (i === 45 ? byte ^ 1 : byte))
    for (const bytes of [whole.slice(0, -20), flipped]) expect(() => decodePng(bytes)).toThrow(/damaged/)
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0xff, 0xd8, 0xff)]) expect(() => decodePng(bytes)).toThrow(/not a PNG/)
  })
})
