import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visible, visibleJson, visibleLine } from './visible.ts'

describe('visible', () => {
  it.each([
    ['\u001b[2J\u001b]0;title\u0007', '\\x1b[2J\\x1b]0;title\\x07'],
    ['a\u009b31mb\u007f', 'a\\x9b31mb\\x7f'],
    ['over\rwritten', 'over\\rwritten'],
    ['user\u202etxt.exe\u2066', 'user\\u202etxt.exe\\u2066'],
    ['\ud800 half', '\\ud800 half'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['日本語, é, 🙂, 👩‍👧', '日本語, é, 🙂, 👩‍👧'],
  ])('%j', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('leaves no control character of a terminal in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these must be gone
        expect(visible(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        expect(visibleLine(text)).not.toContain('\n')
      }),
    )
  })

  it('of JSON holds the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = visibleJson(JSON.stringify({ text }, null, 2))
        expect(JSON.parse(json)).toEqual({ text })
        expect(json).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })
})
