/**
 * An engine for tests: it keeps the whole engine contract, learns, and needs nothing but JavaScript (mock-model.ts says how). Chunks may come
 * in any order, with any number of pictures, as in a conversation. Numbers are doubles: equal calls give equal digits.
 */
import PQueue from 'p-queue'
import type { ChatFormat } from '../chat.ts'
import { lexiconChat } from '../chat-formats/index.ts'
import type {
  AdamParams,
  Engine,
  EngineInfo,
  ForwardResult,
  ModelInput,
  PassRequest,
  SampledSequence,
  SampleRequest,
  Sampler,
  SaveKind,
  WeightsRef,
} from '../engine.ts'
import { EngineError } from '../errors.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import {
  addGradient,
  checkLength,
  inputLogprobs,
  lossTerm,
  type MockShape,
  placesOf,
  type Size,
  sampleReply,
  type Table,
  tableLength,
  targetLogprobs,
} from './mock-model.ts'
import { type MockAdam, type MockSaves, mockSaves } from './mock-saves.ts'
import { wordTokenizer } from './word-tokenizer.ts'

export interface MockEngineOptions {
  /** Its chat format, or the words of one: distinct and not empty; text is split greedily into the longest. `</answer>` ends a reply. */
  readonly chat: ChatFormat | { readonly words: readonly string[]; readonly imageTokens?: (frame: Size) => number }
  /** Seed of the initial weights. Default 0. */
  readonly seed?: number
  /** Most pictures of a prompt; 0: the engine is blind. Default 64. */
  readonly images?: number
  /** Largest prompt + reply, tokens. Default 4096. */
  readonly maxSequence?: number
  /** Folder of the saves, made on the first one; absent: they live as long as the engine. */
  readonly folder?: string
}

/** A fresh mock engine. Throws EngineError for a word list without the stop word or with duplicates. */
export function mockEngine(options: MockEngineOptions): Engine {
  return new MockEngine(options)
}

const wordChat = (words: readonly string[], imageTokens: (frame: Size) => number = () => 4): ChatFormat =>
  lexiconChat({ tokenizer: wordTokenizer(words, '</answer>'), imageTokens })

/** The format of a model that takes so many pictures. */
function sighted(chat: ChatFormat, images: number): ChatFormat {
  if (images > 0) return chat
  const imageTokens = (): never => {
    throw new EngineError('this engine is blind; give it text alone')
  }
  return { ...chat, imageTokens }
}

const freshAdam = (length: number): MockAdam => ({ step: 0, mean: new Float64Array(length), square: new Float64Array(length) })

class MockEngine implements Engine {
  readonly info: EngineInfo
  readonly chat: ChatFormat
  readonly #shape: MockShape
  readonly #saves: MockSaves
  readonly #queue = new PQueue({ concurrency: 1 })
  readonly #gradient: Table
  #live: Table
  #adam: MockAdam
  /** Of a pass that failed since the last step. */
  #failure: unknown = null

  constructor({ chat, seed = 0, images = 64, maxSequence = 4096, folder }: MockEngineOptions) {
    this.chat = sighted('words' in chat ? wordChat(chat.words, chat.imageTokens) : chat, images)
    const { vocabularySize: size, imageTokens, stop } = this.chat
    this.#shape = { size, stop, imageTokens, maxSequence, images }
    const rng = seededRng(seed, 'mock engine')
    this.#live = Float64Array.from({ length: tableLength(size) }, () => 0.1 * (rng.real() - 0.5))
    this.#gradient = new Float64Array(this.#live.length)
    this.#adam = freshAdam(this.#live.length)
    this.#saves = mockSaves(folder, this.#live.length)
    const can = { losses: ['cross_entropy', 'importance_sampling', 'ppo'], optimizers: ['adam'], reduction: 'sum' } as const
    this.info = { name: 'mock', parameters: this.#live.length, maxSequence, images, ...can }
  }

  sampler(ref?: WeightsRef): Sampler {
    const table = async (): Promise<Table> => (ref === undefined ? this.#live : (await this.#saves.read(ref)).live)
    return {
      sample: (request) => this.#inTurn(async () => this.#sample(await table(), request)),
      logprobs: (inputs: readonly ModelInput[]) =>
        this.#inTurn(async () => {
          const weights = await table()
          return inputs.map((input) => inputLogprobs(weights, this.#shape, input))
        }),
    }
  }

  forwardBackward(request: PassRequest): Promise<ForwardResult> {
    return this.#inTurn(() => {
      try {
        return this.#pass(request)
      } catch (error) {
        this.#failure = error
        this.#gradient.fill(0)
        throw error
      }
    })
  }

