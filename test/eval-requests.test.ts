/** Requests of `vlm-gym eval` and `teach` as a user types them: what is sent, what is kept of it, and what is said about it. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ChatServer, chatServer } from '../src/policies/chat-server-fixture.ts'
import { type Outcome, vlmGym } from './vlm-gym.ts'

let parent = ''
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'eval-requests-'))
})
afterAll(() => rm(parent, { recursive: true, force: true }))

let server: ChatServer | undefined
afterEach(async () => {
  await server?.close()
})

interface Asked {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly [field: string]: unknown }
}

const BOARD = '_ | 2 | 4\n_ | _ | 2\n_ | _ | _'

/** A server that answers with a status and a body, and what it was asked. */
async function serve(answer: (asked: Asked, count: number) => { status?: number; body: unknown }): Promise<Asked[]> {
  const asked: Asked[] = []
  server = await chatServer({
    answer: () => '',
    intercept: (request, response, text) => {
      const one = { url: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Asked['body'] }
      const { status = 200, body } = answer(one, asked.length)
      asked.push(one)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      return true
    },
  })
  return asked
}

const message = (content: string | null, more: object = {}, choice: object = {}): { body: unknown } => ({
  body: { choices: [{ finish_reason: 'stop', message: { role: 'assistant', content, ...more }, ...choice }] },
})
const good = message(`<perception>\n${BOARD}\n</perception>\n<rationale>\nslide\n</rationale>\n<move>1</move>`)

const SMALL = [
  '--set',
  'size=3',
  '--tile',
  '8',
  '--episodes',
  '2',
  '--horizon',
  '3',
  '--concurrency',
  '1',
  '--quiet',
  '--no-anchors',
  '--retries',
  '0',
]
const evaluate = (...args: string[]): Promise<Outcome> =>
  vlmGym('eval', '--model', 'openai-compatible:m', '--base-url', server?.url ?? '', ...SMALL, ...args)

const out = (name: string): string => join(parent, name)
const json = (folder: string, name: string) => JSON.parse(readFileSync(join(out(folder), name), 'utf8'))

/** Everything in a folder, as one text. */
async function allText(folder: string): Promise<string> {
  const names = await readdir(out(folder))
  return (await Promise.all(names.map((name) => readFile(join(out(folder), name), 'utf8').catch(() => '')))).join('\n')
}

describe('requests', () => {
  it('take fields, headers and queries; names are kept, values of headers and secrets are not, and are asked for again', async () => {
    const asked = await serve(() => good)
    const changes = [
      '--body',
      '{"seed":null,"top_k":5,"extra":{"api_key":"very-secret-1"}}',
      '--query',
      'api-version=7',
      '--query',
      'sig=very-secret-2',
    ]
    const headers = ['--header', 'X-Gate: very-secret-3', '--header', 'X-Team: the-games']
    const address = ['--base-url', `${server?.url}?tenant=a`]
    expect(await evaluate(...address, ...changes, ...headers, '--out', out('changed'))).toMatchObject({ code: 0, stderr: '' })
    expect(asked[0]?.url).toBe('/v1/chat/completions?tenant=a&api-version=7&sig=very-secret-2')
    expect(asked[0]?.headers).toMatchObject({ 'x-gate': 'very-secret-3', 'x-team': 'the-games' })
    expect(asked[0]?.body).toMatchObject({ top_k: 5, extra: { api_key: 'very-secret-1' } })
    expect(asked[0]?.body).not.toHaveProperty('seed')
    expect(json('changed', 'run.json').config.eval.request).toEqual({
      body: { seed: null, top_k: 5, extra: { api_key: '[not kept]' } },
      headers: ['x-gate', 'x-team'],
      query: ['tenant=a', 'api-version=7', 'sig=[not kept]'],
    })
    expect(json('changed', 'endpoints.json')).toMatchObject([
      {
        policy: 'openai-compatible:m',
        decoding: 'sampled',
        address: server?.url,
        sent: { model: 'm', max_tokens: 1024, temperature: 1, top_k: 5 },
        notes: [],
      },
    ])
    expect(await allText('changed')).not.toMatch(/very-secret|the-games/)

    const resume = (...args: string[]): Promise<Outcome> => vlmGym('eval', '--resume', out('changed'), '--quiet', ...args)
    expect(await resume()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/begun with --header x-gate, .*not kept; give it again beside --resume/),
    })
    expect(await resume(...headers)).toMatchObject({ code: 2, stderr: expect.stringMatching(/begun with --body/) })
    expect(await resume(...headers, ...changes)).toMatchObject({ code: 0 })
    expect(await resume(...headers, ...changes, '--query', 'api-version=8')).toMatchObject({ code: 2 })
  })

  it('without a field that the server refuses go on, and the run says so', async () => {
    await serve(({ body }) => ('seed' in body ? { status: 422, body: { error: { message: 'field seed is not permitted' } } } : good))
    const { code, stderr } = await evaluate('--out', out('seedless'))
    expect([code, stderr]).toEqual([
      0,
      'note: seed is left out, as the server refuses it (field seed is not permitted), so the same request may be answered otherwise the next time\n',
    ])
    expect(json('seedless', 'endpoints.json')[0].notes).toEqual([expect.stringMatching(/^seed is left out/)])
    expect((await vlmGym('compare', out('seedless'))).stdout).toContain('seed is left out')
  })

  it('of a greedy row have temperature 0, or there is no such row', async () => {
    await serve(({ body }) =>
      'temperature' in body ? { status: 400, body: { error: { message: 'temperature is not supported' } } } : good,
    )
    const { code, stderr, stdout } = await evaluate('--decoding', 'greedy', '--out', out('greedy'))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: openai-compatible:m takes no temperature, and 0 was asked for .*give --decoding sampled\n$/)
    expect(existsSync(out('greedy'))).toBe(false)
    expect(await evaluate('--temperature', '0.5')).toMatchObject({ code: 2, stderr: expect.stringMatching(/leave --temperature out/) })
    expect(await evaluate()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: temperature is left out/) })
  })

  it('are for models behind HTTP', async () => {
    const words = /--body is for (a model|models) behind HTTP/
    expect(await vlmGym('eval', 'random', '--body', '{}')).toMatchObject({ code: 2, stderr: expect.stringMatching(words) })
    expect(await vlmGym('teach', '--body', '{}', '--out', out('none'))).toMatchObject({ code: 2, stderr: expect.stringMatching(words) })
    expect(await vlmGym('eval', '--model', 'openai-compatible:m', '--base-url', 'http://x/v1', '--body', '{seed')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--body is not JSON/),
    })
  })
})

