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
  /** Tokens that end a reply. Default: those of the engine's chat format. */
  readonly stop?: readonly number[] | undefined
  /** The prompt's place in a call of many prompts with one seed, whose chance it then has; absent: it has that of its own seed alone. */
  readonly index?: number | undefined
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
    const { n, temperature, maxTokens, stop, index, seed } = (live[0] as Waiting).job
    calls++
    try {
      const params = { maxTokens, temperature, seed: index === undefined ? live.map(({ job }) => job.seed) : seed, ...(stop && { stop }) }
      const placeOf = ({ job }: Waiting, i: number): number => job.index ?? i
      const places = live.map(placeOf)
      // A place whose prompt is not here is filled, so that the others keep theirs.
      const prompts = Array.from(
        { length: Math.max(...places) + 1 },
        (_, place) => (live[places.indexOf(place)] ?? live[0])?.job.prompt as ModelInput,
      )
      const sampled = await sampleChecked(sampler, { prompts, n, params })
      for (const [i, one] of live.entries()) one.resolve(sampled[placeOf(one, i)] as SampledSequence[])
    } catch (error) {
      for (const { reject } of live) reject(error)
    }
  }

  return {
    sample: (job, signal) =>
      new Promise((resolve, reject) => {
        const { n, temperature, maxTokens, stop, index, seed } = job
        const key = JSON.stringify([n, temperature, maxTokens, stop, index === undefined ? null : seed])
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
  const alike = waiting.filter((one) => one.key === key)
  const batch =
    job.index === undefined
      ? alike.slice(0, most)
      : alike.filter(({ job: { index } }, i) => alike.findIndex((one) => one.job.index === index) === i)
  const taken = new Set(batch)
  return { batch, rest: waiting.filter((one) => !taken.has(one)) }
}
