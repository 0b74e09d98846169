/** Forward passes over data of any number and length, with or without gradients: data are sorted into batches of few static shapes. */
import { EngineError } from 'vlm-gym'
import type { ForwardResult, LossConfig, LossName } from 'vlm-gym/engine'
import { type Row, writePatches } from './inputs.ts'
import { type Bucket, scoringGraph, trainingGraph } from './model.ts'
import type { ModelConfig, ParameterSlot } from './parameters.ts'
import { type Feeds, fitting, floats, int32s, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'
import type { Vocabulary } from './vocabulary.ts'

const BATCHES = [8, 16, 32] as const
/** Text lengths are rounded up to this, so that few graphs serve all lengths. */
const LENGTH_STEP = 4

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

/** The loss of a training pass. */
export interface LossSpec {
  readonly loss: LossName
  readonly config: LossConfig | undefined
}

/** The model that the passes run. */
export interface PassModel {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly slots: readonly ParameterSlot[]
  readonly runtime: RuntimeOptions
}

/** Runs that fill one batch: rows of one picture size and text length. */
export interface Batch {
  readonly bucket: Bucket
  /** Places in the data. */
  readonly indices: readonly number[]
}

/** The passes of one model: graphs are loaded on first use and kept. */
export class Passes {
  readonly #model: PassModel
  readonly #gradient: Float32Array
  readonly #passGradient: Float32Array
  readonly #passes = new Map<string, Promise<Pass>>()

  /** `gradient`: where the gradients of all passes add up. */
  constructor(model: PassModel, gradient: Float32Array) {
    this.#model = model
    this.#gradient = gradient
    this.#passGradient = new Float32Array(gradient.length)
  }

  /** Log-probs of each row's targets; with a loss, its value, and its gradient is added. */
  async run(rows: readonly Row[], weights: Feeds, spec?: LossSpec): Promise<ForwardResult> {
    const logprobs: Float32Array[] = new Array(rows.length)
    const metrics = { loss: 0, tokens: 0 }
    for (const { bucket, indices } of batchesOf(rows, this.#model.config)) {
      const pass = await this.#pass(spec ? 'train' : 'score', bucket)
      const part = indices.map((index) => rows[index] as Row)
      this.#fill(pass, part, spec)
      await run(pass.session, { ...weights, ...pass.feeds }, pass.fetches)
      if (spec) for (let i = 0; i < this.#gradient.length; i++) (this.#gradient[i] as number) += this.#passGradient[i] as number
      for (const [b, row] of part.entries()) {
        const picture = bucket.rows * bucket.columns
        const list = new Float32Array(picture + row.tokens.length)
        for (let t = 0; t < row.tokens.length; t++) {
          const lp = pass.logprobs[b * bucket.text + t] as number
          list[picture + t] = lp
          if (!spec || !counts(row, t, spec.loss)) continue
          metrics.tokens++
          metrics.loss += tokenLoss(spec, lp, row, t)
        }
        logprobs[indices[b] as number] = list
      }
    }
    return { logprobs, metrics }
  }

  clear(): void {
    this.#passes.clear()
  }

  #fill(pass: Pass, rows: readonly Row[], spec: LossSpec | undefined): void {
    const { patch } = this.#model.config
    const { text, rows: gridRows, columns } = pass.bucket
    const perPicture = gridRows * columns * patch ** 2 * 3
    for (const list of [pass.weight, pass.advantage, pass.sampled, pass.tokens, pass.target]) list.fill(0)
    for (const [b, row] of rows.entries()) {
      writePatches(row.frame, patch, pass.pixels, b * perPicture)
      pass.tokens.set(row.tokens, b * text)
      pass.target.set(row.target, b * text)
      if (spec?.loss === 'cross_entropy' && row.weight) pass.weight.set(row.weight, b * text)
      if (spec && spec.loss !== 'cross_entropy') {
        if (!row.advantage || !row.sampled) throw new EngineError(`${spec.loss} needs advantages and logprobs with every datum`)
        pass.advantage.set(row.advantage, b * text)
        pass.sampled.set(row.sampled, b * text)
      }
    }
    pass.clipLow[0] = spec?.loss === 'ppo' ? (spec.config?.clipLow ?? 0.8) : -1
    pass.clipHigh[0] = spec?.loss === 'ppo' ? (spec.config?.clipHigh ?? 1.2) : Number.MAX_VALUE
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
    const { config, vocabulary, slots, runtime } = this.#model
    const { batch, rows, columns, text } = bucket
    const build = kind === 'train' ? trainingGraph : scoringGraph
    const session = await loadGraph(build(config, vocabulary, bucket), runtime)
    const patchFloats = config.patch ** 2 * 3
    const pixels = new Float32Array(batch * rows * columns * patchFloats)
    const ints = (): Int32Array => new Int32Array(batch * text)
    const reals = (): Float32Array => new Float32Array(batch * text)
    const lists = { tokens: ints(), target: ints(), weight: reals(), advantage: reals(), sampled: reals(), logprobs: reals() }
    const pass = { session, bucket, pixels, ...lists, clipLow: new Float32Array(1), clipHigh: new Float32Array(1) }
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
      for (const { name, shape: slotShape, offset, length } of slots)
        fetches[`g.${name}`] = floats(this.#passGradient.subarray(offset, offset + length), slotShape)
    }
    return { ...pass, feeds, fetches }
  }
}

/** Rows of one picture size and rounded text length stay together, in their order, in batches of at most the largest size. */
export function batchesOf(rows: readonly Row[], { textLength }: ModelConfig): Batch[] {
  const groups = new Map<string, { text: number; indices: number[] }>()
  for (const [index, row] of rows.entries()) {
    const text = Math.min(textLength, Math.ceil(row.tokens.length / LENGTH_STEP) * LENGTH_STEP)
    const key = `${row.rows},${row.columns},${text}`
    const group = groups.get(key)
    if (group) group.indices.push(index)
    else groups.set(key, { text, indices: [index] })
  }
  const most = BATCHES.at(-1) as number
  return [...groups.values()].flatMap(({ text, indices }) =>
    Array.from({ length: Math.ceil(indices.length / most) }, (_, i): Batch => {
      const part = indices.slice(i * most, (i + 1) * most)
      const { rows: gridRows, columns } = rows[part[0] as number] as Row
      return { bucket: { batch: fitting(part.length, BATCHES), rows: gridRows, columns, text }, indices: part }
    }),
  )
}

const counts = (row: Row, t: number, loss: LossName): boolean =>
  Boolean(loss === 'cross_entropy' ? row.weight?.[t] : (row.advantage?.[t] ?? row.weight?.[t]))

function tokenLoss({ loss, config }: LossSpec, lp: number, row: Row, t: number): number {
  if (loss === 'cross_entropy') return -lp * (row.weight?.[t] ?? 0)
  const advantage = row.advantage?.[t] ?? 0
  const ratio = Math.exp(lp - (row.sampled?.[t] ?? 0))
  if (loss === 'importance_sampling') return -ratio * advantage
  const clipped = Math.min(Math.max(ratio, config?.clipLow ?? 0.8), config?.clipHigh ?? 1.2)
  return -Math.min(ratio * advantage, clipped * advantage)
}
