/** `vlm-gym eval` of a model behind HTTP as a user types it: the built command against a server on loopback, with faults and kills. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChatRequest, type ChatServer, chatServer, completion, FAULTS, type Fault } from '../src/policies/chat-server-fixture.ts'
import { seededRng } from '../src/rng.ts'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const KEY = 'sk-test-0123456789-secret'
let parent = ''
const servers: ChatServer[] = []

beforeAll(async () => {
  if (!existsSync(main)) throw new Error('dist/ is missing; run npm test (it builds first) or npm run build')
  parent = await mkdtemp(join(tmpdir(), 'eval-endpoint-'))
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await rm(parent, { recursive: true, force: true })
})

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function start(args: readonly string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Outcome> } {
  const child = spawn(process.execPath, [main, 'eval', ...args], {
    cwd: parent,
    env: { PATH: process.env.PATH ?? '', VLM_GYM_API_KEY: KEY, ...env },
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (data) => {
    out += data
  })
  child.stderr?.on('data', (data) => {
    err += data
  })
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) }
}

const evaluate = (args: readonly string[], env?: Record<string, string>): Promise<Outcome> => start(args, env).ended

/** Plays by the seed of the request alone: a reply is the same whenever it is asked for. */
const bySeed = ({ seed = 0 }: ChatRequest): string =>
  `<perception>\n_ | 2\n</perception>\n<think>\n${'x'.repeat(seed % 50)}\n</think>\n<answer>${seed % 5}</answer>`

async function serve(options: Partial<Parameters<typeof chatServer>[0]> = {}): Promise<ChatServer> {
  const server = await chatServer({ answer: bySeed, ...options })
  servers.push(server)
  return server
}

const small = ['--set', 'size=3', '--tile', '8', '--layout', 'board', '--prompt', 'brief', '--quiet', '--no-anchors']
const model = ({ url }: ChatServer): string[] => ['--model', 'openai-compatible:m', '--base-url', url]

interface Row {
  readonly metric: string
  readonly mean: number | null
}

/** Results without what depends on the clock. */
const rowsOf = (folder: string): Row[] =>
  (JSON.parse(readFileSync(join(parent, folder, 'results.json'), 'utf8')) as Row[]).filter(({ metric }) => metric !== 'latency')

interface Line {
  readonly episode: number
  readonly values: Record<string, number | null>
}

