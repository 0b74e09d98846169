import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, ModelInput, SampledSequence, Sampler, WeightsRef } from '../engine.ts'
import type { Frame } from '../scene.ts'
import { checkEngine } from './check-engine.ts'
import type { CheckEngineOptions } from './engine-bench.ts'
import { mockEngine } from './mock-engine.ts'

const words = ['a', 'b', 'c', ' ', '</answer>']
const frame = (shade: number): Frame => ({ width: 2, height: 2, pixels: new Uint8Array(12).fill(shade) })

/** Two pictures with text between and after them, as in a conversation of two turns. */
function twoTurns(engine: Engine, shade: number): ModelInput {
  const image = { type: 'image', frame: frame(shade), expectedTokens: engine.chat.imageTokens(frame(shade)) } as const
  const text = (said: string) => ({ type: 'encoded_text', tokens: engine.chat.reply(said) }) as const
  return { chunks: [text('a'), image, text('b a'), image, text('c')] }
}

/** A ref that is more than data. */
class Ref {
  readonly [field: string]: string | number
  constructor(ref: WeightsRef) {
    Object.assign(this, ref)
  }
}

let folder = ''
/** For the saves of one engine after another. */
const made = (images?: number): Engine => mockEngine({ chat: { words }, folder, ...(images !== undefined && { images }) })
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-engine-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const check = (open: () => Engine): Promise<string[]> => {
  const options: CheckEngineOptions = {
    open: async () => open(),
    prompts: (engine) => [twoTurns(engine, 10), twoTurns(engine, 200)],
    reply: 'a c</answer>',
  }
  return checkEngine(options)
}

describe('checkEngine', () => {
  it('passes the mock engine, with pictures and several turns', async () => {
    expect((await check(() => made())).length).toBeGreaterThanOrEqual(18)
  })

  /** The mock engine with one member of its contract broken. */
  const broken = (change: (engine: Engine) => Partial<Engine>) => (): Engine => {
    const engine = made()
    const changed = change(engine)
    return new Proxy(engine, {
      get: (target, name) => {
        const member = (name in changed ? changed : target)[name as keyof Engine] as unknown
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

  /** Samplers of an engine with every reply changed. */
  const changedSampler =
    (engine: Engine, change: (one: SampledSequence) => SampledSequence) =>
    (ref?: WeightsRef): Sampler => {
      const given = engine.sampler(ref)
      return { ...given, sample: async (request) => (await given.sample(request)).map((group) => group.map(change)) }
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
        sampler: changedSampler(engine, (one) => ({ ...one, logprobs: one.logprobs.map((lp) => lp * 0.9) })),
      }),
    ],
    [
      'a stop reason that is not looked at',
      /stop reasons/,
      (engine) => ({ sampler: changedSampler(engine, (one) => ({ ...one, stopReason: 'stop' })) }),
    ],
    [
      'a seed that counts calls',
      /chance comes from the seed/,
      (engine) => {
        let calls = 0
        const sampler = (ref?: WeightsRef): Sampler => {
          const given = engine.sampler(ref)
          return { ...given, sample: (request) => given.sample({ ...request, params: { ...request.params, seed: ++calls } }) }
        }
        return { sampler }
      },
    ],
    ['saved weights that are the live ones', /saved weights are frozen/, (engine) => ({ sampler: () => engine.sampler() })],
    [
      'bounds that are not kept',
      /ratio beyond/,
      (engine) => ({
        forwardBackward: (request) =>
          engine.forwardBackward(request.loss === 'ppo' ? { ...request, loss: 'importance_sampling' as const } : request),
      }),
    ],
    [
      'a step that does nothing',
      /gradients add up|likelier/,
      (engine) => ({ optimStep: (params) => engine.optimStep({ ...params, learningRate: 0 }) }),
    ],
    [
      'an optimiser state that is not saved',
      /holds none|saved state/,
      (engine) => ({ load: (ref) => engine.load(ref, { optimizer: false }) }),
    ],
    [
      'an optimiser that is kept where it should start anew',
      /starts it anew/,
      (engine) => ({ save: (name) => engine.save(name, 'state'), load: (ref) => engine.load(ref, { optimizer: true }) }),
    ],
    ['a ref that is no plain data', /not plain JSON/, (engine) => ({ save: async (...given) => new Ref(await engine.save(...given)) })],
    ['a save that is not discarded', /discarded is gone/, () => ({ discard: async () => {} })],
    [
      'steps that do not wait for their pass',
      /order in which they were made|gradients add up/,
      (engine) => ({
        forwardBackward: async (request) => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          return engine.forwardBackward(request)
        },
      }),
    ],
    ['a loss that it says it lacks', /info is true/, (engine) => ({ info: { ...engine.info, losses: ['cross_entropy'] } })],
    ['an optimiser that it only says it has', /info is true/, (engine) => ({ info: { ...engine.info, optimizers: ['adam', 'muon'] } })],
    ['pictures that it says it cannot take', /info is true/, (engine) => ({ info: { ...engine.info, images: 2 } })],
    ['a bound that it does not keep', /info is true/, (engine) => ({ info: { ...engine.info, maxSequence: 64 } })],
    [
      'log-probs that are one place off',
      /sampling, scoring/,
      (engine) => {
        const sampler = (ref?: WeightsRef): Sampler => {
          const given = engine.sampler(ref)
          return {
            ...given,
            logprobs: async (inputs) => (await given.logprobs(inputs)).map((list) => Float32Array.of(...list.slice(1), 0)),
          }
        }
        return { sampler }
      },
    ],
  ])('finds %s', async (_, found, change) => {
    await expect(check(broken(change))).rejects.toThrow(found)
  })
})
