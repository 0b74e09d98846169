import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onceForEach, wordLines } from './words.ts'

test('words of lines are those of splitting at line feeds and white space', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '(0,', ' ', '  ', '\n', '\t', '\r\n', '\u00a0', '\u2028', 'é', '\ud800')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (said) => {
      const lines = said.split('\n').filter((line) => line.trim() !== '')
      expect(wordLines(said)).toEqual(lines.map((line) => line.trim().split(/\s+/)))
    }),
  )
})

test('what is made for a state is made once while it is asked for, and anew for another', () => {
  let made = 0
  const once = onceForEach(({ n }: { n: number }) => n + 100 * made++)
  const [one, two] = [{ n: 1 }, { n: 1 }]
  expect([once(one), once(one), once(two), once(one)]).toEqual([1, 1, 101, 201])
})
