import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Shape } from '../scene.ts'
import { GLYPHS } from './font-data.ts'
import type { OutlinedShape } from './outline.ts'
import { coverageOf, MAX_COVERAGE, parseColor, rasterizeSprite } from './raster.ts'
import { layoutText, textWidth } from './text.ts'

const ink = '#000000'
const area = (shape: OutlinedShape, side: number): number => coverageOf(shape, side, side).reduce((sum, c) => sum + c, 0) / MAX_COVERAGE
const rows = (shape: OutlinedShape, side: number): string[] => {
  const all = coverageOf(shape, side, side).join('')
  return Array.from({ length: side }, (_, y) => all.slice(y * side, (y + 1) * side))
}

describe('coverage', () => {
  test('a rectangle on whole pixels has sharp edges', () => {
    expect(rows({ kind: 'rect', x: 1, y: 1, width: 2, height: 1, fill: ink }, 4)).toEqual(['0000', '0770', '0000', '0000'])
  })

  test('half-covered pixels are half covered along both axes', () => {
    expect(rows({ kind: 'rect', x: 0.5, y: 0, width: 2, height: 2.5, fill: ink }, 3)).toEqual(['474', '474', '242'])
  })

  test('shapes are clipped', () => {
    expect(rows({ kind: 'rect', x: -5, y: -5, width: 50, height: 50, fill: ink }, 2)).toEqual(['77', '77'])
    expect(area({ kind: 'circle', x: -50, y: 3, radius: 4, fill: ink }, 6)).toBe(0)
  })

  test('circles and rounded corners have the right area', () => {
    expect(area({ kind: 'circle', x: 32, y: 32, radius: 30, fill: ink }, 64) / (Math.PI * 900)).toBeCloseTo(1, 2)
    const rounded = area({ kind: 'rect', x: 2, y: 2, width: 60, height: 60, radius: 20, fill: ink }, 64)
    expect(rounded / (3600 - (4 - Math.PI) * 400)).toBeCloseTo(1, 2)
  })

  test('winding is nonzero: overlaps stay filled, a reversed inner ring is a hole', () => {
    const star = [50, 0, 79, 90, 2, 35, 98, 35, 21, 90]
    expect(coverageOf({ kind: 'polygon', points: star, fill: ink }, 100, 100)[50 * 100 + 50]).toBe(MAX_COVERAGE)
    const zero: OutlinedShape = { kind: 'text', x: 50, y: 50, size: 100, text: '0', fill: ink }
    expect(coverageOf(zero, 100, 100)[50 * 100 + 50]).toBe(0)
  })

  test('a symmetric shape has a symmetric picture', () => {
    const lines = rows({ kind: 'circle', x: 8, y: 8, radius: 6.3, fill: ink }, 16)
    expect([...lines].reverse()).toEqual(lines)
    expect(lines.map((line) => [...line].reverse().join(''))).toEqual(lines)
  })

  test('convex polygons cover their area within quantisation', () => {
    const corner = fc.integer({ min: 0, max: 320 }).map((v) => v / 10)
    fc.assert(
      fc.property(fc.array(corner, { minLength: 6, maxLength: 6 }), (points) => {
        const [x0, y0, x1, y1, x2, y2] = points as [number, number, number, number, number, number]
        const exact = Math.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)) / 2
        expect(Math.abs(area({ kind: 'polygon', points, fill: ink }, 32) - exact)).toBeLessThan(5)
      }),
    )
  })
})

describe('text', () => {
  test('every glyph of the font draws within its em', () => {
    for (const char of Object.keys(GLYPHS)) {
      const covered = area({ kind: 'text', x: 32, y: 32, size: 32, text: char, fill: ink }, 64)
      if (char === ' ') expect(covered).toBe(0)
      else expect(covered, char).toBeGreaterThan(5)
    }
  })

  test('alignment: start, middle and end differ by half the width', () => {
    const at = (align: 'start' | 'middle' | 'end'): number =>
      layoutText({ kind: 'text', x: 100, y: 0, size: 20, text: '42', fill: ink, align }).xs[0]!
    expect(at('start')).toBe(100)
    expect(at('start') - at('middle')).toBeCloseTo(textWidth('42', 20) / 2)
    expect(at('start') - at('end')).toBeCloseTo(textWidth('42', 20))
  })

  test('a long number keeps to maxWidth and to a legible height, and digits stay distinct at 16 pixels', () => {
    const number = (text: string): Extract<Shape, { kind: 'text' }> => ({
      kind: 'text',
      x: 8,
      y: 8,
      size: 9,
      text,
      fill: ink,
      maxWidth: 13,
    })
    for (const text of ['2048', '65536', '131072']) {
      const { scaleY } = layoutText(number(text))
      expect(scaleY * 700).toBeCloseTo(6)
      for (const line of rows(number(text), 16)) expect(line.at(-1)).toBe('0')
    }
    const pictures = new Set(Array.from({ length: 10 }, (_, d) => rows(number(`10${d}4`), 16).join('')))
    expect(pictures.size).toBe(10)
  })

  test('a character outside the font is refused', () => {
    expect(() => coverageOf({ kind: 'text', x: 0, y: 0, size: 9, text: 'é', fill: ink }, 4, 4)).toThrow("no glyph for 'é'")
    expect(() => textWidth('漢', 9)).toThrow(ConfigError)
  })
})

describe('sprites', () => {
  test('later shapes paint over earlier ones; blends are exact sevenths', () => {
    const shapes: Shape[] = [
      { kind: 'rect', x: 0, y: 0, width: 2, height: 1, fill: '#ffffff' },
      { kind: 'rect', x: 1, y: 0, width: 4 / 7, height: 1, fill: '#000000' },
    ]
    expect([...rasterizeSprite({ width: 3, height: 1, fill: '#102030', shapes })]).toEqual([0xffffff, 0x6d6d6d, 0x102030])
  })

  test('bad values are refused by name', () => {
    expect(parseColor('#0a0b0c')).toBe(0x0a0b0c)
    expect(() => parseColor('#FFF')).toThrow("'#FFF' is not a colour")
    expect(() => rasterizeSprite({ width: 0, height: 3, fill: ink, shapes: [] })).toThrow(ConfigError)
    expect(() => coverageOf({ kind: 'circle', x: Number.NaN, y: 0, radius: 1, fill: ink }, 3, 3)).toThrow('not finite')
    expect(() => coverageOf({ kind: 'polygon', points: [1, 2, 3], fill: ink }, 3, 3)).toThrow('missing')
  })
})
