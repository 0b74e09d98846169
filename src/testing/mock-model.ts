/**
 * The model of the mock engine, a table: the logits of the next token are a row for the token before it plus a row for the last picture
 * (one of 61 rows, by a hash of its pixels). So it learns which word follows which, and to tell pictures apart that it has seen; it does not
 * generalise.
 */
import type { Chunk, Datum, LossConfig, LossName, ModelInput, SampledSequence, SamplingParams } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import type { Frame } from '../scene.ts'

/** Rows of the table for pictures. A prime, so that few pictures share one. */
const PICTURES = 61

/** [token or picture][next token] */
export type Table = Float64Array

/** What the next token depends on: the token before it (-1: a picture), and the row of the last picture (-1: none yet). */
export interface Place {
  readonly token: number
  readonly picture: number
}

/** Of a picture, pixels. */
export type Size = Pick<Frame, 'width' | 'height'>

/** What the mock engine reads and writes. */
export interface MockShape {
  /** Tokens of the vocabulary. */
  readonly size: number
  readonly stop: readonly number[]
  /** Tokens of a picture. */
  imageTokens(frame: Size): number
  readonly maxSequence: number
  /** Most pictures of an input. */
  readonly images: number
}

/** Parameters of a table for a vocabulary. */
export const tableLength = (size: number): number => (size + PICTURES) * size

/** A place for each position of an input. Throws EngineError for chunks that do not fit. */
export function placesOf(shape: MockShape, { chunks }: ModelInput): Place[] {
  const places: Place[] = []
  let picture = -1
  let pictures = 0
  const readImage = (chunk: Chunk & { type: 'image' }): void => {
    if (++pictures > shape.images) throw new EngineError(`a prompt with ${pictures} pictures is over this engine's ${shape.images}`)
    const tokens = shape.imageTokens(chunk.frame)
    if (chunk.expectedTokens !== tokens)
      throw new EngineError(`the image chunk expects ${chunk.expectedTokens} tokens, the picture has ${tokens}`)
    picture = hashOf(chunk.frame)
    for (let i = 0; i < chunk.expectedTokens; i++) places.push({ token: -1, picture })
  }
  for (const chunk of chunks) {
    if (chunk.type === 'image') readImage(chunk)
    else for (const token of chunk.tokens) places.push({ token: checkedToken(shape, token), picture })
  }
  checkLength(shape, places.length)
  return places
}

/** Throws EngineError for a sequence that is too long. */
export function checkLength({ maxSequence }: MockShape, length: number): void {
  if (length > maxSequence) throw new EngineError(`a sequence of ${length} tokens is over this engine's ${maxSequence}`)
}

function checkedToken({ size }: MockShape, token: number): number {
  if (!Number.isInteger(token) || token < 0 || token >= size) throw new EngineError(`token ${token} is outside 0..${size - 1}`)
  return token
}

/** The table's rows of a place. */
const rowsOf = (size: number, { token, picture }: Place): number[] => [token, picture < 0 ? -1 : size + picture].filter((row) => row >= 0)

function logitsOf(table: Table, size: number, place: Place): Float64Array {
  const logits = new Float64Array(size)
  for (const row of rowsOf(size, place))
    for (let t = 0; t < size; t++) logits[t] = (logits[t] as number) + (table[row * size + t] as number)
  return logits
}

/** log of the sum of exp, over all logits. */
function logTotal(logits: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY
  for (const logit of logits) if (logit > top) top = logit
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - top)
  return top + Math.log(sum)
}

/** Log-probabilities of every next token. */
export function distribution(table: Table, size: number, place: Place): Float64Array {
  const logits = logitsOf(table, size, place)
  const total = logTotal(logits)
  for (let t = 0; t < size; t++) logits[t] = (logits[t] as number) - total
  return logits
}

/** Log-probability of one next token. */
function logprobOf(table: Table, size: number, place: Place, token: number): number {
  const logits = logitsOf(table, size, place)
  return (logits[token] as number) - logTotal(logits)
}

/** One reply after a prompt that ends at `start`. */
export function sampleReply(
  table: Table,
  { size, stop: own }: MockShape,
  start: Place,
  { maxTokens, temperature, stop = own }: SamplingParams,
  rng: Rng,
): SampledSequence {
  const tokens: number[] = []
  const logprobs: number[] = []
  let place = start
  while (tokens.length < maxTokens) {
    const lps = distribution(table, size, place)
    const token = temperature === 0 ? lps.indexOf(Math.max(...lps)) : drawn(lps, temperature, rng)
    tokens.push(token)
    logprobs.push(lps[token] as number)
    if (stop.includes(token)) return { tokens, logprobs, stopReason: 'stop' }
    place = { ...place, token }
  }
  return { tokens, logprobs, stopReason: 'length' }
}

/** Whether a target counts for the loss. */
const counts = ({ weights, advantages }: Datum['lossInputs'], i: number): boolean => weights?.[i] !== 0 && advantages?.[i] !== 0

/** Log-prob of each target after its place; 0 at pictures and where the target counts for nothing. Throws EngineError for lists that do not fit. */
export function targetLogprobs(table: Table, shape: MockShape, { modelInput, lossInputs }: Datum): Float32Array {
  const places = placesOf(shape, modelInput)
  for (const [name, list] of Object.entries(lossInputs))
    if (list !== undefined && list.length !== places.length)
      throw new EngineError(`${name} has ${list.length} entries, the model input has ${places.length} positions`)
  return Float32Array.from(places, (place, i) => {
    const target = checkedToken(shape, lossInputs.targetTokens[i] as number)
    return place.token < 0 || !counts(lossInputs, i) ? 0 : logprobOf(table, shape.size, place, target)
  })
}

/** Log-prob of each token of an input, as `Sampler.logprobs` gives them. */
export function inputLogprobs(table: Table, shape: MockShape, input: ModelInput): Float32Array {
  const places = placesOf(shape, input)
  return Float32Array.from(places, ({ token }, i) => {
    const before = places[i - 1]
    return token < 0 || before === undefined || before.token < 0 ? 0 : logprobOf(table, shape.size, before, token)
  })
}

/** Adds to a gradient. slope: derivative of the loss by the target's log-probability. */
export function addGradient(gradient: Table, table: Table, size: number, place: Place, target: number, slope: number): void {
  const lps = distribution(table, size, place)
  for (const row of rowsOf(size, place)) {
    for (let t = 0; t < size; t++) {
      const change = (t === target ? 1 : 0) - Math.exp(lps[t] as number)
      gradient[row * size + t] = (gradient[row * size + t] as number) + slope * change
    }
  }
}

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
export function lossTerm(
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
