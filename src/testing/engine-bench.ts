/** What the checks of an engine work with. */
import { type Datum, type Engine, inputLength, type ModelInput, type WeightsRef } from '../engine.ts'
import { EngineError } from '../errors.ts'

/** What `checkEngine` is given. */
export interface CheckEngineOptions {
  /** A fresh engine, with the same weights and the same folder of saves at every call. The check closes it. */
  readonly open: () => Promise<Engine>
  /** Makes two different prompts that the engine reads; their last chunk is text. */
  readonly prompts: (engine: Engine) => readonly [ModelInput, ModelInput]
  /** A whole reply that the engine's chat format can write, of two tokens or more and the one that ends it. */
  readonly reply: string
  /** Largest difference of two log-probs that should be equal, nats. Default 1e-4. */
  readonly tolerance?: number
}

/** What a check works with: a fresh engine and the data to ask it about. */
export interface Bench {
  readonly engine: Engine
  readonly prompts: readonly [ModelInput, ModelInput]
  readonly reply: readonly number[]
  readonly options: CheckEngineOptions
  readonly near: (a: ArrayLike<number>, b: ArrayLike<number>) => boolean
}

/** Throws an error that says what does not hold. */
export type Check = (bench: Bench) => Promise<void>

/** Throws EngineError unless it holds. */
export function ensure(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new EngineError(problem)
}

/** Throws EngineError unless the work is refused with an EngineError. */
export async function ensureRefused(work: () => Promise<unknown>, what: string): Promise<void> {
  const error = await work().then(
    () => null,
    (reason: unknown) => reason,
  )
  ensure(error !== null, `${what} is taken; refuse it with an EngineError`)
  ensure(error instanceof EngineError, `${what} is refused with ${String(error)}, which is no EngineError`)
}

/** The datum of a reply after a prompt: zeros over the prompt, then each list over the reply. */
export function datumOf(prompt: ModelInput, reply: readonly number[], lists: { readonly [name: string]: readonly number[] } = {}): Datum {
  const before = new Array<number>(inputLength(prompt) - 1).fill(0)
  const inputs = Object.entries({ targetTokens: reply, ...lists }).map(([name, list]) => [name, [...before, ...list]])
  return {
    modelInput: { chunks: [...prompt.chunks, { type: 'encoded_text', tokens: reply.slice(0, -1) }] },
    lossInputs: Object.fromEntries(inputs) as Datum['lossInputs'],
  }
}

/** One value for every token of a reply. */
export const all = (reply: readonly number[], value: number): number[] => reply.map(() => value)

/** The reply after one of the prompts, to be learned with a weight. */
export const supervised = ({ prompts, reply }: Bench, which: 0 | 1, weight = 1): Datum =>
  datumOf(prompts[which], reply, { weights: all(reply, weight) })

/** A reply after a prompt, as one sequence. */
export const sequenceOf = ({ chunks }: ModelInput, reply: readonly number[]): ModelInput => ({
  chunks: [...chunks, { type: 'encoded_text', tokens: reply }],
})

/** Log-probs of the reply's tokens after the first prompt, by the live weights or by those of a ref. */
export async function replyLogprobs({ engine, prompts, reply }: Bench, ref?: WeightsRef): Promise<number[]> {
  const [logprobs] = await engine.sampler(ref).logprobs([sequenceOf(prompts[0], reply)])
  return [...(logprobs as Float32Array).slice(-reply.length)]
}

/** Steps of training on the reply after one of the prompts. */
export async function learn(bench: Bench, steps: number, which: 0 | 1 = 0): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await bench.engine.forwardBackward({ data: [supervised(bench, which)], loss: 'cross_entropy' })
    await bench.engine.optimStep({ learningRate: 1e-2, maxGradNorm: 1 })
  }
}

/** Works with another engine over the same saves. */
export async function withAnother<T>(bench: Bench, work: (other: Bench) => Promise<T>): Promise<T> {
  const engine = await bench.options.open()
  try {
    return await work({ ...bench, engine })
  } finally {
    await engine.close()
  }
}
