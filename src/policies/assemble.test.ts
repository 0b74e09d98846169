import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReply, parseReply, REPLY_TAGS } from '../gym/index.ts'
import { assembleReply } from './assemble.ts'

const BOARD = '_ | 2\n4 | 8'
const paper = formatReply({ perception: BOARD, think: 'slide', answer: '2' }, 'paper')
const neutral = formatReply({ perception: BOARD, think: 'slide', answer: '2' }, 'neutral')
const PERCEPTION = `<perception>\n${BOARD}\n</perception>`

/** What is read of a message. */
function read(content: string | null, reasoning: string | null = null, cut = false) {
  const { text, assembly = null } = assembleReply({ content, reasoning, cut })
  const { format, perception, think, answer } = parseReply(text)
  return { format, perception, think, answer, assembly }
}
const whole = { format: 1, perception: BOARD, think: 'slide', answer: '2' }

describe('a parser that cuts at <think>', () => {
  it.each([
    ['moves what stands before it, and takes the tags', '\n<answer>2</answer>', `${PERCEPTION}\nslide`],
    ['moves it and leaves the open tag', '<answer>2</answer>', `${PERCEPTION}\n<think>\nslide\n`],
    ['moves it and leaves both tags', '<answer>2</answer>', `${PERCEPTION}\n<think>\nslide\n</think>`],
    ['leaves the close tag in the content', '</think>\n<answer>2</answer>', `${PERCEPTION}\n<think>\nslide\n`],
    ['moves it, and the answer stands in a fence', '```\n<answer>2</answer>\n```', `${PERCEPTION}\nslide`],
    ['takes the thoughts out of the middle', `${PERCEPTION}\n\n<answer>2</answer>`, 'slide'],
    [
      'moves it behind thoughts of the model that quote the layout',
      '<answer>2</answer>',
      `I see ${PERCEPTION}. Now:\n${PERCEPTION}\nslide`,
    ],
  ])('%s', (_, content, reasoning) => {
    expect(read(content, reasoning)).toEqual({ ...whole, format: content.startsWith('`') ? 0 : 1, assembly: 'joined' })
  })

  it.each([
    ['', '\n<answer>2</answer>', 'slide'],
    [' and leaves the open tag', '<answer>2</answer>', '<think>\nslide'],
  ])('drops the perception%s: thoughts and answer count', (_, content, reasoning) => {
    expect(read(content, reasoning)).toEqual({ ...whole, format: 0, perception: null, assembly: 'perception-dropped' })
  })

  it.each([
    ['paper', paper],
    ['neutral', neutral],
    ['paper, its open tag taken', `${PERCEPTION}\nslide\n</think>\n<answer>2</answer>`],
    ['neutral, behind thoughts', `I think ${neutral} will do.</think>\n${neutral}`],
  ])('moves all of it: %s', (_, reasoning) => {
    for (const content of [null, '', ' \n']) expect(read(content, reasoning)).toEqual({ ...whole, assembly: 'from-reasoning' })
  })
})

describe('native thoughts before the layout', () => {
  const opened = [
    ['<think>', '</think>'],
    ['<thinking>', '</thinking>'],
    ['[THINK]', '[/THINK]'],
    ['◁think▷', '◁/think▷'],
    ['<seed:think>', '</seed:think>'],
    ['<|channel|>analysis<|message|>', '<|end|><|start|>assistant<|channel|>final<|message|>'],
    ['<|channel>thought\n', '<channel|>'],
  ] as const
  const thoughts = ['a row of twos', `I should write ${paper} or ${neutral}, then`, `first <perception> and then <think>; ${paper}`]
  for (const [open, close] of opened) {
    it.each([
      ['paper', paper],
      ['neutral', neutral],
    ])(`${open} … ${close}, with and without the open tag, in front of the %s tags`, (_, layout) => {
      for (const thought of thoughts) {
        expect(read(`${open}${thought}${close}\n${layout}`)).toEqual({ ...whole, assembly: 'thoughts-removed' })
        expect(read(`${thought}${close}\n\n${layout}`)).toEqual({ ...whole, assembly: 'thoughts-removed' })
      }
    })
  }

  it('in their own field are no part of the reply, whatever they quote', () => {
    for (const layout of [paper, neutral])
      for (const thought of thoughts) expect(read(layout, thought)).toEqual({ ...whole, assembly: null })
  })

  it('do not answer for a reply that has no answer, or was cut', () => {
    expect(read(`<think>maybe ${neutral}</think>I cannot decide.`).answer).toBeNull()
    expect(read('', `maybe ${neutral} or rather`).answer).toBeNull()
    expect(read('', neutral, true)).toMatchObject({ answer: null, assembly: null })
  })

  it.each([`\`\`\`\n${neutral}\n\`\`\``, `hm</think>${neutral}<|im_end|>`, `${paper}</s>\n`])(
    'are read from their field with a fence or a mark of the end behind the layout',
    (reasoning) => {
      expect(read('', reasoning)).toEqual({ ...whole, format: 0, assembly: 'from-reasoning' })
    },
  )

  it('around a whole layout, with nothing behind it, are taken off', () => {
    expect(read(`<think>\n${neutral}\n</think>`)).toEqual({ ...whole, assembly: 'from-reasoning' })
    expect(read(`${neutral}\n</think>\n`)).toEqual({ ...whole, assembly: 'from-reasoning' })
  })
})

