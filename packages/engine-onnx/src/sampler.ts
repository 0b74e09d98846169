/** Sampling with a key/value cache: the picture in one pass, then token by token, all sequences of a batch together. */
import { EngineError, type Rng, type SampledSequence, type SamplingParams, seededRng } from 'vlm-gym'
import { type PlainInput, writePatches } from './inputs.ts'
import { decodeGraph, prefillGraph } from './model.ts'
import type { ModelConfig } from './parameters.ts'
import { type Feeds, floats, int32s, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'
import { LINES, nextPlace, TEXT_START, type TextPlace, type Vocabulary, WORDS } from './vocabulary.ts'

const BATCHES = [8, 16, 32, 64, 128, 256] as const
const PREFILL_BATCHES = [4, 16, 32] as const

/** The smallest listed size that holds `count`, or the largest. */
export const fitting = (count: number, sizes: readonly number[]): number => sizes.find((size) => size >= count) ?? (sizes.at(-1) as number)

/** The generator of sample k of prompt i. */
const chanceOf = ({ seed }: SamplingParams, i: number, k: number): Rng =>
  typeof seed === 'number' ? seededRng(seed, i, k) : seededRng(seed[i] as number, k)

interface Decoder {
  readonly session: Session
  readonly feeds: Feeds
  readonly fetches: Feeds
  readonly tokens: Int32Array
  /** [B, 1, capacity + 1]; see decodeGraph. */
  readonly same: Float32Array
  readonly line: Int32Array
  readonly word: Int32Array
  readonly position: Int32Array
  /** [capacity + 1]; see decodeGraph. */
  readonly mask: Float32Array
  readonly probabilities: Float32Array
  /** [layer], each [B, capacity, headWidth]. */
  readonly keys: Float32Array[]
  readonly values: Float32Array[]
  /** Where the graph leaves the new rows: the caches to append them to, in the same order. */
  readonly rows: readonly { readonly row: Float32Array; readonly cache: Float32Array }[]
}

interface Prefill {
  readonly session: Session
  readonly pixels: Float32Array
  readonly feeds: Feeds
  readonly fetches: Feeds
  readonly keys: Float32Array[]
  readonly values: Float32Array[]
}

/** Added to the scores of cache rows that hold nothing yet. */
const HIDDEN = -1e9

/** Writes a row per sequence into the caches, at row `at` of `capacity`. */
function appendRows(rows: Float32Array, cache: Float32Array, width: number, capacity: number, at: number): void {
  for (let from = 0, to = at * width; from < rows.length; from += width, to += capacity * width) {
    for (let i = 0; i < width; i++) cache[to + i] = rows[from + i] as number
  }
}

/** Holds sessions and caches; weights come with every call. */
export class TokenSampler {
  readonly #config: ModelConfig
  readonly #vocabulary: Vocabulary
  readonly #stop: number
  readonly #runtime: RuntimeOptions
  readonly #decoders = new Map<string, Promise<Decoder>>()
  readonly #prefills = new Map<string, Promise<Prefill>>()

  constructor(config: ModelConfig, vocabulary: Vocabulary, stop: number, runtime: RuntimeOptions) {
    this.#config = config
    this.#vocabulary = vocabulary
    this.#stop = stop
    this.#runtime = runtime
  }

  /** [input][sample]; the chance of sequence k of input i depends on (seed, i, k) only, or on (seed[i], k) of a list of seeds. */
  async sample(inputs: readonly PlainInput[], n: number, params: SamplingParams, weights: Feeds): Promise<SampledSequence[][]> {
    if (typeof params.seed !== 'number' && params.seed.length !== inputs.length)
      throw new EngineError(`${params.seed.length} seeds were given for ${inputs.length} prompts; give one number, or one a prompt`)
    const out: SampledSequence[][] = inputs.map(() => [])
    const groups = new Map<string, number[]>()
    for (const [index, input] of inputs.entries()) {
      if (input.tokens.length === 0) throw new EngineError('the prompt has no text; give at least one token after the picture')
      if (input.tokens.length + params.maxTokens > this.#config.textLength + 1) {
        throw new EngineError(
          `prompt (${input.tokens.length}) and reply (${params.maxTokens}) tokens are over this model's text length of ${this.#config.textLength}; lower maxTokens`,
        )
      }
      const key = `${input.rows}x${input.columns}:${input.tokens.length}`
      groups.set(key, [...(groups.get(key) ?? []), index])
    }
    const perCall = Math.max(1, Math.floor((BATCHES.at(-1) as number) / n))
    for (const indices of groups.values()) {
      for (let start = 0; start < indices.length; start += perCall) {
        await this.#sampleBatch(inputs, indices.slice(start, start + perCall), n, params, weights, out)
      }
    }
    return out
  }

  async #sampleBatch(
    inputs: readonly PlainInput[],
    indices: readonly number[],
    n: number,
    params: SamplingParams,
    weights: Feeds,
    out: SampledSequence[][],
  ): Promise<void> {
    const rows = indices.flatMap((index) => Array.from({ length: n }, (_, k) => ({ index, k })))
    if (rows.length > (BATCHES.at(-1) as number)) {
      for (let k = 0; k < n; k += BATCHES.at(-1) as number) {
        await this.#sampleRows(inputs, rows.slice(k, k + (BATCHES.at(-1) as number)), params, weights, out)
      }
      return
    }
    await this.#sampleRows(inputs, rows, params, weights, out)
  }

  async #sampleRows(
    inputs: readonly PlainInput[],
    rows: readonly { index: number; k: number }[],
    params: SamplingParams,
    weights: Feeds,
    out: SampledSequence[][],
  ): Promise<void> {
    const first = inputs[(rows[0] as { index: number }).index] as PlainInput
    const picture = first.rows * first.columns
    const promptLength = first.tokens.length
    const batch = fitting(rows.length, BATCHES)
    const capacity = Math.ceil((picture + promptLength + params.maxTokens) / 8) * 8
    const decoder = await this.#decoder(batch, capacity)
    await this.#fillPictures(inputs, rows, decoder, capacity, weights)

    const sequences: SampledSequence[] = rows.map(() => ({ tokens: [], logprobs: [], stopReason: 'length' }))
    const rngs = rows.map(({ index, k }) => chanceOf(params, index, k))
    const places: TextPlace[] = rows.map(() => TEXT_START)
    const spoken: number[][] = rows.map(() => [])
    decoder.same.fill(0)
    const feeds = { ...weights, ...decoder.feeds }
    let live = rows.length
    const done = new Uint8Array(batch).fill(1, rows.length)
    for (let step = 0; live > 0 && step < promptLength + params.maxTokens - 1; step++) {
      if (step < promptLength)
        for (const [b, { index }] of rows.entries()) decoder.tokens[b] = (inputs[index] as PlainInput).tokens[step] as number
      for (const b of rows.keys()) {
        const place = nextPlace(places[b] as TextPlace, decoder.tokens[b] as number, this.#vocabulary)
        places[b] = place
        const kind = this.#vocabulary.kinds[decoder.tokens[b] as number] as number
        const said = spoken[b] as number[]
        for (let s = 0; s < said.length; s++) decoder.same[b * (capacity + 1) + picture + s] = said[s] === kind ? 1 : 0
        said.push(kind)
        decoder.line[b] = Math.min(place.line, LINES - 1)
        decoder.word[b] = Math.min(place.word, WORDS - 1)
      }
      decoder.position[0] = step
      decoder.mask.fill(0, 0, picture + step).fill(HIDDEN, picture + step, capacity)
      await run(decoder.session, feeds, decoder.fetches)
      for (const { row, cache } of decoder.rows) appendRows(row, cache, this.#config.headWidth, capacity, picture + step)
      if (step < promptLength - 1) continue
      for (const [b, sequence] of sequences.entries()) {
        if (done[b]) continue
        const { token, probability } = this.#draw(decoder.probabilities, b, params.temperature, rngs[b] as Rng)
        sequence.tokens.push(token)
        sequence.logprobs.push(Math.log(probability))
        decoder.tokens[b] = token
        if (token === this.#stop) {
          sequences[b] = { ...sequence, stopReason: 'stop' }
          done[b] = 1
          live--
        }
      }
    }
    for (const [b, { index }] of rows.entries()) (out[index] as SampledSequence[]).push(sequences[b] as SampledSequence)
  }

  /** One token from row b. `probability` is the untempered model's. */
  #draw(probabilities: Float32Array, b: number, temperature: number, rng: Rng): { token: number; probability: number } {
    const { size } = this.#vocabulary
    const at = b * size
    if (!Number.isFinite(probabilities[at])) throw new EngineError('the model gives no numbers any more; go back to an earlier checkpoint')
    let token = 0
    if (temperature === 0) {
      for (let v = 1; v < size; v++) if ((probabilities[at + v] as number) > (probabilities[at + token] as number)) token = v
    } else {
      let sum = 1
      if (temperature !== 1) {
        sum = 0
        for (let v = 0; v < size; v++) sum += (probabilities[at + v] as number) ** (1 / temperature)
      }
      let left = rng.real() * sum
      let lastPossible = 0
      for (token = 0; token < size; token++) {
        const p = probabilities[at + token] as number
        if (p === 0) continue
        lastPossible = token
        left -= temperature === 1 ? p : p ** (1 / temperature)
        if (left < 0) break
      }
      if (token === size) token = lastPossible
    }
    return { token, probability: probabilities[at + token] as number }
  }

  /** Runs each distinct picture once and copies its keys and values to the cache rows that start from it. */
  async #fillPictures(
    inputs: readonly PlainInput[],
    rows: readonly { index: number }[],
    decoder: Decoder,
    capacity: number,
    weights: Feeds,
  ): Promise<void> {
    const distinct = [...new Set(rows.map(({ index }) => index))]
    const { rows: gridRows, columns } = inputs[distinct[0] as number] as PlainInput
    const picture = gridRows * columns
    const width = this.#config.headWidth
    const size = fitting(distinct.length, PREFILL_BATCHES)
    const prefill = await this.#prefill(size, gridRows, columns)
    const floatsPerPicture = picture * this.#config.patch ** 2 * 3
    for (let start = 0; start < distinct.length; start += size) {
      const part = distinct.slice(start, start + size)
      for (const [slot, index] of part.entries())
        writePatches((inputs[index] as PlainInput).frame, this.#config.patch, prefill.pixels, slot * floatsPerPicture)
      await run(prefill.session, { ...weights, ...prefill.feeds }, prefill.fetches)
      const slotOf = new Map(part.map((index, slot) => [index, slot]))
      for (const [b, { index }] of rows.entries()) {
        const slot = slotOf.get(index)
        if (slot === undefined) continue
        for (let layer = 0; layer < this.#config.layers; layer++) {
          const from = slot * picture * width
          const to = b * capacity * width
          ;(decoder.keys[layer] as Float32Array).set((prefill.keys[layer] as Float32Array).subarray(from, from + picture * width), to)
          ;(decoder.values[layer] as Float32Array).set((prefill.values[layer] as Float32Array).subarray(from, from + picture * width), to)
        }
      }
    }
  }

  #decoder(batch: number, capacity: number): Promise<Decoder> {
    const key = `${batch}:${capacity}`
    const known = this.#decoders.get(key)
    if (known) return known
    const made = this.#makeDecoder(batch, capacity)
    this.#decoders.set(key, made)
    return made
  }

  async #makeDecoder(batch: number, capacity: number): Promise<Decoder> {
    const { layers, headWidth } = this.#config
    const session = await loadGraph(decodeGraph(this.#config, this.#vocabulary, batch, capacity), this.#runtime)
    const cache = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(batch * capacity * headWidth))
    const keys = cache()
    const values = cache()
    const tokens = new Int32Array(batch)
    const same = new Float32Array(batch * (capacity + 1))
    const line = new Int32Array(batch)
    const word = new Int32Array(batch)
    const position = new Int32Array(1)
    const mask = new Float32Array(capacity + 1)
    const probabilities = new Float32Array(batch * this.#vocabulary.size)
    const feeds: Feeds = {
      tokens: int32s(tokens, [batch]),
      same: floats(same, [batch, 1, capacity + 1]),
      line: int32s(line, [batch]),
      word: int32s(word, [batch]),
      position: int32s(position, [1]),
      mask: floats(mask, [capacity + 1]),
    }
    const fetches: Feeds = { probabilities: floats(probabilities, [batch, this.#vocabulary.size]) }
    const rows: { row: Float32Array; cache: Float32Array }[] = []
    for (let layer = 0; layer < layers; layer++) {
      for (const [kind, caches] of [
        ['k', keys],
        ['v', values],
      ] as const) {
        const cached = caches[layer] as Float32Array
        const row = new Float32Array(batch * headWidth)
        rows.push({ row, cache: cached })
        feeds[`past.${kind}.${layer}`] = floats(cached, [batch, capacity, headWidth])
        fetches[`${kind}.${layer}`] = floats(row, [batch, headWidth])
      }
    }
    return { session, feeds, fetches, tokens, same, line, word, position, mask, probabilities, keys, values, rows }
  }

  #prefill(batch: number, rows: number, columns: number): Promise<Prefill> {
    const key = `${batch}:${rows}x${columns}`
    const known = this.#prefills.get(key)
    if (known) return known
    const made = this.#makePrefill(batch, rows, columns)
    this.#prefills.set(key, made)
    return made
  }

  async #makePrefill(batch: number, rows: number, columns: number): Promise<Prefill> {
    const { layers, headWidth, patch } = this.#config
    const picture = rows * columns
    const session = await loadGraph(prefillGraph(this.#config, this.#vocabulary, { batch, rows, columns }), this.#runtime)
    const pixels = new Float32Array(batch * picture * patch * patch * 3)
    const buffers = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(batch * picture * headWidth))
    const keys = buffers()
    const values = buffers()
    const fetches: Feeds = {}
    for (let layer = 0; layer < layers; layer++) {
      fetches[`k.${layer}`] = floats(keys[layer] as Float32Array, [batch, picture, headWidth])
      fetches[`v.${layer}`] = floats(values[layer] as Float32Array, [batch, picture, headWidth])
    }
    return { session, pixels, feeds: { pixels: floats(pixels, [batch, picture, patch * patch * 3]) }, fetches, keys, values }
  }
}
