/** Scorers against servers of this process: equal to play here, whatever servers do. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ScorerError } from '../errors.ts'
import { loadGames } from '../games/registry.ts'
import { type GroupStart, type PlayGroups, rolloutGroups, startSnapshot } from '../gym/index.ts'
import { createPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import { type GymServer, serveGym } from '../server/index.ts'
import { mixOf, presetNamed } from '../train/index.ts'
import { createScorers } from './scorers.ts'

const KEY = 'a-key-of-scorers-0123456789'
const config = presetNamed('tiny')

/** A server that answers requests n = 0, 1, … by `act`. */
async function badServer(act: (n: number) => RequestListener): Promise<{ url: string; asked: () => number; close: () => void }> {
  let asked = 0
  const server = createServer((request, response) => act(asked++)(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const status =
  (code: number, body: string = '{}'): RequestListener =>
  (_, response) =>
    void response.writeHead(code, { 'content-type': 'application/json' }).end(body)

/** The way servers fail: an answer that no reply can be read from. */
const FAULTS: readonly (readonly [string, RequestListener])[] = [
  ['503', status(503)],
  ['429', status(429)],
  ['an answer that is no JSON', status(200, 'busy')],
  ['an answer with too few groups', status(200, '{"groups":[]}')],
  [
    'an answer that is cut short',
    (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
  ],
  ['a connection that is cut', (request) => void request.socket.destroy()],
  ['silence', () => {}],
]

describe('createScorers', () => {
  let [good, keyed]: (GymServer | undefined)[] = []
  let url = ''
  let starts: GroupStart[] = []
  beforeAll(async () => {
    await loadGames(config.games.map(({ id }) => id))
    good = await serveGym({ port: 0 })
    keyed = await serveGym({ port: 0, key: KEY })
    url = good.url
    starts = mixOf(config).flatMap(({ spec }, i) => [0, 1].map((seed) => ({ spec, snapshot: startSnapshot(spec, seed + i) })))
  })
  afterAll(() => Promise.all([good?.close(), keyed?.close()]))

  /** The teacher, whose replies can be read, and one that says what cannot. */
  const policy: Policy = {
    ...createPolicy('teacher'),
    reply: async (observations, request) => {
      const replies = await createPolicy('teacher').reply(observations, request)
      return replies.map((group) =>
        group.map((reply, k) => (k % 3 === 1 ? { text: `<answer>${reply.text.length}</answer> ✓ \ud800` } : reply)),
      )
    },
  }
  const episodes = (play?: PlayGroups) => rolloutGroups(policy, starts, { n: 40, turns: 3, seed: 5, ...(play && { play }) })
  /** Without the expert's scores, which only scorers tell. */
  const told = async (play?: PlayGroups): Promise<unknown> =>
    JSON.parse(JSON.stringify(await episodes(play), (key, value) => (key === 'expert' ? undefined : value)))

  it('gives what this process gives, over several turns, of all games', async () => {
    const { play, check } = createScorers({ urls: [url] })
    await check(config)
    expect(await told(play)).toEqual(await told())
  })

  it.each(FAULTS)('goes to another server on %s', async (_, act) => {
    const bad = await badServer(() => act)
    const notes: string[] = []
    const { play } = createScorers({ urls: [bad.url, url], timeout: 1000, onNote: (text) => notes.push(text) })
    expect(await told(play)).toEqual(await told())
    expect(bad.asked()).toBeGreaterThan(0)
    expect(notes[0]).toContain(`the scorer ${bad.url} is left out for now: `)
    bad.close()
  })

  it('takes a server back, and says so', async () => {
    const bad = await badServer((n) =>
      n < 2
        ? status(503)
        : async (request, response) => {
            const body = Buffer.concat(await request.toArray())
            const answer = await fetch(`${url}/v1/groups`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
            response.writeHead(200).end(await answer.text())
          },
    )
    const notes: string[] = []
    const { play } = createScorers({ urls: [bad.url], onNote: (text) => notes.push(text) })
    expect(await told(play)).toEqual(await told())
    expect(notes.at(-1)).toBe(`the scorer ${bad.url} answers again`)
    bad.close()
  })

  it('gives up once nobody has answered for as long as it may wait, at once where all refuse', async () => {
    const bad = await badServer(() => status(500))
    await expect(told(createScorers({ urls: [bad.url], patience: 600 }).play)).rejects.toThrow(ScorerError)
    bad.close()
    const refusing = await badServer(() => status(422, '{"detail":"the game is not known here"}'))
    const before = performance.now()
    await expect(told(createScorers({ urls: [refusing.url] }).play)).rejects.toThrow(/status 422: the game is not known here/)
    expect(performance.now() - before).toBeLessThan(5000)
    refusing.close()
  })

  it('finds before training that a server wants a key, or gives other numbers', async () => {
    const locked = (keyed as GymServer).url
    await expect(createScorers({ urls: [locked] }).check(config)).rejects.toThrow(/status 401.*VLM_GYM_KEY/)
    await createScorers({ urls: [locked], key: KEY }).check(config)
    const other = await badServer(() => async (request, response) => {
      const body = Buffer.concat(await request.toArray())
      const answer = await fetch(`${url}/v1/groups`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      response.writeHead(200).end((await answer.text()).replaceAll('"game_reward":0', '"game_reward":1'))
    })
    await expect(createScorers({ urls: [url, other.url] }).check(config)).rejects.toThrow(/gives other numbers for .*same version/)
    other.close()
  })
})
