import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReply, inTags, maxReplyLength, parseReply, protocolLexicon, REPLY_TAGS, type ReplyTags, tagsReplaced } from './protocol.ts'

const NAMES = { paper: ['perception', 'think', 'answer'], neutral: ['perception', 'rationale', 'move'] } as const
const pairsOf = (names: readonly string[]): string[] => names.flatMap((name) => [`<${name}>`, `</${name}>`])
const tags = pairsOf(NAMES.paper)
const allTags = pairsOf(['perception', 'think', 'answer', 'rationale', 'move'])
const good = formatReply({ perception: '1 | 2', think: 'up', answer: '0' })
/** Any code units, lone surrogates and control characters too. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x7f })), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units))
const tagless = anyText.filter((text) => !allTags.some((tag) => text.includes(tag)))
const soupOf = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: anyText }), { maxLength: 14 })
    .map((parts) => parts.join(''))
/** Tags of one set, of the other, of both. */
const soup = fc.oneof(soupOf(tags), soupOf(pairsOf(NAMES.neutral)), soupOf(allTags))

const ownOf = (set: ReplyTags): string[] => pairsOf(NAMES[set].slice(1))
const hasAny = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word))

/** The rule of the set, written once more. */
function setOf(text: string): ReplyTags | null {
  const [paper, neutral] = [hasAny(text, ownOf('paper')), hasAny(text, ownOf('neutral'))]
  return paper && neutral ? null : neutral ? 'neutral' : 'paper'
}

/** The rule of format, written once more as a pattern. */
function formatByPattern(text: string): boolean {
  const set = setOf(text)
  if (set === null) return false
  const once = pairsOf(NAMES[set]).every((tag) => text.split(tag).length === 2)
  const [p, t, a] = NAMES[set]
  return once && new RegExp(`^\\s*<${p}>.*</${p}>\\s*<${t}>.*</${t}>\\s*<${a}>.*</${a}>\\s*$`, 's').test(text)
}

describe('parseReply', () => {
  it('reads the canonical reply', () => {
    expect(parseReply(good)).toEqual({ format: 1, perception: '1 | 2', think: 'up', answer: '0', problem: null, tags: 'paper' })
    expect(parseReply(` \n${good.replaceAll('>\n<', '>\t<')}\r\n`).format).toBe(1)
  })

  it('reads back any sections without tags', () => {
    fc.assert(
      fc.property(tagless, tagless, tagless, fc.constantFrom(...REPLY_TAGS), (perception, think, answer, tags) => {
        const parsed = parseReply(formatReply({ perception, think, answer }, tags))
        const sections = { perception: perception.trim(), think: think.trim(), answer: answer.trim() }
        expect(parsed).toEqual({ format: 1, ...sections, problem: null, tags })
      }),
    )
  })

  it('agrees with the rule of format on a soup of tags, and never throws', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = parseReply(text)
        expect(parsed.format === 1).toBe(formatByPattern(text))
        expect(parsed.problem === null).toBe(parsed.format === 1)
        expect(parsed.tags).toBe(setOf(text))
      }),
      { numRuns: 4000 },
    )
  })

  it('counts a section only if both its tags occur once and in order, and thoughts and answer only if all tags are of one set', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = parseReply(text)
        const names = NAMES[parsed.tags ?? 'paper']
        for (const [at, section] of (['perception', 'think', 'answer'] as const).entries()) {
          const name = names[at]
          const once = [`<${name}>`, `</${name}>`].every((tag) => text.split(tag).length === 2)
          const inOrder = text.indexOf(`<${name}>`) < text.indexOf(`</${name}>`)
          const oneSet = at === 0 || parsed.tags !== null
          expect(parsed[section] !== null).toBe(once && inOrder && oneSet)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('reads the neutral set by the same rules', () => {
    const neutral = formatReply({ perception: '1 | 2', think: 'up', answer: '0' }, 'neutral')
    expect(neutral).toBe('<perception>\n1 | 2\n</perception>\n<rationale>\nup\n</rationale>\n<move>0</move>')
    expect(parseReply(neutral)).toEqual({ format: 1, perception: '1 | 2', think: 'up', answer: '0', problem: null, tags: 'neutral' })
    expect(parseReply(`Sure! ${neutral}`)).toMatchObject({ format: 0, answer: '0', problem: 'There is text outside the tags.' })
    expect(parseReply(`${neutral}<move>1</move>`)).toMatchObject({ answer: null, problem: 'The tag <move> occurs more than once.' })
    expect(parseReply('<move>0</move>')).toMatchObject({ format: 0, answer: '0', tags: 'neutral' })
    expect(parseReply('<perception>1</perception>').problem).toBe('The tags <think> and <answer>, or <rationale> and <move>, are missing.')
  })

  it.each([
    ['thoughts of one set, answer of the other', '<perception>1</perception><think>t</think><move>0</move>'],
    ['two answers', `${good}<move>0</move>`],
    ['a tag of the other set in the thoughts', good.replace('up', 'the <move> is up')],
    ['native thoughts before it', `<think>t</think>${formatReply({ perception: '1', think: 't', answer: '0' }, 'neutral')}`],
  ])('never reads a mixture, but for the section that is in both: %s', (_, text) => {
    const parsed = parseReply(text)
    expect(parsed).toMatchObject({ format: 0, think: null, answer: null, tags: null, problem: expect.stringContaining('mixes two sets') })
    expect(parsed.perception).toMatch(/^1/)
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
    for (const filler of ['<answer', '<', '</think', '<move', 'é', '\ud800']) {
      const text = good.replace('up', filler.repeat(Math.floor(1_000_000 / filler.length)))
      expect(parseReply(text).format).toBe(1)
    }
    parseReply('<answer>'.repeat(100_000))
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000)
  })
})

describe('inTags', () => {
  it('writes a reply of either set in the other, and leaves any other text alone', () => {
    const sections = { perception: '1 | 2', think: 'up', answer: '0' }
    for (const [from, to] of [
      ['paper', 'neutral'],
      ['neutral', 'paper'],
    ] as const) {
      expect(inTags(formatReply(sections, from), to)).toBe(formatReply(sections, to))
      const loose = ` ${formatReply(sections, from)} `
      expect(inTags(loose, from)).toBe(loose)
    }
    for (const text of ['', 'up', `Sure! ${good}`, `${good}<move>1</move>`]) expect(inTags(text, 'neutral')).toBe(text)
  })
})

describe('tagsReplaced', () => {
  it('replaces the tags of the paper, and nothing else', () => {
    const text = 'Write <think>a</think> and <answer>N</answer> after <perception>. In <answer>, think <thinking>.'
    expect(tagsReplaced(text, 'paper')).toBe(text)
    const neutral = 'Write <rationale>a</rationale> and <move>N</move> after <perception>. In <move>, think <thinking>.'
    expect(tagsReplaced(text, 'neutral')).toBe(neutral)
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
