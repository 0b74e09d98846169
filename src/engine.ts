/**
 * The engine contract: the Tinker API's verbs and conventions, so that the trainer has one code path for the embedded engine
 * and for real VLMs on a cluster.
 *
 * Token shift: for a full sequence x[0..N) the model input is x[0..N-1) and `targetTokens` is x[1..N); every per-token list has
 * length N-1 and index i speaks about predicting x[i+1]. An image chunk counts `expectedTokens` positions; there (and in the prompt)
 * targets, weights, advantages and logprobs are 0. The last chunk is text.
 *
 * Losses (summed over tokens and data, minimised; lp = log-probability of the target under the current weights):
 * - `cross_entropy` {targetTokens, weights}:                -w · lp
 * - `importance_sampling` {targetTokens, logprobs, advantages}:   -exp(lp - logprob) · A
 * - `ppo` the same inputs:  -min(r · A, clip(r, clipLow, clipHigh) · A), r = exp(lp - logprob); bounds are absolute ratios, e.g. 0.8, 1.28
 */
import type { Frame } from './scene.ts'

export type Chunk =
  | { readonly type: 'encoded_text'; readonly tokens: readonly number[] }
  | { readonly type: 'image'; readonly frame: Frame; readonly expectedTokens: number }

export interface ModelInput {
  readonly chunks: readonly Chunk[]
}

/** Positions of a chunk, tokens. */
export const chunkLength = (chunk: Chunk): number => (chunk.type === 'image' ? chunk.expectedTokens : chunk.tokens.length)

/** Positions of an input, tokens. */
export const inputLength = ({ chunks }: ModelInput): number => chunks.reduce((sum, chunk) => sum + chunkLength(chunk), 0)

export type LossName = 'cross_entropy' | 'importance_sampling' | 'ppo'

export interface LossConfig {
  /** Ratio bounds of `ppo`. */
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
}

export interface SampledSequence {
  /** Stop token included when stopReason is 'stop'. */
  readonly tokens: number[]
  readonly logprobs: number[]
  readonly stopReason: 'stop' | 'length'
}

export interface AdamParams {
  readonly learningRate: number
  /** 'muon': matrices inside the blocks are stepped by Muon, at Adam's learning rates; engines that only know Adam refuse it. Default 'adam'. */
  readonly optimizer?: 'adam' | 'muon'
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

export interface EngineInfo {
  readonly name: string
  readonly parameters: number
  /** Largest prompt + reply, tokens, image tokens included. */
  readonly maxSequence: number
  /** Largest prompt + reply without the picture's tokens, for engines that have a bound of its own for that. */
  readonly maxText?: number
}

export interface Engine {
  readonly info: EngineInfo
  readonly tokenizer: Tokenizer
  /** Image tokens of a frame; throws EngineError if the engine cannot see such a frame. */
  imageTokens(frame: Pick<Frame, 'width' | 'height'>): number
  /** [prompt][sample]. `weights` names a snapshot made by `saveWeightsForSampler`; absent: the live weights. */
  sample(request: { prompts: readonly ModelInput[]; n: number; params: SamplingParams; weights?: string }): Promise<SampledSequence[][]>
  /** Log-probs without gradients. */
  forward(request: { data: readonly Datum[]; weights?: string }): Promise<ForwardResult>
  /** Adds to the accumulated gradient. */
  forwardBackward(request: { data: readonly Datum[]; loss: LossName; config?: LossConfig }): Promise<ForwardResult>
  /** One Adam step on the accumulated gradient, which is then zero. */
  optimStep(params: AdamParams): Promise<{ gradNorm: number }>
  /** Freezes the live weights under a name, in memory, for sampling and `forward`. */
  saveWeightsForSampler(name: string): Promise<void>
  dropWeights(name: string): Promise<void>
  /** Makes a snapshot the live weights; the optimiser starts anew. */
  restoreWeights(name: string): Promise<void>
  /** Weights, optimiser state and snapshots to one file, atomically. */
  saveState(path: string): Promise<void>
  loadState(path: string): Promise<void>
  /** The live weights as one ONNX file, for pictures of rows × columns patches; only engines that own their weights can. */
  exportOnnx?(rows: number, columns: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** What a package that makes engines exports; `--engine NAME` loads it by name. */
export interface EngineModule {
  /** A fresh engine. words: the tokenizer's words; seed: of the initial weights. Throws EngineError for bad options. */
  createEngine(options: { model: object; words: readonly string[]; seed: number; threads: number }): Promise<Engine>
  /** The engine of a checkpoint. Throws StorageError. */
  openEngine(path: string, options: { threads: number }): Promise<Engine>
}
