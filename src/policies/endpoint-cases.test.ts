/** Shapes of trouble that servers make, each with what becomes of it. Answers are scripted; see also endpoint.test.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { envSpec, observationOf, startSnapshot } from '../gym/index.ts'
import { toyGame } from '../gym/toy-game.ts'
import type { Observation, Reply } from '../policy.ts'
import { type ChatServer, chatServer } from './chat-server-fixture.ts'
import { type EndpointOptions, type EndpointPolicy, endpointPolicy } from './endpoint.ts'
import { waitBefore } from './endpoint-client.ts'
import { CERTIFICATE, PRIVATE_KEY } from './tls-fixture.ts'

const KEY = 'sk-secret/of+the=test-0123456789'
const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 16, layout: 'board' } })
const seen: Observation = observationOf(spec, startSnapshot(spec, 1))

type Json = Record<string, unknown>
interface Asked {
  readonly body: Json
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** Requests before this one. */
  readonly count: number
}
interface Sent {
  readonly status?: number
  /** JSON, or a text as it is. */
  readonly body: unknown
  readonly headers?: Record<string, string>
}

let server: ChatServer | undefined
const closers: (() => void)[] = []
afterEach(async () => {
  await server?.close()
  server = undefined
  for (const close of closers.splice(0)) close()
})

/** A server that answers by a script, and what it was asked. */
async function scripted(answer: (asked: Asked) => Sent): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  server = await chatServer({
    answer: () => '',
    intercept: (request: IncomingMessage, response: ServerResponse, text) => {
      const one: Asked = { body: JSON.parse(text) as Json, url: request.url ?? '', headers: request.headers, count: asked.length }
      asked.push(one)
      const { status = 200, body, headers = {} } = answer(one)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
      return true
    },
  })
  return { url: server.url, asked }
}

const choice = (message: Json, more: Json = {}): Json => ({
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message }, ...more }],
  usage: { prompt_tokens: 9, completion_tokens: 3 },
})
const good: Sent = { body: choice({ content: 'fine' }) }
const says = (status: number, message: string, more: Json = {}): Sent => ({ status, body: { error: { message, ...more } } })

const policyOf = (baseUrl: string, options: Partial<EndpointOptions> = {}): Promise<EndpointPolicy> =>
  endpointPolicy({ model: 'openai-compatible:m', baseUrl, backoffMs: 1, retries: 2, env: { VLM_GYM_API_KEY: KEY }, ...options })

async function ask(policy: EndpointPolicy, seed = 5): Promise<Reply> {
  return (await policy.reply([seen], { n: 1, seed }))[0]?.[0] as Reply
}

/** The reply to one request, or the message of the ConfigError. */
async function outcome(answer: (asked: Asked) => Sent, options: Partial<EndpointOptions> = {}) {
  const { url, asked } = await scripted(answer)
  const policy = await policyOf(url, options)
  const reply = await ask(policy).catch((error: unknown) => {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  })
  return { reply, asked, policy }
}

