import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Datum, type Frame, type ModelInput, seededRng } from 'vlm-gym'
import { EmbeddedEngine } from './embedded-engine.ts'

const words = ['a', 'b', ' (0, 1)', '(1, 2)', '\nline', 'f', '<tag>', '</answer>']
const model = { width: 32, layers: 2, heads: 2, headWidth: 16, patch: 8, grid: 4, textLength: 24 }
const make = (seed = 1, folder?: string): EmbeddedEngine =>
  new EmbeddedEngine({ model, words, seed, threads: 1, ...(folder !== undefined && { folder }) })

function picture(seed: number): Frame {
  const rng = seededRng(seed, 'picture')
  return { width: 24, height: 16, pixels: Uint8Array.from({ length: 24 * 16 * 3 }, () => rng.int(256)) }
}

const prompt = (seed: number, tokens: readonly number[] = [0, 1]): ModelInput => {
  const frame = picture(seed)
  return {
    chunks: [
      { type: 'image', frame, expectedTokens: 6 },
      { type: 'encoded_text', tokens },
    ],
  }
}

/** Picture `seed`, prompt [0, 1], then `reply`; every list is built by `of` from the reply position, 0 before the reply. */
function datum(seed: number, reply: readonly number[], lists: Record<string, (k: number) => number>): Datum {
  const before = 6 + 2 - 1
  const list = (of: (k: number) => number): number[] => [...new Array(before).fill(0), ...reply.map((_, k) => of(k))]
  const lossInputs = {
    targetTokens: list((k) => reply[k] as number),
    ...Object.fromEntries(Object.entries(lists).map(([name, of]) => [name, list(of)])),
  }
  return { modelInput: prompt(seed, [0, 1, ...reply.slice(0, -1)]), lossInputs: lossInputs as Datum['lossInputs'] }
}

const repliedTo = (seed: number, reply: readonly number[]): ModelInput => prompt(seed, [0, 1, ...reply])

