import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { envSpec, observationOf, startSnapshot } from '../gym/index.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import { frameOf, promptOf, turnMessages } from '../messages.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { encodePng } from '../render/index.ts'
import { deriveSeed } from '../rng.ts'
import {
  type ChatPart,
  type ChatRequest,
  type ChatServer,
  type ChatServerOptions,
  chatServer,
  completion,
  FAULTS,
} from './chat-server-fixture.ts'
import { endpointPolicy } from './endpoint.ts'
import { type EndpointOptions, maxReplyChars } from './endpoint-options.ts'
import { isEndpointName } from './endpoint-place.ts'

const KEY = 'sk-secret/of+the=test'
const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 16, layout: 'board' } })
const seen = (seed = 1): Observation => observationOf(spec, startSnapshot(spec, seed))

let server: ChatServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function serve(options: Partial<ChatServerOptions> = {}): Promise<ChatServer> {
  server = await chatServer({ answer: ({ seed }) => `seed ${seed}`, ...options })
  return server
}

const policyOf = (url: string, options: Partial<EndpointOptions> = {}): Promise<Policy> =>
  endpointPolicy({
    model: 'openai-compatible:m',
    baseUrl: url,
    backoffMs: 1,
    timeoutMs: 20_000,
    env: { VLM_GYM_API_KEY: KEY },
    ...options,
  })

async function one(policy: Policy, observation = seen(), seed = 5): Promise<Reply> {
  return (await policy.reply([observation], { n: 1, seed }))[0]?.[0] as Reply
}

/** What a request's first message holds. */
const partsOf = (asked: ChatRequest | undefined): readonly ChatPart[] => (asked?.messages[0]?.content ?? []) as readonly ChatPart[]

const status = (code: number, body: string, headers = {}): Partial<ChatServerOptions> => ({
  intercept: (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body)
    return true
  },
})

const failing = async (options: Partial<ChatServerOptions>, more: Partial<EndpointOptions> = {}): Promise<string> => {
  const { url } = await serve(options)
  return one(await policyOf(url, more)).then(
    (reply) => `reply: ${JSON.stringify(reply)}`,
    (error) => {
      expect(error).toBeInstanceOf(ConfigError)
      return (error as Error).message
    },
  )
}

