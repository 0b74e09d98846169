/** The key of the servers: who is let in over HTTP, WebSockets and MCP, and who is not; and that the key is told to nobody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelApp, offerOf, serveGym, serveMcp } from 'vlm-gym/server'
import { mockEngine } from 'vlm-gym/testing'
import { talk } from './gym-client.ts'
import { type Running, startServer, startServerIn } from './running-server.ts'
import { vlmGym } from './vlm-gym.ts'

const KEY = 'a-key-of-more-than-16-signs/+=~'
const folder = mkdtempSync(join(tmpdir(), 'key-'))
const file = join(folder, 'gym.key')
writeFileSync(file, `${KEY}\n`)
afterAll(() => rmSync(folder, { recursive: true }))

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const REFUSED: readonly (string | undefined)[] = [
  ...[undefined, '', 'Bearer', 'Bearer ', `Bearer ${KEY.slice(1)}`, `Bearer ${KEY}x`, `Bearer ${KEY.toUpperCase()}`, KEY, `Token ${KEY}`],
  ...[basic(KEY), basic(`${KEY}:`), basic(`key:${KEY}x`), `Bearer ${'x'.repeat(8000)}`],
]
const ADMITTED = [`Bearer ${KEY}`, `bearer ${KEY}`, basic(`key:${KEY}`), basic(`:${KEY}`)]
const headersOf = (authorization: string | undefined): Record<string, string> => (authorization === undefined ? {} : { authorization })

describe('a server with a key', { timeout: 120_000 }, () => {
  let running: Running
  beforeAll(async () => {
    running = await startServer('serve', '--key-file', file)
  })
  afterAll(() => running.child.kill('SIGKILL'))

  it('lets in over HTTP who shows it', async () => {
    for (const authorization of ADMITTED)
      expect((await fetch(`${running.url}/metadata`, { headers: headersOf(authorization) })).status).toBe(200)
    for (const authorization of REFUSED)
      for (const path of ['/metadata', '/docs', '/state', '/mcp', '/v1/groups', '/nothing', '/health/', '//health']) {
        const answer = await fetch(running.url + path, { headers: headersOf(authorization) })
        expect([path, authorization, answer.status]).toEqual([path, authorization, 401])
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="vlm-gym"')
        expect(await answer.json()).toMatchObject({ code: 'KEY_REFUSED', detail: expect.stringMatching(/Authorization: Bearer KEY$/) })
      }
    expect((await fetch(`${running.url}/health`)).status).toBe(200)
  })

  it('lets in over WebSockets who shows it', async () => {
    for (const authorization of ADMITTED) {
      const { ask, socket } = await talk(running.url, { headers: { authorization } })
      expect((await ask({ type: 'reset' })).type).toBe('observation')
      socket.close()
    }
    for (const authorization of REFUSED.filter((one) => one !== ''))
      await expect(talk(running.url, { headers: headersOf(authorization) })).rejects.toThrow(/401/)
    await expect(talk(running.url, { headers: headersOf(ADMITTED[0]), origin: 'http://evil.example' })).rejects.toThrow(/403/)
  })

  it('speaks MCP with who shows it', async () => {
    const open = async (authorization: string | undefined): Promise<Client> => {
      const client = new Client({ name: 'test', version: '1.0.0' })
      const requestInit = { headers: headersOf(authorization) }
      await client.connect(new StreamableHTTPClientTransport(new URL(`${running.url}/mcp`), { requestInit }))
      return client
    }
    const client = await open(ADMITTED[0])
    expect((await client.callTool({ name: 'new_game', arguments: {} })).isError).not.toBe(true)
    await client.close()
    await expect(open(REFUSED[4])).rejects.toThrow(/asks for its key/)
  })

  it('tells the key to nobody', () => expect(running.errors()).toBe(''))
})

describe('the key', { timeout: 120_000 }, () => {
  it('comes from the environment too, and opens the server of MCP', async () => {
    const { child, url, errors } = await startServerIn({ VLM_GYM_KEY: KEY }, 'mcp', '--http', '--host', '0.0.0.0')
    const at = new URL(url.replace('0.0.0.0', '127.0.0.1'))
    const ask = (authorization: string | undefined): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = {
          ...headersOf(authorization),
          host: 'gym',
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        }
        const sent = request(at, { method: 'POST', headers }, (answer) => resolve(answer.resume().statusCode))
        sent.once('error', reject).end('{}')
      })
    for (const authorization of REFUSED) expect(await ask(authorization)).toBe(401)
    // Whoever shows the key may call by any name.
    for (const authorization of ADMITTED) expect(await ask(authorization)).toBe(400)
    expect((await fetch(new URL('/health', at))).status).toBe(200)
    expect(errors()).toBe('')
    child.kill('SIGKILL')
  })

  it('opens the server of a model, and a page that may call is told so before it shows it', async () => {
    const engine = mockEngine({ chat: { words: ['0', '1', '</answer>'] } })
    const { app } = modelApp({ engine, model: 'small', key: KEY, cors: 'http://localhost:5173' })
    const ask = (authorization: string | undefined, path = '/v1/models') => app.request(path, { headers: headersOf(authorization) })
    for (const authorization of REFUSED) {
      const answer = await ask(authorization)
      expect([answer.status, await answer.json()]).toMatchObject([401, { error: { type: 'invalid_request_error', code: 'KEY_REFUSED' } }])
    }
    for (const authorization of ADMITTED) expect((await ask(authorization)).status).toBe(200)
    expect((await ask(undefined, '/health')).status).toBe(200)
    const preflight = await app.request('/v1/models', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:5173',
        'access-control-request-headers': 'authorization',
        'access-control-request-method': 'GET',
      },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization'])
    await engine.close()
  })

  it.each(['0.0.0.0', '::', '192.168.1.7', 'example.org', '127.0.0.1.example.org', 'localhost.example.org', '::ffff:10.0.0.1', '0'])(
    'must be there for %s',
    async (host) => {
      await expect(serveGym({ port: 0, host })).rejects.toThrow(/lets other machines in, which needs a key: .*VLM_GYM_KEY.*--key-file/)
    },
  )

  it('is not needed on loopback, by whatever name', async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost']) await (await serveGym({ port: 0, host })).close()
  })

  it('may be missing at another address where that is said', async () => {
    const { child, url } = await startServer('serve', '--host', '0.0.0.0', '--allow-keyless')
    expect((await fetch(`${url.replace('0.0.0.0', '127.0.0.1')}/metadata`)).status).toBe(200)
    child.kill('SIGKILL')
  })

  it('is refused in one sentence, without being shown, when it is none', async () => {
    for (const key of ['', 'short', 'fifteen-signs-x', 'with a space in the middle', 'ümlaut-and-some-more-signs'])
      await expect(serveGym({ port: 0, key })).rejects.toThrow(
        new RegExp(`^the key has ${key.length} characters and must have 16 to 1,024, .*openssl rand -hex 32$`),
      )
    const host = { offer: await offerOf({}), nextSeed: () => 1, port: 0, maxSessions: 1, idleTimeout: 1000 }
    await expect(serveMcp({ ...host, host: '0.0.0.0' })).rejects.toThrow(/needs a key/)
    for (const [args, reason] of [
      [['serve', '--key-file', join(folder, 'gmy.key')], /--key-file .* cannot be read: there is no such file or folder \(did you mean/],
      [['mcp', '--http', '--host', '0.0.0.0'], /0\.0\.0\.0 lets other machines in, which needs a key/],
      [['serve', '--key', KEY], /unknown option '--key'/],
    ] as const)
      expect(await vlmGym(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(reason) })
    await expect(startServerIn({ VLM_GYM_KEY: '' }, 'serve')).rejects.toThrow(/ended with 2: error: .*VLM_GYM_KEY is empty/)
  })
})
