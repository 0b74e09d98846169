/** Answers that are no completions: what is asked again, what fails its own episode, and what stops everything. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Reply } from '../policy.ts'
import { waitBefore } from './endpoint-client.ts'
import { ask, choice, closeServers, good, outcome, policyOf, says, scripted, seen } from './scripted-server-fixture.ts'

afterEach(closeServers)

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
    [500, 'this model is missing data required for image input'],
  ])('%i about pictures as the first answer, and once more, stops everything: %s', async (status, words) => {
    const { reply, asked } = await outcome(() => says(status, words))
    expect(reply).toMatch(
      /it seems that openai-compatible:m takes no pictures \(HTTP \d+: .*\); choose a model with vision, or .*--mode caption/,
    )
    expect(reply).toContain(words.slice(0, 60))
    expect(asked).toHaveLength(2)
  })

  it('a refused picture that passes the second time stops nothing', async () => {
    const refusal = says(400, 'This is an unsupported image; send png, jpeg, gif or webp.')
    const { reply } = await outcome(({ count }) => (count === 0 ? refusal : good), { retries: 0 })
    expect(reply).toMatchObject({ text: 'fine', usage: { requests: 2 } })
  })

  it('without a picture in the request, the same words are no word about pictures', async () => {
    const { url } = await scripted(() => says(400, 'image input is not supported'))
    const policy = await policyOf(url)
    const [[reply]] = (await policy.reply([{ ...seen, messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }], {
      n: 1,
      seed: 1,
    })) as [[Reply]]
    expect(reply.failure?.reason).toBe('HTTP 400: image input is not supported')
  })
})

describe('a key', () => {
  it('that is refused and one that is missing are told apart', async () => {
    const refused = await outcome(() => says(401, 'who are you'))
    expect(refused.reply).toMatch(/refuses the key \(HTTP 401: who are you\)/)
    await closeServers()
    const missing = await outcome(() => says(401, 'who are you'), { env: {} })
    expect(missing.reply).toMatch(
      /refuses the keyless request \(HTTP 401: who are you\); put a key into the environment variable VLM_GYM_API_KEY/,
    )
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
    await closeServers()
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

describe('waits', () => {
  it.each([
    ['retry-after', { 'retry-after': '601' }, {}],
    ['retry-after with a unit', { 'retry-after': '601s' }, {}],
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

  it('of 10 s or more are told of once, while several requests wait', async () => {
    const { url } = await scripted(() => ({ ...says(429, 'slow down'), headers: { 'retry-after': '75' } }))
    const told: [number, string][] = []
    const policy = await policyOf(url, { onWait: (...wait) => told.push(wait) })
    const stop = new AbortController()
    const waiting = policy.reply([seen, seen, seen], { n: 1, seed: 1, signal: stop.signal })
    waiting.catch(() => {})
    await expect.poll(() => told.length).toBe(1)
    stop.abort()
    await expect(waiting).rejects.toThrow()
    expect(told).toEqual([[75, 'HTTP 429: slow down']])
  })

  it('of no length are asked for by a wait of 0, and what is no number is not heard', async () => {
    for (const wait of ['0', 'soon', '', '-5']) {
      const { reply, asked } = await outcome(({ count }) =>
        count === 0 ? { ...says(503, 'busy'), headers: { 'retry-after': wait } } : good,
      )
      expect(reply).toMatchObject({ text: 'fine' })
      expect(asked).toHaveLength(2)
      await closeServers()
    }
  })
})
