/**
 * The engine contract: what the Tinker API can do and nothing else, so that the trainer has one code path for the embedded engine
 * and for real VLMs on a cluster.
 *
 *     const start = await engine.save('base', 'weights')
 *     const reference = engine.sampler(start)                    // frozen weights; engine.sampler() samples from the live ones
 *     const pass = engine.forwardBackward({ data, loss: 'ppo' }) // submitted together:
 *     const step = engine.optimStep({ learningRate: 1e-4 })      // the engine carries out calls in their order
 *     await Promise.all([pass, step])
 *
 * Token shift: for a full sequence x[0..N) the model input is x[0..N-1) and `targetTokens` is x[1..N); every per-token list has
 * length N-1 and index i speaks about predicting x[i+1]. An image chunk counts `expectedTokens` positions; there (and in the prompt)
 * targets, weights, advantages and logprobs are 0. The last chunk is text.
 *
 * Losses (summed over tokens and data, minimised; lp = log-probability of the target under the current weights):
 * - `cross_entropy` {targetTokens, weights}:                -w · lp
 * - `importance_sampling` {targetTokens, logprobs, advantages}:   -exp(lp - logprob) · A
 * - `ppo` the same inputs:  -min(r · A, clip(r, clipLow, clipHigh) · A), r = exp(lp - logprob); bounds are absolute ratios, e.g. 0.8, 1.28
 * - `cispo` the same inputs: -clip(r, clipLow, clipHigh) · lp · A, the clipped ratio held fixed
 * - `gspo` the same inputs: as `ppo`, with one r for all tokens of a datum: exp(mean of lp - logprob over its tokens)
 */
import type { ChatFormat } from './chat.ts'
import type { ModelInput } from './model-input.ts'

export { type Chunk, chunkLength, inputLength, type ModelInput } from './model-input.ts'

/** The last two are offered by some engines on servers alone. */
export type LossName = 'cross_entropy' | 'importance_sampling' | 'ppo' | 'cispo' | 'gspo'

export interface LossConfig {
  /** Ratio bounds of `ppo`, `cispo` and `gspo`. */
  readonly clipLow?: number
  readonly clipHigh?: number
}

/** One training example; which lists are needed depends on the loss. */
export interface Datum {
  readonly modelInput: ModelInput
  readonly lossInputs: {
    readonly targetTokens: ArrayLike<number>
    readonly weights?: ArrayLike<number>
    readonly logprobs?: ArrayLike<number>
    readonly advantages?: ArrayLike<number>
  }
}

export interface ForwardResult {
  /** [datum][position], natural log; 0 where the target counts for nothing. */
  readonly logprobs: Float32Array[]
  /** `loss`: sum over the data; `tokens`: positions that count. */
  readonly metrics: { readonly loss: number; readonly tokens: number }
}

export interface SamplingParams {
  /** Reply tokens at most, stop token included. */
  readonly maxTokens: number
  /** 0 is greedy. Log-probs are those of the untempered model. */
  readonly temperature: number
  /**
   * One seed decides all chance of the call. A list has one seed a prompt: sample k of prompt i then draws from (seed[i], k) alone, so that
   * a prompt gets the same replies whatever is beside it.
   */
  readonly seed: number | readonly number[]
  /** Tokens that end a reply. Default: those of the engine's chat format; an engine may refuse others. */
  readonly stop?: readonly number[]
}

export interface SampledSequence {
  /** Stop token included when stopReason is 'stop'. */
  readonly tokens: number[]
  readonly logprobs: number[]
  readonly stopReason: 'stop' | 'length'
}

/** 'muon': matrices inside the blocks are stepped by Muon, all else by Adam at the same learning rate. */
export type Optimizer = 'adam' | 'muon'

export interface AdamParams {
  readonly learningRate: number
  /** One of `EngineInfo.optimizers`. Default 'adam'. */
  readonly optimizer?: Optimizer
  readonly beta1?: number
  readonly beta2?: number
  readonly eps?: number
  readonly weightDecay?: number
  /** Global gradient norm is clipped to this; 0 or absent: not clipped. */
  readonly maxGradNorm?: number
}

