/** Keys: which are refused, and that none comes back. */
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Reply } from '../policy.ts'
import { endpointPolicy } from './endpoint.ts'
import { choice, closeServers, good, KEY, outcome, says } from './scripted-server-fixture.ts'

afterEach(closeServers)

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

  it.each(['x', 'v1', 'none', 'EMPTY', '127.0.0'])('that are none, such as %s, may stand in the address', async (key) => {
    const { asked } = await outcome(() => good, { env: { VLM_GYM_API_KEY: key } })
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${key}`)
  })

  it('in the address are refused', async () => {
    const place = { model: 'openai-compatible:m', baseUrl: `http://x/${KEY.slice(0, 9)}/v1`, env: { VLM_GYM_API_KEY: KEY.slice(0, 9) } }
    const error = await endpointPolicy(place).catch((thrown: Error) => thrown)
    expect((error as Error).message).toMatch(/--base-url holds the key/)
    expect((error as Error).message).not.toContain(KEY.slice(0, 9))
  })

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
    ['in Base64 of addresses', Buffer.from(`user:${KEY}`).toString('base64url')],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in capitals', KEY.toUpperCase()],
    ['escaped for an address, twice', encodeURIComponent(encodeURIComponent(KEY))],
    ['in HTML of another kind', KEY.replace(/[+/=]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`)],
    ['escaped character by character', KEY.replace(/./g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)],
    ['broken into short lines', (KEY.match(/.{1,5}/g) as string[]).join('\n  ')],
  ])('%s do not come back, in errors and replies', async (_, echo) => {
    const [whole, hex] = [Buffer.from(KEY).toString('base64'), Buffer.from(KEY).toString('hex')]
    const spelled = [...pieces, whole.slice(4, 24), hex, KEY.toUpperCase(), KEY.slice(0, 5), '\\u0073', '%25', '#x']
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
      await closeServers()
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
