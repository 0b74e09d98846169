/**
 * The embedded vision-language model: a decoder-only transformer. A picture is cut into square patches, each one token of a
 * bidirectional prefix; text follows causally. One key/value head is shared by all query heads (multi-query attention, Shazeer 2019),
 * which turns the attention of all heads into one contraction without a transpose and keeps the sampling cache small.
 * Gainless RMSNorm before every block, squared ReLU, no biases, learned position embeddings. A text token also knows its line and its place
 * in the line (see `textPlaces`), so that what is learned of a cell's place in a grid of words serves grids of every size in every section.
 */
import { type CachedRows, Tape, type Value } from './autodiff.ts'
import { ANY, type GraphDef } from './onnx-format.ts'
import { type ModelConfig, type ParameterSlot, parameterSlots } from './parameters.ts'
import { LINES, type Vocabulary, WORDS } from './vocabulary.ts'

/** Static sizes of one graph. rows × columns patches, `text` tokens, `batch` sequences. */
export interface Bucket {
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly text: number
}

type Parameters = { readonly [name: string]: Value }

function declareParameters(tape: Tape, slots: readonly ParameterSlot[]): Parameters {
  return Object.fromEntries(slots.map(({ name, shape }) => [name, tape.input(`p.${name}`, shape)]))
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** [B, P, D] picture tokens: patches plus row and column embeddings. */
function embedPicture(tape: Tape, p: Parameters, { batch, rows, columns }: Bucket, config: ModelConfig): Value {
  const cells = range(rows * columns)
  const pixels = tape.input('pixels', [batch, cells.length, config.patch ** 2 * 3])
  const row = tape.gather(p.row as Value, tape.int32s(cells.map((cell) => Math.floor(cell / columns))))
  const column = tape.gather(p.column as Value, tape.int32s(cells.map((cell) => cell % columns)))
  return tape.add(tape.linear(pixels, p.patch as Value), tape.add(row, column))
}

/** [V, 2 · grid]: a 1 in the row's and in the column's place for words that name a cell. */
function placeTable(tape: Tape, { size, places }: Vocabulary, grid: number): Value {
  const table = new Float32Array(size * 2 * grid)
  for (const [word, row, column] of places) {
    table[word * 2 * grid + row] = 1
    table[word * 2 * grid + grid + column] = 1
  }
  return tape.floats(table, [size, 2 * grid])
}

/** [V, D] word embeddings; those of words that name a cell get that cell's row and column embeddings added. */
function wordTable(tape: Tape, p: Parameters, { grid }: ModelConfig, vocabulary: Vocabulary): Value {
  if (vocabulary.places.length === 0) return p.token as Value
  const axes = tape.concat(p.row as Value, p.column as Value, 0)
  return tape.add(p.token as Value, tape.linear(placeTable(tape, vocabulary, grid), axes))
}

/** Logits over the vocabulary. */
function readWords(tape: Tape, p: Parameters, x: Value, { grid }: ModelConfig, vocabulary: Vocabulary): Value {
  const logits = tape.linear(x, p.head as Value)
  if (vocabulary.places.length === 0) return logits
  const transposed = tape.op('Transpose', [placeTable(tape, vocabulary, grid)], [2 * grid, vocabulary.size], { perm: [1, 0] })
  return tape.add(logits, tape.linear(tape.linear(x, p.placeHead as Value), transposed))
}

/**
 * `nextPlace` over whole sequences: lines and words [B, L] of the tokens [B, L]. A running sum is a product with a triangle of ones, the
 * last break a running maximum.
 */
function textPlaces(tape: Tape, tokens: Value, { batch, text }: Bucket, { size, breaks }: Vocabulary): { line: Value; word: Value } {
  const shape = [batch, text]
  const flags = (kind: string): Value => {
    const table = tape.floats(
      Float32Array.from(breaks, (own) => Number(own === kind)),
      [size],
    )
    return tape.op('Gather', [table, tokens], shape, { axis: 0 })
  }
  const [tag, line] = [flags('tag'), flags('line')]
  const ones = new Float32Array(text * text)
  for (let t = 0; t < text; t++) for (let s = 0; s <= t; s++) ones[t * text + s] = 1
  const before = tape.floats(ones, [text, text])
  const runningMax = (x: Value): Value => {
    const wide = tape.op('Reshape', [x, tape.ints([batch, 1, text])], [batch, 1, text])
    return tape.op('ReduceMax', [tape.op('Mul', [wide, before], [batch, text, text]), tape.ints([-1])], shape, { keepdims: 0 })
  }
  const count = tape.op('MatMul', [line, tape.op('Transpose', [before], [text, text], { perm: [1, 0] })], shape)
  const sinceTag = tape.op('Sub', [count, runningMax(tape.op('Mul', [tag, count], shape))], shape)
  const ordinal = tape.floats(
    Float32Array.from(range(text), (t) => t + 1),
    [text],
  )
  const starts = tape.op('Mul', [tape.op('Add', [tag, line], shape), ordinal], shape)
  const sinceStart = tape.op('Sub', [ordinal, runningMax(starts)], shape)
  // Before the first break a word's place is its own number, from 0.
  const none = tape.op('Cast', [tape.op('Equal', [runningMax(starts), tape.scalar(0)], shape, {}, 'bool')], shape, { to: FLOAT })
  return { line: index(tape, sinceTag, LINES), word: index(tape, tape.op('Sub', [sinceStart, none], shape), WORDS) }
}

/** Element types of ONNX, for Cast. */
const FLOAT = 1
const INT32 = 6

/** Whole floats as indices of a table; what is beyond its end means its last row. */
function index(tape: Tape, x: Value, rows: number): Value {
  return tape.op('Cast', [tape.op('Min', [x, tape.scalar(rows - 1)], x.shape)], x.shape, { to: INT32 }, 'int32')
}

/** [B, L, D] text tokens. */
function embedText(tape: Tape, p: Parameters, tokens: Value, bucket: Bucket, config: ModelConfig, vocabulary: Vocabulary): Value {
  const { text } = bucket
  const words = tape.gather(wordTable(tape, p, config, vocabulary), tokens)
  const { line, word } = textPlaces(tape, tokens, bucket, vocabulary)
  const places = tape.add(tape.gather(p.line as Value, line), tape.gather(p.word as Value, word))
  return tape.add(tape.add(words, places), tape.gather(p.position as Value, tape.int32s(range(text))))
}

/**
 * [B, P + L, P + L]: 1 where a text token meets an earlier one of the same word, else 0: what the heads' `same` weights multiply. "Where
 * else does this word stand?" is the question that a small model learns most slowly by itself.
 */
function sameWords(tape: Tape, tokens: Value, bucket: Bucket, { size, kinds }: Vocabulary): Value {
  const { batch, text } = bucket
  const picture = bucket.rows * bucket.columns
  const total = picture + text
  const kind = tape.op('Gather', [tape.floats(Float32Array.from(kinds), [size]), tokens], [batch, text], { axis: 0 })
  const column = tape.op('Reshape', [kind, tape.ints([batch, text, 1])], [batch, text, 1])
  const row = tape.op('Reshape', [kind, tape.ints([batch, 1, text])], [batch, 1, text])
  const equal = tape.op('Cast', [tape.op('Equal', [column, row], [batch, text, text], {}, 'bool')], [batch, text, text], { to: FLOAT })
  const earlier = new Float32Array(text * text)
  for (let t = 0; t < text; t++) for (let s = 0; s < t; s++) earlier[t * text + s] = 1
  const same = tape.op('Mul', [equal, tape.floats(earlier, [text, text])], [batch, text, text])
  const pads = tape.ints([0, picture, picture, 0, 0, 0])
  return tape.op('Pad', [same, pads], [batch, total, total])
}

/** Additive mask [R·H, S]: query row r (absolute position `first + r`) sees the whole picture and the text up to itself. */
function attentionMask(tape: Tape, first: number, queries: number, picture: number, total: number, heads: number): Value {
  const mask = new Float32Array(queries * heads * total)
  for (let r = 0; r < queries; r++)
    for (let h = 0; h < heads; h++)
      for (let s = 0; s < total; s++) {
        const visible = s < picture || s <= first + r
        mask[(r * heads + h) * total + s] = visible ? 0 : -1e9
      }
  return tape.floats(mask, [queries * heads, total])
}

interface Trunk {
  /** [B, text, D], normalised; absent when only the cache is wanted. */
  readonly text: Value | null
  /** Per layer, [B, P + L, headWidth]. */
  readonly keys: Value[]
  readonly values: Value[]
}

/**
 * All blocks over picture and text. In the last block only text positions ask, since only they are read out.
 * With `text` 0 the trunk is the prefill of the picture alone.
 */
function trunk(tape: Tape, p: Parameters, bucket: Bucket, config: ModelConfig, vocabulary: Vocabulary): Trunk {
  const { batch, text } = bucket
  const { width, heads, headWidth, layers } = config
  const picture = bucket.rows * bucket.columns
  const total = picture + text
  const keys: Value[] = []
  const values: Value[] = []
  let x = embedPicture(tape, p, bucket, config)
  const tokens = tape.input('tokens', [batch, text], 'int32')
  if (text > 0) x = tape.concat(x, embedText(tape, p, tokens, bucket, config, vocabulary), 1)
  const same = text > 0 ? sameWords(tape, tokens, bucket, vocabulary) : null
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): Value => p[`${layer}.${name}`] as Value
    const isLast = layer === layers - 1
    let n = tape.rmsNorm(x)
    const k = tape.linear(n, at('key'))
    const v = tape.linear(n, at('value'))
    keys.push(k)
    values.push(v)
    if (isLast && text === 0) return { text: null, keys, values }
    let queries = total
    if (isLast) {
      n = tape.slice(n, 1, picture, total)
      x = tape.slice(x, 1, picture, total)
      queries = text
    }
    const q = tape.reshape(tape.linear(n, at('query')), [batch, queries * heads, headWidth])
    const mask = attentionMask(tape, total - queries, queries, picture, total, heads)
    const bias = same && !isLast ? tape.headBias(same, at('same')) : null
    const mixed = tape.attention(q, k, v, mask, 1 / Math.sqrt(headWidth), bias)
    x = tape.add(x, tape.linear(tape.reshape(mixed, [batch, queries, heads * headWidth]), at('out')))
    x = tape.add(x, tape.reluSquaredLinear(tape.linear(tape.rmsNorm(x), at('up')), at('down')))
  }
  return { text: tape.reshape(tape.rmsNorm(x), [batch, text, width]), keys, values }
}

