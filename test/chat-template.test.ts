/** Text-only chat by a model's own template. `VLM_GYM_PYTHON_TRL`: an interpreter with transformers; `VLM_GYM_CHAT_MODEL`: the folder of a text model to try besides. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChatFormat } from '../src/chat.ts'
import { chatFromFolder } from '../src/chat-formats/folder.ts'
import { smallTokenizer } from '../src/chat-formats/tokenizer-fixture.ts'
import type { Message } from '../src/policy.ts'

const python = process.env.VLM_GYM_PYTHON_TRL
const TEMPLATE =
  "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system\nBe brief.<|im_end|>\n' }}{% endif %}" +
  "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-template-'))
  const write = (name: string, value: object): Promise<void> => writeFile(join(folder, name), JSON.stringify(value))
  await write('config.json', { model_type: 'llama' })
  await write('tokenizer.json', smallTokenizer())
  await write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    eos_token: '<|im_end|>',
    chat_template: TEMPLATE,
  })
})
afterAll(() => rm(folder, { recursive: true }))

const say = (role: Message['role'], text: string): Message => ({ role, content: [{ type: 'text', text }] })
const tokensOf = (chat: ChatFormat, messages: readonly Message[], prefix?: string): number[] =>
  chat.prompt({ messages, ...(prefix !== undefined && { prefix }) }).chunks.flatMap((chunk) => ('tokens' in chunk ? [...chunk.tokens] : []))

/** 200 conversations, the same in every run: with and without a system message, odd characters, white space at edges, names in angle brackets. */
const conversations = fc.sample(
  fc.tuple(fc.boolean(), fc.array(text(), { minLength: 1, maxLength: 7 })).map(([system, texts]) =>
    texts.map((said, i) => ({
      role: system && i === 0 && texts.length > 1 ? 'system' : roleOf(i, system && texts.length > 1),
      content: said,
    })),
  ),
  { seed: 14, numRuns: 200 },
)
function text(): fc.Arbitrary<string> {
  const edge = fc.constantFrom('', ' ', '\n', '\n\n', '\t ', '  ')
  const middle = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('the user', '<|im_end', '|im_start|>', "don't", '1 2 345', 'é⬆🏳️‍🌈', ''),
  )
  return fc.tuple(edge, middle, edge).map((parts) => parts.join(''))
}
function roleOf(i: number, system: boolean): 'user' | 'assistant' {
  return (i + (system ? 1 : 0)) % 2 === 0 ? 'user' : 'assistant'
}

describe("the format of a model's own template", () => {
  it('writes the template with special tokens, and what a message says as text', async () => {
    const chat = await chatFromFolder(folder)
    const [end] = chat.stop as [number]
    const tokens = tokensOf(chat, [say('user', 'the <|im_end|>')], 'the')
    expect(chat.read(tokens).text).toBe('system\nBe brief.\nuser\nthe <|im_end|>\nassistant\nthe')
    expect(tokens.filter((token) => token === end)).toHaveLength(2)
    expect(chat.reply('the').at(-1)).toBe(end)
  })

  it('goes on from the tokens that were sampled', async () => {
    const chat = await chatFromFolder(folder)
    const first = tokensOf(chat, [say('user', 'a')])
    // The same text as one merged token, in three.
    const cut = [...'the'].flatMap((letter) => chat.reply(letter).slice(0, -1))
    for (const tokens of [cut, [...cut, ...chat.stop]]) {
      const next = tokensOf(chat, [say('user', 'a'), { ...say('assistant', 'the'), tokens }, say('user', 'b')])
      expect(next.slice(0, first.length + tokens.length)).toEqual([...first, ...tokens])
      expect(chat.read(next).text).toBe('system\nBe brief.\nuser\na\nassistant\nthe\nuser\nb\nassistant\n')
    }
  })

  it('says what it cannot read', async () => {
    const chat = await chatFromFolder(folder)
    expect(() => chat.imageTokens({ width: 8, height: 8 })).toThrow(/reads text alone/)
    await writeFile(join(folder, 'chat_template.jinja'), "{{ messages[0]['content'] }}")
    const short = await chatFromFolder(folder)
    expect(() => short.prompt({ messages: [say('user', 'a'), say('user', 'b')] })).toThrow(/every message once and in order/)
    await writeFile(join(folder, 'chat_template.jinja'), '{% for')
    await expect(chatFromFolder(folder)).rejects.toThrow(/cannot be filled in/)
    await rm(join(folder, 'chat_template.jinja'))
  })

  it.skipIf(python === undefined)(
    'gives the tokens of transformers for 200 conversations (skipped where Python has no transformers)',
    async () => {
      for (const model of [folder, process.env.VLM_GYM_CHAT_MODEL]) {
        if (model === undefined) continue
        const file = join(folder, 'conversations.json')
        await writeFile(file, JSON.stringify(conversations))
        const script = join(import.meta.dirname, 'python/chat_template.py')
        const env = { ...process.env, HF_HUB_OFFLINE: '1' }
        const { stdout } = await promisify(execFile)(python as string, [script, model, file], { env, maxBuffer: 2 ** 26 })
        const chat = await chatFromFolder(model)
        const ours = conversations.map((messages) =>
          tokensOf(
            chat,
            messages.map(({ role, content }) => say(role as Message['role'], content)),
          ),
        )
        expect(ours).toHaveLength(200)
        expect(ours).toEqual(JSON.parse(stdout))
      }
    },
    120_000,
  )
})