describe('fields of messages', () => {
  const layout = '<perception>\n1\n</perception>\n<think>\nt\n</think>\n<answer>2</answer>'
  it.each([
    ['reasoning_content', { content: null, reasoning_content: layout }],
    ['reasoning', { content: '', reasoning: layout }],
    ['reasoning as an object', { content: '', reasoning: { text: layout } }],
    ['thinking', { content: '', thinking: layout }],
    ['reasoning_details', { content: '', reasoning_details: [{ type: 'reasoning.text', text: layout }] }],
    ['parts of thinking', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: layout }] }] }],
  ])('a reply that stands in %s is read from there', async (_, message) => {
    const { reply } = await outcome(() => ({ body: choice(message) }))
    expect(reply).toMatchObject({ text: layout, assembly: 'from-reasoning', finish: 'stop', raw: { reasoning: layout, finish: 'stop' } })
  })

  it('what a parser moved is put together, and kept as it came', async () => {
    const { reply } = await outcome(() => ({
      body: choice({ content: '\n<answer>2</answer>', reasoning_content: '<perception>\n1\n</perception>\nt' }),
    }))
    expect(reply).toMatchObject({
      text: layout,
      assembly: 'joined',
      raw: { content: '\n<answer>2</answer>', reasoning: '<perception>\n1\n</perception>\nt', finish: 'stop' },
    })
  })

  it.each([
    [
      'parts',
      {
        content: [
          { type: 'text', text: 'fi' },
          { type: 'text', text: 'ne' },
        ],
      },
    ],
    ['parts of other names and bare texts', { content: ['fi', { type: 'output_text', text: 'ne' }] }],
    ['null beside thoughts', { content: 'fine', reasoning_content: null, tool_calls: null, refusal: null, audio: null }],
  ])('content as %s', async (_, message) => {
    expect((await outcome(() => ({ body: choice(message) }))).reply).toMatchObject({ text: 'fine', finish: 'stop' })
  })

  it('thinking blocks of Anthropic and thought parts of Google are thoughts', async () => {
    const anthropic = await scripted(() => ({
      body: {
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'fine' },
        ],
        stop_reason: 'max_tokens',
      },
    }))
    const claude = await policyOf(anthropic.url, { model: 'anthropic:m', env: { ANTHROPIC_API_KEY: KEY } })
    expect(await ask(claude)).toMatchObject({
      text: 'fine',
      finish: 'length',
      raw: { content: 'fine', reasoning: 'hm', finish: 'max_tokens' },
    })
    await server?.close()
    const google = await scripted(() => ({
      body: { candidates: [{ content: { parts: [{ thought: true, text: 'hm' }, { text: 'fine' }] }, finishReason: 'STOP' }] },
    }))
    const gemini = await policyOf(google.url, { model: 'google:m', env: { GOOGLE_GENERATIVE_AI_API_KEY: KEY } })
    expect(await ask(gemini)).toMatchObject({ text: 'fine', finish: 'stop', raw: { reasoning: 'hm' }, usage: { inputTokens: null } })
  })
})

