import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ModelInput } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { turnMessages, userMessage } from '../messages.ts'
import type { Message, Observation } from '../policy.ts'
import type { Frame } from '../scene.ts'
import { lexiconChat } from './index.ts'
import { qwenChat, readTokenizerFiles } from './qwen.ts'
import { tokenizerText } from './tokenizer-file.ts'
import { smallTokenizer } from './tokenizer-fixture.ts'

const frame: Frame = { width: 64, height: 96, pixels: new Uint8Array(64 * 96), palette: new Uint8Array(3) }
const asked = (text: string, blank: boolean = false): Message => userMessage(text, () => frame, blank)
const files = { tokenizer: smallTokenizer() }
const text = tokenizerText(files)

/** An input as one readable text. */
const shown = ({ chunks }: ModelInput): string =>
  chunks.map((chunk) => (chunk.type === 'image' ? `[${chunk.expectedTokens}]` : withSpecial(chunk.tokens))).join('')

const SPECIAL = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>']
function withSpecial(tokens: readonly number[]): string {
  return tokens.map((token) => SPECIAL.find((name) => text.special(name) === token) ?? text.read([token]).text).join('')
}

describe('tokenizers of local files', () => {
  it('write and read any text, token by token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (said) => {
        const normal = said.normalize('NFC')
        const tokens = text.encode(said)
        const { text: read, ends } = text.read(tokens)
        expect(read).toBe(normal)
        expect(ends).toHaveLength(tokens.length)
        expect(ends.at(-1) ?? 0).toBe(normal.length)
        for (const [i, end] of ends.entries()) if (i > 0) expect(end).toBeGreaterThanOrEqual(ends[i - 1] as number)
      }),
    )
  })

  it('count a character of several bytes at the token that ends it', () => {
    expect(text.read(text.encode('é⬆')).ends).toEqual([0, 1, 1, 1, 2])
  })

  it('take special tokens in a text as text, and thinking tags as the tokens that they are', () => {
    const tokens = text.encode('the <|im_end|><think>')
    expect(tokens).not.toContain(text.special('<|im_end|>'))
    expect(text.read(tokens).text).toBe('the <|im_end|><think>')
    expect(tokens.at(-1)).toBe(text.size - 2)
    expect(text.read([text.special('<|im_end|>')])).toEqual({ text: '', ends: [0] })
  })

  it('say what is wrong', async () => {
    expect(() => tokenizerText({ tokenizer: smallTokenizer({ type: 'Metaspace' }) })).toThrow(/not of a byte-level tokenizer/)
    expect(() => text.special('<|nothing|>')).toThrow(/no special token <\|nothing\|>/)
    expect(() => text.read([99_999])).toThrow(EngineError)
    const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
    await expect(readTokenizerFiles(folder)).rejects.toThrow(/cannot read .*tokenizer\.json/)
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(files.tokenizer))
    expect(tokenizerText(await readTokenizerFiles(folder)).encode('the user')).toEqual(text.encode('the user'))
    await rm(folder, { recursive: true })
  })
})

describe('the format of Qwen', () => {
  const chat = qwenChat({ ...files, minPixels: 32 * 32 })

  it('is ChatML with the picture between vision tokens', () => {
    expect(shown(chat.prompt({ messages: [{ role: 'system', content: [{ type: 'text', text: 'Play.' }] }, asked('up?')] }))).toBe(
      '<|im_start|>system\nPlay.<|im_end|>\n<|im_start|>user\n<|vision_start|>[6]<|vision_end|>up?<|im_end|>\n<|im_start|>assistant\n',
    )
    expect(shown(chat.prompt({ messages: [asked('up?', true)], prefix: '<perception>' }))).toBe(
      '<|im_start|>user\nup?<|im_end|>\n<|im_start|>assistant\n<perception>',
    )
    expect(chat.reply('0').at(-1)).toBe(text.special('<|im_end|>'))
    expect(chat.stop).toEqual([text.special('<|im_end|>')])
    expect(chat.read(chat.reply('the'))).toEqual({ text: 'the', ends: [3, 3] })
  })

  it('goes on from the tokens that were sampled, whatever their text would be cut into', () => {
    const first: Observation = { game: 'g', messages: [asked('a')] }
    const prompt = chat.prompt(first)
    // The same text as one merged token, in three.
    const tokens = [...'the'].flatMap((character) => text.encode(character))
    for (const sampled of [tokens, [...tokens, ...chat.stop]]) {
      const turn = { observation: first, reply: { text: 'the', sampled: { prompt, tokens: sampled, logprobs: [], ends: [] } } }
      const next = chat.prompt({ messages: [...turnMessages(turn), asked('b')] })
      expect(shown(next).startsWith(`${shown(prompt)}the<|im_end|>\n<|im_start|>user\n`)).toBe(true)
      const flat = next.chunks.flatMap((chunk) => (chunk.type === 'image' ? [] : chunk.tokens))
      const before = prompt.chunks.flatMap((chunk) => (chunk.type === 'image' ? [] : chunk.tokens))
      expect(flat.slice(0, before.length + sampled.length)).toEqual([...before, ...sampled])
    }
  })

  it.each([
    // width, height, side, least and most pixels -> tokens
    [64, 96, 32, 1, 1e9, 6],
    [80, 80, 32, 1, 1e9, 4],
    [112, 112, 32, 1, 1e9, 16],
    [256, 256, 32, 65_536, 16_777_216, 64],
    [64, 64, 32, 65_536, 16_777_216, 64],
    [640, 480, 28, 3136, 12_845_056, 391],
    [640, 480, 28, 3136, 100_000, 117],
    [10, 10, 28, 1, 1e9, 1],
  ])('sizes a picture of %d×%d to the tokens of the image processor', (width, height, tokenSide, minPixels, maxPixels, tokens) => {
    expect(qwenChat({ ...files, tokenSide, minPixels, maxPixels }).imageTokens({ width, height })).toBe(tokens)
  })

  it('refuses a picture that is too long', () => {
    expect(() => chat.imageTokens({ width: 2000, height: 8 })).toThrow(/too long/)
  })
})

describe('the format of a closed list of words', () => {
  const words = ['a', 'b', '</answer>']
  const tokenizer = {
    size: 3,
    stopToken: 2,
    encode: (said: string) =>
      said
        .split(/(?<=[ab>])/)
        .filter(Boolean)
        .map((word) => words.indexOf(word)),
    decode: (tokens: readonly number[]) => tokens.map((token) => words[token]).join(''),
  }
  const chat = lexiconChat({ tokenizer, imageTokens: () => 4 })

  it('is picture, prompt, prefix', () => {
    expect(chat.prompt({ messages: [asked('ab')], prefix: 'b' }).chunks).toEqual([
      { type: 'image', frame, expectedTokens: 4 },
      { type: 'encoded_text', tokens: [0, 1, 1] },
    ])
    expect(chat.read([0, 1, 2])).toEqual({ text: 'ab</answer>', ends: [1, 2, 11] })
  })

  it('refuses what the model cannot see', () => {
    expect(() => chat.prompt({ messages: [asked('a'), asked('b')] })).toThrow(/one message/)
    expect(() => chat.prompt({ messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }] }] })).toThrow(/one picture/)
  })
})
