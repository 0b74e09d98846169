import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, ModelInput } from '../engine.ts'
import type { Frame } from '../scene.ts'
import { type CheckEngineOptions, checkEngine } from './check-engine.ts'
import { mockEngine } from './mock-engine.ts'

const words = ['a', 'b', 'c', ' ', '</answer>']
const frame = (shade: number): Frame => ({ width: 2, height: 2, pixels: new Uint8Array(12).fill(shade) })

/** Two pictures with text between and after them, as in a conversation of two turns. */
function twoTurns(engine: Engine, shade: number): ModelInput {
  const image = { type: 'image', frame: frame(shade), expectedTokens: engine.imageTokens(frame(shade)) } as const
  const text = (said: string) => ({ type: 'encoded_text', tokens: engine.tokenizer.encode(said) }) as const
  return { chunks: [text('a'), image, text('b a'), image, text('c')] }
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-engine-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const check = (open: () => Engine): Promise<string[]> => {
  const options: CheckEngineOptions = {
    open: async () => open(),
    prompts: (engine) => [twoTurns(engine, 10), twoTurns(engine, 200)],
    reply: 'a c',
    folder,
  }
  return checkEngine(options)
}

describe('checkEngine', () => {
  it('passes the mock engine, with pictures and several turns', async () => {
    expect((await check(() => mockEngine({ words }))).length).toBeGreaterThanOrEqual(11)
  })

  /** The mock engine with one member of its contract broken. */
  const broken = (change: (engine: Engine) => Partial<Engine>) => (): Engine => {
    const engine = mockEngine({ words })
    const changed = change(engine)
    return new Proxy(engine, {
      get: (target, name) => {
        const member = (name in changed ? changed : target)[name as keyof Engine] as unknown
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

  it.each<[string, RegExp, (engine: Engine) => Partial<Engine>]>([
    [
      'a mean instead of a sum',
      /sum over tokens/,
      (engine) => ({
        forwardBackward: async (request) => {
          const { logprobs, metrics } = await engine.forwardBackward(request)
          return { logprobs, metrics: { ...metrics, loss: metrics.loss / Math.max(1, metrics.tokens) } }
        },
      }),
    ],
    [
      'log-probs of the tempered model',
      /the same when sampling/,
      (engine) => ({
        sample: async (request) => {
          const groups = await engine.sample(request)
          return groups.map((group) => group.map((one) => ({ ...one, logprobs: one.logprobs.map((lp) => lp * 0.9) })))
        },
      }),
    ],
    [
      'a stop reason that is not looked at',
      /stop reasons/,
      (engine) => ({
        sample: async (request) =>
          (await engine.sample(request)).map((group) => group.map((one) => ({ ...one, stopReason: 'stop' as const }))),
      }),
    ],
    [
      'a seed that counts calls',
      /chance comes from the seed/,
      (engine) => {
        let calls = 0
        return { sample: (request) => engine.sample({ ...request, params: { ...request.params, seed: ++calls } }) }
      },
    ],
    ['snapshots that are the live weights', /snapshots/, (engine) => ({ forward: ({ data }) => engine.forward({ data }) })],
    [
      'bounds that are not kept',
      /ratio beyond/,
      (engine) => ({
        forwardBackward: (request) =>
          engine.forwardBackward(request.loss === 'ppo' ? { ...request, loss: 'importance_sampling' as const } : request),
      }),
    ],
    ['a step that does nothing', /gradients add up|likelier/, () => ({ optimStep: async () => ({ gradNorm: 1 }) })],
    [
      'an optimiser state that is not saved',
      /saved state/,
      (engine) => ({
        loadState: async (path) => {
          await engine.loadState(path)
          await engine.saveWeightsForSampler('now')
          await engine.restoreWeights('now')
        },
      }),
    ],
  ])('finds %s', async (_, found, change) => {
    await expect(check(broken(change))).rejects.toThrow(found)
  })
})
