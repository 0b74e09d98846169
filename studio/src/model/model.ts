/**
 * A trained model that runs in the browser, as docs/export.md describes its file: greedy replies, and how probable other answers are. Runs are one
 * after another.
 */

import runtime from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import * as ort from 'onnxruntime-web/wasm'
import { type EnvSpec, envSpec } from '../../../src/gym/index.ts'
import { frameOf, promptOf } from '../../../src/messages.ts'
import type { Policy } from '../../../src/policy.ts'
import { frameToRgb } from '../../../src/render/index.ts'
import type { Frame, Skin } from '../../../src/scene.ts'
import { aboutOf, type ModelAbout } from './onnx-file.ts'

ort.env.wasm.numThreads = 1
ort.env.wasm.wasmPaths = { wasm: runtime }

/** Side of a patch of the models that this project trains, pixels; the skin of their pictures has tiles of this size. */
const PATCH = 16

/** Milliseconds of a frame. */
const FRAME = 16

/** What a model replied. */
export interface ModelReply {
  readonly text: string
  readonly tokens: readonly number[]
  /** Characters of each token. */
  readonly lengths: readonly number[]
  /** Of each token when it was chosen, 0..1. */
  readonly probabilities: readonly number[]
  /** What it took, the loading of the model not counted. */
  readonly milliseconds: number
}

interface Session {
  readonly about: ModelAbout
  readonly session: ort.InferenceSession
}

/** A question to a model: a picture and the prompt of it. */
export interface ModelQuestion {
  readonly frame: Frame
  readonly prompt: string
}

/** Gives the file of a model for pictures of that many patches. */
export type ModelSource = (rows: number, columns: number) => Promise<Uint8Array>

export class BrowserModel {
  readonly name: string
  readonly #source: ModelSource
  readonly #sessions = new Map<string, Promise<Session>>()
  #last: Promise<unknown> = Promise.resolve()
  #yielded = 0

  constructor(name: string, source: ModelSource) {
    this.name = name
    this.#source = source
  }

  /** The greedy reply. Throws Error with one sentence for a picture or a prompt that the model was not made for. */
  async reply(question: ModelQuestion): Promise<ModelReply> {
    const { about, run } = await this.#asked(question)
    const { words, text } = about
    const began = performance.now()
    const tokens = encoded(question.prompt, words)
    const start = tokens.length
    const probabilities: number[] = []
    while (tokens.length <= text.length && tokens.at(-1) !== text.stop) {
      const row = rowOf(await run(tokens), tokens.length, words.length)
      const best = row.indexOf(Math.max(...row))
      probabilities.push(probabilityOf(row, best))
      tokens.push(best)
    }
    const reply = tokens.slice(start)
    const said = reply.map((token) => words[token] as string)
    return {
      text: said.join(''),
      tokens: reply,
      lengths: said.map((word) => word.length),
      probabilities,
      milliseconds: performance.now() - began,
    }
  }

  /** How probable each answer is after the beginning of a reply, 0..1, its end included. */
  async answers(question: ModelQuestion, begun: readonly number[], answers: readonly string[]): Promise<number[]> {
    const { about, run } = await this.#asked(question)
    const { words, text } = about
    const before = [...encoded(question.prompt, words), ...begun]
    const all: number[] = []
    for (const answer of answers) {
      const said = [...encoded(answer, words), text.stop]
      const tokens = [...before, ...said].slice(0, text.length + 1)
      const logits = await run(tokens.slice(0, text.length))
      const each = tokens.slice(before.length).map((token, i) => probabilityOf(rowOf(logits, before.length + i, words.length), token))
      all.push(each.reduce((product, one) => product * one, 1))
    }
    return all
  }