describe('replies', () => {
  it('that a server’s parser moved are put together, kept as they came, and counted', async () => {
    const moved = message('\n<answer>1</answer>', { reasoning_content: `<perception>\n${BOARD}\n</perception>\nslide` })
    await serve(() => moved)
    const { code, stdout, stderr } = await evaluate('--tags', 'paper', '--out', out('moved'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/ 0\.0 % \|/)
    expect(stderr).toMatch(/^note: 6 of 6 replies were cut apart: the server's reasoning parser .*--tags neutral avoid it/)
    const [line] = (await readFile(join(out('moved'), 'replies.jsonl'), 'utf8')).split('\n')
    expect(JSON.parse(line as string)).toMatchObject({
      text: `<perception>\n${BOARD}\n</perception>\n<think>\nslide\n</think>\n<answer>1</answer>`,
      finish: 'stop',
      assembly: 'joined',
      raw: { content: '\n<answer>1</answer>', reasoning: `<perception>\n${BOARD}\n</perception>\nslide`, finish: 'stop' },
    })
    expect((await vlmGym('compare', out('moved'), '--format', 'html')).stdout).toContain('6 of 6 replies were cut apart')
    const resumed = await vlmGym('eval', '--resume', out('moved'), '--quiet')
    expect(resumed.stderr).toBe(stderr)
  })

  it.each([
    ['were cut at 77 tokens', 'length', '', {}, /raise --max-tokens/],
    ['were held back by a filter', 'content_filter', '', {}, /./],
    ['call a tool', 'tool_calls', null, { tool_calls: [{ id: 'a' }] }, /./],
    ['are refusals', 'stop', null, { refusal: 'no' }, /./],
  ])('that %s are counted', async (words, finish, content, more, remedy) => {
    await serve(() => message(content, more, { finish_reason: finish }))
    const { code, stderr } = await evaluate('--max-tokens', '77')
    expect(code).toBe(0)
    expect(stderr).toContain(`note: 6 of 6 replies ${words}`)
    expect(stderr).toMatch(remedy)
  })

  it('that were never had are no unreadable ones', async () => {
    await serve((_, count) => (count % 2 === 1 ? { status: 400, body: { error: { message: 'no' } } } : good))
    const { code, stdout } = await evaluate('--json')
    expect(code).toBe(1)
    const rows = JSON.parse(stdout) as { metric: string; mean: number | null }[]
    const mean = (name: string) => rows.find(({ metric }) => metric === name)?.mean
    expect([mean('failed'), mean('parse failures'), mean('return')]).toEqual([1, 0, null])
  })
})

describe('what is printed', () => {
  it('holds nothing of a server that a terminal would obey', async () => {
    await serve(() => ({ status: 401, body: { error: { message: 'no\u001b[2J\u001b]0;owned\u0007 \u202egnp.exe \u009b31m' } } }))
    const { code, stderr } = await evaluate()
    expect(code).toBe(2)
    expect(stderr).toContain('no\\x1b[2J\\x1b]0;owned\\x07 \\u202egnp.exe \\x9b31m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not come through
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  it.each([
    ['eval', 'openai-compatible:m', 'VLM_GYM_API_KEY'],
    ['eval', 'anthropic:m', 'ANTHROPIC_API_KEY'],
    ['teach', 'openai-compatible:m', 'VLM_GYM_API_KEY'],
    ['teach', 'google:m', 'GOOGLE_GENERATIVE_AI_API_KEY'],
  ])('%s %s: no part of a key of two lines', async (command, model, variable) => {
    const before = process.env[variable]
    process.env[variable] = 'sk-made-up-first\nmade-up-second'
    try {
      const folder = out(`key-${command}`)
      const { code, stdout, stderr } = await vlmGym(command, '--model', model, '--base-url', 'http://127.0.0.1:9/v1', '--out', folder)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(new RegExp(`^error: the key in the environment variable ${variable} has a line break`))
      expect(stderr).not.toContain('made-up')
      expect(existsSync(folder)).toBe(false)
    } finally {
      if (before === undefined) delete process.env[variable]
      else process.env[variable] = before
    }
  })
})
