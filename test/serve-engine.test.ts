/** `vlm-gym serve-engine` as a user types it: by the official SDK of Tinker, and by plain requests. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Env, encodePng, envSpec, frameOf, loadGame, promptOf } from 'vlm-gym'
import { type Running, startServer, startServerIn } from './running-server.ts'

/** Python of each environment that has a version of the SDK, separated by ':'. */
const pythons = (process.env.VLM_GYM_TINKER ?? '').split(':').filter((path) => path !== '')
const script = fileURLToPath(new URL('./python/tinker_train.py', import.meta.url))
const REPLY = '<answer>3</answer>'
const KEY = 'tml-0123456789abcdef'

const skin = { theme: 'classic', tile: 16, layout: 'board' } as const
const observation = new Env(envSpec({ game: await loadGame('2048'), skin, promptStyle: 'brief' }), 7).observe()
const png = encodePng(frameOf(observation))
const prompt = promptOf(observation)

type Json = Record<string, unknown>

/** Plain requests to a server. */
function clientOf(url: string, headers: Record<string, string> = {}) {
  const send = async (path: string, body?: object, more: Record<string, string> = {}): Promise<{ status: number; body: Json }> => {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers, ...more },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Json }
  }
  const result = async (path: string, body: object): Promise<Json> => {
    const { status, body: taken } = await send(path, body)
    expect({ status, taken, ...(status !== 200 && { said: JSON.stringify(taken) }) }).toMatchObject({ status: 200 })
    return (await send('retrieve_future', { request_id: taken.request_id })).body
  }
  const model = async (): Promise<string> => {
    const { body } = await send('create_session', { tags: [], sdk_version: 'test', user_metadata: null })
    const made = await result('create_model', { session_id: body.session_id, model_seq_id: 0, base_model: 'embedded' })
    return made.model_id as string
  }
  const encode = async (text: string): Promise<number[]> => (await send('encode', { text })).body.tokens as number[]
  return { send, result, model, encode }
}

type Client = ReturnType<typeof clientOf>

/** The body of a pass on the reply, in JSON. */
async function passOf({ encode }: Client, model_id: string, seq_id: number, weight = 1): Promise<object> {
  const [before, reply] = [await encode(prompt), await encode(REPLY)]
  const hidden = 16 + before.length - 1
  const image = { type: 'image', format: 'png', data: Buffer.from(png).toString('base64') }
  const tensor = (data: readonly number[], dtype: string) => ({ data, dtype, shape: [data.length] })
  return {
    ...{ model_id, seq_id },
    forward_backward_input: {
      data: [
        {
          model_input: { chunks: [image, { type: 'encoded_text', tokens: [...before, ...reply.slice(0, -1)] }] },
          loss_fn_inputs: {
            target_tokens: tensor([...new Array<number>(hidden).fill(0), ...reply], 'int64'),
            weights: tensor([...new Array<number>(hidden).fill(0), ...reply.map(() => weight)], 'float32'),
          },
        },
      ],
      loss_fn: 'cross_entropy',
    },
  }
}
const stepOf = (model_id: string, seq_id: number) => ({ model_id, seq_id, adam_params: { learning_rate: 1e-2 } })
const lossOf = (result: Json): number => (result.metrics as Record<string, number>)['loss:sum'] as number

