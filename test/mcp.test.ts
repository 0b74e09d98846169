/** `vlm-gym mcp` as an agent starts it, spoken to by the official client; and the official conformance tests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPolicy, Env, envSpec, loadGames } from 'vlm-gym'
import { drawPng } from 'vlm-gym/gym'
import { type GymServer, offerOf, serveGym, serveMcp } from 'vlm-gym/server'
import { blocksOf, withPrograms } from './page.ts'
import { type Running, startServer } from './running-server.ts'
import { main } from './vlm-gym.ts'

type Result = {
  readonly content: readonly { readonly type: string; readonly text?: string; readonly data?: string; readonly mimeType?: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly isError?: boolean
}

/** Calls a tool. */
const tool = async (client: Client, name: string, args: Record<string, unknown> = {}): Promise<Result> =>
  (await client.callTool({ name, arguments: args })) as unknown as Result

const textOf = ({ content }: Result): string => content.map(({ text = '' }) => text).join('')
const pictureOf = ({ content }: Result): string | undefined => content.find(({ type }) => type === 'image')?.data

async function over(transport: ConstructorParameters<typeof StdioClientTransport>[0] | URL): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport instanceof URL ? new StreamableHTTPClientTransport(transport) : new StdioClientTransport(transport))
  return client
}

let running: Running
let url: URL
let gym: GymServer
beforeAll(async () => {
  gym = await serveGym({ port: 0, horizon: 6 })
  running = await startServer('mcp', '--http', '--horizon', '6')
  url = new URL(running.url)
})
afterAll(async () => {
  running.child.kill('SIGKILL')
  await gym.close()
})

const games = await loadGames()