describe('what is asked', () => {
  it('a picture as PNG and the prompt, with seed, temperature and limit; samples differ in their seeds alone', async () => {
    const { url, requests } = await serve()
    const policy = await policyOf(url, { temperature: 0.5, maxTokens: 77 })
    const [[first, second], [third]] = (await policy.reply([seen(1), seen(2)], { n: 2, seed: 5 })) as [Reply[], Reply[]]
    expect(first?.text).toBe(`seed ${deriveSeed(5, 0)}`)
    expect(new Set([first?.text, second?.text, third?.text]).size).toBe(3)
    expect(requests).toHaveLength(4)
    const asked = requests.find(({ seed }) => seed === deriveSeed(5, 0))
    expect(asked).toMatchObject({ model: 'm', temperature: 0.5, max_tokens: 77 })
    const [picture, text] = partsOf(asked)
    const png = Buffer.from(encodePng(frameOf(seen(1)), { rgb: true })).toString('base64')
    expect(picture?.image_url?.url).toBe(`data:image/png;base64,${png}`)
    expect(text?.text).toBe(promptOf(seen(1)))
    expect((await one(policy)).text).toBe(`seed ${deriveSeed(5, 0)}`)
  })

  it('earlier turns as they were, pictures byte by byte; no picture in mode caption', async () => {
    const { url, requests } = await serve()
    const policy = await policyOf(url)
    await one(policy, seen(1))
    await one(policy, {
      ...seen(2),
      messages: [
        ...turnMessages({ observation: seen(1), reply: { text: 'up' } }),
        ...turnMessages({ observation: seen(3), reply: { text: '' } }),
        ...seen(2).messages,
      ],
    })
    const [before, after] = requests
    expect(after?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    expect(after?.messages[0]).toEqual(before?.messages[0])
    expect(after?.messages[1]?.content).toBe('up')
    expect(after?.messages[3]?.content).toBe('(no reply)')
    const told = envSpec({ ...spec, mode: 'caption' })
    const state = startSnapshot(told, 1)
    await one(policy, observationOf(told, state))
    const content = requests.at(-1)?.messages[0]?.content
    const text = typeof content === 'string' ? content : content?.map((part) => part.text ?? part.type).join()
    expect(text).toContain(toyGame.perception.format(toyGame.perception.of(state.state as never)))
    expect(JSON.stringify(content)).not.toContain('image_url')
  })

  it('at most so many at once, and so many a minute', async () => {
    let [now, most] = [0, 0]
    const { url } = await serve({
      intercept: (_, response) => {
        most = Math.max(most, ++now)
        setTimeout(() => {
          now--
          response.writeHead(200, { 'content-type': 'application/json' }).end(completion('x'))
        }, 100)
        return true
      },
    })
    await (await policyOf(url, { concurrency: 3 })).reply([seen()], { n: 9, seed: 1 })
    expect([2, 3]).toContain(most)
    const started = performance.now()
    await (await policyOf(url, { perMinute: 600 })).reply([seen()], { n: 4, seed: 1 })
    expect(performance.now() - started).toBeGreaterThan(280)
  })
})

describe('what is a fault', () => {
  it.each(FAULTS)('%s: asked again, and the reply is that of an unbroken server', async (fault) => {
    const { url, requests } = await serve({ fault: (_, count) => (count < 2 ? fault : null) })
    const reply = await one(await policyOf(url, fault === 'timeout' ? { timeoutMs: 1500 } : {}))
    expect(reply).toMatchObject({ text: `seed ${deriveSeed(5, 0)}`, usage: { requests: 3, inputTokens: 100, outputTokens: 4, cost: null } })
    expect(requests).toHaveLength(3)
    expect(requests[2]).toEqual(requests[0])
  })

  it.each(FAULTS)('%s for ever: a failure at the boundary endpoint', async (fault) => {
    const { url, requests } = await serve({ fault: () => fault })
    const reply = await one(await policyOf(url, { retries: 2, ...(fault === 'timeout' && { timeoutMs: 100 }) }))
    expect(reply).toMatchObject({ text: '', failure: { boundary: 'endpoint', reason: expect.stringContaining('asked 3 times') } })
    expect(requests).toHaveLength(3)
  })

  it('a refused state fails at once, its neighbour lives', async () => {
    const { url } = await serve({
      intercept: (_, response, body) => {
        if (!body.includes(`"seed":${deriveSeed(5, 0)}`)) return false
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"content filter"}}')
        return true
      },
    })
    const [[first, second]] = (await (await policyOf(url)).reply([seen()], { n: 2, seed: 5 })) as [Reply[]]
    expect(first?.failure?.reason).toBe('HTTP 400: content filter')
    expect(second?.text).toMatch(/^seed \d/)
  })

  it('retry-after is honoured', async () => {
    const { url } = await serve({
      intercept: (_, response) => {
        if (server?.requests.length === 0 && performance.now() - started < 150) {
          response.writeHead(429, { 'retry-after': '0.2' }).end('{}')
          return true
        }
        return false
      },
    })
    const started = performance.now()
    expect((await one(await policyOf(url))).usage?.requests).toBe(2)
    expect(performance.now() - started).toBeGreaterThan(190)
  })

  it('abort ends it, with its own reason', async () => {
    const { url } = await serve({ fault: () => 'timeout' })
    const policy = await policyOf(url, { timeoutMs: 60_000 })
    const controller = new AbortController()
    const asked = policy.reply([seen()], { n: 1, seed: 1, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 30)
    await expect(asked).rejects.toThrow('enough')
  })
})

describe('what is data', () => {
  it('an empty message', async () => {
    const { url, requests } = await serve({ answer: () => '' })
    expect(await one(await policyOf(url))).toMatchObject({ text: '', usage: { outputTokens: 0, requests: 1 } })
    expect(requests).toHaveLength(1)
  })

  it('a message of a megabyte, cut before it is read', async () => {
    const { url } = await serve({ answer: () => 'é'.repeat(1 << 20) })
    const reply = await one(await policyOf(url))
    expect(reply.text).toBe('é'.repeat(maxReplyChars))
    expect(reply.failure).toBeUndefined()
  })

  it('tokens become cost by the prices given', async () => {
    const { url } = await serve({ answer: () => 'x'.repeat(400) })
    const reply = await one(await policyOf(url, { prices: { input: 3, output: 15 } }))
    expect(reply.usage?.cost).toBeCloseTo((100 * 3 + 100 * 15) / 1e6, 12)
  })
})

