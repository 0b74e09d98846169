/** `vlm-gym player` as a trainer starts it: in a process of its own, against an endpoint that answers by a script. */
import { spawn } from 'node:child_process'
import { PNG } from 'pngjs'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeState, envSpec, loadGames } from 'vlm-gym'
import { withLevels } from 'vlm-gym/gym'
import type { EpisodeLine } from 'vlm-gym/jobs'
import { type Asked, closeServers, type Json, type Sent, scripted } from '../src/policies/scripted-server-fixture.ts'
import { script } from './gym-client.ts'
import { main } from './vlm-gym.ts'

afterEach(closeServers)

const games = await loadGames()
const KEY = 'sk-trainer-0123456789'

interface Run {
  readonly code: number | null
  readonly lines: readonly EpisodeLine[]
  readonly errors: string
}

/** Runs the command with these variables and no others of the kind; `interrupt` gets its process at once. */
function player(env: Record<string, string>, args: readonly string[], started: (stop: () => void) => void = () => {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, 'player', ...args], { env: { PATH: process.env.PATH ?? '', ...env } })
    const told = { out: '', err: '' }
    child.stdout.on('data', (data) => {
      told.out += data
    })
    child.stderr.on('data', (data) => {
      told.err += data
    })
    child.on('close', (code) =>
      resolve({
        code,
        lines: told.out
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as EpisodeLine),
        errors: told.err,
      }),
    )
    started(() => void child.kill('SIGINT'))
  })
}

const says = (content: string, usage: Json = { prompt_tokens: 300, completion_tokens: 7 }): Sent => ({
  body: { choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }], usage },
})

const at = (url: string): Record<string, string> => ({ OPENAI_BASE_URL: url, OPENAI_API_KEY: KEY, OPENAI_MODEL: 'm' })

/** The picture of the last message of a request, Base64. */
function pictureOf({ body }: Asked): string | undefined {
  const messages = body.messages as { content: { type: string; image_url?: { url: string } }[] }[]
  return messages
    .at(-1)
    ?.content.find(({ type }) => type === 'image_url')
    ?.image_url?.url.replace('data:image/png;base64,', '')
}

const pixelsOf = (png: string | undefined): string => PNG.sync.read(Buffer.from(png ?? '', 'base64')).data.toString('base64')

describe('an episode', { timeout: 240_000 }, () => {
  it.each(games.map((game) => [game.id, game] as const))('is that of this process, step for step: %s', async (id, game) => {
    for (const [perception, reasoning] of [
      [0, 0],
      [5, 5],
    ] as const) {
      const look = { theme: 'dark', tile: 20, layout: 'full' } as const
      const reward = { weights: { game: 1, format: 0.5, perceptionExact: 1, perceptionCells: 0.25, think: 0, legal: 0 } }
      const plain = envSpec({ game, horizon: 8, skin: look, reward: { ...reward, signal: 'regret', expert: 'lookahead', scale: 8 } })
      const spec = { ...plain, ...withLevels(plain, { perception, reasoning }) }
      const { replies, expected } = await script(spec, 7, 8)
      const { url, asked } = await scripted(({ count }) => says(replies[count] as string))
      const told = expected as readonly {
        reward: number
        state: string
        hash: string
        image: string
        return: number
        terminated: boolean
      }[]
      const { code, lines, errors } = await player(at(url), [
        ...['--game', id, '--seed', '7', '--horizon', '8', '--theme', 'dark', '--tile', '20', '--quiet'],
        ...['--perception', String(perception), '--reasoning', String(reasoning)],
        ...['--reward', 'weights.format=0.5', '--reward', 'weights.perceptionCells=0.25', '--reward', 'signal=regret'],
      ])
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      const rewards = told.slice(1).map((one) => one.reward)
      const last = told.at(-1)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatchObject({ status: 'played', game: id, seed: 7, rewards, steps: replies.length, boundary: null, problem: null })
      expect(lines[0]).toMatchObject({ state: last?.state, hash: last?.hash, return: last?.return, terminated: last?.terminated })
      expect(lines[0]?.reward).toBeCloseTo(
        rewards.reduce((sum, one) => sum + one, 0),
        10,
      )
      expect(lines[0]).toMatchObject({ truncated: last?.terminated !== true, input_tokens: 300 * replies.length })
      // Endpoints get RGB, the wire of the server a palette: the pixels are the same.
      expect(asked.map((one) => pixelsOf(pictureOf(one)))).toEqual(told.slice(0, -1).map(({ image }) => pixelsOf(image)))
    }
  })

  it('goes on from the token of another', async () => {
    const [game] = games as [(typeof games)[number]]
    const { replies, expected } = await script(envSpec({ game, horizon: 6 }), 3, 6)
    const { url } = await scripted(({ count }) => says(replies[count] as string))
    const [first] = (await player(at(url), ['--seed', '3', '--horizon', '3'])).lines
    const [second] = (await player(at(url), ['--state', first?.state ?? '', '--horizon', '3'])).lines
    expect(second).toMatchObject({ seed: null, steps: 3, state: (expected[6] as { state: string }).state })
  })

  it('is a conversation where that is asked for, whose earlier turns stay as they were', async () => {
    const { url, asked } = await scripted(() => says('<answer>0</answer>'))
    await player(at(url), ['--horizon', '4', '--history', '1000'])
    const talks = asked.map(({ body }) => body.messages as object[])
    expect(talks.map(({ length }) => length)).toEqual([1, 3, 5, 7])
    for (const [turn, talk] of talks.slice(0, -1).entries()) expect(talks[turn + 1]?.slice(0, talk.length)).toEqual(talk)
  })
})

