/** The limits of `vlm-gym serve`: pace, sizes, patience with clients that stall, tokens that were tampered with, and names that look like paths. */
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGames } from 'vlm-gym'
import { encodeState } from 'vlm-gym/gym'
import { type GymServer, type GymServerOptions, offerOf, serveGym, serveMcp } from 'vlm-gym/server'
import { type Answer, talk } from './gym-client.ts'

const games = await loadGames()
const [first] = games as [(typeof games)[number]]
const token = encodeState(first, first.rules.init(first.config.parse({}), 1))
const NO_RETRIES = { maxReconnectionDelay: 1, initialReconnectionDelay: 1, reconnectionDelayGrowFactor: 1, maxRetries: 0 }
const logged: unknown[] = []
const start = (options: Partial<GymServerOptions> = {}): Promise<GymServer> =>
  serveGym({ port: 0, log: (error) => logged.push(error), ...options })

let server: GymServer
beforeAll(async () => {
  server = await start()
})
afterAll(() => server.close())

const post = async (path: string, body: unknown, url: string = server.url): Promise<{ status: number; body: Answer }> => {
  const response = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}
const stepsOf = async (id: string): Promise<number> =>
  ((await (await fetch(`${server.url}/state?episode_id=${id}`)).json()) as Answer).step_count

describe('pace', { timeout: 60_000 }, () => {
  it('has the messages of a fast connection wait, loses none, and leaves others alone', async () => {
    const slow = await start({ rate: 100 })
    const [fast, other] = [await talk(slow.url), await talk(slow.url)]
    await fast.ask({ type: 'reset', data: { seed: 1, image: 'none', horizon: null } })
    const began = performance.now()
    const steps = Array.from({ length: 250 }, () => fast.ask({ type: 'step', data: { text: 'x' } }))
    await other.ask({ type: 'state' })
    expect(performance.now() - began).toBeLessThan(1000)
    const answers = await Promise.all(steps)
    // The first hundred go at once.
    expect(performance.now() - began).toBeGreaterThan(1400)
    expect(answers.map(({ data }) => data.metadata.steps)).toEqual(steps.map((_, at) => at + 1))
    for (const { socket } of [fast, other]) socket.close()
    await slow.close()
  })

  it('has the requests of a fast connection wait, over HTTP and MCP', async () => {
    const gym = await start({ rate: 10 })
    const host = { offer: await offerOf({}), nextSeed: () => 1, port: 0, maxSessions: 1, idleTimeout: 10_000, rate: 10 }
    const mcp = await serveMcp(host)
    for (const url of [`${gym.url}/metadata`, mcp.url]) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const get = () =>
        new Promise((done, failed) =>
          httpRequest(url, { agent }, (answer) => answer.resume().once('end', done))
            .once('error', failed)
            .end(),
        )
      const began = performance.now()
      for (let at = 0; at < 20; at++) await get()
      expect(performance.now() - began).toBeGreaterThan(800)
      agent.destroy()
    }
    await gym.close()
    await mcp.close()
  })
})