describe('what cannot be right is one sentence with the remedy', () => {
  it.each([
    ['a wrong key', status(401, `{"error":{"message":"Incorrect API key: ${KEY}"}}`), /refuses the key.*VLM_GYM_API_KEY/],
    ['an unknown model or path', status(404, '{"error":{"message":"no such model"}}'), /does not know openai-compatible:m .*--base-url/],
    ['no vision', status(400, '{"error":{"message":"m is not a multimodal model"}}'), /takes no pictures.*--mode caption/],
    ['no vision, as a 500', status(500, '{"error":{"message":"image input is not supported - hint: mmproj"}}'), /takes no pictures/],
    ['no credit', status(429, '{"error":{"message":"You exceeded","code":"insufficient_quota"}}'), /cannot be paid for/],
  ] as const)('%s', async (_, options, message) => {
    const said = await failing(options)
    expect(said).toMatch(message)
    expect(said).not.toContain('\n')
    expect(said).not.toContain(KEY)
  })

  it('nobody at the address', async () => {
    const { url, close } = await serve()
    await close()
    await expect(one(await policyOf(url))).rejects.toThrow(/cannot be reached: the connection was refused.*start the server/)
  })

  it.each([
    [{ model: 'openai' }, /not written provider:NAME/],
    [{ model: 'openai-compatible:' }, /not written provider:NAME/],
    [{ model: 'mistral:x' }, /a provider of openai-compatible, openai, anthropic, google/],
    [{ model: 'openai-compatible:m' }, /give --base-url/],
    [{ model: 'openai:gpt-4o' }, /environment variable OPENAI_API_KEY/],
    [{ model: 'anthropic:x' }, /environment variable ANTHROPIC_API_KEY/],
    [{ model: 'google:x' }, /environment variable GOOGLE_GENERATIVE_AI_API_KEY/],
    [{ model: 'openai-compatible:m', baseUrl: 'localhost' }, /not an address/],
    [{ model: 'openai-compatible:m', baseUrl: 'ftp://x/v1' }, /not http: or https:/],
    [{ model: 'openai-compatible:m', baseUrl: `http://me:${encodeURIComponent(KEY)}@x/v1` }, /give the bare address/],
  ] as const)('%j', async (options, message) => {
    const error = await endpointPolicy({ ...options, env: {} }).catch((thrown: Error) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain(KEY)
  })
})

describe('keys', () => {
  it('do not come back, from whatever the server echoes', async () => {
    const { url } = await serve({
      intercept: (request, response) => {
        const echo = [request.headers.authorization, encodeURIComponent(KEY), JSON.stringify(KEY), btoa(KEY)].join(' ')
        const code = server?.requests.length === 0 && codes.length > 0 ? (codes.shift() as number) : 200
        if (code === 200) response.writeHead(200, { 'content-type': 'application/json' }).end(completion(`you are ${echo}`))
        else response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: echo } }))
        return true
      },
    })
    const codes: number[] = []
    const policy = await policyOf(url, { retries: 0 })
    for (const code of [200, 400, 401, 404, 418, 429, 500]) {
      codes.push(code)
      const out = await one(policy).then(
        (reply) => JSON.stringify(reply),
        (error: Error) => `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`,
      )
      expect(out).toContain('[key]')
      for (const spelling of [KEY, encodeURIComponent(KEY), btoa(KEY)]) expect(out).not.toContain(spelling)
    }
  })
})

describe('providers', () => {
  it.each([
    [
      'openai:m',
      'OPENAI_API_KEY',
      '/v1/chat/completions',
      { choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }] },
    ],
    [
      'anthropic:m',
      'ANTHROPIC_API_KEY',
      '/v1/messages',
      {
        type: 'message',
        id: 'x',
        model: 'm',
        role: 'assistant',
        content: [{ type: 'text', text: 'hi' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    ],
    [
      'google:m',
      'GOOGLE_GENERATIVE_AI_API_KEY',
      '/v1/models/m:generateContent',
      {
        candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 },
      },
    ],
  ] as const)('%s speaks the wire of its provider', async (model, variable, path, body) => {
    const asked: string[] = []
    const { url } = await serve({
      intercept: (request, response, text) => {
        asked.push(request.url ?? '', JSON.stringify(request.headers), text)
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
        return true
      },
    })
    const policy = await endpointPolicy({ model, baseUrl: url, env: { [variable]: KEY }, retries: 0 })
    expect((await one(policy)).text).toBe('hi')
    expect(asked[0]).toBe(path)
    expect(asked[1]).toContain(KEY)
    expect(asked[2]).toContain(Buffer.from(encodePng(frameOf(seen()), { rgb: true })).toString('base64'))
  })

  it('are told apart from other names', () => {
    expect(['openai:gpt-4o', 'openai-compatible:a/b:c', 'random', 'runs/x.safetensors', 'toString:x', 'C:\\x'].map(isEndpointName)).toEqual(
      [true, true, false, false, false, false],
    )
  })
})
