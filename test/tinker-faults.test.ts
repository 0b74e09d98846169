/** The client of the Tinker API on a bad line: the numbers are those of a good one, or there is an error and no step on a wrong gradient. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedEngine } from '@vlm-gym/engine-onnx'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Frame, ModelInput, SampledSequence } from 'vlm-gym'
import { type EngineServer, serveEngine } from 'vlm-gym/server'
import { createTinkerEngine, embeddedServer, PROFILES, type Profile } from 'vlm-gym/tinker'
import { type Fault, type FaultyProxy, faultyProxy } from './faulty-proxy.ts'

const words = ['a', 'b', ' (0, 1)', '\nline', '</answer>']
const model = { width: 16, layers: 1, heads: 1, headWidth: 16, patch: 8, grid: 4, textLength: 24 }
const frame: Frame = { width: 16, height: 8, pixels: new Uint8Array(16 * 8 * 3).fill(90) }
const prompt = (token: number): ModelInput => ({
  chunks: [
    { type: 'image', frame, expectedTokens: 2 },
    { type: 'encoded_text', tokens: [token, 1] },
  ],
})

describe('an engine on a bad line', { timeout: 60_000 }, () => {
  let folder = ''
  let server: EngineServer
  let proxy: FaultyProxy | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tinker-faults-'))
    const open = async (saves: string): Promise<Engine> => new EmbeddedEngine({ model, words, seed: 3, threads: 1, folder: saves })
    server = await serveEngine({ open, folder, port: 0, maxModels: 64 })
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  const engineAt = async (url: string, profile: Profile = PROFILES.embedded, patience = 20_000): Promise<Engine> => {
    const told = await embeddedServer(server.url, undefined)
    if (told === null) throw new Error('no embedded server')
    const { chat } = new EmbeddedEngine({ model, words, threads: 1 })
    return createTinkerEngine({ url, baseModel: told.baseModel, profile, chat, info: told.info, patience, longestPause: 50 })
  }

  /** Two steps of reinforcement learning with saves, as training makes them: everything that comes of it. */
  const train = async (engine: Engine): Promise<unknown> => {
    const start = await engine.save('start', 'state')
    const out: unknown[] = []
    for (let step = 0; step < 2; step++) {
      const prompts = [prompt(0), prompt(2), prompt(3)]
      const groups = await engine.sampler().sample({ prompts, n: 2, params: { maxTokens: 5, temperature: 1, seed: step } })
      const data = groups.flatMap((group, i) =>
        group.map(({ tokens, logprobs }, k) => {
          const before = new Array<number>(3).fill(0)
          const input = prompts[i] as ModelInput
          return {
            modelInput: { chunks: [...input.chunks, { type: 'encoded_text' as const, tokens: tokens.slice(0, -1) }] },
            lossInputs: {
              targetTokens: [...before, ...tokens],
              logprobs: [...before, ...logprobs],
              advantages: [...before, ...tokens.map(() => (k === 0 ? 1 : -1) / 3)],
            },
          }
        }),
      )
      const pass = engine.forwardBackward({ data, loss: 'ppo' })
      const [passed, { gradNorm }] = await Promise.all([pass, engine.optimStep({ learningRate: 1e-2, maxGradNorm: 1 })])
      out.push(
        groups,
        passed.metrics,
        gradNorm,
        await engine.sampler(start).logprobs([prompt(2)]),
        await engine.sampler().logprobs(prompts),
      )
    }
    await engine.load(start, { optimizer: true })
    out.push(await engine.sampler().logprobs([prompt(0)]))
    await engine.discard(start)
    return out
  }

  /** The numbers of training through a proxy with faults. */
  const trainThrough = async (faultOf: (count: number, path: string) => Fault | null): Promise<{ numbers: unknown; faults: number }> => {
    proxy = await faultyProxy(server.url, faultOf)
    const engine = await engineAt(proxy.url)
    try {
      return { numbers: await train(engine), faults: proxy.faults() }
    } finally {
      await engine.close()
      proxy.close()
    }
  }

  it.each<readonly [string, (count: number, path: string) => Fault | null]>([
    ['refuses connections', (count) => (count % 3 === 1 ? 'refuse' : null)],
    ['loses answers', (count) => (count % 3 === 1 ? 'lose' : null)],
    ['cuts answers', (count) => (count % 3 === 1 ? 'cut' : null)],
    ['shortens answers', (count) => (count % 4 === 1 ? 'truncate' : null)],
    ['sends requests twice', () => 'twice'],
    ['delays answers, some more than others', (count) => [0, 60, 5, 120, 20][count % 5] ?? 0],
    ['answers 429 and 5xx in storms', (count) => (count % 7 < 4 ? { status: [429, 500, 503, 502][count % 7] ?? 500, body: {} } : null)],
    ['says that futures are lost', (count, path) => (path === 'retrieve_future' && count % 5 === 0 ? { status: 410, body: {} } : null)],
    [
      'does all of it',
      (count) => (['lose', 'twice', 'cut', 30, { status: 503, body: {} }, 'truncate', 'refuse'] as const)[count % 11] ?? null,
    ],
  ])('gives the numbers of a good line where the line %s', async (_, faultOf) => {
    const good = await engineAt(server.url)
    const expected = await train(good)
    await good.close()
    const { numbers, faults } = await trainThrough(faultOf)
    expect(faults).toBeGreaterThan(5)
    expect(numbers).toEqual(expected)
  })

  it('ends with a sentence where nothing is answered any more, and can be closed', async () => {
    let dead = false
    proxy = await faultyProxy(server.url, () => (dead ? { status: 503, body: { detail: 'out of order' } } : null))
    const engine = await engineAt(proxy.url, PROFILES.embedded, 300)
    await engine.save('kept', 'state')
    dead = true
    await expect(engine.optimStep({ learningRate: 1e-2 })).rejects.toThrow(/did not answer optim_step for \d+ s \(status 503.*out of order/)
    await engine.close()
    proxy.close()
    await expect(engine.sampler().logprobs([prompt(0)])).rejects.toThrow(/was closed/)
  })

  it('makes no further step after a pass that failed at a server that would, until weights are loaded', async () => {
    const engine = await engineAt(server.url, { ...PROFILES.embedded, guardsSteps: false })
    const start = await engine.save('guard', 'state')
    const datum = { modelInput: prompt(0), lossInputs: { targetTokens: [0, 0, 1, 4], weights: [0, 0, 1, 1] } }
    const wrong = { ...datum, lossInputs: { targetTokens: [0, 0, 99, 4], weights: [0, 0, 1, 1] } }
    const passes = [datum, wrong].map((one) => engine.forwardBackward({ data: [one], loss: 'cross_entropy' }))
    const step = engine.optimStep({ learningRate: 1e-2 })
    const [first, second, third] = await Promise.allSettled([...passes, step])
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'rejected'])
    await expect(engine.optimStep({ learningRate: 1e-2 })).rejects.toThrow(/load a checkpoint first/)
    await expect(engine.save('never', 'state')).rejects.toThrow(/load a checkpoint first/)
    await engine.load(start, { optimizer: true })
    await engine.forwardBackward({ data: [datum], loss: 'cross_entropy' })
    expect((await engine.optimStep({ learningRate: 1e-2 })).gradNorm).toBeGreaterThan(0)
    await engine.close()
  })

  it('fails loudly where log-probs are missing, and where trainer and sampler differ', async () => {
    const short = { loss_fn_output_type: '', loss_fn_outputs: [{ logprobs: { data: [-1], dtype: 'float32', shape: [1] } }], metrics: {} }
    let passed = false
    proxy = await faultyProxy(server.url, (_, path) => {
      if (path === 'forward_backward') passed = true
      return passed && path === 'retrieve_future' ? { status: 200, body: short } : null
    })
    const blinded = await engineAt(proxy.url)
    const datum = { modelInput: prompt(0), lossInputs: { targetTokens: [0, 0, 1, 4], weights: [0, 0, 1, 1] } }
    await expect(blinded.forwardBackward({ data: [datum], loss: 'cross_entropy' })).rejects.toThrow(/1 log-probs for a model input of 4/)
    await expect(blinded.optimStep({ learningRate: 1 })).rejects.toThrow(/load a checkpoint first/)
    await blinded.close()
    proxy.close()

    const engine = await engineAt(server.url, { ...PROFILES.embedded, maxDivergence: 0.01 })
    const [[reply]] = (await engine
      .sampler()
      .sample({ prompts: [prompt(0)], n: 1, params: { maxTokens: 2, temperature: 1, seed: 1 } })) as unknown as [[SampledSequence]]
    const pass = (shift: number): Promise<unknown> => {
      const { tokens, logprobs } = reply
      const [before, ones] = [[0, 0, 0], tokens.map(() => 1)]
      const modelInput: ModelInput = { chunks: [...prompt(0).chunks, { type: 'encoded_text', tokens: tokens.slice(0, -1) }] }
      return engine.forwardBackward({
        loss: 'ppo',
        data: [
          {
            modelInput,
            lossInputs: {
              targetTokens: [...before, ...tokens],
              logprobs: [...before, ...logprobs.map((lp) => lp + shift)],
              advantages: [...before, ...ones],
            },
          },
        ],
      })
    }
    await pass(0)
    await expect(pass(-1)).rejects.toThrow(/trainer and sampler of embedded differ by 0\.\d+ nats a token/)
    await expect(engine.optimStep({ learningRate: 1 })).rejects.toThrow(/load a checkpoint/)
    await engine.close()
  })

  it('refuses pictures for a server that would drop them', async () => {
    const engine = await engineAt(server.url, { ...PROFILES.embedded, images: 0 })
    await expect(engine.sampler().logprobs([prompt(0)])).rejects.toThrow(/is blind, and a prompt has a picture/)
    await engine.close()
  })
})