  optimStep(params: AdamParams): Promise<{ gradNorm: number }> {
    return this.#inTurn(() => this.#step(params))
  }

  save(name: string, kind: SaveKind): Promise<WeightsRef> {
    return this.#inTurn(() => this.#saves.write(name, kind, this.#live, this.#adam))
  }

  load(ref: WeightsRef, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      const { live, adam } = await this.#saves.read(ref)
      if (optimizer && adam === null) throw new EngineError('the save holds weights without an optimiser; load it with optimizer: false')
      this.#live = live
      this.#adam = optimizer && adam !== null ? adam : freshAdam(live.length)
      this.#gradient.fill(0)
      this.#failure = null
    })
  }

  discard(ref: WeightsRef): Promise<void> {
    return this.#inTurn(() => this.#saves.delete(ref))
  }

  async close(): Promise<void> {
    await this.#queue.onIdle()
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#queue.add(async () => work())
  }

  #sample(table: Table, { prompts, n, params }: SampleRequest): SampledSequence[][] {
    const { seed } = params
    return prompts.map((prompt, i) => {
      const places = placesOf(this.#shape, prompt)
      const start = places.at(-1)
      if (start === undefined) throw new EngineError('a prompt holds no tokens; give it a text or a picture')
      checkLength(this.#shape, places.length + params.maxTokens)
      const own = typeof seed === 'number' ? deriveSeed(seed, i) : (seed[i] as number)
      return Array.from({ length: n }, (_, k) => sampleReply(table, this.#shape, start, params, seededRng(own, 'sample', k)))
    })
  }

  #pass({ data, loss, config = {} }: PassRequest): ForwardResult {
    if (!this.info.losses.includes(loss))
      throw new EngineError(`the mock engine has no loss ${loss}; choose ${this.info.losses.join(', ')}`)
    const metrics = { loss: 0, tokens: 0 }
    const logprobs = data.map((datum) => targetLogprobs(this.#live, this.#shape, datum))
    for (const [at, datum] of data.entries()) {
      for (const [i, place] of placesOf(this.#shape, datum.modelInput).entries()) {
        const term = lossTerm(loss, (logprobs[at] as Float32Array)[i] as number, datum, i, config)
        if (term === null) continue
        metrics.tokens++
        metrics.loss += term.loss
        addGradient(this.#gradient, this.#live, this.#shape.size, place, datum.lossInputs.targetTokens[i] as number, term.slope)
      }
    }
    return { logprobs, metrics }
  }

  #step(params: AdamParams): { gradNorm: number } {
    const { learningRate, optimizer = 'adam', beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0, maxGradNorm = 0 } = params
    if (!this.info.optimizers.includes(optimizer)) throw new EngineError(`the mock engine has no optimizer ${optimizer}; choose adam`)
    this.#checkGradient()
    const gradNorm = Math.sqrt(this.#gradient.reduce((sum, g) => sum + g * g, 0))
    const scale = maxGradNorm > 0 && gradNorm > maxGradNorm ? maxGradNorm / gradNorm : 1
    const { mean, square } = this.#adam
    const step = ++this.#adam.step
    for (let i = 0; i < this.#live.length; i++) {
      const g = scale * (this.#gradient[i] as number)
      const m = beta1 * (mean[i] as number) + (1 - beta1) * g
      const v = beta2 * (square[i] as number) + (1 - beta2) * g * g
      mean[i] = m
      square[i] = v
      const move = m / (1 - beta1 ** step) / (Math.sqrt(v / (1 - beta2 ** step)) + eps)
      this.#live[i] = (this.#live[i] as number) - learningRate * (move + weightDecay * (this.#live[i] as number))
    }
    this.#gradient.fill(0)
    return { gradNorm }
  }

  /** Throws EngineError if a pass since the last step failed: the gradient is not that of all data. */
  #checkGradient(): void {
    const cause = this.#failure
    this.#failure = null
    if (cause !== null)
      throw new EngineError(`the step was not made, since a pass before it failed: ${(cause as Error).message}`, { cause })
  }
}
