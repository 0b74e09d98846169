/** Sequences that are decoded together, a token a step. One that has ended is dropped, and the last one takes its slot, so that no step computes it. */
import { decodeGraph } from './model.ts'
import type { ModelConfig } from './parameters.ts'
import { type Feeds, floats, int32s, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'
import { LINES, nextPlace, TEXT_START, type TextPlace, type Vocabulary, WORDS } from './vocabulary.ts'

/**
 * A step computes a multiple of this many slots: a matrix product of a single row may add its terms in another order, and the numbers of a
 * sequence are not to depend on how many others are left.
 */
const SLOT_STEP = 8

/**
 * The caches' capacity grows by this many rows as they fill: attention goes over the whole capacity. It follows from the position alone, since
 * the numbers of a sequence are not to depend on how long a reply may get.
 */
const CAPACITY_STEP = 32

/** Added to the scores of cache rows that hold nothing yet. */
const HIDDEN = -1e9

const roundUp = (count: number, step: number): number => Math.ceil(count / step) * step

/** A batch: how many sequences, the positions of the picture before each, and the most tokens that each is fed. */
export interface DecodeSizes {
  readonly sequences: number
  readonly picture: number
  readonly text: number
}

/** Flat buffers for `slots` sequences of `picture + text` positions; a smaller batch uses their beginnings. */
interface Buffers {
  readonly tokens: Int32Array
  readonly line: Int32Array
  readonly word: Int32Array
  /** [capacity + 1]; see decodeGraph. */
  readonly mask: Float32Array
  /** [slot, capacity + 1]; see decodeGraph. */
  readonly same: Float32Array
  /** [slot, text]: `Vocabulary.kinds` of the words fed so far. */
  readonly kinds: Int32Array
  readonly probabilities: Float32Array
  /** [layer], each [slot, capacity, headWidth]. */
  readonly keys: readonly Float32Array[]
  readonly values: readonly Float32Array[]
  /** [layer], each [slot, headWidth]: where the graph leaves the rows that are appended to them. */
  readonly newKeys: readonly Float32Array[]
  readonly newValues: readonly Float32Array[]
}

/** The decoding session of one model, and the batch that it decodes. */
export class Decoder {
  readonly #config: ModelConfig
  readonly #vocabulary: Vocabulary
  readonly #session: Session
  readonly #position = new Int32Array(1)
  /** The largest batch so far, by each size. */
  #room: DecodeSizes = { sequences: 0, picture: 0, text: 0 }
  #sizes: DecodeSizes = this.#room
  #buffers: Buffers
  #places: TextPlace[] = []
  #live = 0
  /** Text positions that are filled. */
  #step = 0
  /** Rows that the caches have now. */
  #capacity = 0

  private constructor(config: ModelConfig, vocabulary: Vocabulary, session: Session) {
    this.#config = config
    this.#vocabulary = vocabulary
    this.#session = session
    this.#buffers = this.#makeBuffers()
  }

  static async load(config: ModelConfig, vocabulary: Vocabulary, runtime: RuntimeOptions): Promise<Decoder> {
    return new Decoder(config, vocabulary, await loadGraph(decodeGraph(config, vocabulary), runtime))
  }

  /** Sequences left; their slots are 0 to live - 1. */
  get live(): number {
    return this.#live
  }

  /** By slot, the token that the next step feeds. */
  get tokens(): Int32Array {
    return this.#buffers.tokens
  }

  /** [slot, word] after a step. */
  get probabilities(): Float32Array {
    return this.#buffers.probabilities
  }

  /** Begins a batch: every slot is live, at its first text position. */
  start(sizes: DecodeSizes): void {
    const slots = roundUp(sizes.sequences, SLOT_STEP)
    const { sequences, picture, text } = this.#room
    if (slots > sequences || sizes.picture > picture || sizes.text > text) {
      this.#room = { sequences: Math.max(slots, sequences), picture: Math.max(sizes.picture, picture), text: Math.max(sizes.text, text) }
      this.#buffers = this.#makeBuffers()
    }
    this.#sizes = sizes
    this.#live = sizes.sequences
    this.#step = 0
    this.#capacity = roundUp(sizes.picture + 1, CAPACITY_STEP)
    this.#places = new Array<TextPlace>(slots).fill(TEXT_START)
    this.#buffers.tokens.fill(0)
  }

  /** Gives a slot its picture: keys and values [layer], each [picture, headWidth]. */
  fillPicture(slot: number, keys: readonly Float32Array[], values: readonly Float32Array[]): void {
    const at = slot * this.#slotFloats
    for (const [layer, rows] of keys.entries()) this.#buffers.keys[layer]?.set(rows, at)
    for (const [layer, rows] of values.entries()) this.#buffers.values[layer]?.set(rows, at)
  }

  /** Feeds every live slot its token. */
  async step(weights: Feeds): Promise<void> {
    const slots = roundUp(this.#live, SLOT_STEP)
    this.#makeRoom(slots)
    this.#position[0] = this.#step
    this.#readTokens(slots)
    const { feeds, fetches } = this.#tensors(slots)
    await run(this.#session, { ...weights, ...feeds }, fetches)
    this.#append()
    this.#step++
  }

  /** Ends the sequence of a slot. The last live slot moves there: its place among the live is free now. */
  drop(slot: number): void {
    const from = --this.#live
    if (from === slot) return
    const { tokens, kinds, keys, values } = this.#buffers
    tokens[slot] = tokens[from] as number
    this.#places[slot] = this.#places[from] as TextPlace
    const { text } = this.#sizes
    kinds.copyWithin(slot * text, from * text, from * text + this.#step)
    const filled = this.#filled * this.#config.headWidth
    const start = from * this.#slotFloats
    for (const cache of [...keys, ...values]) cache.copyWithin(slot * this.#slotFloats, start, start + filled)
  }

  /** Positions that are filled. */
  get #filled(): number {
    return this.#sizes.picture + this.#step
  }

  get #slotFloats(): number {
    return this.#capacity * this.#config.headWidth
  }

  /** Moves the caches' rows apart, from the last slot on, when they are full. */
  #makeRoom(slots: number): void {
    const old = this.#slotFloats
    this.#capacity = roundUp(this.#filled + 1, CAPACITY_STEP)
    if (this.#slotFloats === old) return
    for (const cache of [...this.#buffers.keys, ...this.#buffers.values])
      for (let slot = slots - 1; slot > 0; slot--) cache.copyWithin(slot * this.#slotFloats, slot * old, (slot + 1) * old)
  }

  #append(): void {
    const { keys, values, newKeys, newValues } = this.#buffers
    const { headWidth } = this.#config
    const rows = [...newKeys, ...newValues]
    for (const [i, cache] of [...keys, ...values].entries()) {
      const row = rows[i] as Float32Array
      const end = this.#live * headWidth
      for (let from = 0, to = this.#filled * headWidth; from < end; from += headWidth, to += this.#slotFloats)
        for (let at = 0; at < headWidth; at++) cache[to + at] = row[from + at] as number
    }
  }

  /** What the graph wants to know of each token: its line, its word, and where its like has been. */
  #readTokens(slots: number): void {
    const { tokens, line, word, same, mask, kinds } = this.#buffers
    const { picture, text } = this.#sizes
    const places = this.#capacity + 1
    mask.fill(0, 0, this.#filled).fill(HIDDEN, this.#filled, this.#capacity)
    mask[this.#capacity] = 0
    same.fill(0, 0, slots * places)
    for (let slot = 0; slot < slots; slot++) {
      const token = tokens[slot] as number
      const place = nextPlace(this.#places[slot] as TextPlace, token, this.#vocabulary)
      this.#places[slot] = place
      line[slot] = Math.min(place.line, LINES - 1)
      word[slot] = Math.min(place.word, WORDS - 1)
      const kind = this.#vocabulary.kinds[token] as number
      const said = slot * text
      const row = slot * places + picture
      for (let s = 0; s < this.#step; s++) if (kinds[said + s] === kind) same[row + s] = 1
      kinds[said + this.#step] = kind
    }
  }

  #makeBuffers(): Buffers {
    const { sequences: slots, picture, text } = this.#room
    const { layers, headWidth } = this.#config
    const ints = (size = slots): Int32Array => new Int32Array(size)
    const capacity = roundUp(picture + text, CAPACITY_STEP)
    const lists = (size: number): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(size))
    return {
      ...{ tokens: ints(), line: ints(), word: ints(), kinds: ints(slots * text) },
      mask: new Float32Array(capacity + 1),
      same: new Float32Array(slots * (capacity + 1)),
      probabilities: new Float32Array(slots * this.#vocabulary.size),
      ...{ keys: lists(slots * capacity * headWidth), values: lists(slots * capacity * headWidth) },
      ...{ newKeys: lists(slots * headWidth), newValues: lists(slots * headWidth) },
    }
  }

  /** The first `slots` slots as tensors. */
  #tensors(slots: number): { feeds: Feeds; fetches: Feeds } {
    const { tokens, line, word, mask, same, probabilities, keys, values, newKeys, newValues } = this.#buffers
    const { size } = this.#vocabulary
    const { headWidth } = this.#config
    const places = this.#capacity + 1
    const list = (data: Int32Array): Feeds[string] => int32s(data.subarray(0, slots), [slots])
    const feeds: Feeds = {
      ...{ tokens: list(tokens), line: list(line), word: list(word), position: int32s(this.#position, [1]) },
      mask: floats(mask.subarray(0, places), [places]),
      same: floats(same.subarray(0, slots * places), [slots, 1, places]),
    }
    const fetches: Feeds = { probabilities: floats(probabilities.subarray(0, slots * size), [slots, size]) }
    for (const [kind, caches, rows] of [['k', keys, newKeys] as const, ['v', values, newValues] as const]) {
      for (const [layer, cache] of caches.entries()) {
        feeds[`past.${kind}.${layer}`] = floats(cache.subarray(0, slots * this.#slotFloats), [slots, this.#capacity, headWidth])
        fetches[`${kind}.${layer}`] = floats((rows[layer] as Float32Array).subarray(0, slots * headWidth), [slots, headWidth])
      }
    }
    return { feeds, fetches }
  }
}
