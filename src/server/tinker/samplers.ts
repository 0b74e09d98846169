/**
 * Sampling: sessions of weights, and the one engine that samples from all of them. It has the weights of no model; each request names its own.
 * Requests that wait together go into one call of the engine.
 */
import type { ChatFormat } from '../../chat.ts'
import { type Engine, inputLength, type ModelInput, type SampledSequence, type Sampler, type WeightsRef } from '../../engine.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import { deriveSeed } from '../../rng.ts'
import { inputFromWire, type SampleRequest, type SampleResponse, sequenceToWire } from '../../tinker/wire/index.ts'
import { ApiError } from '../api-error.ts'
import { type Batcher, createBatcher } from '../model/batcher.ts'
import { Ledger } from './ledger.ts'

/** What is sampled from: the base model, a checkpoint by its address, or the weights of a moment. */
export type Source = { readonly base: true } | { readonly path: string } | { readonly ref: WeightsRef; readonly model: string }

/** A sampling session. */
export interface SamplerSession {
  readonly id: string
  readonly session: string
  readonly source: Source
  readonly ledger: Ledger
  /** Whether its weights were let go, since later ones were published. */
  gone: boolean
}

export interface SamplersOptions {
  /** A fresh engine of the base model. */
  readonly open: () => Promise<Engine>
  /** Finds saved weights. Throws ConfigError. */
  readonly find: (path: string) => WeightsRef
  /** Decides the seeds of requests without one, in the order they come. */
  readonly seed: number
  /** Sessions of the weights of a moment that are kept for each model. */
  readonly keep: number
}

/** Requests that are one call of the engine, and those of them that are here. */
interface Call {
  readonly session: string
  readonly size: number
  readonly parts: Map<number, Part>
}

interface Part {
  readonly request: SampleRequest
  readonly resolve: (response: SampleResponse) => void
  readonly reject: (error: unknown) => void
}

export class Samplers {
  readonly #options: SamplersOptions
  readonly #sessions = new Map<string, SamplerSession>()
  readonly #batchers = new Map<string, Batcher>()
  readonly #calls = new Map<string, Call>()
  #engine: Promise<{ readonly engine: Engine; readonly base: WeightsRef }> | undefined
  #unseeded = 0

  constructor(options: SamplersOptions) {
    this.#options = options
  }

