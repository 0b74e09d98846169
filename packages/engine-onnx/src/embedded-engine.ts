/** The embedded engine in this thread. Most callers want `createEngine` of index.ts, which runs it in a worker. */
import { type Engine, EngineError, type ModelInput, type SampledSequence } from 'vlm-gym'
import { type ChatFormat, lexiconChat } from 'vlm-gym/chat'
import type { AdamParams, EngineInfo, ForwardResult, PassRequest, SampleRequest, Sampler, SaveKind, WeightsRef } from 'vlm-gym/engine'
import type * as z from 'zod'
import { type AdamState, adamStep, clipping, freshAdam } from './adam.ts'
import { datumRow, patchGrid, plainInput, scoredRow } from './inputs.ts'
import { isHidden, Muon } from './muon.ts'
import {
  initialParameters,
  type ModelConfig,
  type modelConfig,
  type ParameterSlot,
  parameterSlots,
  parseModelConfig,
} from './parameters.ts'
import { Passes } from './passes.ts'
import { type Feeds, floats } from './runtime.ts'
import { TokenSampler } from './sampler.ts'
import { deleteSave, fileOf, nameOf, readSave, refOf, type SavedModel, writeSave } from './saves.ts'
import { createTokenizer } from './tokenizer.ts'
import { vocabularyOf } from './vocabulary.ts'
import { workQueue } from './work-queue.ts'

export interface EmbeddedOptions {
  readonly model?: z.input<typeof modelConfig>
  /** The tokenizer's words, without duplicates; see `lexiconOf` in vlm-gym. */
  readonly words: readonly string[]
  /** The word that ends a reply. */
  readonly stop?: string
  /** Seed of the initial weights. */
  readonly seed?: number
  /** Threads of the numeric kernels; the numbers of a run are reproducible for one setting. */
  readonly threads?: number
  /** Spinning threads: 5–15 % faster on an idle machine, slow on a shared one. */
  readonly spin?: boolean
  /** Folder of the saves; made on the first save. */
  readonly folder?: string
}

/** What the engine of a model says of itself. */
export function infoOf({ width, layers, textLength, grid }: ModelConfig, parameters: number): EngineInfo {
  return {
    name: `embedded ${width}×${layers}`,
    parameters,
    maxSequence: grid * grid + textLength,
    maxText: textLength + 1,
    images: 1,
    losses: ['cross_entropy', 'importance_sampling', 'ppo'],
    optimizers: ['adam', 'muon'],
    reduction: 'sum',
  }
}

/** The chat format of a model: a patch of a picture is a token, a word of the list is one. */
export function chatOf(config: ModelConfig, { words, stop = '</answer>' }: Pick<EmbeddedOptions, 'words' | 'stop'>): ChatFormat {
  const imageTokens: ChatFormat['imageTokens'] = (frame) => {
    const { rows, columns } = patchGrid(frame, config)
    return rows * columns
  }
  return lexiconChat({ tokenizer: createTokenizer(words, stop), imageTokens })
}

const stopTokenOf = ({ stop }: ChatFormat): number => stop[0] as number

export class EmbeddedEngine implements Engine {
  readonly info: EngineInfo
  readonly chat: ChatFormat
  readonly config: ModelConfig
  readonly words: readonly string[]
  readonly #folder: string | undefined
  readonly #slots: ParameterSlot[]
  readonly #model: SavedModel
  readonly #tokens: TokenSampler
  readonly #passes: Passes
  readonly #muon: Muon
  readonly #live: Float32Array
  readonly #liveFeeds: Feeds
  readonly #gradient: Float32Array
  /** Saved weights that a sampler has read, by name. */
  readonly #saved = new Map<string, Promise<Feeds>>()
  readonly #inTurn = workQueue()
  #adam: AdamState
  /** Of a pass that failed since the last step. */
  #failure: unknown = null