  async #asked({ frame }: ModelQuestion): Promise<{ about: ModelAbout; run: (tokens: readonly number[]) => Promise<Float32Array> }> {
    const { about, session } = await this.#sessionFor(frame)
    const { rows, columns, patch } = about.picture
    const { length, padding } = about.text
    const pixels = new ort.Tensor('float32', pixelsOf(frame, about), [1, rows * columns, patch * patch * 3])
    const run = async (tokens: readonly number[]): Promise<Float32Array> => {
      const padded = Int32Array.from({ length }, (_, i) => tokens[i] ?? padding)
      const turn = this.#last.then(() => session.run({ pixels, tokens: new ort.Tensor('int32', padded, [1, length]) }))
      this.#last = turn.catch(() => {})
      const { logits } = await turn
      // The page has its turn between tokens, once a frame.
      if (performance.now() - this.#yielded > FRAME) {
        await new Promise((resolve) => setTimeout(resolve, 0))
        this.#yielded = performance.now()
      }
      return logits?.data as Float32Array
    }
    return { about, run }
  }

  async #sessionFor({ width, height }: Frame): Promise<Session> {
    const [rows, columns] = [height / PATCH, width / PATCH]
    const key = `${rows} ${columns}`
    const made = async (): Promise<Session> => {
      const file = await this.#source(rows, columns)
      const about = aboutOf(file)
      const { picture } = about
      if (picture.width !== width || picture.height !== height)
        throw new Error(
          `the model’s file is for pictures of ${picture.rows} by ${picture.columns} tiles, this board has ${rows} by ${columns}; choose knobs that make such a board`,
        )
      return { about, session: await ort.InferenceSession.create(file) }
    }
    const known = this.#sessions.get(key) ?? made()
    this.#sessions.set(key, known)
    known.catch(() => this.#sessions.delete(key))
    return known
  }
}

/** A game as the models of this project are shown it. `look`: theme and effects of its pictures. */
export const modelSpec = ({ game, config }: EnvSpec, look: Omit<Skin, 'tile'>): EnvSpec =>
  envSpec({ game, config, promptStyle: 'brief', skin: { ...look, tile: PATCH, layout: 'board' } })

/** A model as a policy, for a spec of `modelSpec`. */
export const modelPolicy = (model: BrowserModel): Policy => ({
  name: model.name,
  privileged: false,
  reply: async (observations, { n }) => {
    const replies = []
    for (const observation of observations) {
      const { text } = await model.reply({ frame: frameOf(observation), prompt: promptOf(observation) })
      replies.push(Array.from({ length: n }, () => ({ text })))
    }
    return replies
  },
})

/** A text's tokens: each the longest word that the rest begins with. Throws Error where no word does. */
function encoded(text: string, words: readonly string[]): number[] {
  const ids = idsOf(words)
  const longest = words.reduce((most, word) => Math.max(most, word.length), 0)
  const tokens: number[] = []
  for (let at = 0; at < text.length; ) {
    let length = Math.min(longest, text.length - at)
    while (length > 0 && !ids.has(text.slice(at, at + length))) length--
    if (length === 0)
      throw new Error(`the model has no word for “${text.slice(at, at + 20)}”: it was not trained on this game or these knobs`)
    tokens.push(ids.get(text.slice(at, at + length)) as number)
    at += length
  }
  return tokens
}

const known = new WeakMap<readonly string[], Map<string, number>>()
function idsOf(words: readonly string[]): Map<string, number> {
  const ids = known.get(words) ?? new Map(words.map((word, id) => [word, id]))
  known.set(words, ids)
  return ids
}

/** [1, P, patch² · 3] floats: patches row by row, pixels row by row, RGB. */
function pixelsOf(frame: Frame, { picture: { patch, columns, divide, add } }: ModelAbout): Float32Array {
  const { width, height } = frame
  const rgb = frameToRgb(frame)
  const pixels = new Float32Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const square = Math.floor(y / patch) * columns + Math.floor(x / patch)
      const at = ((square * patch + (y % patch)) * patch + (x % patch)) * 3
      const from = (y * width + x) * 3
      for (let c = 0; c < 3; c++) pixels[at + c] = (rgb[from + c] as number) / divide + add
    }
  return pixels
}

/** Scores of the token that follows the first `count`. */
const rowOf = (logits: Float32Array, count: number, words: number): Float32Array => logits.subarray((count - 1) * words, count * words)

function probabilityOf(row: Float32Array, token: number): number {
  const top = Math.max(...row)
  const sum = row.reduce((total, one) => total + Math.exp(one - top), 0)
  return Math.exp((row[token] as number) - top) / sum
}