/** Log-softmax over the vocabulary [B, L, V], that of the targets [B, L], and the targets as indices [B, L, 1]. */
function readOut(tape: Tape, logits: Value, bucket: Bucket): { all: Value; ofTarget: Value; index: Value } {
  const { batch, text } = bucket
  const target = tape.input('target', [batch, text], 'int32')
  const all = tape.op('LogSoftmax', [logits], logits.shape, { axis: -1 })
  const index = tape.op('Reshape', [target, tape.ints([batch, text, 1])], [batch, text, 1], {}, 'int32')
  const picked = tape.op('GatherElements', [all, index], [batch, text, 1], { axis: 2 })
  return { all, index, ofTarget: tape.op('Reshape', [picked, tape.ints([batch, text])], [batch, text]) }
}

/** pixels, tokens, target -> `logprobs` [B, L]. */
export function scoringGraph(config: ModelConfig, vocabulary: Vocabulary, bucket: Bucket): GraphDef {
  const tape = new Tape()
  const p = declareParameters(tape, parameterSlots(config, vocabulary))
  const logits = readWords(tape, p, trunk(tape, p, bucket, config, vocabulary).text as Value, config, vocabulary)
  return tape.finish({ logprobs: readOut(tape, logits, bucket).ofTarget })
}

/**
 * One graph for supervised and reinforcement learning: pixels, tokens, target, weight, advantage, sampled [B, L], clip [2] ->
 * `logprobs` [B, L] and a gradient `g.<parameter>` each, of  -Σ (weight · lp + min(r · A, clip(r) · A)),  r = exp(lp - sampled).
 * The gradient at the logits is coefficient × (softmax - onehot), coefficient = weight + A · r · [not clipped].
 */
