/** What the servers count: /metrics as Prometheus reads it, and /health. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { modelApp, offerOf, serveGym, serveMcp } from 'vlm-gym/server'
import { mockEngine } from 'vlm-gym/testing'
import { type Answer, talk } from './gym-client.ts'

const key = 'a-key-of-more-than-16-signs'
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
let server: Awaited<ReturnType<typeof serveGym>>
beforeAll(async () => {
  server = await serveGym({ port: 0, key })
})
afterAll(() => server.close())

const metrics = async (url: string = server.url): Promise<string> => {
  const answer = await fetch(new URL('/metrics', url), { headers })
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return answer.text()
}
const post = async (path: string, body: unknown): Promise<Answer> =>
  (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
/** The value of a line, such as 'vlm_gym_refused_total{reason="TOO_LARGE"}'. */
const counted = (text: string, line: string): number =>
  Number(
    text
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.split(' ')
      .at(-1),
  )

it('counts episodes, replies and groups over every door, and what was refused', { timeout: 60_000 }, async () => {
  const { ask, socket } = await talk(server.url, { headers })
  await ask({ type: 'reset', data: { seed: 1 } })
  const { data } = await ask({ type: 'step', data: { text: 'x' } })
  await ask({ type: 'step', data: { txt: 'x' } })
  await post('/reset', { episode_id: 'one', seed: 1 })
  await post('/step', { episode_id: 'one', action: { text: 'x' } })
  await post('/v1/sessions', { resets: [{ episode_id: 'two' }, { episode_id: 'three' }] })
  await post('/v1/step', { steps: [{ id: 'two', text: 'x' }, { id: 'three', text: 'x' }] }) // biome-ignore format: one line
  await post('/v1/groups', { groups: [{ state: data.metadata.state, replies: ['x', 'y', 'z'] }, { state: data.metadata.state, replies: [] }] }) // biome-ignore format: one line
  await post('/reset', { game: 'swop' })
  await fetch(`${server.url}/state`)
  await expect(talk(server.url)).rejects.toThrow(/401/)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }))
  await client.callTool({ name: 'new_game', arguments: {} })
  await client.callTool({ name: 'act', arguments: { answer: '0' } })
  const text = await metrics()
  for (const [line, value] of [
    ['vlm_gym_resets_total', 5],
    ['vlm_gym_steps_total', 5],
    ['vlm_gym_groups_total', 2],
    ['vlm_gym_group_replies_total', 3],
    ['vlm_gym_sessions', 4],
    ['vlm_gym_mcp_conversations', 1],
    ['vlm_gym_refused_total{reason="VALIDATION_ERROR"}', 2],
    ['vlm_gym_refused_total{reason="KEY_REFUSED"}', 2],
    ['vlm_gym_request_seconds_count{route="/v1/groups",status="200"}', 1],
    ['vlm_gym_request_seconds_count{route="/state",status="401"}', 1],
    ['vlm_gym_request_seconds_count{route="/ws",status="observation"}', 2],
    ['vlm_gym_request_seconds_count{route="/ws",status="error"}', 1],
  ] as const)
    expect([line, counted(text, line)]).toEqual([line, value])
  for (const line of [
    'vlm_gym_received_bytes_total',
    'vlm_gym_sent_bytes_total',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ])
    expect([line, counted(text, line)]).toEqual([line, expect.any(Number)])
  expect(counted(text, 'vlm_gym_sent_bytes_total')).toBeGreaterThan(counted(text, 'vlm_gym_received_bytes_total'))
  expect(text).not.toContain(key)
  await client.close()
  socket.close()
})

it('has no line for what a request makes up', async () => {
  const lines = async () => (await metrics()).split('\n').filter((one) => one.startsWith('vlm_gym_')).length
  for (const path of ['/x', '/v1/sessions/a/snapshot']) await fetch(server.url + path, { headers })
  const before = await lines()
  for (let at = 0; at < 20; at++) {
    await fetch(`${server.url}/x${at}`, { headers })
    await fetch(`${server.url}/v1/sessions/${at}/snapshot`, { headers })
  }
  expect(await lines()).toBe(before)
})

it('asks for the key, which /health does not', async () => {
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401)
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
    ...{ status: 'healthy', version: expect.stringMatching(/^\d/), sessions: expect.any(Number), max_sessions: 4096 },
  })
})

it('is there in the servers of MCP and of a model', async () => {
  const host = { offer: await offerOf({}), nextSeed: () => 1, port: 0, maxSessions: 1, idleTimeout: 1000 }
  const mcp = await serveMcp(host)
  await fetch(new URL('/other', mcp.url))
  const text = await metrics(mcp.url)
  expect(counted(text, 'vlm_gym_mcp_conversations')).toBe(0)
  expect(counted(text, 'vlm_gym_refused_total{reason="NOT_FOUND"}')).toBe(1)
  expect(await (await fetch(new URL('/health', mcp.url))).json()).toMatchObject({ status: 'healthy', sessions: 0, max_sessions: 1 })
  await mcp.close()
  const engine = mockEngine({ chat: { words: ['0', '1', '</answer>'] } })
  const { app } = modelApp({ engine, model: 'small' })
  await app.request('/v1/models/other')
  const said = await (await app.request('/metrics')).text()
  expect(counted(said, 'vlm_gym_refused_total{reason="model_not_found"}')).toBe(1)
  expect(counted(said, 'vlm_gym_request_seconds_count{route="/v1/models/:id",status="404"}')).toBe(1)
  await engine.close()
})
