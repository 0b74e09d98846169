/** `vlm-gym serve` as a user types it: OpenEnv over WebSockets and HTTP. Its Python clients: serve-python.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { envSpec, loadGames } from 'vlm-gym'
import { withLevels } from 'vlm-gym/gym'
import { serveGym } from 'vlm-gym/server'
import { type Answer, script, serveGame, talk, told } from './gym-client.ts'
import type { Running } from './running-server.ts'

const games = await loadGames()
let running: Running
beforeAll(async () => {
  running = await serveGame()
})
afterAll(() => running.child.kill('SIGKILL'))

const send = async (method: string, path: string, body?: unknown, headers: object = {}): Promise<{ status: number; body: Answer }> => {
  const json = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(new URL(path, running.url), { method, headers: { 'content-type': 'application/json', ...headers }, ...json })
  return { status: response.status, body: await response.json() }
}
const post = (path: string, body?: unknown, headers: object = {}) => send('POST', path, body, headers)

describe('episodes', { timeout: 240_000 }, () => {
  it.each(games.map((game) => [game.id, game] as const))('are those of this process, step for step: %s', async (id, game) => {
    const { socket, ask } = await talk(running.url)
    for (const [perception, reasoning] of [
      [0, 0],
      [3, 1],
      [5, 5],
    ] as const) {
      const plain = envSpec({ game, horizon: 12, restart: reasoning === 1, skin: { theme: 'dark', tile: 20, layout: 'full' } })
      const levels = withLevels(plain, { perception, reasoning })
      const { replies, expected } = await script({ ...plain, ...levels }, 7 + perception, 12)
      const skin = { theme: 'dark', tile: 20, layout: 'full' }
      const request = { game: id, seed: 7 + perception, perception, reasoning, horizon: 12, restart: reasoning === 1, skin }
      const seen = [await ask({ type: 'reset', data: request })]
      for (const text of replies) seen.push(await ask({ type: 'step', data: { text } }))
      expect(seen.map(({ type }) => type)).toEqual(seen.map(() => 'observation'))
      expect(seen.map(({ data }) => told(data))).toEqual(expected)
    }
    socket.close()
  })

  const [first] = games as [(typeof games)[number]]

  it('are the same over HTTP, each by its id', async () => {
    const scripts = await Promise.all([3, 4].map((seed) => script(envSpec({ game: first, horizon: 5 }), seed, 5)))
    const ids = ['one', 'two'] as const
    const seen: Answer[][] = []
    for (const [at, episode_id] of ids.entries())
      seen.push([(await post('/reset', { game: first.id, episode_id, seed: 3 + at, horizon: 5 })).body])
    for (let turn = 0; turn < 5; turn++)
      for (const [at, episode_id] of ids.entries()) {
        const text = scripts[at]?.replies[turn]
        seen[at]?.push((await post('/step', { episode_id, action: { text } })).body)
      }
    expect(seen.map((list) => list.map(told))).toEqual(scripts.map(({ expected }) => expected))
    expect(seen[0]?.at(-1)).toMatchObject({ done: true, terminated: false, truncated: true })
    const state = await send('GET', '/state?episode_id=two')
    expect(state.body).toMatchObject({ episode_id: 'two', step_count: 5, seed: 4, truncated: true })
  })

  it('go on from a snapshot, in another session and another process alike', async () => {
    const { ask, socket } = await talk(running.url)
    const { replies, expected } = await script(envSpec({ game: first, horizon: 8, restart: true }), 5, 8)
    await ask({ type: 'reset', data: { game: first.id, seed: 5, horizon: 8, restart: true } })
    for (const text of replies.slice(0, 3)) await ask({ type: 'step', data: { text } })
    const { snapshot } = (await ask({ type: 'state' })).data
    const other = await serveGame('--seed', '9', '--horizon', '3')
    for (const url of [running.url, other.url]) {
      const line = await talk(url)
      const seen = [await line.ask({ type: 'reset', data: JSON.parse(JSON.stringify(snapshot)) })]
      expect(told(seen[0].data)).toEqual({ ...(expected[3] as object), reward: null })
      for (const text of replies.slice(3)) seen.push(await line.ask({ type: 'step', data: { text } }))
      expect(seen.slice(1).map(({ data }) => told(data))).toEqual(expected.slice(4))
      line.socket.close()
    }
    other.child.kill('SIGKILL')
    socket.close()
  })

  it('stand still after their end, at reward 0', async () => {
    const { ask, socket } = await talk(running.url)
    await ask({ type: 'reset', data: { seed: 1, horizon: 1 } })
    const last = (await ask({ type: 'step', data: { text: 'x' } })).data
    const after = (await ask({ type: 'step', data: { text: 'x' } })).data
    expect(last).toMatchObject({ done: true, truncated: true, metadata: { steps: 1 } })
    expect(after).toMatchObject({ reward: 0, done: true, truncated: true, metadata: { steps: 1, score: null } })
    expect(after.observation).toEqual(last.observation)
    socket.close()
  })

  it('without a seed differ, and are decided by the seed of the server', async () => {
    const seeds: unknown[] = []
    for (const _ of [0, 1]) {
      const server = await serveGym({ port: 0, seed: 3 })
      const { ask, socket } = await talk(server.url)
      const both = [await ask({ type: 'reset' }), await ask({ type: 'reset', data: null })]
      seeds.push(both.map(({ data }) => data.metadata.seed))
      socket.close()
      await server.close()
    }
    expect(seeds[0]).toEqual(seeds[1])
    expect(new Set(seeds[0] as number[]).size).toBe(2)
  })

  it('show what is asked for', async () => {
    const { ask, socket } = await talk(running.url)
    const observe = async (data: object) => (await ask({ type: 'reset', data: { game: first.id, seed: 2, ...data } })).data
    const plain = await observe({})
    expect(plain.observation).toMatchObject({ width: 160, height: 192, image_tokens: 72, legal_actions: null, prefix: null })
    const url = await observe({ image: 'data_url', legal_actions: true, tokens: false })
    expect(url.observation.image).toBe(`data:image/png;base64,${plain.observation.image}`)
    expect(url.metadata).toMatchObject({ state: null, hash: null })
    const state = first.rules.init(first.config.parse({}), 2)
    expect(url.observation.legal_actions).toEqual(first.rules.legalActions(state).map((action) => first.answer.format(state, action)))
    const none = await observe({ image: 'none' })
    expect(none.observation).toMatchObject({ image: null, image_mime: null, width: null, image_tokens: 0 })
    const rgb = Buffer.from((await observe({ rgb: true })).observation.image, 'base64')
    expect([rgb[25], Buffer.from(plain.observation.image, 'base64')[25]]).toEqual([2, 3])
    socket.close()
  })
})

describe('what cannot be read', { timeout: 120_000 }, () => {
  it.each([
    ['{"type":', 'INVALID_JSON', /not JSON/],
    [Buffer.from('{}'), 'INVALID_JSON', /binary; send JSON in a text frame/],
    ['[1]', 'INVALID_JSON', /the message is \[1\]; send an object/],
    ['{"type":"jump"}', 'UNKNOWN_TYPE', /type cannot be "jump"; give reset, step, state or close/],
    ['{}', 'UNKNOWN_TYPE', /type cannot be absent/],
    ['{"type":"step","data":{"move":1}}', 'VALIDATION_ERROR', /text is missing.*unknown key "move"/],
    ['{"type":"step","data":null}', 'VALIDATION_ERROR', /data/],
    ['{"type":"step","data":{"text":7}}', 'VALIDATION_ERROR', /text cannot be 7/],
    ['{"type":"reset","data":{"gmae":"x"}}', 'VALIDATION_ERROR', /unknown key "gmae" \(did you mean "game"\?\)/],
    ['{"type":"reset","data":[]}', 'VALIDATION_ERROR', /cannot be \[\]/],
    ['{"type":"reset","data":{"game":"swop"}}', 'VALIDATION_ERROR', /no game is called "swop" \(did you mean "swap"\?\)/],
    ['{"type":"reset","data":{"seed":-1}}', 'VALIDATION_ERROR', /seed cannot be -1 \(give a whole number, 0 or more\)/],
    ['{"type":"reset","data":{"horizon":0}}', 'VALIDATION_ERROR', /horizon cannot be 0/],
    ['{"type":"reset","data":{"preset":"paper","perception":1}}', 'VALIDATION_ERROR', /preset and levels do not go together/],
    ['{"type":"reset","data":{"preset":"papers"}}', 'VALIDATION_ERROR', /no preset "papers"/],
    ['{"type":"reset","data":{"skin":{"theme":"dusk"}}}', 'VALIDATION_ERROR', /no theme "dusk"/],
    ['{"type":"reset","data":{"config":{"sise":3}}}', 'VALIDATION_ERROR', /unknown key "sise"/],
    ['{"type":"reset","data":{"state":"vg1.x"}}', 'VALIDATION_ERROR', /state: The text is not a state token/],
    ['{"type":"reset","data":{"state":"vg1.x","config":{}}}', 'VALIDATION_ERROR', /config and state do not go together/],
  ])('is answered with its reason, and the episode goes on: %s', async (message, code, reason) => {
    const { ask, raw, socket } = await talk(running.url)
    await ask({ type: 'reset', data: { seed: 1 } })
    await ask({ type: 'step', data: { text: 'x' } })
    const answer = await raw(message)
    expect(answer).toMatchObject({ type: 'error', data: { code, message: expect.stringMatching(reason) } })
    expect((await ask({ type: 'state' })).data).toMatchObject({ step_count: 1, seed: 1 })
    socket.close()
  })

  it('has a status and a body of one form over HTTP', async () => {
    await expect.poll(async () => (await send('GET', '/health')).body.sessions).toBe(2)
    const before = (await send('GET', '/health')).body
    for (const [answer, status, param, reason] of [
      [await post('/reset', '{"seed":'), 400, null, /not JSON/],
      [await post('/reset', '{}', { 'content-type': 'text/plain' }), 400, null, /send application\/json/],
      [await post('/reset', { seed: 'one' }), 422, 'seed', /seed cannot be "one"/],
      [await post('/step', { action: { text: 'x' } }), 422, 'episode_id', /episode_id is missing/],
      [await post('/step', { episode_id: 'gone', action: { text: 'x' } }), 404, 'episode_id', /no session "gone".*reset again/],
      [await send('GET', '/state?episode_id=gone'), 404, 'episode_id', /no session/],
      [await send('GET', '/nothing'), 404, null, /there is no GET \/nothing here; GET \/docs/],
      [await post('/reset', { x: 'x'.repeat(17 * 2 ** 20) }), 413, null, /over 16777216 bytes/],
      [await post('/reset', {}, { origin: 'http://evil.example' }), 403, null, /web pages/],
    ] as const) {
      expect(answer).toMatchObject({ status, body: { detail: expect.stringMatching(reason), param } })
    }
    expect((await send('GET', '/health')).body).toEqual(before)
  })

  it('is no socket of a web page, and no other path', async () => {
    await expect(talk(running.url, { origin: 'http://evil.example' })).rejects.toThrow(/403/)
    await expect(talk(`${running.url}/other`)).rejects.toThrow(/404/)
  })

  it('left no word in the log', () => expect(running.errors()).toBe(''))
})

describe('the server', { timeout: 120_000 }, () => {
  it('describes itself: every route stands in its OpenAPI document, and every schema is one', async () => {
    const { paths, info } = (await send('GET', '/openapi.json')).body
    expect(info.version).toMatch(/^\d/)
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/reset', '/step', '/state', '/health', '/metadata', '/schema']))
    const { action, observation, state } = (await send('GET', '/schema')).body
    expect(action).toMatchObject({ required: ['text'], additionalProperties: false, properties: { text: { type: 'string' } } })
    expect([observation.type, state.type]).toEqual(['object', 'object'])
    expect((await send('GET', '/metadata')).body).toMatchObject({ name: 'vlm-gym', description: expect.stringContaining('Swap') })
    const page = await (await fetch(new URL('/docs', running.url))).text()
    expect(page).toContain('POST /reset')
  })

  it('is full at its limit, and has room again when one goes', async () => {
    const server = await serveGym({ port: 0, maxSessions: 2 })
    const one = await talk(server.url)
    const two = await talk(server.url)
    const three = await talk(server.url)
    expect(await three.closed).toMatchObject({ code: 1013 })
    const full = await fetch(`${server.url}/reset`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect([full.status, await full.json()]).toMatchObject([
      503,
      { code: 'CAPACITY_REACHED', detail: expect.stringMatching(/2 of at most 2 sessions are open.*--max-sessions/) },
    ])
    one.socket.close()
    await one.closed
    await expect.poll(() => server.sessions).toBe(1)
    const four = await talk(server.url)
    expect((await four.ask({ type: 'reset' })).type).toBe('observation')
    for (const line of [two, four]) line.socket.close()
    await server.close()
  })

  it('takes a batch of resets that replaces sessions though it is full, and none that adds one', async () => {
    const server = await serveGym({ port: 0, maxSessions: 2 })
    const begin = async (...ids: (string | null)[]): Promise<number> => {
      const resets = ids.map((id) => ({ game: 'swap', seed: 1, ...(id !== null && { episode_id: id }) }))
      const body = JSON.stringify({ resets })
      return (await fetch(`${server.url}/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status
    }
    expect(await begin('a', 'b')).toBe(200)
    expect(await begin('a', 'b', 'a')).toBe(200)
    expect(server.sessions).toBe(2)
    expect([await begin('a', 'c'), await begin('a', null)]).toEqual([503, 503])
    expect(server.sessions).toBe(2)
    await server.close()
  })

  it('ends idle sessions and half-open sockets, and leaves the busy ones', async () => {
    const server = await serveGym({ port: 0, idleTimeout: 400 })
    const [idle, busy, gone] = [await talk(server.url), await talk(server.url), await talk(server.url, { autoPong: false })]
    await fetch(`${server.url}/reset`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    expect(server.sessions).toBe(4)
    await busy.ask({ type: 'reset' })
    const chatter = setInterval(() => void busy.ask({ type: 'step', data: { text: 'x' } }), 50)
    expect(await idle.closed).toEqual({ code: 1001, reason: 'idle' })
    expect(await gone.closed).toMatchObject({ code: 1006 })
    await expect.poll(() => server.sessions).toBe(1)
    clearInterval(chatter)
    expect((await busy.ask({ type: 'state' })).type).toMatch(/observation|state/)
    busy.socket.close()
    await server.close()
  })

  it('ends with its standard input where it is asked to', async () => {
    const other = await serveGame('--end-with-stdin')
    other.child.stdin?.end()
    expect(await other.ended).toBe(130)
  })

  it('tells its clients when it is interrupted, then ends with code 130', async () => {
    const other = await serveGame('--game', 'swap')
    const { ask, closed } = await talk(other.url)
    expect((await ask({ type: 'reset' })).data.observation.game).toBe('swap')
    other.child.kill('SIGINT')
    expect(await closed).toEqual({ code: 1001, reason: 'the server ends' })
    expect(await other.ended).toBe(130)
  })

  it('ends with one sentence on a port in use and on a game that is not there', async () => {
    const { port } = new URL(running.url)
    await expect(serveGame('--port', port)).rejects.toThrow(/ended with 2: error: cannot listen on 127\.0\.0\.1 port \d+: another program/)
    await expect(serveGame('--game', 'swop')).rejects.toThrow(/ended with 2: error: no game is called "swop"/)
  })
})
