/** An engine's model as a policy: picture and prompt in, sampled tokens out. */
import type { Engine, ModelInput, SampledSequence } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Observation, Policy, Reply, ReplyOptions } from '../policy.ts'

export interface SamplerOptions {
  /** Reply tokens at most, stop token included. */
  readonly maxTokens: number
  /** 0 is greedy. Default 1. */
  readonly temperature?: number
  /** A snapshot of the engine; absent: the live weights. */
  readonly weights?: string
  /** Default: the engine's name. */
  readonly name?: string
}

/** The model input of an observation: the picture, then the prompt. Throws EngineError if the engine cannot read it. */
export function modelInputOf(engine: Pick<Engine, 'tokenizer' | 'imageTokens'>, observation: Observation): ModelInput {
  const frame = observation.frame()
  return {
    chunks: [
      { type: 'image', frame, expectedTokens: engine.imageTokens(frame) },
      { type: 'encoded_text', tokens: engine.tokenizer.encode(observation.prompt) },
    ],
  }
}

/** A sampled sequence as a reply. A stop token that is text (the embedded engine's `</answer>`) stays in the text; special tokens decode to ''. */
export function replyOf(engine: Pick<Engine, 'tokenizer'>, { tokens, logprobs }: SampledSequence): Reply {
  return { text: engine.tokenizer.decode(tokens), tokens, logprobs }
}

function inputOrFailure(engine: Engine, observation: Observation): ModelInput | Reply {
  try {
    return modelInputOf(engine, observation)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { text: '', failure: { boundary: 'engine', reason: error.message } }
  }
}

/** Samples n replies per observation. An observation the engine cannot read fails alone; a failed engine throws. */
export function samplerPolicy(engine: Engine, options: SamplerOptions): Policy {
  const { maxTokens, temperature = 1, weights, name = engine.info.name } = options
  const reply = async (observations: readonly Observation[], { n, seed, signal }: ReplyOptions): Promise<Reply[][]> => {
    signal?.throwIfAborted()
    const inputs = observations.map((observation) => inputOrFailure(engine, observation))
    const prompts = inputs.filter((input) => 'chunks' in input)
    const params = { maxTokens, temperature, seed }
    const sampled = prompts.length === 0 ? [] : await engine.sample({ prompts, n, params, ...(weights !== undefined && { weights }) })
    let next = 0
    return inputs.map((input) =>
      'chunks' in input
        ? (sampled[next++] as SampledSequence[]).map((sequence) => replyOf(engine, sequence))
        : Array.from({ length: n }, () => input),
    )
  }
  return { name, privileged: false, reply }
}
