import { describe, expect, it } from 'vitest'
import type { ModelInput, SampledSequence, Sampler } from '../../engine.ts'
import { EngineError } from '../../errors.ts'
import { createBatcher, type SampleJob } from './batcher.ts'

/** A sampler that answers each prompt with its own seed, and writes down what it is asked. */
function echo(): { sampler: Pick<Sampler, 'sample'>; calls: number[][] } {
  const calls: number[][] = []
  const sample: Sampler['sample'] = async ({ prompts, n, params }) => {
    const seeds = params.seed as readonly number[]
    calls.push([...seeds])
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (seeds.includes(13)) throw new EngineError('broken')
    return prompts.map((_, i) =>
      Array.from({ length: n }, (): SampledSequence => ({ tokens: [seeds[i] as number], logprobs: [0], stopReason: 'stop' })),
    )
  }
  return { sampler: { sample }, calls }
}

const prompt: ModelInput = { chunks: [] }
const job = (seed: number, change: Partial<SampleJob> = {}): SampleJob => ({ prompt, n: 1, temperature: 1, maxTokens: 8, seed, ...change })

describe('createBatcher', () => {
  it('answers requests that wait together in one call, each its own', async () => {
    const { sampler, calls } = echo()
    const batcher = createBatcher(sampler)
    const first = [1, 2, 3].map((seed) => batcher.sample(job(seed)))
    await new Promise((resolve) => setTimeout(resolve, 2))
    const later = [4, 5].map((seed) => batcher.sample(job(seed)))
    expect((await Promise.all([...first, ...later])).map(([one]) => one?.tokens[0])).toEqual([1, 2, 3, 4, 5])
    expect(calls).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    expect(batcher.calls).toBe(2)
  })

  it('keeps apart what cannot share a call, and fills calls of 256 rows', async () => {
    const { sampler, calls } = echo()
    const batcher = createBatcher(sampler)
    const jobs = [job(1), job(2, { temperature: 0 }), job(3, { n: 200 }), job(4, { n: 200 }), job(5), job(6, { maxTokens: 9 })]
    const replies = await Promise.all(jobs.map((one) => batcher.sample(one)))
    expect(replies.map((list) => list.length)).toEqual([1, 1, 200, 200, 1, 1])
    expect(calls).toEqual([[1, 5], [2], [3], [4], [6]])
  })

  it('drops a request that went away, and passes on a failure to those of its call only', async () => {
    const { sampler, calls } = echo()
    const batcher = createBatcher(sampler)
    const gone = AbortSignal.abort(new Error('gone'))
    const outcomes = await Promise.allSettled([
      batcher.sample(job(1), gone),
      batcher.sample(job(2)),
      batcher.sample(job(13, { temperature: 0 })),
      batcher.sample(job(3)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
    expect(calls).toEqual([[2, 3], [13]])
    expect(await batcher.sample(job(7))).toHaveLength(1)
  })
})