  constructor(options: EmbeddedOptions) {
    this.config = parseModelConfig(options.model ?? {})
    this.words = options.words
    this.#folder = options.folder
    this.chat = chatOf(this.config, options)
    const vocabulary = vocabularyOf(options.words, this.config)
    const runtime = { threads: options.threads ?? 2, spin: options.spin ?? false }
    this.#slots = parameterSlots(this.config, vocabulary)
    this.#model = { config: this.config, words: this.words, slots: this.#slots }
    this.#live = initialParameters(this.#slots, options.seed ?? 0)
    this.#liveFeeds = this.#feedsOf(this.#live)
    this.#gradient = new Float32Array(this.#live.length)
    this.#adam = freshAdam(this.#live.length)
    this.#muon = new Muon(this.#slots, this.#live.length, runtime)
    this.#tokens = new TokenSampler(this.config, vocabulary, stopTokenOf(this.chat), runtime)
    this.#passes = new Passes({ config: this.config, vocabulary, slots: this.#slots, runtime }, this.#gradient)
    this.info = infoOf(this.config, this.#live.length)
  }

  sampler(ref?: WeightsRef): Sampler {
    return {
      sample: (request) => this.sampleFrom(ref, request),
      logprobs: (inputs) => this.logprobsFrom(ref, inputs),
    }
  }

  /** `sampler(ref).sample` as one call, for a message port. */
  sampleFrom(ref: WeightsRef | undefined, { prompts, n, params }: SampleRequest): Promise<SampledSequence[][]> {
    return this.#inTurn(async () => {
      const { stop = this.chat.stop } = params
      if (stop.join() !== this.chat.stop.join())
        throw new EngineError(`this engine ends a reply at token ${this.chat.stop.join()} alone, not at ${stop.join()}; leave stop out`)
      const inputs = prompts.map((prompt) => plainInput(prompt, this.config))
      return this.#tokens.sample(inputs, n, params, await this.#weightsOf(ref))
    })
  }

  /** `sampler(ref).logprobs` as one call, for a message port. */
  logprobsFrom(ref: WeightsRef | undefined, inputs: readonly ModelInput[]): Promise<Float32Array[]> {
    return this.#inTurn(async () => {
      const scored = inputs.map((input) => scoredRow(input, this.config, this.words.length))
      const rows = scored.flatMap(({ row }) => row ?? [])
      const { logprobs } = await this.#passes.run(rows, await this.#weightsOf(ref))
      const lists = logprobs.values()
      return scored.map(({ row, picture, text }) => {
        const list = new Float32Array(picture + text)
        // What a row's pass says at a position is about the token behind it.
        if (row) list.set((lists.next().value as Float32Array).subarray(picture), picture + 1)
        return list
      })
    })
  }

  forwardBackward({ data, loss, config }: PassRequest): Promise<ForwardResult> {
    return this.#inTurn(async () => {
      try {
        if (!this.info.losses.includes(loss)) throw new EngineError(`there is no loss ${loss}; choose ${this.info.losses.join(', ')}`)
        const rows = data.map((datum) => datumRow(datum, this.config, this.words.length))
        return await this.#passes.run(rows, this.#liveFeeds, { loss, config })
      } catch (error) {
        this.#failure = error
        this.#gradient.fill(0)
        throw error
      }
    })
  }

  optimStep(params: AdamParams): Promise<{ gradNorm: number }> {
    return this.#inTurn(async () => {
      const { optimizer = 'adam' } = params
      if (!this.info.optimizers.includes(optimizer))
        throw new EngineError(`there is no optimizer ${optimizer}; choose ${this.info.optimizers.join(' or ')}`)
      this.#checkGradient()
      const { norm, scale } = clipping(this.#gradient, params.maxGradNorm ?? 0)
      if (!Number.isFinite(norm)) {
        this.#gradient.fill(0)
        throw new EngineError(`the gradient norm is ${norm}, so the step was not made; lower the learning rate`)
      }
      this.#adam.step++
      if (optimizer === 'adam') adamStep(this.#live, this.#gradient, this.#adam, params, scale)
      else {
        await this.#muon.step(this.#live, this.#gradient, this.#adam.mean, params.learningRate, scale)
        for (const slot of this.#slots)
          if (!isHidden(slot)) adamStep(this.#live, this.#gradient, this.#adam, params, scale, slot.offset, slot.offset + slot.length)
      }
      return { gradNorm: norm }
    })
  }

  save(name: string, kind: SaveKind): Promise<WeightsRef> {
    return this.#inTurn(async () => {
      const ref = refOf(name)
      const path = fileOf(ref, this.#folder)
      await writeSave(this.#model, path, kind, this.#live, this.#adam)
      this.#saved.delete(name)
      return ref
    })
  }

  load(ref: WeightsRef, options: { readonly optimizer: boolean }): Promise<void> {
    return this.#inTurn(() => this.#loadFile(fileOf(ref, this.#folder), options))
  }

  /** `load` of any checkpoint file. */
  loadFile(path: string, options: { readonly optimizer: boolean }): Promise<void> {
    return this.#inTurn(() => this.#loadFile(path, options))
  }

  discard(ref: WeightsRef): Promise<void> {
    return this.#inTurn(async () => {
      await deleteSave(fileOf(ref, this.#folder))
      this.#saved.delete(nameOf(ref))
    })
  }

  /** The accumulated gradient and the weights, for gradient checks. Views, not copies. */
  inspect(): { weights: Float32Array; gradient: Float32Array; slots: readonly ParameterSlot[] } {
    return { weights: this.#live, gradient: this.#gradient, slots: this.#slots }
  }

  close(): Promise<void> {
    return this.#inTurn(() => {
      this.#passes.clear()
      this.#saved.clear()
    })
  }

  async #loadFile(path: string, options: { readonly optimizer: boolean }): Promise<void> {
    const { live, adam } = await readSave(this.#model, path, options)
    this.#live.set(live)
    this.#adam = adam ?? freshAdam(live.length)
    this.#gradient.fill(0)
    this.#failure = null
  }

  /** Throws EngineError if a pass since the last step failed: the gradient is not that of all data. */
  #checkGradient(): void {
    if (this.#failure === null) return
    const cause = this.#failure
    this.#failure = null
    this.#gradient.fill(0)
    throw new EngineError(`the step was not made, since a pass before it failed: ${(cause as Error).message}`, { cause })
  }

  /** The weights of a ref, read once. */
  #weightsOf(ref: WeightsRef | undefined): Promise<Feeds> {
    if (ref === undefined) return Promise.resolve(this.#liveFeeds)
    const name = nameOf(ref)
    const known = this.#saved.get(name)
    if (known) return known
    const read = readSave(this.#model, fileOf(ref, this.#folder), { optimizer: false }).then(({ live }) => this.#feedsOf(live))
    this.#saved.set(name, read)
    read.catch(() => this.#saved.delete(name))
    return read
  }

  #feedsOf(weights: Float32Array): Feeds {
    return Object.fromEntries(
      this.#slots.map(({ name, shape, offset, length }) => [`p.${name}`, floats(weights.subarray(offset, offset + length), shape)]),
    )
  }
}