/** Words, marks and tags of thoughts that are none of the layout's, in any order. */
const prose = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('</think>', '<think>', '[/THINK]', '◁/think▷', '<|channel|>final<|message|>', '\n', ' ')))
  .map((parts) => parts.join(''))
  .filter((text) => !/<\/?(perception|think|answer|rationale|move)>/.test(text.replace(/<\/?think>/g, '')))

describe('native thoughts in the middle of the neutral layout', () => {
  const [perception, rationale, move] = [PERCEPTION, '<rationale>\nslide\n</rationale>', '<move>2</move>']

  it.each([
    ['behind the perception', `${perception}\n<think>hm, <move>1</move>?</think>\n${rationale}\n${move}`],
    ['in the rationale', `${perception}\n<rationale>\n<think>hm</think>slide\n</rationale>\n${move}`],
    ['twice', `<think>a</think>${perception}\n<think>b</think>\n${rationale}<think>c</think>${move}`],
  ])('are left out: %s', (_, content) => {
    expect(read(content)).toEqual({ ...whole, assembly: 'thoughts-removed' })
  })

  it.each([
    ['behind the perception', `${rationale}\n${move}`, `${perception}\nhm, <move>1</move>?`],
    ['in the rationale', `slide\n</rationale>\n${move}`, `${perception}\n<rationale>\n`],
  ])('and a parser that moves all before them: %s', (_, content, reasoning) => {
    expect(read(content, reasoning)).toEqual({ ...whole, assembly: 'joined' })
  })

  it('make no move of one that is only thought of', () => {
    expect(read(`${perception}<think>${move}</think>`).answer).toBeNull()
    expect(read(`${perception}${rationale}`, `${perception} ${move}`).answer).toBeNull()
  })
})

describe('native thoughts in an element of any name', () => {
  it.each([
    ['<THINK>', '</THINK>'],
    ['<think type="x">', '</think>'],
    ['<reason>', '</reason>'],
    ['<inner-monologue>', '</inner-monologue>'],
    ['<details type="reasoning" done="true">\n<summary>Thought</summary>\n> ', '\n</details>'],
    ['<|begin_of_thinking|>', '<|end_of_thinking|>'],
  ])('%s … %s', (open, close) => {
    for (const layout of [paper, neutral])
      expect(read(`${open}I should write ${paper} or ${neutral}${close}\n${layout}`)).toEqual({ ...whole, assembly: 'thoughts-removed' })
  })

  it('are none where they do not begin the reply, or something else follows them', () => {
    for (const text of [`${neutral}</note>\n${neutral}`, `<note>a</note>b ${neutral}`, `<|begin_of_box|>${neutral}<|end_of_box|>`])
      expect(assembleReply({ content: text, reasoning: null, cut: false })).toEqual({ text })
  })
})

describe('a plain reply', () => {
  it('is never changed, in either tag set', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REPLY_TAGS), prose, prose, prose, (tags, perception, think, answer) => {
        // The paper's set owns <think>: its sections cannot hold it. Within the neutral set a whole <think>…</think> is native.
        const own = (text: string): string => text.replace(tags === 'paper' ? /<\/?think>/g : /<think>/g, '')
        const text = formatReply({ perception: own(perception), think: own(think), answer: own(answer) }, tags)
        expect(assembleReply({ content: text, reasoning: null, cut: false })).toEqual({ text })
      }),
      { numRuns: 2000 },
    )
  })

  it('is never changed by thoughts that the server keeps apart', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(paper, neutral),
        fc.oneof(prose, fc.constantFrom(paper, neutral)),
        fc.boolean(),
        (text, reasoning, cut) => {
          expect(assembleReply({ content: text, reasoning, cut })).toEqual({ text })
        },
      ),
    )
  })

  it('of any other kind stays as it is', () => {
    for (const text of [
      ...['', 'up', '<answer>2</answer>', '<move>2</move>', '<think>slide</think>\n<answer>2</answer>', `Sure!\n${paper}\nShall I go on?`],
      ...[
        `${PERCEPTION}\nslide\n</think>\n<answer>2</answer>`,
        `<think>t</think>${PERCEPTION}<answer>1</answer>`,
        `${PERCEPTION}<answer>1</answer><think>late</think>`,
      ],
      ...[`${PERCEPTION}<think>never closed`, `\`\`\`\n${neutral}\n\`\`\``],
    ])
      expect(assembleReply({ content: text, reasoning: null, cut: false })).toEqual({ text })
  })
})

describe('native thoughts of any kind', () => {
  it('leave the layout behind them whole', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(paper, neutral),
        fc.string().filter((text) => !/[<◁[]/.test(text)),
        fc.constantFrom('</think>', '[/THINK]', '◁/think▷'),
        (layout, thought, close) => {
          expect(parseReply(assembleReply({ content: `${thought}${close}\n${layout}`, reasoning: null, cut: false }).text)).toMatchObject(
            whole,
          )
        },
      ),
    )
  })

  it('are read in linear time', () => {
    const long = '<think>[/THINK]</think>'.repeat(200_000)
    const { text } = assembleReply({ content: `${long}\n${neutral}`, reasoning: long, cut: false })
    expect(parseReply(text).answer).toBe('2')
  })
})