describe('vlm-gym mcp', { timeout: 120_000 }, () => {
  const doors = [
    ['standard input and output', () => over({ command: process.execPath, args: [main, 'mcp', '--horizon', '6'] })],
    ['HTTP', () => over(url)],
    ['the server of OpenEnv', () => over(new URL(`${gym.url}/mcp`))],
  ] as const
  it.each(doors)('plays every game as this process does, over %s', async (_, open) => {
    const client = await open()
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['new_game', 'look', 'act'])
    for (const game of games) {
      const env = new Env(envSpec({ game, horizon: 6 }), 5)
      const seen = [await tool(client, 'new_game', { game: game.id, seed: 5 })]
      expect(textOf(seen[0] as Result)).toContain(game.text.rules(env.spec.config, env.spec.skin))
      for (let turn = 0; turn < 6; turn++) {
        const { state, return: earned } = env.snapshot()
        expect(pictureOf(seen[turn] as Result)).toBe(Buffer.from(drawPng(game, state, env.spec.skin)).toString('base64'))
        expect(seen[turn]?.structuredContent).toMatchObject({ game: game.id, steps: turn, return: earned, truncated: false })
        const [best] = game.expert?.solver(state) ?? []
        const answer = turn === 2 || best === undefined ? 'nonsense' : game.answer.format(state, best.action)
        env.step(`<perception>\n\n</perception>\n<think>\n\n</think>\n<answer>${answer}</answer>`)
        seen.push(await tool(client, 'act', { answer }))
      }
      expect(seen[3]?.structuredContent).toMatchObject({ outcome: 'unreadable', reward: -1 })
      // A game that ends with its last move is not cut off.
      const { state: last, return: all } = env.snapshot()
      expect(seen[6]?.structuredContent).toMatchObject({ truncated: !game.rules.terminated(last), steps: 6, return: all })
      expect(pictureOf(await tool(client, 'look'))).toBe(pictureOf(seen[6] as Result))
    }
    await client.close()
  })

  it('starts as its page says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-page-'))
    const [servers] = blocksOf('serve.md', 'json').filter((block) => block.includes('mcpServers'))
    const { command, args } = JSON.parse(servers as string).mcpServers['vlm-gym']
    const [lines] = blocksOf('serve.md', 'sh').filter((block) => block.includes('vlm-gym mcp'))
    const typed = [...(lines as string).matchAll(/^vlm-gym ([^#\n]*)/gm)].map((match) => (match[1] as string).trim().split(' '))
    expect(typed[0]).toEqual(args)
    const http = await startServer(...(typed[1] as [string, ...string[]]))
    const talks = [await over({ command, args, env: withPrograms(folder) }), await over(new URL(http.url))]
    expect(new URL(http.url).pathname).toBe('/mcp')
    for (const client of talks) {
      expect(pictureOf(await tool(client, 'new_game', { seed: 1 }))).toMatch(/^iVBOR/)
      await client.close()
    }
    http.child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  it('keeps what a model must not see to itself', async () => {
    const client = await over(url)
    const all = JSON.stringify([await tool(client, 'new_game', { seed: 1 }), await tool(client, 'act', { answer: '0' })])
    expect(all).not.toMatch(/vg1\.|"seed"|"hash"/)
    await client.close()
  })

  it('tells a model what is wrong', async () => {
    const client = await over(url)
    expect(await tool(client, 'act', { answer: '0' })).toMatchObject({
      isError: true,
      content: [{ text: 'no game has begun; call new_game first' }],
    })
    expect(textOf(await tool(client, 'new_game', { game: 'swop' }))).toMatch(/no game is called "swop" \(did you mean "swap"\?\)/)
    expect(await tool(client, 'new_game', { perception: 9 })).toMatchObject({ isError: true })
    expect(await tool(client, 'act', {})).toMatchObject({ isError: true })
    expect(await tool(client, 'jump')).toMatchObject({ isError: true })
    expect((await tool(client, 'new_game')).isError).not.toBe(true)
    await client.close()
  })

  it('scores a perception that is given', async () => {
    const client = await over(url)
    const [game] = games as [(typeof games)[number]]
    await tool(client, 'new_game', { game: game.id, seed: 5 })
    const state = game.rules.init(game.config.parse({}), 5)
    const [[reply]] = (await createPolicy('solver').reply([new Env(envSpec({ game }), 5).observe()], {
      ...{ n: 1, seed: 1, privileged: { states: [state] } },
    })) as [[{ text: string }]]
    const answer = /<answer>(.*)<\/answer>/.exec(reply.text)?.[1]
    expect(await tool(client, 'act', { answer, perception: game.perception.format(game.perception.of(state)) })).toMatchObject({
      structuredContent: { outcome: 'played', steps: 1, perception: 1 },
    })
    expect(await tool(client, 'act', { answer, perception: 'all empty' })).toMatchObject({ structuredContent: { perception: 0 } })
    expect(await tool(client, 'act', { answer })).toMatchObject({ structuredContent: { perception: null } })
    await client.close()
  })

  it('answers no page and no other name, and knows its conversations', async () => {
    const post = (headers: Record<string, string>) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: '{}',
      })
    expect((await post({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await post({ 'mcp-session-id': 'gone' })).status).toBe(404)
    expect((await post({})).status).toBe(400)
    expect((await fetch(new URL('/other', url))).status).toBe(404)
  })

  it('ends idle conversations, is full at its limit, and closes', async () => {
    const host = { offer: await offerOf({}), nextSeed: () => 1 }
    const server = await serveMcp({ ...host, host: '127.0.0.1', port: 0, maxSessions: 1, idleTimeout: 300 })
    const first = await over(new URL(server.url))
    expect(server.sessions).toBe(1)
    await expect(over(new URL(server.url))).rejects.toThrow(/all 1 conversations are open/)
    await expect.poll(() => server.sessions, { timeout: 5000 }).toBe(0)
    await expect(first.listTools()).rejects.toThrow(/initialize again/)
    await server.close()
    await expect(over(new URL(server.url))).rejects.toThrow(/fetch failed/)
  })

  const node = process.env.VLM_GYM_NODE22 ?? process.execPath
  const recent = Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]) >= 22
  it.skipIf(!recent)(
    'passes the official conformance tests, but for those of what it does not offer (skipped where Node is older than 22)',
    () => {
      const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
      const conformance = file('../node_modules/@modelcontextprotocol/conformance/dist/index.js')
      const known = ['--expected-failures', file('data/mcp-not-offered.yml')]
      // Ends with another code where a test fails that is not in the list, and where one passes that is.
      const out = execFileSync(node, [conformance, 'server', '--url', url.href, ...known], { encoding: 'utf8' })
      expect(out).toMatch(/Baseline check passed: all failures are expected/)
      for (const scenario of [
        'server-initialize',
        'ping',
        'tools-list',
        'tools-call-error',
        'server-sse-multiple-streams',
        'dns-rebinding-protection',
      ])
        expect(out).toMatch(new RegExp(`✓ ${scenario}: [1-9]\\d* passed, 0 failed`))
    },
  )

  it('ends with code 130 when it is interrupted', async () => {
    const { child, ended } = running
    child.kill('SIGINT')
    expect(await ended).toBe(130)
  })
})
