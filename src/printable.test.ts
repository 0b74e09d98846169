import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printable, printableJson, printableLine, shellWord } from './printable.ts'

it('spells out what a terminal would obey, and leaves all other text alone', () => {
  expect(printable('\u001b[31mred\u001b[0m\u0007')).toBe('\\x1b[31mred\\x1b[0m\\x07')
  expect(printable('a\r\nb\rc\td\n')).toBe('a\nb\\x0dc\td\n')
  expect(printable('\u202eevil\u2028\u200b\ufeff')).toBe('\\u202eevil\\u2028\\u200b\\ufeff')
  expect(printable('\ud800 \u009b')).toBe('\\ud800 \\x9b')
  for (const text of ['', '你好 | é', '😀 2 → 4', '_ | 2\n4 | 8']) expect(printable(text)).toBe(text)
})

it('gives nothing but line feeds, tabs and printable characters, whatever it gets', () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes))
  fc.assert(fc.property(units, (text) => !/[\p{Cc}\p{Cs}\u202a-\u202e]/u.test(printable(text).replace(/[\n\t]/g, ''))))
})

it('shows sequences of terminals, text that is turned round, and hidden tags', () => {
  expect(printable('\u001b[2J\u001b]0;title\u0007')).toBe('\\x1b[2J\\x1b]0;title\\x07')
  expect(printable('user\u202etxt.exe\u2066')).toBe('user\\u202etxt.exe\\u2066')
  expect(printable('\u{e0041}')).toBe('\\u{e0041}')
  expect(printable('👩‍👧 \u200d')).toBe('👩‍👧 \u200d')
  expect(printableLine('two\nlines\tand\r\nmore\u0000')).toBe('two lines and more\\x00')
})

it('of JSON holds the same value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(JSON.stringify({ text }, null, 2))
      expect(JSON.parse(json)).toEqual({ text })
      expect(json).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/)
    }),
  )
})

it('is one word of a shell where it is shown as one', () => {
  for (const plain of ['runs/a', 'C:/x.y', '--a=b', 'me@host+1']) expect(shellWord(plain)).toBe(plain)
  expect(['runs/a b', "it's", '$(x)', ''].map(shellWord)).toEqual(["'runs/a b'", "'it'\\''s'", "'$(x)'", "''"])
})
