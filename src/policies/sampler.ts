/** An engine's model as a policy: conversations in, sampled replies out. */
import type { ChatFormat } from '../chat.ts'
import { type Engine, inputLength, type ModelInput, type SampledSequence, type WeightsRef } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Observation, Policy, Reply, ReplyOptions } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { checkPictures, sampleChecked } from './samples.ts'

export interface SamplerOptions {
  /** Reply tokens at most, stop token and a prefix included. */
  readonly maxTokens: number
  /** 0 is greedy. Default 1. */
  readonly temperature?: number
  /** Saved weights; absent: the live ones. */
  readonly weights?: WeightsRef
  /** Default: the engine's name. */
  readonly name?: string
  /**
   * 'observation': the chance of a reply depends on its observation's place and its own, so that a policy that asks about one observation at a
   * time draws alike. 'call': one seed for the whole call, as the training loop has it. Default 'observation'.
   */
  readonly chance?: 'observation' | 'call'
  /** False: every observation is text, so that a blind engine will do. Default true. */
  readonly pictures?: boolean
}

/**
 * The seed of one observation of a call. A policy that asks about all observations at once (an engine) and one that sends each by itself
 * (an endpoint) draw alike if both use it.
 */
export const observationSeed = (seed: number, index: number): number => deriveSeed(seed, index)

/** An observation ready to be sampled. */
interface Ready {
  readonly index: number
  readonly prompt: ModelInput
  readonly prefix: string
  /** Tokens left to the reply. */
  readonly budget: number
}

/** The prompt of an observation and the tokens left behind it, or a failure with the reason. */
function readyOrFailure(chat: ChatFormat, observation: Observation, index: number, maxTokens: number): Ready | Reply {
  const { prefix = '' } = observation
  try {
    const begun = prefix === '' ? 0 : prefixTokens(chat, observation)
    if (begun >= maxTokens)
      throw new EngineError(`the begun reply takes ${begun} tokens, a reply has ${maxTokens}; raise maxTokens, or leave the caption out`)
    return { index, prompt: chat.prompt(observation), prefix, budget: maxTokens - begun }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return { text: '', failure: { boundary: 'engine', reason: error.message } }
  }
}

/** Tokens that the prefix adds to the prompt. */
function prefixTokens(chat: ChatFormat, observation: Observation): number {
  const { prefix: _, ...state } = observation
  return inputLength(chat.prompt(observation)) - inputLength(chat.prompt(state))
}

/** What was sampled, as a reply: its text begins with the prefix, its tokens are the sampled ones alone. */
export function sampledReply(
  chat: ChatFormat,
  prompt: ModelInput,
  { tokens, logprobs, stopReason }: SampledSequence,
  prefix: string = '',
): Reply {
  const { text, ends } = chat.read(tokens)
  return {
    text: prefix + text,
    finish: stopReason,
    sampled: { prompt, tokens, logprobs, ends: prefix === '' ? ends : ends.map((end) => end + prefix.length) },
  }
}

/**
 * Samples n replies per observation. An observation that the model cannot read fails alone; a failed engine throws, and so does a blind one, at once. Observations whose
 * prefixes leave them different numbers of tokens are sampled apart.
 */
export function samplerPolicy(engine: Engine, options: SamplerOptions): Policy {
  const { maxTokens, temperature = 1, weights, name = engine.info.name, chance = 'observation', pictures = true } = options
  if (pictures) checkPictures(engine.info, 1)
  const { chat } = engine
  const sampler = engine.sampler(weights)
  const reply = async (observations: readonly Observation[], { n, seed, signal }: ReplyOptions): Promise<Reply[][]> => {
    const out = observations.map((): Reply[] => [])
    const ready: Ready[] = []
    signal?.throwIfAborted()
    for (const [index, observation] of observations.entries()) {
      const one = readyOrFailure(chat, observation, index, maxTokens)
      if ('prompt' in one) ready.push(one)
      else out[index] = Array.from({ length: n }, () => one)
    }
    for (const budget of new Set(ready.map((one) => one.budget))) {
      const sameBudget = ready.filter((one) => one.budget === budget)
      const seeds = chance === 'call' ? seed : sameBudget.map(({ index }) => observationSeed(seed, index))
      const params = { maxTokens: budget, temperature, seed: seeds, stop: chat.stop }
      const sampled = await sampleChecked(sampler, { prompts: sameBudget.map(({ prompt }) => prompt), n, params })
      for (const [i, { index, prompt, prefix }] of sameBudget.entries())
        out[index] = (sampled[i] ?? []).map((sequence) => sampledReply(chat, prompt, sequence, prefix))
    }
    return out
  }
  return { name, privileged: false, reply }
}
