/** `vlm-gym serve-model` as a user types it, spoken to by the official `openai` client. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, encodePng, frameOf, type Observation, type Policy, promptOf, rollout, samplerPolicy, type Trajectory } from 'vlm-gym'
import { observationOf, startSnapshot } from 'vlm-gym/gym'
import { observationSeed } from 'vlm-gym/policies'
import { mixOf } from 'vlm-gym/train'
import { type Running, startServer } from './running-server.ts'
import { smallConfig, smallModel } from './small-model.ts'

const { spec } = mixOf(smallConfig)[0] as ReturnType<typeof mixOf>[number]
const MAX_TOKENS = smallConfig.maxTokens

const serve = (checkpoint: string, ...args: string[]): Promise<Running> => startServer('serve-model', checkpoint, ...args)

const dataUrl = (observation: Observation): string =>
  `data:image/png;base64,${Buffer.from(encodePng(frameOf(observation))).toString('base64')}`

const messagesOf = (observation: Observation): OpenAI.ChatCompletionMessageParam[] => [
  {
    role: 'user',
    content: [
      { type: 'image_url', image_url: { url: dataUrl(observation) } },
      { type: 'text', text: promptOf(observation) },
    ],
  },
]

describe('vlm-gym serve-model', { timeout: 240_000 }, () => {
  let folder = ''
  let engine: Engine
  let running: Running
  let client: OpenAI

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serve-model-'))
    engine = await smallModel(80, folder)
    const checkpoint = join(folder, 'small.safetensors')
    await engine.save('small', 'weights')
    running = await serve(checkpoint)
    client = new OpenAI({ baseURL: running.url, apiKey: 'none', maxRetries: 0 })
  }, 300_000)
  afterAll(async () => {
    running?.child.kill('SIGKILL')
    await engine?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** The model through the endpoint, a request an observation, `concurrent` at a time. */
  function endpointPolicy(temperature: number, concurrent: number): Policy {
    const ask = async (observation: Observation, n: number, seed: number) => {
      const { choices } = await client.chat.completions.create({
        ...{ model: 'small', messages: messagesOf(observation), n, seed, temperature, max_completion_tokens: MAX_TOKENS, logprobs: true },
      })
      return choices.map(({ message, logprobs }) => ({
        text: message.content ?? '',
        logprobs: (logprobs?.content ?? []).map(({ logprob }) => logprob),
      }))
    }
    return {
      name: 'small',
      privileged: false,
      reply: async (observations, { n, seed }) => {
        const out: Awaited<ReturnType<typeof ask>>[] = []
        for (let from = 0; from < observations.length; from += concurrent)
          out.push(
            ...(await Promise.all(
              observations.slice(from, from + concurrent).map((one, i) => ask(one, n, observationSeed(seed, from + i))),
            )),
          )
        return out
      },
    }
  }

  const play = (policy: Policy): Promise<Trajectory[]> =>
    rollout(policy, {
      episodes: Array.from({ length: 12 }, (_, seed) => ({ spec: { ...spec, horizon: 12, restart: true }, seed })),
      seed: 3,
      keep: 'states',
    })

  it.each([
    ['greedy', 0],
    ['sampled', 1],
  ])('plays the same episodes as the engine itself, move for move: %s', async (_, temperature) => {
    const direct = await play(samplerPolicy(engine, { maxTokens: MAX_TOKENS, temperature, name: 'small' }))
    const kinds = new Set(direct.flatMap(({ steps }) => steps.map(({ score }) => score.outcome)))
    expect(kinds.size).toBeGreaterThan(1)
    expect(await play(endpointPolicy(temperature, 8))).toEqual(direct)
    expect(await play(endpointPolicy(temperature, 3))).toEqual(direct)
  })

  it('gives the same replies and log-probabilities to a request whatever is beside it', async () => {
    const observations = Array.from({ length: 17 }, (_, seed) => observationOf(spec, startSnapshot(spec, seed)))
    const options = { n: 3, seed: 9 }
    const together = await endpointPolicy(0.8, 17).reply(observations, options)
    expect(await endpointPolicy(0.8, 1).reply(observations, options)).toEqual(together)
    const direct = await samplerPolicy(engine, { maxTokens: MAX_TOKENS, temperature: 0.8 }).reply(observations, options)
    expect(together).toEqual(direct.map((replies) => replies.map(({ text, sampled }) => ({ text, logprobs: sampled?.logprobs }))))
    expect(new Set(together.flat().map(({ text }) => text)).size).toBeGreaterThan(10)
  })

  const observation = observationOf(spec, startSnapshot(spec, 5))
  const body = { model: 'small', messages: messagesOf(observation), seed: 4 }

  it('streams the reply that it would give whole, with usage at the end', async () => {
    const whole = await client.chat.completions.create({ ...body, n: 2, logprobs: true })
    const stream = await client.chat.completions.create({
      ...{ ...body, n: 2, logprobs: true, stream: true, stream_options: { include_usage: true } },
    })
    const texts = ['', '']
    const ends: (string | null)[] = [null, null]
    const logprobs: number[][] = [[], []]
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      usage = chunk.usage
      for (const { index, delta, finish_reason, logprobs: list } of chunk.choices) {
        texts[index] += delta.content ?? ''
        if (finish_reason) ends[index] = finish_reason
        logprobs[index]?.push(...(list?.content ?? []).map(({ logprob }) => logprob))
      }
    }
    expect(texts).toEqual(whole.choices.map(({ message }) => message.content))
    expect(ends).toEqual(whole.choices.map(({ finish_reason }) => finish_reason))
    expect(logprobs).toEqual(whole.choices.map((choice) => choice.logprobs?.content?.map(({ logprob }) => logprob)))
    expect(usage).toEqual(whole.usage)
    expect(usage?.prompt_tokens).toBe(16 + engine.chat.reply(promptOf(observation)).length)
  })

  it('ends at max_tokens and in front of a stop text', async () => {
    const [full] = (await client.chat.completions.create({ ...body, temperature: 0 })).choices
    const short = await client.chat.completions.create({ ...body, temperature: 0, max_tokens: 5, logprobs: true })
    expect(short.choices[0]).toMatchObject({ finish_reason: 'length' })
    expect(short.usage?.completion_tokens).toBe(5)
    expect(short.choices[0]?.logprobs?.content).toHaveLength(5)
    expect(full?.message.content?.startsWith(short.choices[0]?.message.content as string)).toBe(true)
    const [stopped] = (await client.chat.completions.create({ ...body, temperature: 0, stop: ['</perception>', 'never'] })).choices
    expect(stopped).toMatchObject({ finish_reason: 'stop' })
    expect(stopped?.message.content).toBe(full?.message.content?.split('</perception>')[0])
  })

  it('draws anew for every request without a seed', async () => {
    const { seed: _, ...unseeded } = body
    const replies = await Promise.all(Array.from({ length: 6 }, () => client.chat.completions.create({ ...unseeded, n: 4 })))
    expect(new Set(replies.map(({ choices }) => JSON.stringify(choices.map(({ message }) => message.content)))).size).toBe(6)
  })

  it('lists its model, answers health checks, and sends no CORS headers', async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['small'])
    expect((await client.models.retrieve('small')).id).toBe('small')
    const health = await fetch(new URL('/health', running.url), { headers: { origin: 'http://evil.example' } })
    expect(await health.json()).toEqual({ status: 'ok', version: expect.stringMatching(/^\d/), model: 'small' })
    expect([...health.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  const picture = { type: 'image_url', image_url: { url: dataUrl(observation) } }
  const words = { type: 'text', text: promptOf(observation) }
  const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
  const pictureOf = (url: string) => user({ type: 'image_url', image_url: { url } }, words)
  const odd = `data:image/png;base64,${Buffer.from(encodePng({ width: 20, height: 20, pixels: new Uint8Array(1200) })).toString('base64')}`

  it.each([
    ['another model', { model: 'gpt-5' }, 404, 'model', /"gpt-5" does not exist; this server has "small"/],
    ['no picture', user(words), 400, 'messages[0].content', /no picture; give one/],
    ['two pictures', user(picture, picture, words), 400, 'messages[0].content[1].image_url.url', /2 pictures.* give one/],
    ['no text', user(picture), 400, 'messages[0].content', /no text; give the prompt/],
    [
      'unknown words',
      user(picture, { type: 'text', text: 'What is this?' }),
      400,
      'messages[0].content',
      /"What is this\?", has no word.*brief prompt/,
    ],
    [
      'a picture of the wrong size',
      pictureOf(odd),
      400,
      'messages[0].content[0].image_url.url',
      /20×20 pixels does not fit.*multiples of 16/,
    ],
    ['a picture by its address', pictureOf('https://example.org/a.png'), 400, 'messages[0].content[0].image_url.url', /give a data URL/],
    ['a JPEG', pictureOf('data:image/jpeg;base64,/9j/4AAQ'), 400, 'messages[0].content[0].image_url.url', /not a PNG/],
    ['sound', user({ type: 'input_audio', input_audio: {} }), 400, 'messages[0].content[0].type', /input_audio/],
    [
      'a prefilled reply',
      { messages: [...body.messages, { role: 'assistant', content: 'hm' }] },
      400,
      'messages[1].role',
      /end with a message of role user/,
    ],
    ['no messages', { messages: [] }, 400, 'messages', /messages cannot be \[\]/],
    ['no choices', { n: 0 }, 400, 'n', /n cannot be 0/],
    ['a high temperature', { temperature: 3 }, 400, 'temperature', /temperature cannot be 3/],
    ['a temperature next to nothing', { temperature: 0.001 }, 400, 'temperature', /0 \(greedy\)/],
    ['another top_p', { top_p: 0.5 }, 400, 'top_p', /leave it out/],
    ['alternatives to tokens', { top_logprobs: 2 }, 400, 'top_logprobs', /leave it out/],
    ['tools', { tools: [{ type: 'function' }] }, 400, 'tools', /leave it out/],
    ['an unknown parameter', { sede: 1 }, 400, 'sede', /not a parameter/],
  ])('refuses %s', async (_, change, status, param, message) => {
    const error = await client.chat.completions.create({ ...body, ...(change as object) }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status, param })
    expect((error as APIError).message).toMatch(message)
  })

  const base64 = dataUrl(observation).split(',')[1] as string
  const lines = (base64.match(/.{1,76}/g) as string[]).join('\r\n')
  it.each([
    ['a parameter in the data URL', `data:image/png;charset=utf-8;base64,${base64}`],
    ['a name in the data URL', `data:image/png;name=board.png;base64,${base64}`],
    ['an upper-case scheme', `DATA:image/png;base64,${base64}`],
    ['an upper-case encoding', `data:IMAGE/PNG;BASE64,${base64}`],
    ['lines of 76 characters', `data:image/png;base64,${lines}`],
    ['the alphabet of addresses', `data:image/png;base64,${Buffer.from(base64, 'base64').toString('base64url')}`],
    ['no padding', `data:image/png;base64,${base64.replace(/=+$/, '')}`],
    ['escapes', `data:image/png;base64,${encodeURIComponent(base64)}`],
    ['no type', `data:;base64,${base64}`],
    ['nothing but its Base64', base64],
    ['space around it', ` data:image/png;base64, ${base64}\n`],
  ])('takes a picture with %s', async (_, url) => {
    const [plain, other] = await Promise.all([
      client.chat.completions.create({ ...body, seed: 5 }),
      client.chat.completions.create({ ...body, seed: 5, ...(pictureOf(url) as object) }),
    ])
    expect(other.choices[0]?.message.content).toBe(plain.choices[0]?.message.content)
  })

  it('takes a picture whose address stands without its object', async () => {
    const bare = user({ type: 'image_url', image_url: dataUrl(observation) }, words)
    const { choices } = await client.chat.completions.create({ ...body, ...(bare as object) })
    expect(choices[0]?.message.content).toMatch(/./)
  })

  it('takes parameters that change nothing, however a client says so', async () => {
    const neutral = {
      ...{ n: 1, user: 'me', response_format: { type: 'text' }, logit_bias: {}, stream: false, stream_options: null, stop: [] },
      ...{ top_p: 1, top_k: -1, min_p: 0, repetition_penalty: 1, frequency_penalty: 0, presence_penalty: 0, max_tokens: -1 },
      ...{ tools: [], tool_choice: 'auto', functions: [], function_call: 'none', logprobs: null, audio: null, some_new_one: null },
      ...{ min_tokens: 0, stop_token_ids: [], chat_template_kwargs: { enable_thinking: false }, thinking: { type: 'disabled' } },
      ...{ add_generation_prompt: true, include_stop_str_in_output: false, documents: [], suffix: '', another_new_one: {} },
      ...{ verbosity: 'medium', priority: 0, keep_alive: '5m', usage: { include: true }, provider: { order: ['x'] } },
    }
    const [plain, other] = await Promise.all([
      client.chat.completions.create({ ...body, seed: 5 }),
      client.chat.completions.create({ ...body, seed: 5, ...(neutral as object) }),
    ])
    expect(other.choices).toEqual(plain.choices)
  })

  it.each([
    ['max_tokens', 0, /^400 max_tokens cannot be 0: give 1 or more$/],
    ['temperature', 3, /temperature cannot be 3: give 2 or less$/],
    ['seed', 'one', /seed cannot be "one": give an? (number|int)/],
    ['stop', ['a', 'b', 'c', 'd', 'e'], /^400 stop cannot be/],
    ['enable_thinking', true, /enable_thinking cannot be true: this model samples plain text/],
    ['a_new_switch', true, /a_new_switch is not a parameter that this server knows/],
    ['a_new_list', ['x'], /a_new_list is not a parameter that this server knows/],
  ])('refuses %s: %j in plain words', async (name, value, message) => {
    const error = await client.chat.completions.create({ ...body, ...({ [name]: value } as object) }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ status: 400, message: expect.stringMatching(message) })
    expect((error as Error).message).not.toMatch(/expected|invalid input/i)
  })

  it.each([
    ['data that is not Base64', 'data:image/png,%89PNG', /does not say that its data is Base64/],
    ['other characters', 'data:image/png;base64,iVBO*w0K', /characters that are not Base64/],
    ['no data', 'data:image/png;base64,', /holds no data/],
    ['an address', 'http://127.0.0.1/a.png', /not fetched from addresses/],
    ['a file', 'file:///a.png', /not fetched from addresses/],
  ])('refuses %s with its reason', async (_, url, message) => {
    const error = await client.chat.completions.create({ ...body, ...(pictureOf(url) as object) }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ status: 400, param: 'messages[0].content[0].image_url.url', message: expect.stringMatching(message) })
  })

  it('refuses what is no request with the same kind of body', async () => {
    const post = (init: RequestInit, path = '/v1/chat/completions') => fetch(new URL(path, running.url), { method: 'POST', ...init })
    const json = { 'content-type': 'application/json' }
    for (const [response, status, message] of [
      [await post({ headers: json, body: '{"model":' }), 400, /not JSON/],
      [await post({ headers: json, body: '[]' }), 400, /JSON object/],
      [await post({ headers: json, body: '{"model":"small"}' }), 400, /messages is missing/],
      [await post({ headers: { 'content-type': 'text/plain' }, body: '{}' }), 400, /application\/json/],
      [await post({ headers: json, body: JSON.stringify({ x: 'x'.repeat(5e6) }) }), 413, /smaller picture/],
      [await post({ headers: json, body: '{}' }, '/v1/completions'), 404, /there is no POST \/v1\/completions/],
    ] as const) {
      expect(response.status).toBe(status)
      const { error } = (await response.json()) as { error: { message: string; type: string } }
      expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.stringMatching(message) })
    }
  })

  it('ends with one sentence on a port in use and on a file that is no checkpoint', async () => {
    const { port } = new URL(running.url)
    const checkpoint = join(folder, 'small.safetensors')
    await expect(serve(checkpoint, '--port', port)).rejects.toThrow(
      /ended with 2: error: cannot listen on 127\.0\.0\.1 port \d+: another program/,
    )
    await expect(serve(join(folder, 'none.safetensors'))).rejects.toThrow(/ended with 1: error: cannot read the checkpoint/)
  })

  it('answers open requests when it is interrupted, then ends with code 130', async () => {
    const other = await serve(join(folder, 'small.safetensors'), '--cors', 'http://localhost:5173', '--name', 'mine')
    const origin = { origin: 'http://localhost:5173' }
    const health = await fetch(new URL('/health', other.url), { headers: origin })
    expect(health.headers.get('access-control-allow-origin')).toBe(origin.origin)
    const theirs = new OpenAI({ baseURL: other.url, apiKey: 'none', maxRetries: 0 })
    const open = theirs.chat.completions.create({ ...body, model: 'mine', n: 64 })
    await theirs.models.list()
    other.child.kill('SIGINT')
    expect((await open).choices).toHaveLength(64)
    expect(await other.ended).toBe(130)
  })
})
