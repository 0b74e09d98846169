/** What `vlm-gym serve` does beyond OpenEnv: groups without sessions, many sessions in one request, fork, snapshot and restore. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Env, envSpec, loadGames, playGroup } from 'vlm-gym'
import { encodeState, momentAfter, paperReward, type RewardSpec, rewardOf, rewardScores, stateHash } from 'vlm-gym/gym'
import { FRAMES_TYPE, type GymServer, serveGym, unpackFrames } from 'vlm-gym/server'
import { type Answer, type Script, script, told } from './gym-client.ts'

const games = await loadGames()
let server: GymServer
beforeAll(async () => {
  server = await serveGym({ port: 0 })
})
afterAll(() => server.close())

async function request(method: string, path: string, body?: unknown, accept = 'application/json'): Promise<Response> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(server.url + path, { method, headers: { 'content-type': 'application/json', accept }, ...json })
}
const post = async (path: string, body: unknown): Promise<{ status: number; body: Answer }> => {
  const response = await request('POST', path, body)
  return { status: response.status, body: await response.json() }
}
const frames = async (path: string, body: unknown) => {
  const response = await request('POST', path, body, FRAMES_TYPE)
  expect(response.headers.get('content-type')).toBe(FRAMES_TYPE)
  return unpackFrames(new Uint8Array(await response.arrayBuffer()))
}

const regret: RewardSpec = { ...paperReward, weights: { ...paperReward.weights, think: 0.5 }, signal: 'regret', scale: 4 }

describe('POST /v1/groups', () => {
  it.each(games.map((game) => [game.id, game] as const))(
    'scores replies as this process does, and its tokens go on: %s',
    async (_, game) => {
      const spec = envSpec({ game, horizon: 9, reward: regret })
      const env = new Env(spec, 21)
      const { replies } = await script(spec, 21, 8)
      for (const text of replies.slice(0, 2)) env.step(text)
      const { state, last } = env.snapshot()
      const said = [...replies, replies.at(-1) as string, 'rubbish', 'rubbish']
      const expected = playGroup(game, state, said, { chance: 'shared' }).map(({ score, result }, at) => {
        const { snapshot, ending } = momentAfter(spec, { state, last, steps: 8, return: 0 }, result)
        return {
          ...{ at, reward: rewardOf(regret, score, rewardScores(regret, game, state)).total, action: score.action, think: score.think },
          ...{ terminated: ending === 'terminated', truncated: ending === 'truncated' },
          ...{ state: encodeState(game, snapshot.state, snapshot.last), hash: stateHash(game, snapshot.state) },
        }
      })
      const token = encodeState(game, state, last)
      const { status, body } = await post('/v1/groups', { groups: [{ state: token, replies: said, steps: 8 }], reward: regret, horizon: 9 })
      expect(status).toBe(200)
      const [group] = body.groups
      expect(group).toMatchObject({ game: game.id, hash: stateHash(game, state) })
      const seen = group.replies.map(({ reward, score, terminated, truncated, state: next, hash }: Answer, at: number) => {
        return { at, reward, action: score.action, think: score.think, terminated, truncated, state: next, hash }
      })
      expect(seen).toEqual(expected)
      // A token goes on as the session would have done.
      const next = await post('/v1/groups', { groups: [{ state: group.replies[2].state, replies: [replies[3]] }] })
      env.step(replies[2] as string)
      env.step(replies[3] as string)
      expect(next.body.groups[0].replies[0].hash).toBe(stateHash(game, env.snapshot().state))
    },
  )

  const [game] = games as [(typeof games)[number]]
  const token = encodeState(game, game.rules.init(game.config.parse({}), 5))

  it('answers in columns where that is asked for', async () => {
    const { replies } = await script(envSpec({ game }), 5, 3)
    const groups = [
      { state: token, replies },
      { state: token, replies: [] },
      { state: token, replies: ['rubbish'] },
    ]
    const rows: Answer[] = (await post('/v1/groups', { groups })).body.groups
    const { status, body } = await post('/v1/groups', { groups, columns: true })
    expect(status).toBe(200)
    const hash = rows[0].hash
    expect(body.groups).toEqual({ game: Array(3).fill(game.id), hash: Array(3).fill(hash), replies: [replies.length, 0, 1] })
    const all = rows.flatMap((group) => group.replies)
    const { score, reward_parts, ...plain } = body.replies
    for (const [at, row] of all.entries()) {
      const taken = (columns: Record<string, unknown[]>) =>
        Object.fromEntries(Object.entries(columns).map(([key, list]) => [key, list[at]]))
      expect({ ...taken(plain), score: taken(score), reward_parts: taken(reward_parts) }).toEqual(row)
    }
    expect(body.replies.reward).toHaveLength(all.length)
    expect((await post('/v1/groups', { groups: [groups[1]], columns: true })).body.replies.score.action).toEqual([])
  })

  it("tells what the reward's expert thinks of every legal action where that is asked for", async () => {
    const groups = games.map((one) => ({ state: encodeState(one, one.rules.init(one.config.parse({}), 5)), replies: ['x'] }))
    const wanted = games.map((one) => {
      const scores = rewardScores(paperReward, one, one.rules.init(one.config.parse({}), 5))
      return scores && Object.fromEntries(scores)
    })
    expect(Object.keys(wanted[0] ?? {}).length).toBeGreaterThan(1)
    const rows: Answer[] = (await post('/v1/groups', { groups, expert: true })).body.groups
    expect(rows.map(({ expert }) => expert)).toEqual(wanted)
    expect((await post('/v1/groups', { groups, expert: true, columns: true })).body.groups.expert).toEqual(wanted)
    expect((await post('/v1/groups', { groups })).body.groups[0]).not.toHaveProperty('expert')
  })

  it('gives each reply a chance of its own by a seed', async () => {
    const state = game.rules.init(game.config.parse({}), 5)
    const { replies } = await script(envSpec({ game }), 5, 1)
    const said = Array.from({ length: 8 }, () => replies[0] as string)
    const ask = async (seed: number) =>
      (await post('/v1/groups', { groups: [{ state: token, replies: said, seed }], chance: 'independent' })).body.groups[0].replies
    const hashes = (await ask(3)).map(({ hash }: Answer) => hash)
    const here = playGroup(game, state, said, { chance: 'independent', seed: 3 }).map(({ result }) => stateHash(game, result.state))
    expect(hashes).toEqual(here)
    expect((await ask(4)).map(({ hash }: Answer) => hash)).not.toEqual(hashes)
  })

  it.each([
    [{ groups: [] }, 'groups', /groups cannot be \[\]/],
    [{ groups: [{ state: token, replies: [1] }] }, 'groups.0.replies.0', /replies.0 cannot be 1 \(give a text\)/],
    [
      {
        groups: [
          { state: token, replies: [] },
          { state: `${token}x`, replies: ['x'] },
        ],
      },
      'groups[1].state',
      /groups\[1\]\.state: The text is not/,
    ],
    [{ groups: [{ state: token.replace(/.$/, '_'), replies: [] }] }, 'groups[0].state', /groups\[0\]\.state/],
    [{ groups: [{ state: token, replies: ['x'] }], chance: 'independent' }, 'groups[0].seed', /seed is missing/],
    [{ groups: [{ state: token, replies: ['x'] }], reward: { scale: 0 } }, 'reward.scale', /reward.scale cannot be 0/],
    [{ groups: [{ state: token, replies: ['x'] }], tokns: true }, null, /unknown key "tokns" \(did you mean "tokens"\?\)/],
  ])('refuses %#', async (body, param, reason) => {
    expect(await post('/v1/groups', body)).toMatchObject({ status: 422, body: { param, detail: expect.stringMatching(reason) } })
  })
})

describe('many sessions in one request', () => {
  it('play as each would alone, with pictures as bytes or as Base64', async () => {
    const scripts: Script[] = []
    const resets: object[] = []
    for (const game of games)
      for (const seed of [1, 2]) {
        scripts.push(await script(envSpec({ game, horizon: 4 }), seed, 4))
        resets.push({ game: game.id, seed, horizon: 4, episode_id: `${game.id}-${seed}` })
      }
    const seen = [(await frames('/v1/sessions', { resets })).map(asBase64)]
    for (const turn of [0, 1, 2, 3]) {
      const steps = scripts.map(({ replies }, at) => ({ id: (resets[at] as { episode_id: string }).episode_id, text: replies[turn] }))
      seen.push(turn % 2 === 0 ? (await frames('/v1/step', { steps })).map(asBase64) : (await post('/v1/step', { steps })).body.results)
    }
    for (const [at, { expected }] of scripts.entries()) expect(seen.map((list) => told(list[at]))).toEqual(expected)
  })

  it('have their texts told once where that is asked for', async () => {
    const resets = [1, 2, 3].map((seed) => ({ game: '2048', seed, episode_id: `shared-${seed}` }))
    const each = (await post('/v1/sessions', { resets })).body
    expect(each).not.toHaveProperty('texts')
    const { texts, results } = (await post('/v1/sessions', { resets, texts: 'shared' })).body
    expect(texts).toEqual([each.results[0].observation.text])
    expect(results.map(({ observation }: Answer) => observation.text)).toEqual([0, 0, 0])
    // The first of them is told that its reply could not be read, so it has a text of its own.
    const steps = resets.map(({ episode_id: id }, at) => ({ id, text: at === 0 ? 'rubbish' : '' }))
    const asked = (resets: object) => frames('/v1/sessions', { resets, texts: 'shared' })
    expect((await asked(resets)).map(({ observation }) => observation.text)).toEqual(
      [0, 1, 2].map((at) => each.results[at].observation.text),
    )
    const body = Buffer.from(await (await request('POST', '/v1/step', { steps, texts: 'shared' }, FRAMES_TYPE)).arrayBuffer())
    const header = JSON.parse(body.subarray(4, 4 + body.readUInt32LE()).toString())
    const seen = unpackFrames(body)
    for (const [at, result] of header.results.entries()) expect(header.texts[result.observation.text]).toBe(seen[at]?.observation.text)
    expect(new Set(header.texts).size).toBe(header.texts.length)
    const { results: forks } = (await post('/v1/sessions/shared-1/fork', { count: 2, texts: 'shared' })).body
    expect(forks.map(({ observation }: Answer) => observation.text)).toEqual([0, 0])
    expect(await post('/v1/step', { steps, texts: 'once' })).toMatchObject({ status: 422, body: { param: 'texts' } })
  })

  it('change nothing when one of them cannot be found or read', async () => {
    await post('/v1/sessions', { resets: [{ episode_id: 'here', seed: 1 }] })
    const open = server.sessions
    const gone = await post('/v1/step', { steps: [{ id: 'here', text: 'x' }, { id: 'gone', text: 'x' }] }) // biome-ignore format: one line
    expect(gone).toMatchObject({ status: 404, body: { param: 'steps[1].id', detail: expect.stringMatching(/no session "gone"/) } })
    expect((await (await request('GET', '/state?episode_id=here')).json()) as Answer).toMatchObject({ step_count: 0 })
    const bad = await post('/v1/sessions', { resets: [{}, { game: 'swop' }] })
    expect(bad).toMatchObject({ status: 422, body: { param: 'resets[1].game', detail: expect.stringMatching(/resets\[1\]: no game/) } })
    expect(server.sessions).toBe(open)
  })

  it('branch, are saved, and go back', async () => {
    const [game] = games as [(typeof games)[number]]
    const { replies, expected } = await script(envSpec({ game, horizon: 6 }), 8, 6)
    await post('/v1/sessions', { resets: [{ game: game.id, episode_id: 'trunk', seed: 8, horizon: 6 }] })
    for (const text of replies.slice(0, 2)) await post('/v1/step', { steps: [{ id: 'trunk', text }] })
    const { snapshot } = (await (await request('GET', '/v1/sessions/trunk/snapshot')).json()) as Answer
    const forks = (await post('/v1/sessions/trunk/fork', { count: 3 })).body.results as Answer[]
    const ids = ['trunk', ...forks.map(({ metadata }) => metadata.episode_id)]
    expect(new Set(ids).size).toBe(4)
    for (const fork of forks) expect(told(fork)).toEqual({ ...(expected[2] as object), reward: null })
    await post('/v1/step', { steps: [{ id: ids[1], text: 'rubbish' }] })
    for (const turn of [2, 3, 4, 5]) {
      const steps = [ids[0], ids[2], ids[3]].map((id) => ({ id, text: replies[turn] }))
      const { results } = (await post('/v1/step', { steps })).body
      expect(results.map(told)).toEqual([0, 1, 2].map(() => expected[turn + 1]))
    }
    const back = await post('/v1/sessions/trunk/restore', snapshot)
    expect(told(back.body)).toEqual({ ...(expected[2] as object), reward: null })
    expect(told((await post('/v1/step', { steps: [{ id: 'trunk', text: replies[2] }] })).body.results[0])).toEqual(expected[3])
    const open = server.sessions
    for (const id of ids) expect((await request('DELETE', `/v1/sessions/${id}`)).status).toBe(200)
    expect(server.sessions).toBe(open - 4)
    expect((await request('DELETE', '/v1/sessions/trunk')).status).toBe(404)
  })

  it('stand in the OpenAPI document, every one with its schemas', async () => {
    const { paths } = (await (await request('GET', '/openapi.json')).json()) as Answer
    expect(paths['/v1/groups'].post.requestBody.content['application/json'].schema.required).toEqual(['groups'])
    expect(paths['/v1/sessions/{id}/fork'].post.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ])
    for (const [path, methods] of Object.entries(paths as Record<string, object>))
      for (const method of Object.keys(methods)) {
        const answer = await request(method.toUpperCase(), path.replace('{id}', 'none'), method === 'post' ? {} : undefined)
        const { detail } = ['/docs', '/metrics'].includes(path) ? { detail: '' } : ((await answer.json()) as Answer)
        expect(String(detail)).not.toMatch(/there is no [A-Z]+ \//)
      }
  })
})

function asBase64({ observation, ...rest }: ReturnType<typeof unpackFrames>[number]): Answer {
  return { ...rest, observation: { ...observation, image: observation.image && Buffer.from(observation.image).toString('base64') } }
}