describe('the endpoint', { timeout: 120_000 }, () => {
  it.each([
    ['/v1', '/v1/chat/completions'],
    ['', '/chat/completions'],
    ['/', '/chat/completions'],
    ['/rollout/a%2Fb/x.y/v1/', '/rollout/a%2Fb/x.y/v1/chat/completions'],
    ['/v1?token=trainers-own-word&n=1', '/v1/chat/completions?token=trainers-own-word&n=1'],
  ])('is asked as clients of OpenAI ask it, at an address that ends in "%s"', async (end, path) => {
    const { url, asked } = await scripted(() => says('?'))
    const { code, lines, errors } = await player(at(url.replace('/v1', end)), ['--horizon', '2', '--model', 'a:b/c'])
    expect(code).toBe(0)
    expect(asked.map((one) => one.url)).toEqual([path, path])
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
    expect(asked[0]?.body).toMatchObject({ model: 'a:b/c', temperature: 1, max_tokens: 1024 })
    expect(lines[0]).toMatchObject({ policy: 'a:b/c', steps: 2, unreadable: 1, reward: -2, truncated: true })
    expect(errors).not.toMatch(/trainers-own-word|sk-trainer/)
  })

  it('gets no key where there is none, and no seed but one that is asked for, the same again for the same', async () => {
    const { url, asked } = await scripted(() => says('?'))
    const env = { OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
    for (const more of [[], ['--sampling-seed', '5'], ['--sampling-seed', '5'], ['--sampling-seed', '6']])
      expect((await player(env, ['--horizon', '2', ...more])).code).toBe(0)
    expect(asked.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
    const seeds = asked.map(({ body }) => body.seed)
    expect(seeds.slice(0, 2)).toEqual([undefined, undefined])
    expect(seeds.slice(2, 4)).toEqual(seeds.slice(4, 6))
    expect(new Set(seeds).size).toBe(5)
  })

  it('is asked again after a fault, and a fault for good is told in the line', async () => {
    const faulty = await scripted(({ count }) => (count % 2 === 0 ? { status: 503, body: '' } : says('?')))
    expect(await player(at(faulty.url), ['--horizon', '2'])).toMatchObject({ code: 0, lines: [{ status: 'played', steps: 2 }] })
    const { url } = await scripted(({ count }) => (count < 2 ? says('?') : { status: 400, body: { error: { message: 'too long' } } }))
    const { code, lines, errors } = await player(at(url), ['--horizon', '5'])
    expect([code, lines.length]).toEqual([1, 1])
    expect(lines[0]).toMatchObject({ status: 'failed', steps: 2, rewards: [-1, -1], truncated: false, boundary: 'endpoint' })
    expect(lines[0]?.problem).toBe('HTTP 400: too long')
    expect(errors).toMatch(/error: a request failed for good after 2 replies: HTTP 400: too long\n$/)
  })

  it.each([
    [401, /refuses the key \(HTTP 401: no\); put the right one into the environment variable OPENAI_API_KEY/],
    [404, /check the model's name, and that the environment variable OPENAI_BASE_URL ends like http:\/\/localhost:8000\/v1/],
  ])('that refuses everything with %i is told of in the line too', async (status, says) => {
    const { url } = await scripted(() => ({ status, body: { error: { message: 'no' } } }))
    const { code, lines } = await player(at(url), [])
    expect([code, lines.length]).toEqual([1, 1])
    expect(lines[0]).toMatchObject({ status: 'failed', steps: 0, unreadable: null, input_tokens: null })
    expect(lines[0]?.problem).toMatch(says)
    expect(decodeState(lines[0]?.state ?? '', games).game.id).toBe('2048')
  })

  it('may say nothing of tokens', async () => {
    const { url } = await scripted(() => says('?', {}))
    expect((await player(at(url), ['--horizon', '1'])).lines[0]).toMatchObject({ steps: 1, input_tokens: null, output_tokens: null })
  })
})

describe('Ctrl-C', { timeout: 60_000 }, () => {
  it('tells what was played till then, with exit code 130', async () => {
    let stop = (): void => {}
    const { url } = await scripted(({ count }) => {
      if (count === 2) stop()
      return says('?')
    })
    const { code, lines, errors } = await player(at(url), [], (interrupt) => {
      stop = interrupt
    })
    expect([code, lines.length]).toEqual([130, 1])
    expect(lines[0]).toMatchObject({ status: 'stopped', terminated: false, truncated: false, problem: null })
    expect(lines[0]?.steps).toBeGreaterThanOrEqual(2)
    expect(lines[0]?.steps).toBeLessThan(100)
    expect(errors).toContain('stopping; what was played is told')
  })
})