export function trainingGraph(config: ModelConfig, vocabulary: Vocabulary, bucket: Bucket): GraphDef {
  const { batch, text } = bucket
  const shape = [batch, text]
  const tape = new Tape()
  const slots = parameterSlots(config, vocabulary)
  const p = declareParameters(tape, slots)
  const logits = readWords(tape, p, trunk(tape, p, bucket, config, vocabulary).text as Value, config, vocabulary)
  const { all, ofTarget, index } = readOut(tape, logits, bucket)

  const weight = tape.input('weight', shape)
  const advantage = tape.input('advantage', shape)
  const sampled = tape.input('sampled', shape)
  const low = tape.input('clipLow', [])
  const high = tape.input('clipHigh', [])
  const zero = tape.scalar(0)
  const ratio = tape.op('Exp', [tape.op('Sub', [ofTarget, sampled], shape)], shape)
  const logic = (opType: string, ...inputs: Value[]): Value => tape.op(opType, inputs, shape, {}, 'bool')
  const gains = logic('Greater', advantage, zero)
  const inside = logic(
    'Or',
    logic('And', gains, logic('Less', ratio, high)),
    logic('And', logic('Not', gains), logic('Greater', ratio, low)),
  )
  const policy = tape.op('Where', [inside, tape.op('Mul', [advantage, ratio], shape), zero], shape)
  const coefficient = tape.op('Reshape', [tape.op('Add', [weight, policy], shape), tape.ints([batch, text, 1])], [batch, text, 1])
  const softmax = tape.op('Mul', [tape.op('Exp', [all], all.shape), coefficient], all.shape)
  const minus = tape.op('Neg', [coefficient], coefficient.shape)
  const seed = tape.op('ScatterElements', [softmax, index, minus], all.shape, { axis: 2, reduction: 'add' })

  const gradients = tape.gradients(
    logits,
    seed,
    slots.map(({ name }) => p[name] as Value),
  )
  return tape.finish({ logprobs: ofTarget, ...Object.fromEntries(slots.map(({ name }, i) => [`g.${name}`, gradients[i] as Value])) })
}

