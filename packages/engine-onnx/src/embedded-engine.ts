/** The embedded engine in this thread. Most callers want `createEngine` of index.ts, which runs it in a worker. */
import {
  type Datum,
  type Engine,
  EngineError,
  type Frame,
  type ModelInput,
  type SampledSequence,
  type SamplingParams,
  StorageError,
  type Tokenizer,
} from 'vlm-gym'
import type { AdamParams, EngineInfo, ForwardResult, LossConfig, LossName } from 'vlm-gym/engine'
import * as z from 'zod'
import { type AdamState, adamStep, clipping, freshAdam } from './adam.ts'
import { readCheckpoint, type StoredTensor, writeCheckpoint } from './checkpoint.ts'
import { checkExportSize, exportMetadata } from './export.ts'
import { datumRow, patchGrid, plainInput, type Row, writePatches } from './inputs.ts'
import { type Bucket, exportGraph, scoringGraph, trainingGraph } from './model.ts'
import { isHidden, Muon } from './muon.ts'
import { encodeOnnx } from './onnx-format.ts'
import { initialParameters, type ModelConfig, modelConfig, type ParameterSlot, parameterSlots, parseModelConfig } from './parameters.ts'
import { type Feeds, floats, int32s, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'
import { fitting, Sampler } from './sampler.ts'
import { createTokenizer } from './tokenizer.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

export interface EngineOptions {
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
}

const BATCHES = [8, 16, 32] as const
/** Text lengths are rounded up to this, so that few graphs serve all lengths. */
const LENGTH_STEP = 4
const FORMAT = 'vlm-gym/engine-onnx'

interface Pass {
  readonly session: Session
  readonly bucket: Bucket
  readonly feeds: Feeds
  readonly fetches: Feeds
  readonly pixels: Float32Array
  readonly tokens: Int32Array
  readonly target: Int32Array
  readonly weight: Float32Array
  readonly advantage: Float32Array
  readonly sampled: Float32Array
  readonly clipLow: Float32Array
  readonly clipHigh: Float32Array
  readonly logprobs: Float32Array
}

export class EmbeddedEngine implements Engine {
  readonly info: EngineInfo
  readonly tokenizer: Tokenizer
  readonly config: ModelConfig
  readonly words: readonly string[]
  readonly #vocabulary: Vocabulary
  readonly #slots: ParameterSlot[]
  readonly #runtime: RuntimeOptions
  readonly #sampler: Sampler
  readonly #muon: Muon
  readonly #live: Float32Array
  readonly #gradient: Float32Array
  readonly #scratch: Float32Array
  readonly #snapshots = new Map<string, Float32Array>()
  readonly #passes = new Map<string, Promise<Pass>>()
  readonly #weightFeeds = new WeakMap<Float32Array, Feeds>()
  #adam: AdamState

  constructor(options: EngineOptions) {
    this.config = parseModelConfig(options.model ?? {})
    this.words = options.words
    this.tokenizer = createTokenizer(options.words, options.stop ?? '</answer>')
    this.#vocabulary = vocabularyOf(options.words, this.config)
    this.#slots = parameterSlots(this.config, this.#vocabulary)
    this.#live = initialParameters(this.#slots, options.seed ?? 0)
    this.#gradient = new Float32Array(this.#live.length)
    this.#scratch = new Float32Array(this.#live.length)
    this.#adam = freshAdam(this.#live.length)
    this.#runtime = { threads: options.threads ?? 2, spin: options.spin ?? false }
    this.#muon = new Muon(this.#slots, this.#live.length, this.#runtime)
    this.#sampler = new Sampler(this.config, this.#vocabulary, this.tokenizer.stopToken, this.#runtime)
    const { width, layers, textLength, grid } = this.config
    this.info = {
      name: `embedded ${width}×${layers}`,
      parameters: this.#live.length,
      maxSequence: grid * grid + textLength,
      maxText: textLength + 1,
    }
  }

  imageTokens(frame: Pick<Frame, 'width' | 'height'>): number {
    const { rows, columns } = patchGrid(frame, this.config)
    return rows * columns
  }

  async sample(request: {
    prompts: readonly ModelInput[]
    n: number
    params: SamplingParams
    weights?: string
  }): Promise<SampledSequence[][]> {
    const inputs = request.prompts.map((prompt) => plainInput(prompt, this.config))
    return this.#sampler.sample(inputs, request.n, request.params, this.#feedsOf(this.#weightsNamed(request.weights)))
  }

  async forward(request: { data: readonly Datum[]; weights?: string }): Promise<ForwardResult> {
    return this.#overBatches(request.data, 'score', this.#weightsNamed(request.weights))
  }

  async forwardBackward(request: { data: readonly Datum[]; loss: LossName; config?: LossConfig }): Promise<ForwardResult> {
    return this.#overBatches(request.data, 'train', this.#live, request.loss, request.config)
  }

  async optimStep(params: AdamParams): Promise<{ gradNorm: number }> {
    const { norm, scale } = clipping(this.#gradient, params.maxGradNorm ?? 0)
    if (!Number.isFinite(norm)) {
      this.#gradient.fill(0)
      throw new EngineError(`the gradient norm is ${norm}, so the step was not made; lower the learning rate`)
    }
    this.#adam.step++
    if (params.optimizer !== 'muon') adamStep(this.#live, this.#gradient, this.#adam, params, scale)
    else {
      await this.#muon.step(this.#live, this.#gradient, this.#adam.mean, params.learningRate, scale)
      for (const slot of this.#slots)
        if (!isHidden(slot)) adamStep(this.#live, this.#gradient, this.#adam, params, scale, slot.offset, slot.offset + slot.length)
    }
    return { gradNorm: norm }
  }

  async saveWeightsForSampler(name: string): Promise<void> {
    this.#snapshots.set(name, this.#live.slice())
  }

  async dropWeights(name: string): Promise<void> {
    this.#snapshots.delete(name)
  }

  async restoreWeights(name: string): Promise<void> {
    this.#live.set(this.#weightsNamed(name))
    this.#adam = freshAdam(this.#live.length)
  }

  async saveState(path: string): Promise<void> {
    const tensors = new Map<string, StoredTensor>()
    const put = (prefix: string, flat: Float32Array): void => {
      for (const { name, shape, offset, length } of this.#slots)
        tensors.set(`${prefix}.${name}`, { shape, data: flat.subarray(offset, offset + length) })
    }
    put('model', this.#live)
    put('adam.mean', this.#adam.mean)
    put('adam.square', this.#adam.square)
    for (const [name, flat] of this.#snapshots) put(`snapshot.${name}`, flat)
    const metadata = {
      format: FORMAT,
      version: '1',
      model: JSON.stringify(this.config),
      words: JSON.stringify(this.words),
      adamStep: String(this.#adam.step),
      snapshots: JSON.stringify([...this.#snapshots.keys()]),
    }
    await writeCheckpoint(path, { metadata, tensors })
  }

  async loadState(path: string): Promise<void> {
    const { metadata, tensors } = await readCheckpoint(path)
    if (metadata.format !== FORMAT || metadata.version !== '1') {
      throw new StorageError(
        `${path} is a checkpoint of ${metadata.format ?? 'an unknown program'} version ${metadata.version ?? '?'}; this engine reads ${FORMAT} version 1`,
      )
    }
    if (metadata.model !== JSON.stringify(this.config) || metadata.words !== JSON.stringify(this.words)) {
      throw new StorageError(
        `${path} is of another model (${metadata.model}) or vocabulary than this engine (${JSON.stringify(this.config)}); open it with openEngine`,
      )
    }
    const take = (prefix: string): Float32Array => {
      const flat = new Float32Array(this.#live.length)
      for (const { name, shape, offset } of this.#slots) {
        const tensor = tensors.get(`${prefix}.${name}`)
        if (!tensor || tensor.shape.join() !== shape.join())
          throw new StorageError(`${path} lacks tensor ${prefix}.${name} of shape ${shape.join('×')}; use an undamaged checkpoint`)
        flat.set(tensor.data, offset)
      }
      if (!flat.every(Number.isFinite))
        throw new StorageError(`${path} holds values that are not finite in ${prefix}; use an earlier checkpoint`)
      return flat
    }
    const names = z.array(z.string()).safeParse(safeJson(metadata.snapshots))
    const step = Number(metadata.adamStep)
    if (!names.success || !Number.isInteger(step) || step < 0)
      throw new StorageError(`${path} has damaged metadata; use an earlier checkpoint`)
    const live = take('model')
    const adam = { step, mean: take('adam.mean'), square: take('adam.square') }
    const snapshots = names.data.map((name) => [name, take(`snapshot.${name}`)] as const)
    this.#live.set(live)
    this.#adam = adam
    this.#gradient.fill(0)
    this.#snapshots.clear()
    for (const [name, flat] of snapshots) this.#snapshots.set(name, flat)
  }

  /** The live weights as one ONNX file for onnxruntime-web: pixels, tokens -> logits, for pictures of rows × columns patches. */
  async exportOnnx(rows: number, columns: number): Promise<Uint8Array> {
    const model = { config: this.config, words: this.words, stopToken: this.tokenizer.stopToken, rows, columns }
    checkExportSize(model)
    const metadata = { format: FORMAT, ...exportMetadata(model) }
    return encodeOnnx(exportGraph(this.config, this.#vocabulary, { rows, columns, text: this.config.textLength }, this.#live, metadata))
  }

  /** The accumulated gradient and the weights, for gradient checks. Views, not copies. */
  inspect(): { weights: Float32Array; gradient: Float32Array; slots: readonly ParameterSlot[] } {
    return { weights: this.#live, gradient: this.#gradient, slots: this.#slots }
  }

  async close(): Promise<void> {
    this.#passes.clear()
    this.#snapshots.clear()
  }

  #weightsNamed(name: string | undefined): Float32Array {
    if (name === undefined) return this.#live
    const found = this.#snapshots.get(name)
    if (!found)
      throw new EngineError(
        `there are no weights named ${JSON.stringify(name)}; saved: ${[...this.#snapshots.keys()].join(', ') || 'none'}`,
      )
    return found
  }

  #feedsOf(weights: Float32Array): Feeds {
    const known = this.#weightFeeds.get(weights)
    if (known) return known
    const feeds = Object.fromEntries(
      this.#slots.map(({ name, shape, offset, length }) => [`p.${name}`, floats(weights.subarray(offset, offset + length), shape)]),
    )
    this.#weightFeeds.set(weights, feeds)
    return feeds
  }

  async #overBatches(
    data: readonly Datum[],
    kind: 'train' | 'score',
    weights: Float32Array,
    loss?: LossName,
    config?: LossConfig,
  ): Promise<ForwardResult> {
    const rows = data.map((datum) => datumRow(datum, this.config, this.words.length))
    const logprobs: Float32Array[] = new Array(data.length)
    const metrics = { loss: 0, tokens: 0 }
    const groups = new Map<string, number[]>()
    for (const [index, row] of rows.entries()) {
      const text = Math.min(this.config.textLength, Math.ceil(row.tokens.length / LENGTH_STEP) * LENGTH_STEP)
      const key = `${row.rows},${row.columns},${text}`
      groups.set(key, [...(groups.get(key) ?? []), index])
    }
    for (const [key, indices] of groups) {
      const [gridRows, columns, text] = key.split(',').map(Number) as [number, number, number]
      const most = BATCHES.at(-1) as number
      for (let start = 0; start < indices.length; start += most) {
        const part = indices.slice(start, start + most)
        const pass = await this.#pass(kind, { batch: fitting(part.length, BATCHES), rows: gridRows, columns, text })
        await this.#runPass(
          pass,
          kind,
          part.map((index) => rows[index] as Row),
          weights,
          loss,
          config,
        )
        for (const [b, index] of part.entries()) {
          const row = rows[index] as Row
          const picture = gridRows * columns
          const list = new Float32Array(picture + row.tokens.length)
          for (let t = 0; t < row.tokens.length; t++) {
            const counts = loss === 'cross_entropy' ? row.weight?.[t] : (row.advantage?.[t] ?? row.weight?.[t])
            const lp = pass.logprobs[b * text + t] as number
            list[picture + t] = lp
            if (!loss || !counts) continue
            metrics.tokens++
            metrics.loss += tokenLoss(loss, lp, row, t, config)
          }
          logprobs[index] = list
        }
      }
    }
    return { logprobs, metrics }
  }

  async #runPass(
    pass: Pass,
    kind: 'train' | 'score',
    rows: readonly Row[],
    weights: Float32Array,
    loss?: LossName,
    config?: LossConfig,
  ): Promise<void> {
    const { text, rows: gridRows, columns } = pass.bucket
    const perPicture = gridRows * columns * this.config.patch ** 2 * 3
    pass.weight.fill(0)
    pass.advantage.fill(0)
    pass.sampled.fill(0)
    pass.tokens.fill(0)
    pass.target.fill(0)
    for (const [b, row] of rows.entries()) {
      writePatches(row.frame, this.config.patch, pass.pixels, b * perPicture)
      pass.tokens.set(row.tokens, b * text)
      pass.target.set(row.target, b * text)
      if (loss === 'cross_entropy' && row.weight) pass.weight.set(row.weight, b * text)
      if (loss && loss !== 'cross_entropy') {
        if (!row.advantage || !row.sampled) throw new EngineError(`${loss} needs advantages and logprobs with every datum`)
        pass.advantage.set(row.advantage, b * text)
        pass.sampled.set(row.sampled, b * text)
      }
    }
    pass.clipLow[0] = loss === 'ppo' ? (config?.clipLow ?? 0.8) : -1
    pass.clipHigh[0] = loss === 'ppo' ? (config?.clipHigh ?? 1.2) : Number.MAX_VALUE
    await run(pass.session, { ...this.#feedsOf(weights), ...pass.feeds }, pass.fetches)
    if (kind === 'train') for (let i = 0; i < this.#gradient.length; i++) (this.#gradient[i] as number) += this.#scratch[i] as number
  }

  #pass(kind: 'train' | 'score', bucket: Bucket): Promise<Pass> {
    const key = `${kind}:${JSON.stringify(bucket)}`
    const known = this.#passes.get(key)
    if (known) return known
    const made = this.#makePass(kind, bucket)
    this.#passes.set(key, made)
    return made
  }

  async #makePass(kind: 'train' | 'score', bucket: Bucket): Promise<Pass> {
    const { batch, rows, columns, text } = bucket
    const build = kind === 'train' ? trainingGraph : scoringGraph
    const session = await loadGraph(build(this.config, this.#vocabulary, bucket), this.#runtime)
    const patchFloats = this.config.patch ** 2 * 3
    const pixels = new Float32Array(batch * rows * columns * patchFloats)
    const ints = (): Int32Array => new Int32Array(batch * text)
    const reals = (): Float32Array => new Float32Array(batch * text)
    const pass = {
      ...{ session, bucket, pixels, tokens: ints(), target: ints(), weight: reals(), advantage: reals(), sampled: reals() },
      ...{ clipLow: new Float32Array(1), clipHigh: new Float32Array(1), logprobs: reals() },
    }
    const shape = [batch, text]
    const feeds: Feeds = {
      pixels: floats(pixels, [batch, rows * columns, patchFloats]),
      tokens: int32s(pass.tokens, shape),
      target: int32s(pass.target, shape),
      weight: floats(pass.weight, shape),
      advantage: floats(pass.advantage, shape),
      sampled: floats(pass.sampled, shape),
      clipLow: floats(pass.clipLow, []),
      clipHigh: floats(pass.clipHigh, []),
    }
    const fetches: Feeds = { logprobs: floats(pass.logprobs, shape) }
    if (kind === 'train') {
      for (const { name, shape: slotShape, offset, length } of this.#slots)
        fetches[`g.${name}`] = floats(this.#scratch.subarray(offset, offset + length), slotShape)
    }
    return { ...pass, feeds, fetches }
  }
}

function tokenLoss(loss: LossName, lp: number, row: Row, t: number, config?: LossConfig): number {
  if (loss === 'cross_entropy') return -lp * (row.weight?.[t] ?? 0)
  const advantage = row.advantage?.[t] ?? 0
  const ratio = Math.exp(lp - (row.sampled?.[t] ?? 0))
  if (loss === 'importance_sampling') return -ratio * advantage
  const clipped = Math.min(Math.max(ratio, config?.clipLow ?? 0.8), config?.clipHigh ?? 1.2)
  return -Math.min(ratio * advantage, clipped * advantage)
}

/** undefined for a text that is not JSON. */
function safeJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Model config and words of a checkpoint, to make an engine for it. Throws StorageError. */
export async function readModelOf(path: string): Promise<{ model: ModelConfig; words: string[] }> {
  const { metadata } = await readCheckpoint(path)
  const model = modelConfig.safeParse(safeJson(metadata.model))
  const words = z.array(z.string()).min(2).safeParse(safeJson(metadata.words))
  if (
    metadata.format !== FORMAT ||
    metadata.version !== '1' ||
    !model.success ||
    !words.success ||
    new Set(words.data).size !== words.data.length
  )
    throw new StorageError(`${path} is not a checkpoint of the embedded engine; give a file that vlm-gym train wrote`)
  return { model: model.data, words: words.data }
}