const linesOf = (folder: string, name = 'episodes.jsonl'): Line[] =>
  readFileSync(join(parent, folder, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

const episodesOf = (folder: string): Line[] =>
  linesOf(folder)
    .map((line) => ({ ...line, values: { ...line.values, latency: null } }))
    .sort((a, b) => a.episode - b.episode)

/** Everything a run left behind, as one text. */
async function allText(folder: string): Promise<string> {
  const names = await readdir(join(parent, folder))
  const texts = await Promise.all(names.map((name) => readFile(join(parent, folder, name), 'utf8').catch(() => '')))
  return texts.join('\n')
}

describe('a thousand episodes', () => {
  const EPISODES = 1000
  const HORIZON = 2
  const CONCURRENCY = 16
  const args = [...small, '--episodes', String(EPISODES), '--horizon', String(HORIZON)]
  const pace = ['--concurrency', String(CONCURRENCY), '--timeout', '2', '--retries', '30']

  it('with a fifth of all requests failing and five kills are those of an unbroken run', { timeout: 900_000 }, async () => {
    const calm = await serve()
    expect(await evaluate([...model(calm), ...args, ...pace, '--out', 'calm'])).toMatchObject({ code: 0, err: '' })
    expect(calm.requests).toHaveLength(EPISODES * HORIZON)

    const attempts = new Map<number, number>()
    const fault = ({ seed = 0 }: ChatRequest): Fault | null => {
      const attempt = attempts.get(seed) ?? 0
      attempts.set(seed, attempt + 1)
      const rng = seededRng(seed, 'fault', attempt)
      return rng.real() < 0.2 ? rng.pick(FAULTS) : null
    }
    const rough = await serve({ fault })
    let [command, kills] = [[...model(rough), ...args, ...pace, '--out', 'rough'], 0]
    for (;;) {
      const { child, ended } = start(command)
      const goal = (kills + 1) * 330
      const poll = setInterval(() => {
        if (kills >= 5 || rough.answered() < goal) return
        clearInterval(poll)
        child.kill('SIGKILL')
      }, 2)
      const { code, err } = await ended
      clearInterval(poll)
      if (code !== null) {
        expect([code, err]).toEqual([0, ''])
        break
      }
      kills++
      command = ['--resume', 'rough', '--quiet', ...pace]
    }
    expect(kills).toBe(5)
    expect([...rough.faults.keys()].sort()).toEqual([...FAULTS].sort())
    const faults = [...rough.faults.values()].reduce((sum, count) => sum + count, 0)
    expect(faults / rough.requests.length).toBeGreaterThan(0.15)
    // Only what was under way when the process died is asked again.
    expect(rough.answered()).toBeLessThanOrEqual(EPISODES * HORIZON + kills * CONCURRENCY)

    expect(episodesOf('rough').map(({ episode }) => episode)).toEqual(Array.from({ length: EPISODES }, (_, i) => i))
    expect(episodesOf('rough')).toEqual(episodesOf('calm'))
    expect(rowsOf('rough')).toEqual(rowsOf('calm'))
    expect(rowsOf('calm').find(({ metric }) => metric === 'parse failures')?.mean).toBeGreaterThan(0.1)
    expect(await allText('rough')).not.toContain(KEY)
  })
})

describe('failed episodes', () => {
  it('stand at their boundary beside the others, and are tried again from where they failed', async () => {
    let broken = true
    const server = await serve({
      intercept: (_, response, body) => {
        if (!broken || (JSON.parse(body) as ChatRequest).seed! % 3 !== 0) return false
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"filtered"}}')
        return true
      },
    })
    const args = [...small, '--episodes', '12', '--horizon', '4', '--seed', '3']
    const first = await evaluate([...model(server), ...args, '--out', 'half'])
    expect(first.code).toBe(1)
    expect(first.err).toMatch(
      /^error: \d+ of 12 episodes failed, the first by: HTTP 400: filtered; try them again with: vlm-gym eval --resume half\n$/,
    )
    const failed = linesOf('half').filter(({ values }) => values.failed === 1)
    expect(failed.length).toBeGreaterThan(0)
    expect(failed[0]).toMatchObject({ stopReason: 'failed', boundary: 'endpoint', problem: 'HTTP 400: filtered' })
    expect(linesOf('half')).toHaveLength(12)
    const paid = server.answered()
    broken = false
    expect(await evaluate(['--resume', 'half', '--quiet'])).toMatchObject({ code: 0, err: '' })
    expect(server.answered()).toBe(12 * 4)
    expect(paid).toBeGreaterThan(0)
    const whole = await evaluate([...model(server), ...args, '--out', 'whole', '--concurrency', '3'])
    expect(whole.code).toBe(0)
    expect(rowsOf('half')).toEqual(rowsOf('whole'))
    const asked = server.requests.length
    expect(await evaluate(['--resume', 'whole', '--quiet'])).toMatchObject({ code: 0 })
    expect(server.requests).toHaveLength(asked)
  })
})

describe('the key', () => {
  const compare = (...args: string[]): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [main, 'compare', ...args], { cwd: parent })
      let out = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data) => {
          out += data
        })
      child.on('close', () => resolve(out))
    })

  it('is in no output, whatever the server echoes', async () => {
    const server = await serve({
      intercept: (request, response, body) => {
        const said = `${request.headers.authorization} ${KEY}`
        const { seed = 0 } = JSON.parse(body) as ChatRequest
        const good = completion(`<answer>${seed % 4}</answer><think>${said}</think>`)
        const fails = seed % 7 === 0
        response.writeHead(fails ? 400 : 200, { 'content-type': 'application/json' })
        response.end(fails ? JSON.stringify({ error: { message: said } }) : good)
        return true
      },
    })
    const args = [...model(server), ...small.filter((flag) => flag !== '--quiet'), '--episodes', '20', '--horizon', '3', '--seed', '4']
    const { code, out, err } = await evaluate([...args, '--out', 'echo'])
    expect(code).toBe(1)
    expect(err).toContain('[key]')
    const resumed = await evaluate(['--resume', 'echo', '--json'])
    const compared = await Promise.all(['terminal', 'markdown', 'csv', 'html', 'json'].map((format) => compare('echo', '--format', format)))
    const files = await allText('echo')
    expect(files).toContain('[key]')
    for (const text of [out, err, resumed.out, resumed.err, files, ...compared]) {
      expect(text.length).toBeGreaterThan(20)
      expect(text).not.toContain(KEY)
    }
  })
})