describe('EmbeddedEngine', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has gradients that agree with finite differences, for every parameter and both kinds of loss', async () => {
    const engine = make()
    const { weights, gradient, slots } = engine.inspect()
    // Plain noise: the model's own start has sharp attention, where finite differences in float32 are coarse.
    const noise = seededRng(5, 'noise')
    for (const { offset, length, scale } of slots)
      for (let i = offset; i < offset + length; i++) weights[i] = scale * Math.sqrt(12) * (noise.real() - 0.5)
    const data = [
      datum(1, [2, 3, 4, 7], { weights: () => 1, advantages: (k) => 0.7 - k, logprobs: (k) => -2 - 0.3 * k }),
      datum(2, [5, 2], { weights: () => 0.5, advantages: () => -0.4, logprobs: () => -1.9 }),
    ]
    for (const loss of ['cross_entropy', 'importance_sampling'] as const) {
      gradient.fill(0)
      await engine.forwardBackward({ data, loss })
      const exact = gradient.slice()
      const rng = seededRng(3, loss)
      for (const { name, offset, length } of slots) {
        // Along a random direction of this parameter: the directional derivative is large enough for float32.
        const direction = Float32Array.from({ length }, (_, i) => rng.real() - 0.5 + Math.sign(exact[offset + i] as number))
        const slope = direction.reduce((sum, d, i) => sum + d * (exact[offset + i] as number), 0)
        const start = weights.slice(offset, offset + length)
        const lossAt = async (h: number): Promise<number> => {
          for (let i = 0; i < length; i++) weights[offset + i] = (start[i] as number) + h * (direction[i] as number)
          const { metrics } = await engine.forwardBackward({ data, loss })
          return metrics.loss
        }
        const h = Math.min(1e-2, 0.05 / Math.abs(slope))
        const estimate = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h)
        weights.set(start, offset)
        expect(Math.abs(estimate - slope) / (Math.abs(slope) + 1e-3), `${loss} ${name}: ${estimate} against ${slope}`).toBeLessThan(0.005)
      }
    }
  })

  it('gives the same log-probs when it samples and when it trains', async () => {
    const engine = make()
    const samples = await engine
      .sampler()
      .sample({ prompts: [prompt(1), prompt(2)], n: 5, params: { maxTokens: 12, temperature: 1, seed: 4 } })
    for (const [i, group] of samples.entries())
      for (const { tokens, logprobs } of group) {
        const again = await engine.sampler().logprobs([repliedTo(i + 1, tokens)])
        const tail = (again[0] as Float32Array).slice(-tokens.length)
        for (const [k, lp] of logprobs.entries()) expect(Math.abs(lp - (tail[k] as number))).toBeLessThan(2e-5)
      }
  })

  it('samples reproducibly, whatever else is in the batch', async () => {
    const engine = make()
    const params = { maxTokens: 10, temperature: 0.8, seed: 9 }
    const together = await engine.sampler().sample({ prompts: [prompt(1), prompt(2)], n: 3, params })
    const alone = await engine.sampler().sample({ prompts: [prompt(1)], n: 3, params })
    expect(alone[0]?.map((s) => s.tokens)).toEqual(together[0]?.map((s) => s.tokens))
    const greedy = await engine.sampler().sample({ prompts: [prompt(1)], n: 2, params: { ...params, temperature: 0 } })
    expect(greedy[0]?.[0]?.tokens).toEqual(greedy[0]?.[1]?.tokens)
  })

  it('samples each prompt as if alone: to the digit at one thread, whatever ends before it, over steps of the cache capacity', async () => {
    // Many words, so that the stop token is drawn early by some and late by others.
    const many = [...Array.from({ length: 40 }, (_, i) => `w${i}`), ...words]
    const engine = new EmbeddedEngine({ model: { ...model, textLength: 96 }, words: many, seed: 1, threads: 1 })
    const params = { maxTokens: 80, temperature: 1 }
    const seeds = Array.from({ length: 30 }, (_, i) => 100 + i)
    const together = (
      await engine.sampler().sample({ prompts: seeds.map((seed) => prompt(seed)), n: 1, params: { ...params, seed: seeds } })
    ).flat()
    const lengths = together.map(({ tokens }) => tokens.length)
    expect(Math.min(...lengths)).toBeLessThan(20)
    expect(Math.max(...lengths)).toBeGreaterThan(60)
    expect(new Set(lengths).size).toBeGreaterThan(10)
    for (const [i, seed] of seeds.entries()) {
      const alone = await engine.sampler().sample({ prompts: [prompt(seed)], n: 1, params: { ...params, seed: [seed] } })
      expect(alone[0]?.[0], `prompt ${i}`).toEqual(together[i])
      const { tokens, logprobs } = together[i] as (typeof together)[number]
      const scored = ((await engine.sampler().logprobs([repliedTo(seed, tokens)]))[0] as Float32Array).slice(-tokens.length)
      for (const [k, lp] of logprobs.entries()) expect(Math.abs(lp - (scored[k] as number))).toBeLessThan(2e-5)
    }
    const again = await engine.sampler().sample({ prompts: seeds.map((seed) => prompt(seed)), n: 1, params: { ...params, seed: seeds } })
    expect(again.flat()).toEqual(together)
  })

  it('clips: beyond the bounds a ratio gives no gradient', async () => {
    const engine = make()
    const { gradient } = engine.inspect()
    const reply = [2, 3]
    const logprobs = await engine.sampler().logprobs([repliedTo(1, reply)])
    const lp = (logprobs[0] as Float32Array).slice(-2)
    const far = datum(1, reply, { advantages: () => 1, logprobs: (k) => (lp[k] as number) - 1 })
    await engine.forwardBackward({ data: [far], loss: 'ppo', config: { clipLow: 0.8, clipHigh: 1.2 } })
    expect(gradient.every((g) => g === 0)).toBe(true)
    const near = datum(1, reply, { advantages: () => 1, logprobs: (k) => (lp[k] as number) - 0.1 })
    await engine.forwardBackward({ data: [near], loss: 'ppo', config: { clipLow: 0.8, clipHigh: 1.2 } })
    expect(gradient.some((g) => g !== 0)).toBe(true)
  })

  it('learns a small mapping from pictures', async () => {
    const engine = make()
    const data = [1, 2, 3, 4].map((seed) => datum(seed, [seed + 1, 7], { weights: () => 1 }))
    let loss = 0
    for (let step = 0; step < 60; step++) {
      loss = (await engine.forwardBackward({ data, loss: 'cross_entropy' })).metrics.loss
      await engine.optimStep({ learningRate: 5e-3, maxGradNorm: 1 })
    }
    expect(loss).toBeLessThan(0.1)
    const replies = await engine.sampler().sample({
      prompts: [1, 2, 3, 4].map((seed) => prompt(seed)),
      n: 1,
      params: { maxTokens: 4, temperature: 0, seed: 0 },
    })
    expect(replies.map((group) => group[0]?.tokens)).toEqual([2, 3, 4, 5].map((token) => [token, 7]))
  })

  it('goes on after save and load with the numbers of an unbroken run', async () => {
    const data = [datum(1, [2, 7], { weights: () => 1 })]
    const advance = async (engine: EmbeddedEngine, steps: number): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        await engine.forwardBackward({ data, loss: 'cross_entropy' })
        await engine.optimStep({ learningRate: 1e-3 })
      }
    }
    const unbroken = make(1, folder)
    const start = await unbroken.save('start', 'weights')
    await advance(unbroken, 3)
    const middle = await unbroken.save('middle', 'state')
    await advance(unbroken, 3)
    const resumed = make(99, folder)
    await resumed.load(middle, { optimizer: true })
    await advance(resumed, 3)
    expect(resumed.inspect().weights).toEqual(unbroken.inspect().weights)
    await resumed.load(start, { optimizer: false })
    expect(resumed.inspect().weights).toEqual(make().inspect().weights)
  })

  it('refuses foreign text, pictures and lists by name', async () => {
    const engine = make()
    expect(() => engine.chat.reply('ab?')).toThrow(/offset 2/)
    const short = { ...datum(1, [2], {}), lossInputs: { targetTokens: [1] } }
    await expect(engine.forwardBackward({ data: [short], loss: 'cross_entropy' })).rejects.toThrow(/targetTokens has 1/)
    expect(() => engine.chat.imageTokens({ width: 20, height: 16 })).toThrow(/20×16/)
    await expect(engine.loadFile(join(folder, 'none'), { optimizer: false })).rejects.toThrow(/cannot read/)
    await expect(engine.save('x', 'state')).rejects.toThrow(/no folder for x/)
    await expect(make(1, folder).load({ engine: 'onnx', name: '../x' }, { optimizer: false })).rejects.toThrow(/names no weights/)
  })
})
