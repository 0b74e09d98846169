/**
 * An engine for tests: it keeps the whole engine contract, learns, and needs nothing but JavaScript. The model is a table: the logits of the
 * next token are a row for the token before it plus a row for the last picture (one of 61 rows, by a hash of its pixels). So it learns
 * which word follows which, and to tell pictures apart that it has seen; it does not generalise.
 *
 * Chunks may come in any order, with any number of pictures, as in a conversation. Numbers are doubles: equal calls give equal digits.
 */
import type {
  AdamParams,
  Chunk,
  Datum,
  Engine,
  EngineInfo,
  ForwardResult,
  LossConfig,
  LossName,
  ModelInput,
  SampledSequence,
  SamplingParams,
  Tokenizer,
} from '../engine.ts'
import { EngineError, StorageError } from '../errors.ts'
import { deriveSeed, type Rng, seededRng } from '../rng.ts'
import type { Frame } from '../scene.ts'
import { wordTokenizer } from './word-tokenizer.ts'

export interface MockEngineOptions {
  /** The tokenizer's words, distinct and not empty; text is split greedily into the longest. */
  readonly words: readonly string[]
  /** The word that ends a reply. Default '</answer>'. */
  readonly stop?: string
  /** Seed of the initial weights. Default 0. */
  readonly seed?: number
  /** Tokens of every picture. Default 4. */
  readonly tokensPerImage?: number
  /** Largest prompt + reply, tokens. Default 4096. */
  readonly maxSequence?: number
}

/** Rows of the table for pictures. A prime, so that few pictures share one. */
const PICTURES = 61
const FORMAT = 'vlm-gym/mock-engine'

/** What the next token depends on: the token before it (-1: a picture), and the row of the last picture (-1: none yet). */
interface Place {
  readonly token: number
  readonly picture: number
}

/** A checkpoint: JSON, each list of doubles as Base64 of its bytes. */
interface State {
  readonly format: string
  readonly live: string
  readonly step: number
  readonly mean: string
  readonly square: string
  readonly snapshots: { readonly [name: string]: string }
}

interface AdamState {
  step: number
  mean: Float64Array
  square: Float64Array
}

/** A fresh mock engine. Throws EngineError for a word list without the stop word or with duplicates. */
export function mockEngine(options: MockEngineOptions): Engine {
  return new MockEngine(options)
}

class MockEngine implements Engine {
  readonly info: EngineInfo
  readonly tokenizer: Tokenizer
  readonly #tokensPerImage: number
  readonly #snapshots = new Map<string, Float64Array>()
  #live: Float64Array
  #gradient: Float64Array
  #adam: AdamState