describe('vlm-gym serve-engine', { timeout: 240_000 }, () => {
  let folder = ''
  let running: Running
  let client: Client
  const start = () =>
    startServer('serve-engine', '--preset', 'tiny', '--folder', join(folder, 'kept'), '--max-queue', '40', '--max-models', '12')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serve-engine-'))
    await writeFile(join(folder, 'board.png'), png)
    running = await start()
    client = clientOf(running.url)
  }, 120_000)
  afterAll(async () => {
    running?.child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  it.skipIf(pythons.length === 0).each(pythons.length === 0 ? ['none'] : pythons)(
    'trains and samples pictures by the official Python SDK (skipped where VLM_GYM_TINKER names no Python with it): %s',
    async (python) => {
      const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', script, join(folder, 'board.png'), prompt, REPLY], {
        env: { ...process.env, TINKER_BASE_URL: running.url, TINKER_API_KEY: KEY, TINKER_TELEMETRY: '0' },
      })
      const told = JSON.parse(stdout) as Record<string, unknown> & { first: number; last: number; distance: number; scored: number[] }
      expect(told.last).toBeGreaterThan(told.first + 5)
      expect(told).toMatchObject({ greedy: true, stop: 'stop', same: true, unscored: true })
      expect(told.distance).toBeLessThan(1e-4)
      expect(told.restored).toEqual(told.forward)
      for (const [i, value] of told.scored.entries()) expect(value).toBeCloseTo((told.forward as number[])[i] as number, 4)
      expect(told.wrong).toMatch(/wants one picture first/)
      expect(told.refused).toMatch(/step was not made/)
    },
  )

  it.skipIf(pythons.length === 0).each(pythons.length === 0 ? ['none'] : pythons)(
    'runs the example of docs/serve-engine.md as it stands (skipped where VLM_GYM_TINKER names no Python with it): %s',
    async (python) => {
      const page = await readFile(fileURLToPath(new URL('../docs/serve-engine.md', import.meta.url)), 'utf8')
      const example = /```python\n([\s\S]*?)```/.exec(page)?.[1] as string
      const { stdout } = await promisify(execFile)(python, ['-c', example], {
        cwd: folder,
        env: { ...process.env, TINKER_BASE_URL: running.url, TINKER_API_KEY: KEY, TINKER_TELEMETRY: '0' },
      })
      const lines = stdout.trim().split('\n')
      expect(lines).toHaveLength(11)
      expect(Number(lines[9]?.split(' ')[1])).toBeLessThan(Number(lines[0]?.split(' ')[1]))
      expect(lines[10]).toMatch(/tinker:\/\/.*\/weights\/ten-steps$/)
    },
  )

  it('carries requests out in the order of their numbers, whatever order they come in', async () => {
    const { send, model } = client
    const [one, two] = [await model(), await model()]
    const ids: unknown[] = []
    for (const body of [await passOf(client, one, 3), stepOf(one, 2), await passOf(client, one, 1)])
      ids.unshift((await send('adam_params' in body ? 'optim_step' : 'forward_backward', body)).body.request_id)
    for (const seq of [1, 3]) {
      ids.push((await send('forward_backward', await passOf(client, two, seq))).body.request_id)
      if (seq === 1) ids.push((await send('optim_step', stepOf(two, 2))).body.request_id)
    }
    const losses = await Promise.all(ids.map(async (request_id) => (await send('retrieve_future', { request_id })).body))
    expect(losses.slice(0, 3)).toEqual(losses.slice(3))
    expect(lossOf(losses[2] as Json)).toBeLessThan(lossOf(losses[0] as Json))
  })

  it('answers a request that is sent again by the same future, and refuses another one of its number', async () => {
    const { send, model, result } = client
    const id = await model()
    const body = await passOf(client, id, 1)
    const [first, again] = [await send('forward_backward', body), await send('forward_backward', body)]
    expect(again.body).toEqual(first.body)
    expect(await send('forward_backward', await passOf(client, id, 1, 2))).toMatchObject({ status: 409, body: { category: 'user' } })
    const step = await result('optim_step', stepOf(id, 2))
    expect(step).toMatchObject({ metrics: { 'grad_norm:mean': expect.any(Number) } })
  })

  it('finds its checkpoints after a kill, and says what became of models and requests', async () => {
    const { send, model, result } = client
    const id = await model()
    await result('forward_backward', await passOf(client, id, 1))
    await result('optim_step', stepOf(id, 2))
    const saved = await result('save_weights', { model_id: id, path: 'first', seq_id: 3 })
    expect(saved.path).toBe(`tinker://${id}/weights/first`)
    expect(await result('save_weights', { model_id: id, path: 'first', seq_id: 4 })).toMatchObject({
      category: 'user',
      error: expect.stringMatching(/already/),
    })
    const loss = lossOf(await result('forward_backward', await passOf(client, id, 5)))
    const open = (await send('forward_backward', await passOf(client, id, 6))).body.request_id

    running.child.kill('SIGKILL')
    await running.ended
    running = await start()
    client = clientOf(running.url)
    expect(await client.send('optim_step', stepOf(id, 7))).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/load_weights/) },
    })
    expect(await client.send('retrieve_future', { request_id: open })).toMatchObject({ status: 410 })
    const runs = (await client.send('training_runs')).body.training_runs as Json[]
    expect(runs.map((run) => run.training_run_id)).toContain(id)
    const other = await client.model()
    // Submitted together: what is loaded is what was just saved.
    const path = `tinker://${other}/weights/own`
    const pair = [
      client.send('save_weights', { model_id: other, path: 'own', seq_id: 1 }),
      client.send('load_weights', { model_id: other, path, optimizer: true, seq_id: 2 }),
    ]
    const { request_id } = ((await Promise.all(pair))[1] as { body: Json }).body
    expect((await client.send('retrieve_future', { request_id })).body).toMatchObject({ path })
    await client.result('load_weights', { model_id: other, path: saved.path, optimizer: true, seq_id: 3 })
    expect(lossOf(await client.result('forward_backward', await passOf(client, other, 4)))).toBe(loss)
    const gone = await fetch(`${running.url}/api/v1/training_runs/${id}/checkpoints/weights/first`, { method: 'DELETE' })
    expect(gone.status).toBe(204)
    expect((await readdir(join(folder, 'kept', 'saves'))).filter((name) => name.includes('.first.'))).toEqual([])
    expect(await client.result('load_weights', { model_id: other, path: saved.path, optimizer: true, seq_id: 5 })).toMatchObject({
      category: 'user',
    })
  })

  it('samples alike whether prompts of one seed come together or apart', async () => {
    const { send, encode } = client
    const tokens = await encode(prompt)
    const image = { type: 'image', format: 'png', data: Buffer.from(png).toString('base64') }
    const ask = async (prompt_index?: number): Promise<Json> => {
      const body = {
        ...{ base_model: 'embedded', num_samples: 2, prompt: { chunks: [image, { type: 'encoded_text', tokens }] } },
        ...{ sampling_params: { max_tokens: 6, temperature: 1, seed: 5 }, prompt_index },
      }
      const { request_id } = (await send('asample', body)).body
      return (await send('retrieve_future', { request_id })).body
    }
    const together = await Promise.all([0, 1, 2].map((index) => ask(index)))
    for (const index of [2, 0, 1]) expect(await ask(index)).toEqual(together[index])
    expect(new Set(together.map((one) => JSON.stringify(one))).size).toBeGreaterThan(1)
    expect(await ask()).toEqual(await ask())
  })

  it('refuses what it cannot take, in words', async () => {
    const { send, model, result } = client
    expect(await send('get_info', { model_id: 'nobody' })).toMatchObject({ status: 404 })
    expect(await send('retrieve_future', { request_id: 'nobody' })).toMatchObject({ status: 404 })
    expect(await send('session_heartbeat', { session_id: 'nobody' })).toMatchObject({ status: 404 })
    expect(await send('asample', { prompt: 3 })).toMatchObject({ status: 400, body: { category: 'user' } })
    expect(await send('forward_backward', {}, { 'content-type': 'application/x-protobuf', 'content-encoding': 'br' })).toMatchObject({
      status: 415,
    })
    expect(await send('healthz', undefined, { origin: 'http://example.org' })).toMatchObject({ status: 403 })
    const id = await model()
    const [session] = id.split(':')
    expect(await result('create_model', { session_id: session, model_seq_id: 1, base_model: 'Qwen' })).toMatchObject({ category: 'user' })
    // A gap in the numbers is waited for, and the queue has an end.
    const statuses = []
    for (let seq = 2; seq < 45; seq++) statuses.push((await send('optim_step', stepOf(id, seq))).status)
    expect(statuses).toContain(429)
    const finished = await send(`sessions/${session}/finish`, { reason: { type: 'success' } })
    expect(finished.status).toBe(200)
    expect(await send('session_heartbeat', { session_id: session })).toMatchObject({ status: 410 })
    expect(await send('optim_step', stepOf(id, 1))).toMatchObject({ status: 404 })
  })

  it('asks for its key, stops in an orderly way, and keeps its folder to itself', async () => {
    const other = await startServerIn({ VLM_GYM_KEY: KEY }, 'serve-engine', '--preset', 'tiny', '--folder', join(folder, 'other'))
    expect(await clientOf(other.url).send('get_server_capabilities')).toMatchObject({ status: 401 })
    expect(await clientOf(other.url).send('healthz')).toMatchObject({ status: 200 })
    expect(await clientOf(other.url, { 'x-api-key': `${KEY}x` }).send('get_server_capabilities')).toMatchObject({ status: 401 })
    expect(await clientOf(other.url, { 'x-api-key': KEY }).send('get_server_capabilities')).toMatchObject({
      status: 200,
      body: { supported_models: [{ model_name: 'embedded' }] },
    })
    await expect(startServer('serve-engine', '--preset', 'tiny', '--folder', join(folder, 'other'))).rejects.toThrow(
      /in use by another process/,
    )
    other.child.kill('SIGTERM')
    expect(await other.ended).toBe(130)
    await expect(startServer('serve-engine', '--host', '0.0.0.0', '--folder', join(folder, 'open'))).rejects.toThrow(/needs a key/)
  })
})
