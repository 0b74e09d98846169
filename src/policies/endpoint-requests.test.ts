/** Fields, headers and queries: those that a server refuses, and those that the caller changes. */
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Reply } from '../policy.ts'
import type { EndpointOptions } from './endpoint-options.ts'
import { ask, closeServers, good, KEY, outcome, policyOf, says, scripted } from './scripted-server-fixture.ts'

afterEach(closeServers)

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
      /takes no temperature, and 0 was asked for .*--decoding sampled/,
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

  it('that are secrets by the name of a field around them are kept nowhere, in lists and deeper too', async () => {
    const tool = { type: 'mcp', headers: { Authorization: 'hush-one-hush' }, auth: { value: 'hush-two-hush' } }
    const body = { tools: [tool], credentials: ['hush-three-hush', { user: 'hush-four-hush' }], stop: ['x'] }
    const { reply, asked, policy } = await outcome(({ body: { tools } }) => says(418, JSON.stringify(tools)), { body })
    expect(asked[0]?.body).toMatchObject(body)
    expect((reply as Reply).failure?.reason).not.toMatch(/hush/)
    await closeServers()
    const passed = await outcome(() => good, { body })
    expect(passed.policy.record().sent).toMatchObject({ tools: [{ type: 'mcp' }], stop: ['x'] })
    expect(JSON.stringify([policy.record(), passed.policy.record()])).not.toMatch(/hush/)
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
    [{ headers: ['X-Team: a', 'x-team: b'] }, /--header x-team is given twice/],
    [{ headers: ['Expect: 100-continue'] }, /cannot set expect/],
    [{ headers: ['Upgrade: h2c'] }, /cannot set upgrade/],
    [{ headers: ['Keep-Alive: timeout=5'] }, /cannot set keep-alive/],
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