  constructor({ words, stop = '</answer>', seed = 0, tokensPerImage = 4, maxSequence = 4096 }: MockEngineOptions) {
    this.tokenizer = wordTokenizer(words, stop)
    this.#tokensPerImage = tokensPerImage
    const rng = seededRng(seed, 'mock engine')
    this.#live = Float64Array.from({ length: (words.length + PICTURES) * words.length }, () => 0.1 * (rng.real() - 0.5))
    this.#gradient = new Float64Array(this.#live.length)
    this.#adam = freshAdam(this.#live.length)
    this.info = { name: 'mock', parameters: this.#live.length, maxSequence }
  }

  imageTokens(_frame: Pick<Frame, 'width' | 'height'>): number {
    return this.#tokensPerImage
  }

  async sample(request: {
    prompts: readonly ModelInput[]
    n: number
    params: SamplingParams
    weights?: string
  }): Promise<SampledSequence[][]> {
    const { prompts, n, params, weights } = request
    const { seed } = params
    const table = this.#weightsNamed(weights)
    return prompts.map((prompt, i) => {
      const start = this.#placesOf(prompt).at(-1)
      if (start === undefined) throw new EngineError('a prompt holds no tokens; give it a text or a picture')
      const own = typeof seed === 'number' ? deriveSeed(seed, i) : (seed[i] as number)
      return Array.from({ length: n }, (_, k) => this.#reply(table, start, params, seededRng(own, 'sample', k)))
    })
  }

  async forward(request: { data: readonly Datum[]; weights?: string }): Promise<ForwardResult> {
    const table = this.#weightsNamed(request.weights)
    return { logprobs: request.data.map((datum) => this.#score(table, datum)), metrics: { loss: 0, tokens: 0 } }
  }

  async forwardBackward(request: { data: readonly Datum[]; loss: LossName; config?: LossConfig }): Promise<ForwardResult> {
    const { data, loss, config = {} } = request
    const metrics = { loss: 0, tokens: 0 }
    const logprobs = data.map((datum) => this.#score(this.#live, datum))
    for (const [at, datum] of data.entries()) {
      const { targetTokens } = datum.lossInputs
      for (const [i, place] of this.#placesOf(datum.modelInput).entries()) {
        const term = lossTerm(loss, (logprobs[at] as Float32Array)[i] as number, datum, i, config)
        if (term === null) continue
        metrics.tokens++
        metrics.loss += term.loss
        this.#addGradient(place, targetTokens[i] as number, term.slope)
      }
    }
    return { logprobs, metrics }
  }

  async optimStep(params: AdamParams): Promise<{ gradNorm: number }> {
    const { learningRate, optimizer = 'adam', beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0, maxGradNorm = 0 } = params
    if (optimizer !== 'adam') throw new EngineError(`the mock engine has no optimiser ${optimizer}; choose adam`)
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

  async saveWeightsForSampler(name: string): Promise<void> {
    this.#snapshots.set(name, this.#live.slice())
  }

  async dropWeights(name: string): Promise<void> {
    this.#snapshots.delete(name)
  }

  async restoreWeights(name: string): Promise<void> {
    this.#live = this.#weightsNamed(name).slice()
    this.#adam = freshAdam(this.#live.length)
    this.#gradient.fill(0)
  }

  async saveState(path: string): Promise<void> {
    const { default: writeFileAtomic } = await import('write-file-atomic')
    const { step, mean, square } = this.#adam
    const snapshots = Object.fromEntries([...this.#snapshots].map(([name, flat]) => [name, textOf(flat)]))
    const state: State = { format: FORMAT, live: textOf(this.#live), step, mean: textOf(mean), square: textOf(square), snapshots }
    await writeFileAtomic(path, JSON.stringify(state))
  }

  async loadState(path: string): Promise<void> {
    const { readFile } = await import('node:fs/promises')
    let state: State
    try {
      state = JSON.parse(await readFile(path, 'utf8'))
    } catch (error) {
      throw new StorageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error })
    }
    if (state.format !== FORMAT || doublesOf(state.live).length !== this.#live.length)
      throw new StorageError(`${path} is no checkpoint of this mock engine; give one with the same word list`)
    this.#live = doublesOf(state.live)
    this.#adam = { step: state.step, mean: doublesOf(state.mean), square: doublesOf(state.square) }
    this.#gradient.fill(0)
    this.#snapshots.clear()
    for (const [name, flat] of Object.entries(state.snapshots)) this.#snapshots.set(name, doublesOf(flat))
  }

  async close(): Promise<void> {
    this.#snapshots.clear()
  }

  #weightsNamed(name: string | undefined): Float64Array {
    if (name === undefined) return this.#live
    const found = this.#snapshots.get(name)
    if (found === undefined) throw new EngineError(`there are no weights named ${JSON.stringify(name)}; save them first`)
    return found
  }

  /** A place for each position of an input. Throws EngineError for chunks that do not fit. */
  #placesOf({ chunks }: ModelInput): Place[] {
    const places: Place[] = []
    let picture = -1
    const read = (chunk: Chunk): void => {
      if (chunk.type === 'image') {
        if (chunk.expectedTokens !== this.#tokensPerImage)
          throw new EngineError(`the image chunk expects ${chunk.expectedTokens} tokens, the picture has ${this.#tokensPerImage}`)
        picture = hashOf(chunk.frame)
        for (let i = 0; i < chunk.expectedTokens; i++) places.push({ token: -1, picture })
        return
      }
      for (const token of chunk.tokens) places.push({ token: this.#checked(token), picture })
    }
    for (const chunk of chunks) read(chunk)
    if (places.length > this.info.maxSequence)
      throw new EngineError(`a sequence of ${places.length} tokens is over this engine's ${this.info.maxSequence}`)
    return places
  }

  #checked(token: number): number {
    if (!Number.isInteger(token) || token < 0 || token >= this.tokenizer.size)
      throw new EngineError(`token ${token} is outside 0..${this.tokenizer.size - 1}`)
    return token
  }

  /** Log-probabilities of every next token. */
  #distribution(table: Float64Array, { token, picture }: Place): Float64Array {
    const { size } = this.tokenizer
    const logits = new Float64Array(size)
    for (const row of [token, picture < 0 ? -1 : size + picture])
      if (row >= 0) for (let t = 0; t < size; t++) logits[t] = (logits[t] as number) + (table[row * size + t] as number)
    const top = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY)
    const total = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
    return logits.map((logit) => logit - total)
  }

  #reply(table: Float64Array, start: Place, { maxTokens, temperature }: SamplingParams, rng: Rng): SampledSequence {
    const tokens: number[] = []
    const logprobs: number[] = []
    let place = start
    while (tokens.length < maxTokens) {
      const lps = this.#distribution(table, place)
      const token = temperature === 0 ? lps.indexOf(Math.max(...lps)) : drawn(lps, temperature, rng)
      tokens.push(token)
      logprobs.push(lps[token] as number)
      if (token === this.tokenizer.stopToken) return { tokens, logprobs, stopReason: 'stop' }
      place = { ...place, token }
    }
    return { tokens, logprobs, stopReason: 'length' }
  }

  #score(table: Float64Array, { modelInput, lossInputs }: Datum): Float32Array {
    const places = this.#placesOf(modelInput)
    for (const [name, list] of Object.entries(lossInputs))
      if (list !== undefined && list.length !== places.length)
        throw new EngineError(`${name} has ${list.length} entries, the model input has ${places.length} positions`)
    return Float32Array.from(places, (place, i) =>
      place.token < 0 ? 0 : (this.#distribution(table, place)[this.#checked(lossInputs.targetTokens[i] as number)] as number),
    )
  }

  /** slope: derivative of the loss by the target's log-probability. */
  #addGradient(place: Place, target: number, slope: number): void {
    const { size } = this.tokenizer
    const lps = this.#distribution(this.#live, place)
    for (const row of [place.token, place.picture < 0 ? -1 : size + place.picture]) {
      if (row < 0) continue
      for (let t = 0; t < size; t++) {
        const change = (t === target ? 1 : 0) - Math.exp(lps[t] as number)
        this.#gradient[row * size + t] = (this.#gradient[row * size + t] as number) + slope * change
      }
    }
  }
}

const textOf = (flat: Float64Array): string => Buffer.from(flat.buffer, flat.byteOffset, flat.byteLength).toString('base64')
const doublesOf = (text: string): Float64Array => new Float64Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)

const freshAdam = (length: number): AdamState => ({ step: 0, mean: new Float64Array(length), square: new Float64Array(length) })

/** Row of a picture: a hash of its size and bytes. */
function hashOf({ width, height, pixels, palette }: Frame): number {
  let hash = (width * 31 + height) >>> 0
  for (const bytes of [pixels, palette ?? new Uint8Array(0)]) for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0
  return hash % PICTURES
}

function drawn(lps: Float64Array, temperature: number, rng: Rng): number {
  const top = lps.reduce((most, lp) => Math.max(most, lp), Number.NEGATIVE_INFINITY)
  const weights = lps.map((lp) => Math.exp((lp - top) / temperature))
  let left = rng.real() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [token, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return token
  }
  return weights.length - 1
}

/** Loss of a position and its derivative by the log-probability; null where the target counts for nothing. */
function lossTerm(
  loss: LossName,
  lp: number,
  { lossInputs }: Datum,
  i: number,
  { clipLow = 0.8, clipHigh = 1.2 }: LossConfig,
): { loss: number; slope: number } | null {
  const { weights, logprobs, advantages } = lossInputs
  if (loss === 'cross_entropy') {
    if (weights === undefined) throw new EngineError('cross_entropy needs weights with every datum')
    const weight = weights[i] as number
    return weight === 0 ? null : { loss: -weight * lp, slope: -weight }
  }
  if (logprobs === undefined || advantages === undefined) throw new EngineError(`${loss} needs advantages and logprobs with every datum`)
  const advantage = advantages[i] as number
  if (advantage === 0) return null
  const ratio = Math.exp(lp - (logprobs[i] as number))
  if (loss === 'importance_sampling') return { loss: -ratio * advantage, slope: -ratio * advantage }
  const clipped = Math.min(Math.max(ratio, clipLow), clipHigh)
  const free = ratio * advantage <= clipped * advantage
  return { loss: -Math.min(ratio * advantage, clipped * advantage), slope: free ? -ratio * advantage : 0 }
}
