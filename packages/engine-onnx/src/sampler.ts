/** Sampling with a key/value cache: the picture in one pass, then token by token, all sequences of a batch together. */
import { EngineError, type Rng, type SampledSequence, type SamplingParams, seededRng } from 'vlm-gym'
import { Decoder } from './decoder.ts'
import type { PlainInput } from './inputs.ts'
import type { ModelConfig } from './parameters.ts'
import { Prefill } from './prefill.ts'
import type { Feeds, RuntimeOptions } from './runtime.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Most sequences that are decoded together. */
const BATCH = 256

/** The generator of sample k of prompt i. */
const chanceOf = ({ seed }: SamplingParams, i: number, k: number): Rng =>
  typeof seed === 'number' ? seededRng(seed, i, k) : seededRng(seed[i] as number, k)

/** Sample k of the prompt at `index`. */
interface Row {
  readonly index: number
  readonly k: number
}

/** A sequence that is being written. */
interface Draft {
  readonly row: Row
  readonly rng: Rng
  readonly tokens: number[]
  readonly logprobs: number[]
  stopReason: SampledSequence['stopReason']
}

/** One token of probabilities[at ..]. `probability` is the untempered model's. */
function draw(
  probabilities: Float32Array,
  at: number,
  size: number,
  temperature: number,
  rng: Rng,
): { token: number; probability: number } {
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

/** Holds sessions and caches; weights come with every call. */
export class TokenSampler {
  readonly #config: ModelConfig
  readonly #vocabulary: Vocabulary
  readonly #stop: number
  readonly #runtime: RuntimeOptions
  readonly #prefill: Prefill
  #decoder: Promise<Decoder> | undefined

  constructor(config: ModelConfig, vocabulary: Vocabulary, stop: number, runtime: RuntimeOptions) {
    this.#config = config
    this.#vocabulary = vocabulary
    this.#stop = stop
    this.#runtime = runtime
    this.#prefill = new Prefill(config, vocabulary, runtime)
  }

  /** [input][sample]; the chance of sequence k of input i depends on (seed, i, k) only, or on (seed[i], k) of a list of seeds. */
  async sample(inputs: readonly PlainInput[], n: number, params: SamplingParams, weights: Feeds): Promise<SampledSequence[][]> {
    if (typeof params.seed !== 'number' && params.seed.length !== inputs.length)
      throw new EngineError(`${params.seed.length} seeds were given for ${inputs.length} prompts; give one number, or one a prompt`)
    const out: SampledSequence[][] = inputs.map(() => [])
    const groups = new Map<string, Row[]>()
    for (const [index, input] of inputs.entries()) {
      if (input.tokens.length === 0) throw new EngineError('the prompt has no text; give at least one token after the picture')
      if (input.tokens.length + params.maxTokens > this.#config.textLength + 1) {
        throw new EngineError(
          `prompt (${input.tokens.length}) and reply (${params.maxTokens}) tokens are over this model's text length of ${this.#config.textLength}; lower maxTokens`,
        )
      }
      const key = `${input.rows}x${input.columns}:${input.tokens.length}`
      const rows = groups.get(key) ?? []
      groups.set(key, rows)
      for (let k = 0; k < n; k++) rows.push({ index, k })
    }
    for (const rows of groups.values())
      for (let start = 0; start < rows.length; start += BATCH)
        for (const { row, rng: _, ...sequence } of await this.#sampleRows(inputs, rows.slice(start, start + BATCH), params, weights))
          (out[row.index] as SampledSequence[])[row.k] = sequence
    return out
  }

  /** All rows have pictures of one size and prompts of one length. */
  async #sampleRows(inputs: readonly PlainInput[], rows: readonly Row[], params: SamplingParams, weights: Feeds): Promise<Draft[]> {
    const promptOf = ({ index }: Row): PlainInput => inputs[index] as PlainInput
    const first = promptOf(rows[0] as Row)
    const promptLength = first.tokens.length
    this.#decoder ??= Decoder.load(this.#config, this.#vocabulary, this.#runtime)
    const decoder = await this.#decoder
    decoder.start({ sequences: rows.length, picture: first.rows * first.columns, text: promptLength + params.maxTokens - 1 })
    await this.#fillPictures(inputs, rows, decoder, weights)
    const drafts = rows.map(
      (row): Draft => ({ row, rng: chanceOf(params, row.index, row.k), tokens: [], logprobs: [], stopReason: 'length' }),
    )
    for (let step = 0; step < promptLength - 1; step++) {
      for (const [slot, row] of rows.entries()) decoder.tokens[slot] = promptOf(row).tokens[step] as number
      await decoder.step(weights)
    }
    for (const [slot, row] of rows.entries()) decoder.tokens[slot] = promptOf(row).tokens[promptLength - 1] as number
    await this.#write([...drafts], decoder, params, weights)
    return drafts
  }

  /** Draws tokens until every sequence has ended. `bySlot`: the draft of each slot of the decoder; it is used up. */
  async #write(bySlot: Draft[], decoder: Decoder, params: SamplingParams, weights: Feeds): Promise<void> {
    const { size } = this.#vocabulary
    for (let length = 0; length < params.maxTokens && decoder.live > 0; length++) {
      await decoder.step(weights)
      // From the last: a slot that is dropped gets the last live one, whose token is drawn by then.
      for (let slot = decoder.live - 1; slot >= 0; slot--) {
        const draft = bySlot[slot] as Draft
        const { token, probability } = draw(decoder.probabilities, slot * size, size, params.temperature, draft.rng)
        draft.tokens.push(token)
        draft.logprobs.push(Math.log(probability))
        decoder.tokens[slot] = token
        if (token !== this.#stop) continue
        draft.stopReason = 'stop'
        decoder.drop(slot)
        bySlot[slot] = bySlot[decoder.live] as Draft
      }
    }
  }

  /** Runs each distinct picture once and gives it to the slots that start from it. */
  async #fillPictures(inputs: readonly PlainInput[], rows: readonly Row[], decoder: Decoder, weights: Feeds): Promise<void> {
    const slots = new Map<number, number[]>()
    for (const [slot, { index }] of rows.entries()) slots.set(index, [...(slots.get(index) ?? []), slot])
    const distinct = [...slots.keys()]
    const pictures = distinct.map((index) => inputs[index] as PlainInput)
    await this.#prefill.run(pictures, weights, (i, { keys, values }) => {
      for (const slot of slots.get(distinct[i] as number) ?? []) decoder.fillPicture(slot, keys, values)
    })
  }
}
