/**
 * Requests that wait together go into one engine call, where the call's parameters are the same. What a request gets does not depend on
 * that: every prompt carries its own seed (SamplingParams.seed).
 */
import type { ModelInput, SampledSequence, Sampler } from '../../engine.ts'
import { sampleChecked } from '../../policies/index.ts'

/** Prompts × samples of one engine call at most. */
const CALL_ROWS = 256

/** One prompt to sample. */
export interface SampleJob {
  readonly prompt: ModelInput
  readonly n: number
  readonly temperature: number
  readonly seed: number
  readonly maxTokens: number
}

interface Waiting {
  readonly job: SampleJob
  readonly key: string
  readonly signal: AbortSignal | undefined
  readonly resolve: (sequences: SampledSequence[]) => void
  readonly reject: (error: unknown) => void
}

/** A queue in front of an engine. */
export interface Batcher {
  /** Replies to one prompt, in the order of the samples. Rejects with the signal's reason if that aborts before the job's turn comes. */
  sample(job: SampleJob, signal?: AbortSignal): Promise<SampledSequence[]>
  /** Engine calls so far. */
  readonly calls: number
}

/** Batches the jobs of one sampler; calls run one after another. */
export function createBatcher(sampler: Pick<Sampler, 'sample'>): Batcher {
  let waiting: Waiting[] = []
  let running = false
  let calls = 0

  const drain = async (): Promise<void> => {
    running = true
    // Requests of the same moment are all read before the first call.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const { batch, rest } = nextBatch(waiting)
      waiting = rest
      await runBatch(batch)
    }
    running = false
  }

  const runBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const live = batch.filter(({ signal, reject }) => {
      if (signal?.aborted) reject(signal.reason)
      return !signal?.aborted
    })
    if (live.length === 0) return
    const { n, temperature, maxTokens } = (live[0] as Waiting).job
    calls++
    try {
      const params = { maxTokens, temperature, seed: live.map(({ job }) => job.seed) }
      const sampled = await sampleChecked(sampler, { prompts: live.map(({ job }) => job.prompt), n, params })
      for (const [i, { resolve }] of live.entries()) resolve(sampled[i] as SampledSequence[])
    } catch (error) {
      for (const { reject } of live) reject(error)
    }
  }

  return {
    sample: (job, signal) =>
      new Promise((resolve, reject) => {
        const key = JSON.stringify([job.n, job.temperature, job.maxTokens])
        waiting.push({ job, key, signal, resolve, reject })
        if (!running) void drain()
      }),
    get calls() {
      return calls
    },
  }
}

/** The longest waiting job, and those that can share its call. */
function nextBatch(waiting: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const { key, job } = waiting[0] as Waiting
  const most = Math.max(1, Math.floor(CALL_ROWS / job.n))
  const batch = waiting.filter((one) => one.key === key).slice(0, most)
  const taken = new Set(batch)
  return { batch, rest: waiting.filter((one) => !taken.has(one)) }
}
