/**
 * The two sets of reply tags as a user meets them: data sets of `teach`, prompts and conversations of `eval`, runs and sets of older
 * versions. Chat templates of reasoning models cut an assistant turn at `</think>`; what they leave of ours is checked here.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseReply } from 'vlm-gym'
import { type ChatPart, type ChatRequest, type ChatServer, chatServer } from '../src/policies/chat-server-fixture.ts'
import { type Outcome, vlmGym } from './vlm-gym.ts'

let parent = ''
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'reply-tags-'))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

/**
 * What a template of a reasoning model (Qwen3.5 vision, GLM-4.5, distillates of DeepSeek-R1) makes of an assistant turn: where the text has
 * `</think>`, the content is what follows the last one, the thoughts are what stands between the last `<think>` before the first and it.
 */
function templated(text: string): string {
  if (!text.includes('</think>')) return text
  const [before = ''] = text.split('</think>')
  const thoughts = before.split('<think>').at(-1) ?? ''
  return `<think>\n${thoughts.trim()}\n</think>\n\n${(text.split('</think>').at(-1) ?? '').trimStart()}`
}

interface Line {
  readonly messages: readonly [{ content: readonly [object, { text: string }] }, { content: readonly [{ text: string }] }]
}

async function taught(name: string, ...args: string[]): Promise<{ path: string; card: string; prompts: string[]; replies: string[] }> {
  const path = join(parent, name)
  const outcome = await vlmGym('teach', '--examples', '24', '--tile', '16', '--quiet', '--out', path, ...args)
  expect(outcome).toMatchObject({ code: 0 })
  const lines = (await readFile(join(path, 'examples.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const [prompts, replies] = [
    lines.map(({ messages }) => messages[0].content[1].text),
    lines.map(({ messages }) => messages[1].content[0].text),
  ]
  return { path, card: await readFile(join(path, 'README.md'), 'utf8'), prompts, replies }
}

const losses = (replies: readonly string[]): number =>
  replies.filter((reply) => reply.includes('<perception>') && !templated(reply).includes('<perception>')).length

describe('a data set for other models', () => {
  it('survives chat templates: no example loses a section', async () => {
    const { card, prompts, replies } = await taught('neutral')
    expect(replies).toHaveLength(24)
    expect(losses(replies)).toBe(0)
    for (const reply of replies)
      expect(parseReply(templated(reply))).toMatchObject({ format: 1, tags: 'neutral', think: expect.stringMatching(/./) })
    for (const prompt of prompts) {
      expect(prompt).toContain('</perception>\n<rationale>\nyour reasoning\n</rationale>\n<move>N</move>')
      expect(prompt).not.toMatch(/<\/?(think|answer)>/)
    }
    expect(card).toContain('`<rationale>` and `<move>` the\nteacher')
    expect(card).toContain('comes\nthrough whole')
    expect(card).not.toContain('not for every chat template')
  })

  it('in the paper’s tags loses its perceptions to them, and says so', async () => {
    const { card, prompts, replies } = await taught('paper', '--tags', 'paper')
    expect(losses(replies)).toBe(24)
    for (const reply of replies) expect(parseReply(reply)).toMatchObject({ format: 1, tags: 'paper' })
    expect(prompts[0]).toContain('<answer>N</answer>')
    expect(card).toContain('not for every chat template')
    expect(card).toContain('"</think>" in processor.chat_template')
  })

  it('goes on in the paper’s tags if it was begun before there were others', async () => {
    const { path, replies } = await taught('old', '--tags', 'paper')
    const header = join(path, 'dataset.json')
    const { config: _, ...rest } = JSON.parse(await readFile(header, 'utf8'))
    const before = await readFile(join(path, 'README.md'), 'utf8')
    const text = await readFile(header, 'utf8')
    expect(text).toMatch(/"tags":\s*"paper"/)
    await writeFile(header, text.replace(/,\s*"tags":\s*"paper"/, ''))
    expect(rest).toBeTruthy()
    expect(await vlmGym('teach', '--resume', path, '--quiet')).toMatchObject({ code: 0 })
    expect(await readFile(join(path, 'README.md'), 'utf8')).toBe(before)
    expect(replies[0]).toContain('<think>')
  })
})

describe('eval', () => {
  const servers: ChatServer[] = []
  afterAll(async () => {
    for (const server of servers) await server.close()
  })
  const neutralReply = ({ seed = 0 }: ChatRequest): string =>
    `<perception>\n_ | 2 | 4\n</perception>\n<rationale>\nslide\n</rationale>\n<move>${seed % 4}</move>`
  const serve = async (answer = neutralReply): Promise<ChatServer> => {
    const server = await chatServer({ answer })
    servers.push(server)
    return server
  }
  const evaluate = (server: ChatServer, ...args: string[]): Promise<Outcome> => {
    const small = ['--set', 'size=3', '--tile', '8', '--episodes', '2', '--horizon', '4', '--concurrency', '1', '--quiet', '--no-anchors']
    return vlmGym('eval', '--model', 'openai-compatible:m', '--base-url', server.url, ...small, ...args)
  }
  const textOf = (content: string | readonly ChatPart[]): string =>
    typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')
  const turns = (server: ChatServer, role: string): string[] =>
    server.requests.flatMap(({ messages }) => messages.filter((message) => message.role === role).map(({ content }) => textOf(content)))

  it('asks models for the neutral tags and reads them; past turns and worked examples keep their boards in chat templates', async () => {
    const server = await serve()
    const { code, stdout } = await evaluate(server, '--examples', '1', '--history', '2')
    expect(code).toBe(0)
    expect(stdout).toMatch(/unreadable/)
    const said = turns(server, 'assistant')
    expect(said).toHaveLength(2 * (1 + 2 + 3 + 3))
    for (const reply of said) {
      expect(parseReply(reply)).toMatchObject({ format: 1, tags: 'neutral' })
      expect(templated(reply)).toBe(reply)
    }
    for (const prompt of turns(server, 'user')) expect(prompt).not.toMatch(/<\/?(think|answer)>/)
    expect(turns(server, 'user')[0]).toContain('<move>N</move>')
  })

  it('asks for the paper’s tags when told so or with brief prompts, and reads either', async () => {
    const server = await serve()
    expect((await evaluate(server, '--tags', 'paper', '--examples', '1', '--json')).stdout).toMatch(
      /"metric": "parse failures",\s+"mean": 0,/,
    )
    expect(turns(server, 'user')[0]).toContain('<answer>N</answer>')
    expect(parseReply(turns(server, 'assistant')[0] as string).tags).toBe('paper')
    const brief = await serve()
    await evaluate(brief, '--prompt', 'brief', '--layout', 'board', '--examples', '1')
    expect(parseReply(turns(brief, 'assistant')[0] as string).tags).toBe('paper')
  })

  it('records the tags, and goes on with a run that has none in the paper’s', async () => {
    const server = await serve()
    const out = join(parent, 'run')
    expect(await evaluate(server, '--out', out)).toMatchObject({ code: 0 })
    const header = join(out, 'run.json')
    const text = await readFile(header, 'utf8')
    expect(JSON.parse(text)).toMatchObject({ config: { eval: { tags: 'neutral' } } })
    await writeFile(header, text.replace(/"tags":\s*"neutral",/, ''))
    for (const name of ['episodes.jsonl', 'replies.jsonl']) await writeFile(join(out, name), '')
    const before = server.requests.length
    expect(await vlmGym('eval', '--resume', out, '--quiet')).toMatchObject({ code: 0 })
    expect(server.requests.length).toBe(2 * before)
    expect(textOf(server.requests.at(-1)?.messages[0]?.content ?? '')).toContain('<answer>N</answer>')
  })
})