describe('why a reply stopped', () => {
  it.each([
    ['length', { content: '', reasoning_content: 'long' }, { finish_reason: 'length' }],
    ['length', { content: 'x' }, { finish_reason: 'MAX_TOKENS' }],
    ['filtered', { content: '' }, { finish_reason: 'content_filter' }],
    ['refused', { content: null, refusal: 'I would rather not.' }, {}],
    ['tool-call', { content: null, tool_calls: [{ id: 'a', function: { name: 'move' } }] }, { finish_reason: 'tool_calls' }],
    ['tool-call', { content: '', tool_calls: [{ id: 'a' }] }, { finish_reason: 'stop' }],
    ['stop', { content: 'x', tool_calls: [] }, { finish_reason: 'eos' }],
    ['stop', { content: 'x' }, { finish_reason: { type: 'stop' } }],
    ['other', { content: 'x' }, { finish_reason: null }],
    ['other', { content: 'x' }, { finish_reason: 'moon' }],
  ] as const)('%s: data, asked once', async (finish, message, more) => {
    const { reply, asked } = await outcome(() => ({ body: choice(message, more) }))
    expect(reply).toMatchObject({ finish })
    expect((reply as Reply).failure).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('a prompt that Google holds back is filtered', async () => {
    const { url } = await scripted(() => ({ body: { promptFeedback: { blockReason: 'SAFETY' } } }))
    const policy = await policyOf(url, { model: 'google:m', env: { GOOGLE_GENERATIVE_AI_API_KEY: KEY } })
    expect(await ask(policy)).toMatchObject({ text: '', finish: 'filtered' })
  })

  it.each([
    [
      'an error in the choice',
      choice({ content: '' }, { finish_reason: 'error', error: { code: 502, message: 'the provider behind failed' } }),
      /the provider behind failed/,
    ],
    ['the word alone', choice({ content: 'half' }, { finish_reason: 'error' }), /failed while it wrote/],
  ])('a failure behind the server, by %s: asked again, then the episode fails', async (_, body, words) => {
    const once = await outcome(({ count }) => (count === 0 ? { body } : good))
    expect(once.reply).toMatchObject({ text: 'fine', usage: { requests: 2 } })
    await server?.close()
    const always = await outcome(() => ({ body }))
    expect(always.asked).toHaveLength(3)
    expect(always.reply).toMatchObject({ failure: { boundary: 'endpoint', reason: expect.stringMatching(words) } })
  })
})

describe('one request’s trouble', () => {
  const billing = says(429, 'Quota of this minute is used up; see your plan and billing page. Retry in 2 s.', { code: 429 })
  it.each([
    ['before anything has passed', 0],
    ['later', 2],
  ])('429 with the word billing is asked again, %s', async (_, at) => {
    const { url } = await scripted(({ count }) => (count === at ? billing : good))
    const policy = await policyOf(url)
    for (let i = 0; i < 4; i++) expect(await ask(policy, i)).toMatchObject({ text: 'fine' })
  })

  it.each([
    [400, 'This is an unsupported image; send png, jpeg, gif or webp.'],
    [401, 'Invalid token'],
    [402, 'This request needs more credits'],
    [403, 'Not in your region'],
    [404, 'No endpoints found that support image input'],
    [415, 'unsupported media'],
    [422, 'image could not be decoded'],
  ])('%i after others have passed fails its own episode, in the server’s words', async (status, words) => {
    const { url, asked } = await scripted(({ count }) => (count === 1 ? says(status, words) : good))
    const policy = await policyOf(url)
    const replies = [await ask(policy, 1), await ask(policy, 2), await ask(policy, 3)]
    expect(replies.map(({ text }) => text)).toEqual(['fine', '', 'fine'])
    expect(replies[1]?.failure?.reason).toBe(`HTTP ${status}: ${words}`)
    expect(asked).toHaveLength(3)
  })

  it.each([
    [400, 'body does not parse: messages[0]: variant `image_url` is not known, `text` expected'],
    [400, 'Invalid value for content: expected a string, got a list'],
    [404, 'No endpoints found that support image input'],
    [422, 'messages.0.content: Input should be a valid string'],
    [500, 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'],
  ])('%i about pictures as the first answer stops at once: %s', async (status, words) => {
    const { reply, asked } = await outcome(() => says(status, words))
    expect(reply).toMatch(
      /it seems that openai-compatible:m takes no pictures \(HTTP \d+: .*\); choose a model with vision, or .*--mode caption/,
    )
    expect(reply).toContain(words.slice(0, 60))
    expect(asked).toHaveLength(1)
  })

  it('without a picture in the request, the same words are no word about pictures', async () => {
    const { url } = await scripted(() => says(400, 'image input is not supported'))
    const policy = await policyOf(url)
    const [[reply]] = (await policy.reply([{ ...seen, blank: true, caption: 'x' }], { n: 1, seed: 1 })) as [[Reply]]
    expect(reply.failure?.reason).toBe('HTTP 400: image input is not supported')
  })
})

describe('a key', () => {
  it('that is refused and one that is missing are told apart', async () => {
    const refused = await outcome(() => says(401, 'who are you'))
    expect(refused.reply).toMatch(/refuses the key \(HTTP 401: who are you\)/)
    await server?.close()
    const missing = await outcome(() => says(401, 'who are you'), { env: {} })
    expect(missing.reply).toMatch(/wants a key \(HTTP 401: who are you\); put the right one into the environment variable VLM_GYM_API_KEY/)
  })
})

describe('bodies', () => {
  it.each([
    [
      'an error in 200',
      { error: 'No such endpoint (POST /chat/completions)' },
      /gives no completion \(HTTP 200 with an error: No such endpoint.*--base-url/,
    ],
    ['an error object', { error: { message: 'model m is not loaded here', type: 'invalid_request' } }, /model m is not loaded here/],
    [
      'vLLM’s error',
      { object: 'error', message: 'The model does not exist', code: 404 },
      /does not know openai-compatible:m \(an error 404 .*The model does not exist/,
    ],
    ['a detail', { detail: 'Not Found' }, /Not Found/],
    ['another JSON', { status: 'ok' }, /no completion: \{"status":"ok"\}/],
    ['a page', '<!DOCTYPE html><html><head><title>Sign in\u001b[2J</title></head></html>', /a page of HTML with the title "Sign in/],
  ])('%s: final, with the server’s words', async (_, body, words) => {
    const { reply, asked } = await outcome(() => ({ body }))
    expect(reply).toMatch(words)
    expect(asked).toHaveLength(1)
    await server?.close()
    const { url, asked: later } = await scripted(({ count }) => (count === 0 ? good : { body }))
    const policy = await policyOf(url)
    await ask(policy)
    expect((await ask(policy)).failure).toBeDefined()
    expect(later).toHaveLength(2)
  })

  it.each([
    ['a status within', { error: { code: 502, message: 'upstream' } }, /an error 502 in a body of HTTP 200: upstream \(asked 3 times\)/],
    ['an overloaded server', { error: 'The server is overloaded, try again' }, /overloaded/],
    ['no choice', { choices: [], model: 'm' }, /no completion: \{"choices":\[\],"model":"m"\}/],
    ['an empty body', '', /an empty body/],
    ['half a body', '{"choices":[{"mess', /no JSON/],
  ])('%s: asked again', async (_, body, words) => {
    const { reply, asked } = await outcome(() => ({ body }))
    expect((reply as Reply).failure?.reason).toMatch(words)
    expect(asked).toHaveLength(3)
  })

  it.each([
    ['no usage', { choices: [{ message: { content: 'fine' } }] }],
    ['usage that is null', { ...choice({ content: 'fine' }), usage: null }],
    ['usage of texts', { ...choice({ content: 'fine' }), usage: { prompt_tokens: '9' } }],
    [
      'nothing but the choice',
      { choices: [{ message: { content: 'fine' }, finish_reason: { type: 'stop' }, logprobs: 'no' }], created: 'today' },
    ],
    ['an error that is null', { ...choice({ content: 'fine' }), error: null }],
    ['a text of the older kind', { choices: [{ text: 'fine', finish_reason: 'stop' }] }],
  ])('%s: read', async (_, body) => {
    expect((await outcome(() => ({ body }))).reply).toMatchObject({ text: 'fine' })
  })

  it('a byte order mark is skipped', async () => {
    expect((await outcome(() => ({ body: `\ufeff${JSON.stringify(good.body)}` }))).reply).toMatchObject({ text: 'fine' })
  })
})

describe('a server that always streams', () => {
  const chunk = (delta: Json, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const events = { 'content-type': 'text/event-stream' }

  it('is read: content, thoughts, finish and usage', async () => {
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } })}\n\n`
    const body = `: hello\n\n${chunk({ role: 'assistant', reasoning_content: 'h' })}${chunk({ reasoning_content: 'm', content: 'fi' })}${chunk({ content: 'ne' }, 'length')}${usage}data: [DONE]\n\n`
    const { reply, asked } = await outcome(() => ({ body, headers: events }))
    expect(reply).toMatchObject({ text: 'fine', finish: 'length', raw: { reasoning: 'hm' }, usage: { inputTokens: 7, outputTokens: 2 } })
    expect(asked).toHaveLength(1)
  })

  it('is read by its body, whatever it calls it', async () => {
    expect((await outcome(() => ({ body: `${chunk({ content: 'fine' }, 'stop')}` }))).reply).toMatchObject({ text: 'fine' })
  })

  it.each([
    ['ends too soon', chunk({ content: 'fi' }), /ended before the reply did/],
    ['tells an error', `data: ${JSON.stringify({ error: { code: 503, message: 'gone' } })}\n\n`, /503.*gone/],
  ])('and %s is asked again', async (_, body, words) => {
    const { reply, asked } = await outcome(() => ({ body, headers: events }))
    expect((reply as Reply).failure?.reason).toMatch(words)
    expect(asked).toHaveLength(3)
  })
})

describe('fields of requests', () => {
  it.each([
    ['seed', 422, says(422, 'field seed is not permitted'), /^seed is left out, as the server refuses it \(field seed is not permitted\)/],
    [
      'seed',
      422,
      { status: 422, body: { detail: [{ loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }] } },
      /body\.seed: Extra inputs/,
    ],
    ['temperature', 400, says(400, 'Unsupported value', { param: 'temperature' }), /^temperature is left out/],
    [
      'max_tokens',
      400,
      says(400, 'max_tokens is not supported; use max_completion_tokens'),
      /^max_completion_tokens is sent in place of max_tokens/,
    ],
  ] as const)('%s refused with %i: play goes on without, and it is noted', async (field, _, refusal, note) => {
    const { url, asked } = await scripted(({ body }) => (field in body ? refusal : good))
    const policy = await policyOf(url, { temperature: 1 })
    expect(await ask(policy)).toMatchObject({ text: 'fine' })
    expect(await ask(policy)).toMatchObject({ text: 'fine' })
    expect(asked).toHaveLength(3)
    expect(policy.record().notes).toEqual([expect.stringMatching(note)])
    expect(policy.record().sent).not.toHaveProperty(field)
    if (field === 'max_tokens') expect(policy.record().sent).toMatchObject({ max_completion_tokens: 1024 })
  })

  it('all of them, one after another', async () => {
    const { reply, asked, policy } = await outcome(
      ({ body }) => {
        const field = ['seed', 'temperature', 'max_tokens', 'max_completion_tokens'].find((name) => name in body)
        return field === undefined ? good : says(400, `Unrecognized request argument supplied: ${field}`)
      },
      { temperature: 1 },
    )
    expect(reply).toMatchObject({ text: 'fine' })
    expect(Object.keys(asked.at(-1)?.body ?? {}).sort()).toEqual(['messages', 'model'])
    expect(policy.record().notes).toHaveLength(4)
  })

  it.each([
    [
      'a temperature of 0 that the model does not take is refused, as a label would be untrue',
      { temperature: 0 },
      'temperature',
      /takes no temperature, and 0 was asked for .*--decoding greedy/,
    ],
    ['a temperature that was insisted on', { temperature: 0.3, insistOnTemperature: true }, 'temperature', /leave --temperature out/],
  ] as const)('%s', async (_, options, field, words) => {
    const { reply, asked } = await outcome(
      () => says(400, `${field} is not supported with this model`, { code: 'unsupported_parameter' }),
      options,
    )
    expect(reply).toMatch(words)
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['a limit that is too large', 'max_tokens is too large: 99999, the maximum is 4096', { maxTokens: 99_999 }],
    ['a field that the caller set', 'seed 7 is taken', { body: { seed: 7 } }],
  ])('%s is no reason to leave it out', async (_, words, options) => {
    const { reply, asked } = await outcome(() => says(400, words), options)
    expect((reply as Reply).failure?.reason).toBe(`HTTP 400: ${words}`)
    expect(asked).toHaveLength(1)
  })

  it('words that happen to name fields leave no note where nothing passes', async () => {
    const { reply, policy } = await outcome(() => says(400, 'cannot read {"seed":5,"temperature":1,"max_tokens":1024}'), { temperature: 1 })
    expect((reply as Reply).failure?.reason).toMatch(/^HTTP 400: cannot read/)
    expect(policy.record().notes).toEqual([])
  })

  it('a field that has passed is not the cause of a later refusal', async () => {
    const { url } = await scripted(({ count }) => (count === 1 ? says(400, 'the picture of seed 5 is odd') : good))
    const policy = await policyOf(url)
    await ask(policy)
    expect((await ask(policy)).failure?.reason).toBe('HTTP 400: the picture of seed 5 is odd')
    expect(policy.record().notes).toEqual([])
  })

  it('can be added, changed and taken out, at any depth', async () => {
    const body = { seed: null, max_tokens: 7, chat_template_kwargs: { enable_thinking: false }, stop: ['x'] }
    const { asked, policy } = await outcome(() => good, {
      body,
      headers: ['X-Team: games', 'Authorization: Basic abcdefghij'],
      query: ['api-version=1', 'sig=hush-hush-hush'],
    })
    expect(asked[0]?.body).toMatchObject({ model: 'm', max_tokens: 7, chat_template_kwargs: { enable_thinking: false }, stop: ['x'] })
    expect(asked[0]?.body).not.toHaveProperty('seed')
    expect(asked[0]?.headers).toMatchObject({ 'x-team': 'games', authorization: 'Basic abcdefghij' })
    expect(asked[0]?.url).toBe('/v1/chat/completions?api-version=1&sig=hush-hush-hush')
    expect(policy.record()).toMatchObject({
      sent: { max_tokens: 7 },
      headers: ['x-team', 'authorization'],
      query: ['api-version=1', 'sig=[not kept]'],
    })
    expect(JSON.stringify(policy.record())).not.toMatch(/hush|abcdef/)
  })

  it('go with the query of the address', async () => {
    const { url, asked } = await scripted(() => good)
    const policy = await policyOf(`${url}/?api-version=2025-01-01`)
    await ask(policy)
    expect(asked[0]?.url).toBe('/v1/chat/completions?api-version=2025-01-01')
    expect(policy.record()).toMatchObject({ address: url, query: ['api-version=2025-01-01'] })
  })

  it('nested ones of Google can be taken out', async () => {
    const { url, asked } = await scripted(() => ({ body: { candidates: [{ content: { parts: [{ text: 'fine' }] } }] } }))
    const env = { GOOGLE_GENERATIVE_AI_API_KEY: KEY }
    await ask(await policyOf(url, { model: 'google:m', env, body: { generationConfig: { seed: null, topK: 1 } } }))
    expect(asked[0]?.body.generationConfig).toEqual({ maxOutputTokens: 1024, topK: 1 })
  })

  it.each([
    [{ body: { model: 'x' } }, /cannot change model/],
    [{ body: { messages: [] } }, /cannot change messages/],
    [{ body: { temperature: 0.2 } }, /give --temperature/],
    [{ headers: ['no colon'] }, /--header 1 is not written/],
    [{ headers: ['X-Key: a\nb-secret'] }, /--header x-key has a line break/],
    [{ query: ['alone'] }, /not written key=value/],
    [{ baseUrl: 'http://x/v1?api_key=hush-hush' }, /holds the parameter api_key.*--query/],
  ] as const)('%j is refused before anything is asked', async (options, words) => {
    const error = await policyOf('http://x/v1', options as Partial<EndpointOptions>).catch((thrown: Error) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(words)
    expect((error as Error).message).not.toMatch(/-secret|hush/)
  })

  it('that make a label untrue are refused', async () => {
    const { reply } = await outcome(() => good, { temperature: 0, body: { temperature: null } })
    expect(reply).toMatch(/would not be greedy/)
  })
})

describe('addresses', () => {
  it('come from the caller alone: those of the environment are not followed, and that is said', async () => {
    const { url } = await scripted(() => good)
    const env = { OPENAI_API_KEY: KEY, ANTHROPIC_API_KEY: KEY, OPENAI_BASE_URL: url, ANTHROPIC_BASE_URL: url }
    for (const [model, address] of [
      ['openai:m', 'https://api.openai.com/v1'],
      ['anthropic:m', 'https://api.anthropic.com/v1'],
    ] as const) {
      const record = (await endpointPolicy({ model, env })).record()
      expect(record.address).toBe(address)
      expect(record.notes).toEqual([expect.stringMatching(/_BASE_URL is not used, requests go to https:.*--base-url/)])
      expect((await endpointPolicy({ model, env, baseUrl: url })).record()).toMatchObject({ address: url, notes: [] })
    }
  })

  it.each([301, 302, 307, 308])('a redirect by %i is final and named, and the key is not sent after it', async (status) => {
    const { reply, asked } = await outcome(() => ({ status, body: '', headers: { location: 'https://other.example/v1/chat/completions' } }))
    expect(reply).toMatch(
      /redirects to https:\/\/other\.example\/v1\/chat\/completions \(HTTP 30\d\).*perhaps https:\/\/other\.example\/v1$/,
    )
    expect(asked).toHaveLength(1)
  })

  const listen = async (listener: {
    listen: (port: number, host: string, done: () => void) => unknown
    address: () => unknown
    close: () => unknown
  }) => {
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
    closers.push(() => listener.close())
    return (listener.address() as AddressInfo).port
  }

  it('a certificate that is not trusted is final, with what to do', async () => {
    const port = await listen(createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (_, response) => response.end()))
    const error = await ask(await policyOf(`https://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/cannot be reached: .*DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/)
    const other = await ask(await policyOf(`http://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect(JSON.stringify(other instanceof Error ? other.message : other)).toMatch(/connection was cut|does not speak HTTP/)
  })

  it('HTTPS asked of a port without it is final', async () => {
    const { url } = await scripted(() => good)
    const error = await ask(await policyOf(url.replace('http:', 'https:'))).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/does not speak HTTPS there: check the port, or begin --base-url with http:/)
  })

  it('a port that speaks no HTTP is final', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const error = await ask(await policyOf(`http://127.0.0.1:${port}/v1`)).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/does not speak HTTP there/)
  })

  it('the proxy of the environment is used, but not for this machine or what NO_PROXY names', async () => {
    const { url, asked } = await scripted(() => good)
    const env = { VLM_GYM_API_KEY: KEY, HTTP_PROXY: new URL(url).origin }
    const policy = await policyOf('http://model.example/v1', { env })
    expect(await ask(policy)).toMatchObject({ text: 'fine' })
    expect(asked[0]?.headers.host).toBe('model.example')
    expect(await ask(await policyOf(url, { env: { ...env, HTTP_PROXY: 'http://127.0.0.1:9' } }))).toMatchObject({ text: 'fine' })
    const named = await ask(await policyOf('http://model.invalid/v1', { env: { ...env, NO_PROXY: 'model.invalid' } })).catch(
      (thrown: Error) => thrown,
    )
    expect(named).toBeInstanceOf(Error)
    expect(asked).toHaveLength(2)
  })

  it('a proxy that nobody serves is named', async () => {
    const policy = await policyOf('https://model.example/v1', { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
    await expect(ask(policy)).rejects.toThrow(/cannot be reached: the connection was refused.*the proxy of HTTPS_PROXY/)
    await expect(policyOf('https://model.example/v1', { env: { HTTPS_PROXY: 'nonsense' } })).rejects.toThrow(
      /HTTPS_PROXY is not the address of a proxy/,
    )
  })
})

describe('waits', () => {
  it.each([
    ['retry-after', { 'retry-after': '601' }, {}],
    ['retry-after-ms', { 'retry-after-ms': '601000' }, {}],
    ['a date', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }, {}],
    ['Google’s delay', {}, { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3600s' }] }],
  ])('longer than ten minutes, asked for by %s, fail the episode at once', async (_, headers, more) => {
    const { reply, asked } = await outcome(() => ({ ...says(429, 'slow down', more), headers }))
    expect((reply as Reply).failure?.reason).toMatch(/HTTP 429: slow down; the server asks to wait \d+ s, and 600 s is the most/)
    expect(asked).toHaveLength(1)
  })

  it('of 75 s, which a server asks for, are waited in full; own waits double up to a minute', () => {
    expect(waitBefore({ model: 'm' }, 1, 1, 75_000)).toBe(75_000)
    const own = [1, 2, 3, 12].map((failures) => waitBefore({ model: 'm', backoffMs: 1000 }, 1, failures, null))
    for (const [i, most] of [1000, 2000, 4000].entries()) {
      expect(own[i]).toBeGreaterThanOrEqual(most / 2)
      expect(own[i]).toBeLessThanOrEqual(most)
    }
    expect(own[3]).toBe(60_000)
  })

  it('of no length are asked for by a wait of 0, and what is no number is not heard', async () => {
    for (const wait of ['0', 'soon', '', '-5']) {
      const { reply, asked } = await outcome(({ count }) =>
        count === 0 ? { ...says(503, 'busy'), headers: { 'retry-after': wait } } : good,
      )
      expect(reply).toMatchObject({ text: 'fine' })
      expect(asked).toHaveLength(2)
      await server?.close()
    }
  })
})

describe('keys', () => {
  it.each(['sk-first\nsk-second', 'sk-a b', 'sk-ü', 'sk-\u0000x', 'sk-a\tb', 'sk-\u200bx', 'sk-“x”'])(
    '%j is refused, and no part of it is said',
    async (key) => {
      for (const [model, variable] of [
        ['openai-compatible:m', 'VLM_GYM_API_KEY'],
        ['openai:m', 'OPENAI_API_KEY'],
        ['anthropic:m', 'ANTHROPIC_API_KEY'],
        ['google:m', 'GOOGLE_GENERATIVE_AI_API_KEY'],
      ] as const) {
        const error = await endpointPolicy({ model, baseUrl: 'http://x/v1', env: { [variable]: key } }).catch((thrown: Error) => thrown)
        expect(error).toBeInstanceOf(ConfigError)
        expect((error as Error).message).toContain(variable)
        expect((error as Error).message).not.toMatch(/sk-/)
      }
    },
  )

  it('with a line break at the end are taken without it', async () => {
    const { asked } = await outcome(() => good, { env: { VLM_GYM_API_KEY: `${KEY}\n` } })
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  /** Every run of twelve characters of the key. */
  const pieces = Array.from({ length: KEY.length - 11 }, (_, at) => KEY.slice(at, at + 12))
  it.each([
    ['whole', KEY],
    ['cut by the server', KEY.slice(0, 20)],
    ['cut by the limit of a reason', `${'x'.repeat(290)}${KEY}`],
    ['within white space', `a \n ${KEY}\t b`],
    ['escaped as PHP does', KEY.replaceAll('/', '\\/')],
    ['in HTML', KEY.replace(/[+/=]/g, (char) => `&#${char.charCodeAt(0)};`)],
    ['in Base64 behind a name', Buffer.from(`user:${KEY}`).toString('base64')],
  ])('%s do not come back, in errors and replies', async (_, echo) => {
    const spelled = [...pieces, Buffer.from(KEY).toString('base64').slice(4, 24)]
    for (const sent of [
      says(418, echo),
      { status: 500, body: echo },
      { body: echo },
      { body: { error: echo } },
      { body: choice({ content: echo, reasoning_content: echo }) },
    ]) {
      const { reply, policy } = await outcome(() => sent, { retries: 0 })
      const all = JSON.stringify([reply, policy.record()])
      for (const piece of spelled) expect(all).not.toContain(piece)
      await server?.close()
    }
  })

  it('of headers are keys too', async () => {
    const { reply } = await outcome(({ headers }) => says(418, `you sent ${headers['x-gate']} and ${headers.authorization}`), {
      headers: ['X-Gate: open-sesame-open', 'Authorization: Bearer other-key-0123'],
    })
    expect((reply as Reply).failure?.reason).toBe('HTTP 418: you sent [key] and [key]')
  })

  it('that two chunks of a stream make up do not come back', async () => {
    const [a, b] = [KEY.slice(0, 10), KEY.slice(10)]
    const chunk = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
    const { reply } = await outcome(() => ({
      body: `${chunk(a)}${chunk(b)}data: [DONE]\n\n`,
      headers: { 'content-type': 'text/event-stream' },
    }))
    expect(reply).toMatchObject({ text: '[key]' })
  })
})
