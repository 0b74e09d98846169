import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitGreedily } from '../../testing/ensure.ts'
import { type Cell, coordinateWords, formatPair, parsePair } from './coordinates.ts'

const cell = (most: number): fc.Arbitrary<Cell> => fc.tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))

describe('pairs of cells', () => {
  it('are read back as written', () => {
    expect(formatPair([0, 1], [12, 3])).toBe('(0, 1) (12, 3)')
    fc.assert(fc.property(cell(999), cell(999), (a, b) => void expect(parsePair(formatPair(a, b))).toEqual({ pair: [a, b] })))
  })

  it('may have white space between any two signs', () => {
    const space = fc.array(fc.constantFrom(' ', '\t', '\n', '\r\n'), { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(cell(999), cell(999), fc.array(space, { minLength: 11, maxLength: 11 }), (a, b, spaces) => {
        const signs = ['(', a[0], ',', a[1], ')', '(', b[0], ',', b[1], ')', '']
        expect(parsePair(signs.map((sign, at) => `${spaces[at]}${sign}`).join(''))).toEqual({ pair: [a, b] })
      }),
    )
  })

  it.each([
    ['', /empty/],
    [' \n', /empty/],
    ['0, 1, 2, 3', /"0, 1, 2, 3"/],
    ['(0, 1)', /two cells/],
    ['(0, 1) (2, 3) (4, 5)', /two cells/],
    ['(0, 1), (2, 3)', /two cells/],
    ['(-1, 1) (2, 3)', /two cells/],
    ['(+1, 1) (2, 3)', /two cells/],
    ['(1.0, 1) (2, 3)', /two cells/],
    ['(1e1, 1) (2, 3)', /two cells/],
    ['(1000, 1) (2, 3)', /two cells/],
    ['(1 0, 1) (2, 3)', /two cells/],
    ['(1 1) (2 3)', /two cells/],
    ['[0, 1] [2, 3]', /two cells/],
    ['(１, 1) (2, 3)', /two cells/],
    ['swap (0, 1) (2, 3)', /two cells/],
    ['(0, 1) (2, 3).', /two cells/],
  ])('are not read from %j', (text, reason) => {
    const result = parsePair(text)
    expect(result).not.toHaveProperty('pair')
    expect((result as { reason: string }).reason).toMatch(reason)
  })

  it('of single digits are read as strictly', () => {
    const sign = fc.constantFrom('', ' ', '\t', '\n', '\u00a0', ...'0123456789(),/:;-+x１')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 13 }), sign, (at, other) => {
        const text = `(1, 2) (3, 4)`
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        const cells = /^\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*$/.exec(changed)?.slice(1).map(Number)
        const read = parsePair(changed)
        expect('pair' in read ? read.pair.flat() : undefined).toEqual(cells)
      }),
    )
  })

  it('cost nothing when the text is long, and any text gives a pair or a sentence', () => {
    for (const long of [' '.repeat(1e6), '('.repeat(1e6), `(0, 1)${' '.repeat(1e6)}(2, 3)`, '9'.repeat(1e6)]) {
      const result = parsePair(long)
      expect((result as { reason: string }).reason.length).toBeLessThan(140)
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => 'reason' in parsePair(text) || 'pair' in parsePair(text)))
  })

  it('have a word for each cell', () => {
    const words = coordinateWords(8)
    expect(words.slice(0, 4)).toEqual(['(0, 0)', ' (0, 0)', '(0, 1)', ' (0, 1)'])
    expect(new Set(words).size).toBe(128)
    fc.assert(fc.property(cell(7), cell(7), (a, b) => void expect(splitGreedily(formatPair(a, b), words)).toHaveLength(2)))
    expect(coordinateWords(1)).toEqual(['(0, 0)', ' (0, 0)'])
  })
})