  get all(): readonly SamplerSession[] {
    return [...this.#sessions.values()]
  }

  /** The engine, made when it is first needed, and its weights of the start. */
  #made(): Promise<{ readonly engine: Engine; readonly base: WeightsRef }> {
    this.#engine ??= this.#options.open().then(async (engine) => ({ engine, base: await engine.save('base', 'weights') }))
    this.#engine.catch(() => {
      this.#engine = undefined
    })
    return this.#engine
  }

  /** Begins a session; of an id that there is, the same again. */
  begin(id: string, session: string, source: Source): SamplerSession {
    const known = this.#sessions.get(id)
    if (known !== undefined) return known
    const made: SamplerSession = { id, session, source, ledger: new Ledger(), gone: false }
    this.#sessions.set(id, made)
    if ('model' in source) {
      const { model } = source
      const published = this.all.filter((one) => 'model' in one.source && one.source.model === model && !one.gone)
      for (const old of published.slice(0, -this.#options.keep)) this.#letGo(old)
    }
    return made
  }

  /** Throws ApiError: 404 for a session that is not there, 410 for one whose weights are gone. */
  get(id: string): SamplerSession {
    const found = this.#sessions.get(id)
    const name = JSON.stringify(id.slice(0, 120))
    if (found === undefined)
      throw new ApiError(
        404,
        `there is no sampling session ${name}; its session has ended, or the server was started anew: create it again`,
        'sampling_session_id',
        'SAMPLER_NOT_FOUND',
      )
    if (found.gone)
      throw new ApiError(
        410,
        `the weights of the sampling session ${name} are gone: of a model, the ${this.#options.keep} newest that have no name are kept; save weights by a name to keep them`,
        'sampling_session_id',
        'SAMPLER_GONE',
      )
    return found
  }

  /** Ends the sampling sessions of a session. */
  end(session: string): void {
    for (const one of this.all.filter((each) => each.session === session)) {
      if (!one.gone) this.#letGo(one)
      this.#sessions.delete(one.id)
    }
    for (const [key, call] of this.#calls) if (call.session === session) this.#giveUp(key, new EngineError('the session has ended'))
  }

  /** Deletes saved weights, after what was asked for before. */
  async discard(ref: WeightsRef): Promise<void> {
    this.#batchers.delete(JSON.stringify(ref))
    const { engine } = await this.#made()
    await engine.discard(ref)
  }

  /** Passes of saved weights whose gradient nobody wants. */
  async scratch<T>(ref: WeightsRef, work: (engine: Engine) => Promise<T>): Promise<T> {
    const { engine } = await this.#made()
    // Submitted together, so that no other load comes between.
    const [, result] = await Promise.all([engine.load(ref, { optimizer: false }), work(engine)])
    return result
  }

  async sample(source: Source, request: SampleRequest, signal: AbortSignal): Promise<SampleResponse> {
    checkRequest(request)
    const { engine, base } = await this.#made()
    const ref = 'base' in source ? base : 'path' in source ? this.#options.find(source.path) : source.ref
    if (request.callSize !== undefined) return await this.#inCall(engine.sampler(ref), engine.chat, request, signal)
    const prompt = inputFromWire(request.prompt, engine.chat)
    const { params, numSamples, promptIndex, promptLogprobs, promptLogprobsLastN } = request
    const room = roomOf(engine, prompt)
    const maxTokens = params.maxTokens ?? room
    const seed = params.seed ?? deriveSeed(this.#options.seed, 'request', this.#unseeded++)
    const scored = promptLogprobs ? engine.sampler(ref).logprobs([prompt]) : undefined
    // Who scores a prompt asks for a token too, and a prompt may fill the model.
    const sequences: SampledSequence[] =
      scored !== undefined && maxTokens > room && room <= 0
        ? Array.from({ length: numSamples }, () => ({ tokens: [], logprobs: [], stopReason: 'length' }))
        : await this.#batcher(engine, ref).sample(
            {
              prompt,
              n: numSamples,
              temperature: params.temperature,
              seed,
              maxTokens,
              stop: stopOf(engine.chat, params.stop),
              index: promptIndex,
            },
            signal,
          )
    const logprobs = (await scored)?.[0]
    return {
      sequences: sequences.map(sequenceToWire),
      promptCacheHitTokens: 0,
      ...(logprobs !== undefined && { promptLogprobs: withoutUnscored(logprobs, prompt, promptLogprobsLastN) }),
    }
  }

  /** Waits until all requests of the call are here, and carries them out as one call: their numbers are those of a caller in this process. */
  #inCall(sampler: Sampler, chat: ChatFormat, request: SampleRequest, signal: AbortSignal): Promise<SampleResponse> {
    const { samplingSessionId: id, seqId, callIndex, callSize = 1 } = request
    const session = id === undefined ? undefined : this.get(id).session
    if (session === undefined || seqId === undefined || callIndex === undefined || callIndex >= callSize || callIndex > seqId)
      throw new ConfigError(
        `call_size ${callSize} goes with a sampling_session_id, a seq_id, and a call_index from 0 to ${callSize - 1}; give all of them`,
      )
    const key = `${id} ${seqId - callIndex}`
    const call = this.#calls.get(key) ?? { session, size: callSize, parts: new Map<number, Part>() }
    if (call.size !== callSize || call.parts.has(callIndex))
      throw new ConfigError(`the call of the request of seq_id ${seqId} has another call_size, or that call_index already`)
    this.#calls.set(key, call)
    return new Promise((resolve, reject) => {
      call.parts.set(callIndex, { request, resolve, reject })
      signal.addEventListener('abort', () => this.#giveUp(key, signal.reason))
      if (call.parts.size < callSize) return
      this.#calls.delete(key)
      void carryOut(sampler, chat, call).catch((error: unknown) => {
        for (const part of call.parts.values()) part.reject(error)
      })
    })
  }

  /** Ends a call whose requests are not all here. */
  #giveUp(key: string, reason: unknown): void {
    const call = this.#calls.get(key)
    this.#calls.delete(key)
    for (const { reject } of call?.parts.values() ?? []) reject(reason)
  }

  async close(): Promise<void> {
    for (const one of this.all) if (!one.gone) this.#letGo(one)
    await this.#engine?.then(
      ({ engine }) => engine.close(),
      () => {},
    )
  }

  #batcher(engine: Engine, ref: WeightsRef): Batcher {
    const key = JSON.stringify(ref)
    const batcher = this.#batchers.get(key) ?? createBatcher(engine.sampler(ref))
    this.#batchers.set(key, batcher)
    return batcher
  }

  #letGo(one: SamplerSession): void {
    one.gone = true
    if ('ref' in one.source) void this.discard(one.source.ref).catch(() => {})
  }
}

