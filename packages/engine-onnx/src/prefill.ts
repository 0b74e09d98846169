/** Pictures to the keys and values that a sampling cache begins with: each distinct picture once, several a pass. */
import { type PlainInput, writePatches } from './inputs.ts'
import { prefillGraph } from './model.ts'
import type { ModelConfig } from './parameters.ts'
import { type Feeds, fitting, floats, loadGraph, type RuntimeOptions, run, type Session } from './runtime.ts'
import type { Vocabulary } from './vocabulary.ts'

const BATCHES = [4, 16, 32] as const

interface Pass {
  readonly session: Session
  readonly pixels: Float32Array
  readonly feeds: Feeds
  readonly fetches: Feeds
  /** [layer], each [picture of the pass, position, headWidth]. */
  readonly keys: readonly Float32Array[]
  readonly values: readonly Float32Array[]
}

/** Keys and values of a picture, [layer], each [position, headWidth]: views that the next pass overwrites. */
export interface PictureCache {
  readonly keys: readonly Float32Array[]
  readonly values: readonly Float32Array[]
}

/** The prefill passes of one model: graphs are loaded on first use and kept. */
export class Prefill {
  readonly #config: ModelConfig
  readonly #vocabulary: Vocabulary
  readonly #runtime: RuntimeOptions
  readonly #passes = new Map<string, Promise<Pass>>()

  constructor(config: ModelConfig, vocabulary: Vocabulary, runtime: RuntimeOptions) {
    this.#config = config
    this.#vocabulary = vocabulary
    this.#runtime = runtime
  }

  /** Calls `fill` with the place of each input in the list and its caches. All pictures are of one size. */
  async run(inputs: readonly PlainInput[], weights: Feeds, fill: (index: number, cache: PictureCache) => void): Promise<void> {
    const { rows, columns } = inputs[0] as PlainInput
    const { patch, headWidth } = this.#config
    const batch = fitting(inputs.length, BATCHES)
    const pass = await this.#pass(batch, rows, columns)
    const perPicture = rows * columns * headWidth
    for (let start = 0; start < inputs.length; start += batch) {
      const part = inputs.slice(start, start + batch)
      for (const [i, { frame }] of part.entries()) writePatches(frame, patch, pass.pixels, i * rows * columns * patch ** 2 * 3)
      await run(pass.session, { ...weights, ...pass.feeds }, pass.fetches)
      for (const i of part.keys()) {
        const own = (all: readonly Float32Array[]): Float32Array[] => all.map((list) => list.subarray(i * perPicture, (i + 1) * perPicture))
        fill(start + i, { keys: own(pass.keys), values: own(pass.values) })
      }
    }
  }

  #pass(batch: number, rows: number, columns: number): Promise<Pass> {
    const key = `${batch}:${rows}x${columns}`
    const known = this.#passes.get(key)
    if (known) return known
    const made = this.#makePass(batch, rows, columns)
    this.#passes.set(key, made)
    return made
  }

  async #makePass(batch: number, rows: number, columns: number): Promise<Pass> {
    const { layers, headWidth, patch } = this.#config
    const picture = rows * columns
    const session = await loadGraph(prefillGraph(this.#config, this.#vocabulary, { batch, rows, columns }), this.#runtime)
    const pixels = new Float32Array(batch * picture * patch * patch * 3)
    const buffers = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(batch * picture * headWidth))
    const keys = buffers()
    const values = buffers()
    const fetches: Feeds = {}
    for (const [kind, lists] of [['k', keys] as const, ['v', values] as const])
      for (const [layer, list] of lists.entries()) fetches[`${kind}.${layer}`] = floats(list, [batch, picture, headWidth])
    return { session, pixels, feeds: { pixels: floats(pixels, [batch, picture, patch * patch * 3]) }, fetches, keys, values }
  }
}
