import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReply, maxReplyLength, parseReply, protocolLexicon } from './protocol.ts'

const tags = ['<perception>', '</perception>', '<think>', '</think>', '<answer>', '</answer>']
const good = formatReply({ perception: '1 | 2', think: 'up', answer: '0' })
/** Any code units, lone surrogates and control characters too. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x7f })), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units))
const tagless = anyText.filter((text) => !/<\/?(perception|think|answer)>/.test(text))
const soup = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...tags) }, { weight: 1, arbitrary: anyText }), { maxLength: 14 })
  .map((parts) => parts.join(''))

/** The rule of format, written once more as a pattern. */
function formatByPattern(text: string): boolean {
  const once = tags.every((tag) => text.split(tag).length === 2)
  return once && /^\s*<perception>.*<\/perception>\s*<think>.*<\/think>\s*<answer>.*<\/answer>\s*$/s.test(text)
}

describe('parseReply', () => {
  it('reads the canonical reply', () => {
    expect(parseReply(good)).toEqual({ format: 1, perception: '1 | 2', think: 'up', answer: '0', problem: null })
    expect(parseReply(` \n${good.replaceAll('>\n<', '>\t<')}\r\n`).format).toBe(1)
  })

  it('reads back any sections without tags', () => {
    fc.assert(
      fc.property(tagless, tagless, tagless, (perception, think, answer) => {
        const parsed = parseReply(formatReply({ perception, think, answer }))
        expect(parsed).toEqual({ format: 1, perception: perception.trim(), think: think.trim(), answer: answer.trim(), problem: null })
      }),
    )
  })

  it('agrees with the rule of format on a soup of tags, and never throws', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = parseReply(text)
        expect(parsed.format === 1).toBe(formatByPattern(text))
        expect(parsed.problem === null).toBe(parsed.format === 1)
      }),
      { numRuns: 2000 },
    )
  })

  it('counts a section only if both its tags occur once and in order', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = parseReply(text)
        for (const name of ['perception', 'think', 'answer'] as const) {
          const once = [`<${name}>`, `</${name}>`].every((tag) => text.split(tag).length === 2)
          const inOrder = text.indexOf(`<${name}>`) < text.indexOf(`</${name}>`)
          expect(parsed[name] !== null).toBe(once && inOrder)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['two answers', `${good}<answer>1</answer>`, null],
    ['an answer said twice inside the thoughts', good.replace('up', 'maybe <answer>1</answer>'), null],
    ['an open tag twice', good.replace('<answer>', '<answer><answer>'), null],
    ['tags turned round', '</answer>0<answer>', null],
    ['no close tag', '<answer>0', null],
    ['capitals', good.replaceAll('answer', 'Answer'), null],
    ['attributes', good.replace('<answer>', '<answer x>'), null],
    ['other order', '<answer>0</answer><think>t</think><perception>p</perception>', '0'],
    ['text before', `Sure! ${good}`, '0'],
    ['text between', good.replace('<think>', 'so <think>'), '0'],
    ['text after', `${good}.`, '0'],
    ['only an answer', '<answer> 0 </answer>', '0'],
    ['nested', '<perception>p<think>t<answer>0</answer></think></perception>', '0'],
    ['empty', '', null],
  ])('%s: format 0', (_, text, answer) => {
    const parsed = parseReply(text)
    expect(parsed.format).toBe(0)
    expect(parsed.answer).toBe(answer)
    expect(parsed.problem).toMatch(/\.$/)
  })

  it('refuses a huge text and reads a large one fast', () => {
    expect(parseReply(good + ' '.repeat(maxReplyLength))).toMatchObject({
      format: 0,
      answer: null,
      problem: expect.stringContaining('at most'),
    })
    const started = process.cpuUsage()
    for (const filler of ['<answer', '<', '</think', 'é', '\ud800']) {
      const text = good.replace('up', filler.repeat(Math.floor(1_000_000 / filler.length)))
      expect(parseReply(text).format).toBe(1)
    }
    parseReply('<answer>'.repeat(100_000))
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })
})

describe('protocolLexicon', () => {
  it('spells every reply', () => {
    const left = protocolLexicon.reduce(
      (text, word) => text.replaceAll(word, ''),
      formatReply({ perception: 'p', think: 't', answer: 'a' }),
    )
    expect(left).toBe('pta')
    for (const tag of tags) expect(protocolLexicon).toContain(tag)
  })
})