/** Text to tokens and back; `decode(encode(text)) === text`. `encode` throws EngineError on text outside the vocabulary; special tokens decode to ''. */
export interface Tokenizer {
  readonly size: number
  readonly stopToken: number
  encode(text: string): number[]
  decode(tokens: readonly number[]): string
}

/** What an engine is and can do. Whoever needs more asks here before any work begins. */
export interface EngineInfo {
  readonly name: string
  readonly parameters: number
  /** Largest prompt + reply, tokens, image tokens included. */
  readonly maxSequence: number
  /** Largest prompt + reply without the picture's tokens, for engines that have a bound of its own for that. */
  readonly maxText?: number
  /** Most pictures of a prompt; 0: the engine is blind. */
  readonly images: number
  readonly losses: readonly LossName[]
  readonly optimizers: readonly Optimizer[]
  /** How a loss is reduced over tokens and data. */
  readonly reduction: 'sum'
}

/** Names what a save made. Plain JSON; opaque to everybody but the engine. Another engine over the same saves understands it. */
export interface WeightsRef {
  readonly [field: string]: string | number
}

/** 'state': weights and optimiser, to go on training from. 'weights': weights alone. */
export type SaveKind = 'state' | 'weights'

export interface SampleRequest {
  readonly prompts: readonly ModelInput[]
  /** Replies a prompt. */
  readonly n: number
  readonly params: SamplingParams
}

export interface PassRequest {
  readonly data: readonly Datum[]
  readonly loss: LossName
  readonly config?: LossConfig
}

/** Weights to sample from and to score with. A bad ref is reported by the first call. */
export interface Sampler {
  /** [prompt][sample] */
  sample(request: SampleRequest): Promise<SampledSequence[][]>
  /**
   * [input][position]: natural log-prob of each token given all before it. 0 at pictures, at the first position, and at a token right
   * behind a picture.
   */
  logprobs(inputs: readonly ModelInput[]): Promise<Float32Array[]>
}

/**
 * Calls are carried out in the order in which they were made, those of samplers included; each may be made before the one before it has
 * ended. Errors: EngineError for what cannot be done, StorageError for saves that cannot be written or read.
 */
export interface Engine {
  readonly info: EngineInfo
  /** How conversations become prompts of this model, and its tokens text. */
  readonly chat: ChatFormat
  /** A sampler of saved weights; without a ref, of the weights that are live when a call's turn comes. */
  sampler(ref?: WeightsRef): Sampler
  /** Adds to the accumulated gradient. After one that failed, the gradient is zero and the next `optimStep` is refused. */
  forwardBackward(request: PassRequest): Promise<ForwardResult>
  /** One step on the accumulated gradient, which is then zero. */
  optimStep(params: AdamParams): Promise<{ gradNorm: number }>
  /** Keeps the live weights, whole or not at all. An earlier save of that name is replaced. `name`: letters, digits, '.', '_' and '-'. */
  save(name: string, kind: SaveKind): Promise<WeightsRef>
  /** Makes saved weights the live ones; the gradient is then zero. `optimizer` true: with its saved state; false: it starts anew. */
  load(ref: WeightsRef, options: { readonly optimizer: boolean }): Promise<void>
  /** Deletes what a save made; nothing happens if it is gone. */
  discard(ref: WeightsRef): Promise<void>
  close(): Promise<void>
}

export interface EngineOptions {
  /** Model settings of the engine. */
  readonly model: object
  /** Of the initial weights. */
  readonly seed: number
  readonly threads: number
  /** Folder of the saves, for engines that keep them as files; made on the first save. */
  readonly folder?: string
}

/** What an engine may ask its user for. */
export interface EngineNeeds {
  /** Every word of the prompts and replies, for engines with a closed vocabulary. */
  words(): readonly string[]
}

/** What a package that makes engines exports; the setting `engine` of a run loads it by name. */
export interface EngineModule {
  /** A fresh engine. Throws EngineError for bad options. */
  createEngine(options: EngineOptions, needs: EngineNeeds): Promise<Engine>
  /** The engine of a checkpoint file, its weights loaded. Throws StorageError. */
  openEngine(path: string, options: { readonly threads: number }): Promise<Engine>
}
