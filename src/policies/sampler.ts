/** An engine's model as a policy: picture and prompt in, sampled tokens out. A caption is put in its mouth as the reply's perception. */
import type { Engine, ModelInput, SampledSequence, WeightsRef } from '../engine.ts'
import { EngineError } from '../errors.ts'
import { forcedPerception } from '../gym/index.ts'
import type { Observation, Policy, Reply, ReplyOptions } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { checkPictures, sampleChecked } from './samples.ts'

export interface SamplerOptions {
  /** Reply tokens at most, stop token and a forced perception included. */
  readonly maxTokens: number
  /** 0 is greedy. Default 1. */
  readonly temperature?: number
  /** Saved weights; absent: the live ones. */
  readonly weights?: WeightsRef
  /** Default: the engine's name. */
  readonly name?: string
}

/** The part of the reply that an observation's caption forces; '' without one. */
function forcedOf({ caption }: Observation): string {
  return caption === undefined ? '' : forcedPerception(caption)
}

/**
 * The model input of an observation: the picture, the prompt, and the perception that a caption forces, as if the model had written it.
 * A blank picture is given as it is. Throws EngineError if the engine cannot read it.
 */
export function modelInputOf(engine: Pick<Engine, 'tokenizer' | 'imageTokens'>, observation: Observation): ModelInput {
  const frame = observation.frame()
  return {
    chunks: [
      { type: 'image', frame, expectedTokens: engine.imageTokens(frame) },
      { type: 'encoded_text', tokens: [...engine.tokenizer.encode(observation.prompt), ...engine.tokenizer.encode(forcedOf(observation))] },
    ],
  }
}

/**
 * What was sampled as the reply to an observation: the text begins with the perception that its caption forces, while `tokens` and
 * `logprobs` are the sampled ones alone. A stop token that is text (the embedded engine's `</answer>`) stays in the text; special tokens
 * decode to ''.
 */
export function replyOf(engine: Pick<Engine, 'tokenizer'>, { tokens, logprobs }: SampledSequence, observation: Observation): Reply {
  return { text: forcedOf(observation) + engine.tokenizer.decode(tokens), tokens, logprobs }
}

/**
 * The seed of one observation of a call. A policy that asks about all observations at once (an engine) and one that sends each by itself
 * (an endpoint) draw alike if both use it.
 */
export const observationSeed = (seed: number, index: number): number => deriveSeed(seed, index)

/** An observation ready to be sampled: its input, and the tokens that are left to it. */
interface Ready {
  readonly index: number
  readonly input: ModelInput
  readonly budget: number
}

function readyOrFailure(engine: Engine, observation: Observation, index: number, maxTokens: number): Ready | Reply {
  try {
    const forced = engine.tokenizer.encode(forcedOf(observation)).length
    if (forced >= maxTokens)
      throw new EngineError(`the caption takes ${forced} tokens, a reply has ${maxTokens}; raise maxTokens, or leave the caption out`)
    return { index, input: modelInputOf(engine, observation), budget: maxTokens - forced }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { text: '', failure: { boundary: 'engine', reason: error.message } }
  }
}

/**
 * Samples n replies per observation; the chance of a reply depends on (`observationSeed`, sample) alone. An observation the engine cannot
 * read fails alone; a failed engine throws, and so does a blind one, at once. Observations whose captions leave them different numbers of tokens are sampled apart.
 */
export function samplerPolicy(engine: Engine, options: SamplerOptions): Policy {
  const { maxTokens, temperature = 1, weights, name = engine.info.name } = options
  checkPictures(engine.info, 1)
  const sampler = engine.sampler(weights)
  const reply = async (observations: readonly Observation[], { n, seed, signal }: ReplyOptions): Promise<Reply[][]> => {
    const out = observations.map((): Reply[] => [])
    const ready: Ready[] = []
    signal?.throwIfAborted()
    for (const [index, observation] of observations.entries()) {
      const one = readyOrFailure(engine, observation, index, maxTokens)
      if ('input' in one) ready.push(one)
      else out[index] = Array.from({ length: n }, () => one)
    }
    for (const budget of new Set(ready.map((one) => one.budget))) {
      const own = ready.filter((one) => one.budget === budget)
      const params = { maxTokens: budget, temperature, seed: own.map(({ index }) => observationSeed(seed, index)) }
      const prompts = own.map(({ input }) => input)
      const sampled = await sampleChecked(sampler, { prompts, n, params })
      for (const [i, { index }] of own.entries())
        out[index] = (sampled[i] as SampledSequence[]).map((sequence) => replyOf(engine, sequence, observations[index] as Observation))
    }
    return out
  }
  return { name, privileged: false, reply }
}