/** Carries out a call whose requests are all here. */
async function carryOut(sampler: Sampler, chat: ChatFormat, { size, parts }: Call): Promise<void> {
  const ordered = Array.from({ length: size }, (_, i) => parts.get(i) as Part)
  const prompts = ordered.map(({ request }) => inputFromWire(request.prompt, chat))
  const { request } = ordered[0] as Part
  if (request.promptLogprobs) {
    const scored = await sampler.logprobs(prompts)
    for (const [i, { resolve }] of ordered.entries()) {
      const promptLogprobs = withoutUnscored(scored[i] as Float32Array, prompts[i] as ModelInput)
      resolve({ sequences: [], promptCacheHitTokens: 0, promptLogprobs })
    }
    return
  }
  const { temperature, maxTokens, stop, seed } = request.params
  const seeds = ordered.map((part) => part.request.params.seed)
  if (maxTokens === undefined || seed === undefined || seeds.includes(undefined))
    throw new ConfigError('a call of several requests needs max_tokens and a seed in each of them')
  const sampled = await sampler.sample({
    prompts,
    n: request.numSamples,
    params: {
      ...{ maxTokens, temperature, seed: request.promptIndex === undefined ? (seeds as number[]) : seed },
      ...(stop && { stop: stopOf(chat, stop) as number[] }),
    },
  })
  for (const [i, { resolve }] of ordered.entries())
    resolve({ sequences: (sampled[i] as SampledSequence[]).map(sequenceToWire), promptCacheHitTokens: 0 })
}

/** Throws ConfigError for what this engine does not do. */
function checkRequest({ params, ...asked }: SampleRequest): void {
  const refuse = (what: string, remedy: string): never => {
    throw new ConfigError(`${what} is not done by this engine; ${remedy}`)
  }
  if (params.topK > 0) refuse(`top_k ${params.topK}`, 'leave it out')
  if (params.topP !== 1) refuse(`top_p ${params.topP}`, 'leave it out')
  if (asked.topkPromptLogprobs > 0 || asked.topkSampleLogprobs > 0) refuse('naming the likeliest tokens', 'leave topk_… out')
  if (asked.promptAltTokensK > 0) refuse('drawing other tokens of the prompt', 'leave prompt_alt_tokens_k out')
  if (asked.targetPromptLogprobs !== undefined) refuse('scoring other tokens than the prompt’s', 'leave target_prompt_logprobs out')
  if (asked.promptLogprobsLastN !== undefined && !asked.promptLogprobs) refuse('prompt_logprobs_last_n alone', 'give prompt_logprobs too')
}

/** Tokens of a reply for which there is room behind a prompt. */
function roomOf({ info }: Engine, prompt: ModelInput): number {
  const text = prompt.chunks.reduce((sum, chunk) => sum + (chunk.type === 'encoded_text' ? chunk.tokens.length : 0), 0)
  return Math.min(info.maxSequence - inputLength(prompt), (info.maxText ?? info.maxSequence) - text)
}

/** Stop tokens of a request; undefined: the model's own. Throws ConfigError for a text that is no single token. */
function stopOf(chat: ChatFormat, stop: SampleRequest['params']['stop']): readonly number[] | undefined {
  return stop?.map((one: number | string) => {
    if (typeof one === 'number') return one
    const [token, ...more] = chat.reply(one)
    if (token === undefined || more.length > 0)
      throw new ConfigError(
        `the stop text ${JSON.stringify(one)} is no single token of this model; give ${JSON.stringify(chat.read(chat.stop).text)}`,
      )
    return token
  })
}

/** NaN where nothing is known: at pictures, at the first token, at one right behind a picture, and before the last `n`. */
function withoutUnscored(logprobs: Float32Array, { chunks }: ModelInput, n: number = logprobs.length): Float32Array {
  const out = Float32Array.from(logprobs)
  let at = 0
  for (const [i, chunk] of chunks.entries()) {
    const length = chunk.type === 'image' ? chunk.expectedTokens : chunk.tokens.length
    if (chunk.type === 'image') out.fill(Number.NaN, at, at + length)
    else if (at === 0 || chunks[i - 1]?.type === 'image') out.fill(Number.NaN, at, at + Math.min(1, length))
    at += length
  }
  out.fill(Number.NaN, 0, Math.max(0, out.length - n))
  return out
}