describe('sizes', { timeout: 60_000 }, () => {
  it('ends a socket whose message is too large, and refuses such a request to MCP', async () => {
    const { socket, closed } = await talk(server.url)
    socket.send(JSON.stringify({ type: 'step', data: { text: 'x'.repeat(2 ** 20) } }))
    expect(await closed).toMatchObject({ code: 1009 })
    expect((await post('/mcp', { jsonrpc: '2.0', id: 1, method: 'x'.repeat(2 ** 20) })).status).toBeGreaterThanOrEqual(400)
  })

  it('refuses what has too many brackets within each other, over every door', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const send = async (url: string, body: string) => (await fetch(url, { method: 'POST', headers, body })).text()
    for (const body of [deep, `{"game":${deep}}`, `{"config":{"size":${deep}}}`, `{"resets":[${deep}]}`, `{"groups":[{"state":${deep}}]}`])
      for (const path of ['/reset', '/step', '/v1/sessions', '/v1/groups'])
        expect(JSON.parse(await send(server.url + path, body))).toMatchObject({
          code: 'INVALID_JSON',
          detail: expect.stringMatching(/more than 64 brackets/),
        })
    const { raw, ask, socket } = await talk(server.url)
    for (const body of [deep, `{"type":${deep}}`, `{"type":"reset","data":{"game":${deep}}}`, `{"type":"mcp","data":{"id":${deep}}}`])
      expect(await raw(body)).toMatchObject({ type: 'error', data: { code: 'INVALID_JSON' } })
    expect((await ask({ type: 'reset' })).type).toBe('observation')
    socket.close()
    const mcp = await serveMcp({ offer: await offerOf({}), nextSeed: () => 1, port: 0, maxSessions: 2, idleTimeout: 10_000 })
    for (const body of [
      deep,
      `{"jsonrpc":"2.0","id":${deep},"method":"ping"}`,
      `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"a":${deep}}}`,
    ])
      for (const url of [mcp.url, `${server.url}/mcp`]) expect(JSON.parse(await send(url, body))).toHaveProperty('error')
    await mcp.close()
  })

  it('refuses a picture that is too large, with its size and the limit', async () => {
    const reset = { game: 'swap', seed: 1, config: { rows: 8, columns: 8 }, skin: { tile: 256 } }
    expect(await post('/reset', reset)).toMatchObject({
      status: 422,
      body: {
        detail: expect.stringMatching(/the picture would have \d+ × \d+ pixels and may have 4194304 at most; choose a smaller skin.tile/),
      },
    })
    expect((await post('/v1/sessions', { resets: [{}, reset] })).body.detail).toMatch(/^resets\[1\]: the picture would have/)
    expect((await post('/reset', { ...reset, skin: { tile: 128 } })).body.observation.width).toBeGreaterThan(1024)
    expect((await post('/reset', { ...reset, image: 'none' })).status).toBe(200)
    const small = await start({ maxPixels: 30_000 })
    expect((await post('/reset', { game: '2048' }, small.url)).body.detail).toMatch(/160 × 192 pixels and may have 30000/)
    await small.close()
  })

  it('deals no game of a seed that is kept for evaluation, unless it is told to', async () => {
    const hidden = { game: '2048', seed: 2 ** 31 }
    expect(await post('/reset', hidden)).toMatchObject({
      status: 422,
      body: { detail: expect.stringMatching(/2147483648 is kept for evaluation/) },
    })
    expect((await post('/reset', { ...hidden, seed: 2 ** 31 - 1 })).status).toBe(200)
    const evaluating = await start({ hiddenSeeds: true })
    expect((await post('/reset', hidden, evaluating.url)).status).toBe(200)
    await evaluating.close()
  })

  it('moves none of the sessions whose pictures are too much for one answer', async () => {
    await post('/reset', { game: '2048', episode_id: 'large', config: { size: 6 }, skin: { tile: 256 }, rgb: true })
    const steps = Array.from({ length: 60 }, () => ({ id: 'large', text: 'x' }))
    expect(await post('/v1/step', { steps })).toMatchObject({ status: 413, body: { detail: expect.stringMatching(/name fewer sessions/) } })
    expect((await post('/v1/sessions/large/fork', { count: 60 })).status).toBe(413)
    expect(await stepsOf('large')).toBe(0)
    expect((await post('/v1/step', { steps: steps.slice(0, 2) })).status).toBe(200)
  })
})

/** A connection without a client behind it. */
function line(url: string, text: string): { socket: Socket; ended: Promise<string>; took: () => number } {
  const { hostname, port } = new URL(url)
  const began = performance.now()
  const socket = connect(Number(port), hostname, () => socket.write(text))
  let said = ''
  let last = began
  const ended = new Promise<string>((end) => {
    socket.on('data', (data) => {
      said += data.toString('latin1').slice(0, 100)
    })
    socket.on('error', () => {})
    socket.once('close', () => {
      last = performance.now()
      end(said)
    })
  })
  return { socket, ended, took: () => last - began }
}