/** The picture alone: pixels -> `k.<layer>`, `v.<layer>` [B, P, headWidth], the start of the sampling cache. */
export function prefillGraph(config: ModelConfig, vocabulary: Vocabulary, bucket: Omit<Bucket, 'text'>): GraphDef {
  const tape = new Tape()
  const p = declareParameters(tape, parameterSlots(config, vocabulary))
  const { keys, values } = trunk(tape, p, { ...bucket, text: 0 }, config, vocabulary)
  const outputs: Record<string, Value> = {}
  for (const [layer, value] of keys.entries()) outputs[`k.${layer}`] = value
  for (const [layer, value] of values.entries()) outputs[`v.${layer}`] = value
  return tape.finish(outputs)
}

/**
 * One token for every sequence, for any number B of them and caches of any capacity: tokens, line, word [B] (see `nextPlace`), position [1],
 * same [B, 1, capacity + 1] (see `sameWords`), mask [capacity + 1] (0 for cache rows that are filled and for the last place, which is the
 * token's own row, else -1e9) and the caches `past.k.<layer>`, `past.v.<layer>` [B, capacity, headWidth] -> `probabilities` [B, V] and the
 * rows to be appended, `k.<layer>`, `v.<layer>` [B, headWidth]. The cache itself is only read; the decoder appends.
 */
export function decodeGraph(config: ModelConfig, vocabulary: Vocabulary): GraphDef {
  const { heads, headWidth, layers } = config
  const tape = new Tape()
  const p = declareParameters(tape, parameterSlots(config, vocabulary))
  const ints = (name: string, size: number): Value => tape.input(name, [size], 'int32')
  const [tokens, line, word] = (['tokens', 'line', 'word'] as const).map((name) => ints(name, ANY)) as [Value, Value, Value]
  const mask = tape.input('mask', [ANY])
  const same = tape.input('same', [ANY, 1, ANY])
  const outputs: Record<string, Value> = {}
  const places = tape.add(tape.gather(p.line as Value, line), tape.gather(p.word as Value, word))
  const position = tape.gather(p.position as Value, ints('position', 1))
  let x = tape.add(tape.add(tape.gather(wordTable(tape, p, config, vocabulary), tokens), places), position)
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): Value => p[`${layer}.${name}`] as Value
    const n = tape.rmsNorm(x)
    const q = tape.reshape(tape.linear(n, at('query')), [ANY, heads, headWidth])
    const [k, v] = [tape.linear(n, at('key')), tape.linear(n, at('value'))]
    const cached = (kind: string, row: Value): CachedRows => ({
      past: tape.input(`past.${kind}.${layer}`, [ANY, ANY, headWidth]),
      own: tape.reshape(row, [ANY, 1, headWidth]),
    })
    const bias = layer < layers - 1 ? tape.op('Mul', [same, tape.reshape(at('same'), [heads, 1])], [ANY, heads, ANY]) : null
    const mixed = tape.cachedAttention(q, cached('k', k), cached('v', v), mask, 1 / Math.sqrt(headWidth), bias)
    outputs[`k.${layer}`] = k
    outputs[`v.${layer}`] = v
    x = tape.add(x, tape.linear(tape.reshape(mixed, [ANY, heads * headWidth]), at('out')))
    x = tape.add(x, tape.reluSquaredLinear(tape.linear(tape.rmsNorm(x), at('up')), at('down')))
  }
  const logits = readWords(tape, p, tape.rmsNorm(x), config, vocabulary)
  return tape.finish({ probabilities: tape.op('Softmax', [logits], [ANY, vocabulary.size], { axis: -1 }), ...outputs })
}

/** The whole model in one file for inference elsewhere: pixels [1, P, patch²·3], tokens [1, L] -> `logits` [1, L, V], weights inside. */
export function exportGraph(
  config: ModelConfig,
  vocabulary: Vocabulary,
  bucket: Omit<Bucket, 'batch'>,
  parameters: Float32Array,
  metadata: GraphDef['metadata'],
): GraphDef {
  const tape = new Tape()
  const slots = parameterSlots(config, vocabulary)
  const p = Object.fromEntries(
    slots.map(({ name, shape, offset, length }) => [name, tape.floats(parameters.subarray(offset, offset + length), shape)]),
  )
  const logits = readWords(tape, p, trunk(tape, p, { ...bucket, batch: 1 }, config, vocabulary).text as Value, config, vocabulary)
  return tape.finish({ logits }, metadata)
}