describe('conversations', () => {
  it('show the last turns and worked examples, and no feedback when told so', async () => {
    const server = await serve()
    const args = [...small, '--episodes', '2', '--horizon', '4', '--history', '2', '--examples', '1', '--no-feedback', '--concurrency', '1']
    expect(await evaluate([...model(server), ...args])).toMatchObject({ code: 0, err: '' })
    const lengths = server.requests.map(({ messages }) => messages.length)
    expect(lengths).toEqual([3, 5, 7, 7, 3, 5, 7, 7])
    const [first, second, third, fourth] = server.requests.map(({ messages }) => messages)
    expect(second?.slice(0, 3)).toEqual(first)
    expect(third?.slice(0, 5)).toEqual(second)
    expect(fourth?.slice(0, 2)).toEqual(first?.slice(0, 2))
    expect(fourth?.slice(2, 6)).toEqual(
      third?.slice(4, 7).concat([{ role: 'assistant', content: bySeed(server.requests[2] as ChatRequest) }]),
    )
    expect(JSON.stringify(first?.[1])).toMatch(/<perception>.*<answer>\d<\/answer>/)
  })

  it('go without pictures in mode caption', async () => {
    const server = await serve()
    expect(await evaluate([...model(server), ...small, '--episodes', '2', '--horizon', '1', '--mode', 'caption'])).toMatchObject({
      code: 0,
    })
    expect(JSON.stringify(server.requests)).toContain('The board as text')
    expect(JSON.stringify(server.requests)).not.toContain('image_url')
  })
})

describe('bad input: one sentence, nothing written', () => {
  const refuse = (status: number, message: string) => ({
    intercept: (_: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
      return true
    },
  })
  const expectRefused = async (args: readonly string[], message: RegExp, code = 2, env?: Record<string, string>) => {
    const outcome = await evaluate([...args, '--out', 'refused', '--quiet'], env)
    expect(outcome).toMatchObject({ code, out: '' })
    expect(outcome.err).toMatch(/^error: [^\n]*\n$/)
    expect(outcome.err).toMatch(message)
    expect(outcome.err).not.toContain(KEY)
    expect(existsSync(join(parent, 'refused'))).toBe(false)
  }

  it('a wrong key, model or path, or no vision', async () => {
    await expectRefused(model(await serve(refuse(401, `Incorrect API key provided: ${KEY}`))), /refuses the key .*VLM_GYM_API_KEY/)
    await expectRefused(model(await serve(refuse(404, 'not here'))), /does not know openai-compatible:m/)
    await expectRefused(model(await serve(refuse(400, 'm is not a multimodal model'))), /takes no pictures .*--mode caption/)
  })

  it('nobody at the address, or a server that is down', async () => {
    const gone = await serve()
    await gone.close()
    await expectRefused(model(gone), /cannot be reached: the connection was refused/)
    const down = await serve({ fault: () => '500' })
    await expectRefused([...model(down), '--retries', '1'], /openai-compatible:m gives no reply: HTTP 500: oops \(asked 2 times\)/, 1)
  })

  it('a folder that holds a run, or none, or options that cannot go with --resume', async () => {
    expect(await evaluate(['random', '--episodes', '2', '--horizon', '2', '--quiet', '--out', 'kept'])).toMatchObject({ code: 0 })
    const report = spawnSync(process.execPath, [main, 'report', 'kept'], { cwd: parent, encoding: 'utf8' })
    expect(report.stderr).toMatch(/kept holds the run of an evaluation, not a training run; .*vlm-gym compare shows it/)
    const again = await evaluate(['random', '--episodes', '2', '--quiet', '--out', 'kept'])
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/holds a run already; go on with it by --resume/) })
    expect(await evaluate(['--resume', 'nowhere'])).toMatchObject({ code: 1, err: expect.stringMatching(/there is no run in nowhere/) })
    expect(await evaluate(['--resume', 'kept', '--seed', '1'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--seed cannot go with --resume/),
    })
    expect(await evaluate(['--resume', 'kept', 'solver'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/solver cannot go with --resume/),
    })
  })
})