describe('clients that stall', { timeout: 60_000 }, () => {
  let short: GymServer
  beforeAll(async () => {
    short = await start({ patience: 500, idleTimeout: 400 })
  })
  afterAll(() => short.close())

  it.each([
    ['say nothing', ''],
    ['leave off in a header', 'POST /reset HTTP/1.1\r\nHost: x\r\nContent-'],
    ['leave off in a body', 'POST /reset HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"seed"'],
    ['leave off in a handshake', 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'],
  ])('are let go when they %s', async (_, text) => {
    const { ended, took } = line(short.url, text)
    expect(await ended).toMatch(/^(HTTP\/1.1 408|$)/)
    expect(took()).toBeGreaterThan(300)
    expect(took()).toBeLessThan(10_000)
  })

  it('leave no word in the log when they vanish in a body', async () => {
    for (const path of ['/reset', '/v1/groups', '/mcp']) {
      const { socket, ended } = line(
        short.url,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"seed"`,
      )
      await sleep(50)
      socket.destroy()
      await ended
    }
    await sleep(100)
    expect(logged).toEqual([])
  })

  it('are let go when they do not take the answer', async () => {
    const body = JSON.stringify({ resets: Array.from({ length: 300 }, () => ({ game: 'swap', skin: { tile: 128, noise: 0.5 } })) })
    const head = `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const { socket, ended } = line(short.url, head + body)
    socket.pause()
    // What cannot be read cannot show an end either: a write does.
    const beat = setInterval(() => socket.write('x'), 200)
    await ended
    clearInterval(beat)
  })

  it('are asked for no more over a socket until they read, and then get everything', async () => {
    const fast = await start({ rate: 1_000_000 })
    const { ask, socket } = await talk(fast.url)
    await ask({ type: 'reset', data: { seed: 1, image: 'none', horizon: null } })
    socket.removeAllListeners('message')
    socket.pause()
    const seen: Answer[] = []
    socket.on('message', (data) => seen.push(JSON.parse(data.toString())))
    // More than all buffers between the two hold.
    const steps = Array.from({ length: 12_000 }, (_, at) => at + 1)
    for (const _ of steps) socket.send('{"type":"step","data":{"text":"x"}}')
    await sleep(1000)
    socket.resume()
    await expect.poll(() => seen.length, { timeout: 50_000, interval: 200 }).toBe(steps.length)
    expect(seen.map(({ data }) => data.metadata.steps)).toEqual(steps)
    socket.close()
    await fast.close()
  })

  it('are let go when they never read what a socket says', async () => {
    const { socket, closed } = await talk(short.url)
    socket.pause()
    for (let at = 0; at < 200; at++) socket.send(JSON.stringify({ type: 'reset', data: { game: 'swap', skin: { tile: 96, noise: 0.5 } } }))
    await expect.poll(() => short.sessions, { timeout: 30_000 }).toBe(0)
    socket.terminate()
    await closed
  })
})

describe('a state token that was tampered with', { timeout: 60_000 }, () => {
  it.each(games.map((game) => [game.id, game] as const))('is refused with its reason and changes nothing: %s', async (id, game) => {
    const state = game.rules.init(game.config.parse({}), 3) as Record<string, unknown>
    const own = encodeState(game, state)
    // Well-formed tokens of states that the rules do not know.
    const forged = Object.entries(state).flatMap(([key, value]) => {
      const other = Array.isArray(value)
        ? [value.slice(1), [...value, ...value], value.map(() => 1e9), value.map(() => '<x>')]
        : [-1, 1e300, 'x', null, [], {}]
      return other.map((one) => encodeState(game, { ...state, [key]: one }))
    })
    const [version, name, number, body, sum] = own.split('.')
    const damaged = [
      ...[own.slice(0, -1), `${own}0`, own.toUpperCase(), ` ${own}`, [version, name, number, body].join('.')],
      ...[[version, name, '99', body, sum].join('.'), [version, 'gone', number, body, sum].join('.'), 'x'.repeat(40_000), ''],
      encodeState(game, { ...state, more: 1 }),
    ]
    await post('/reset', { game: id, episode_id: 'kept', seed: 1 })
    for (const one of [...forged, ...damaged]) {
      for (const [path, request] of [
        ['/reset', { state: one, episode_id: 'kept' }],
        ['/v1/groups', { groups: [{ state: one, replies: ['x'] }] }],
      ] as const) {
        const answer = await post(path, request)
        if (answer.status === 200 && path === '/reset') expect(forged).toContain(one)
        else if (answer.status !== 200) expect([answer.status, answer.body.detail]).toEqual([422, expect.stringMatching(/state/i)])
      }
    }
    for (const one of damaged) expect((await post('/reset', { state: one })).status).toBe(422)
  })
})

describe('the end of the server', { timeout: 60_000 }, () => {
  it('lets open requests end, closes what waits for more, and is told to sockets and streams of MCP', async () => {
    const gym = await start()
    const agent = new Agent({ keepAlive: true })
    const get = () =>
      new Promise<number | undefined>((done, failed) =>
        httpRequest(`${gym.url}/metadata`, { agent }, (answer) => answer.resume().once('end', () => done(answer.statusCode)))
          .once('error', failed)
          .end(),
      )
    await get()
    const { closed } = await talk(gym.url)
    const client = new Client({ name: 'test', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(new URL(`${gym.url}/mcp`), { reconnectionOptions: NO_RETRIES })
    await client.connect(transport)
    const stream = await fetch(`${gym.url}/mcp`, {
      headers: { accept: 'text/event-stream', 'mcp-session-id': transport.sessionId as string, 'mcp-protocol-version': '2025-06-18' },
    })
    const { groups } = {
      groups: Array.from({ length: 200 }, () => ({
        state: token,
        replies: Array.from({ length: 50 }, (_, at) => `<answer>${at % 4}</answer>`),
      })),
    }
    const open = post('/v1/groups', { groups }, gym.url)
    await sleep(20)
    const began = performance.now()
    const ended = gym.close()
    expect((await open).status).toBe(200)
    expect(await closed).toEqual({ code: 1001, reason: 'the server ends' })
    if (stream.ok) expect(await stream.text()).not.toContain('error')
    await ended
    expect(performance.now() - began).toBeLessThan(4000)
    await expect(get()).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/)
    agent.destroy()
    await client.close()
  })
})

describe('a name that looks like a path', { timeout: 60_000 }, () => {
  it('reaches no file', async () => {
    // Every call of the file system is seen, whoever makes it.
    const seen: string[] = []
    const real: [Record<string, unknown>, string, unknown][] = []
    for (const module of [fs, fsPromises] as unknown as Record<string, unknown>[])
      for (const [name, value] of Object.entries(module)) {
        if (typeof value !== 'function' || /^[A-Z_]/.test(name)) continue
        real.push([module, name, value])
        module[name] = function (this: unknown, ...args: unknown[]) {
          if (args.some((one) => String(one).includes('vlm-gym-probe'))) seen.push(`${name} ${args[0]}`)
          return Reflect.apply(value, this, args)
        }
      }
    syncBuiltinESMExports()
    try {
      expect(() => fs.readFileSync('/none/vlm-gym-probe')).toThrow()
      expect(seen.splice(0)).toContain('readFileSync /none/vlm-gym-probe')
      const line = await talk(server.url)
      for (const path of [
        '/etc/vlm-gym-probe',
        '../../vlm-gym-probe',
        'file:///etc/vlm-gym-probe',
        './vlm-gym-probe.mjs',
        '%2e%2e/vlm-gym-probe',
        'vlm-gym-probe\0.png',
      ])
        for (const request of [
          ...[
            { game: path },
            { preset: path },
            { state: path },
            { injected_state: path },
            { config: { pictures: path } },
            { config: { [path]: 1 } },
          ],
          ...[
            { skin: { theme: path } },
            { skin: { layout: path } },
            { skin: { symbols: path } },
            { prompt: path },
            { mode: path },
            { tags: path },
          ],
          ...[
            { image: path },
            { reward: { signal: path } },
            { reward: { [path]: 1 } },
            { [path]: path },
            { plugin: path },
            { pictures: path },
          ],
          { game: 'picture-shisen-sho', config: { pictures: path, split: path } },
        ]) {
          const answer = await post('/reset', request)
          expect([request, answer.status]).toEqual([request, 422])
          expect((await line.ask({ type: 'reset', data: request })).type).toBe('error')
        }
      for (const path of ['/etc/vlm-gym-probe', '../../vlm-gym-probe']) {
        const name = { episode_id: path, seed: 1 }
        expect((await post('/reset', name)).status).toBe(200)
        expect((await post('/step', { episode_id: path, action: { text: path, metadata: { path } } })).status).toBe(200)
        for (const url of [
          `/${path}`,
          `/docs/${path}`,
          `/v1/sessions/${encodeURIComponent(path)}/snapshot`,
          `/state?episode_id=${encodeURIComponent(path)}`,
        ])
          expect((await fetch(server.url + url)).status).toBeLessThan(500)
      }
      line.socket.close()
      expect(seen).toEqual([])
    } finally {
      for (const [module, name, value] of real) module[name] = value
      syncBuiltinESMExports()
    }
  })

  it('left no word in the log', () => expect(logged).toEqual([]))
})
