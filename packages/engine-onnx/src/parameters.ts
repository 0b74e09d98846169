/** The model's settings, its parameters in one flat buffer, and how they start. */
import { checkConfig, type Rng, seededRng } from 'vlm-gym'
import * as z from 'zod'
import { LINES, type Vocabulary, WORDS } from './vocabulary.ts'

export const modelConfig = z.strictObject({
  width: z.number().int().min(16).max(1024).default(128).describe('residual stream, floats per token'),
  layers: z.number().int().min(1).max(24).default(3).describe('transformer blocks'),
  heads: z.number().int().min(1).max(32).default(4).describe('query heads'),
  headWidth: z.number().int().min(8).max(128).multipleOf(8).default(32).describe('floats per head'),
  mlp: z.number().int().min(1).max(8).default(4).describe('hidden width of the MLP over the residual width'),
  patch: z.number().int().min(4).max(64).default(16).describe('side of a square picture patch, pixels'),
  grid: z.number().int().min(1).max(32).default(8).describe('most patches along a side of a picture'),
  textLength: z.number().int().min(8).max(1024).default(96).describe('most text tokens, prompt and reply'),
})
export type ModelConfig = z.output<typeof modelConfig>

/** Checks model settings. Throws ConfigError naming each wrong one. */
export function parseModelConfig(value: unknown): ModelConfig {
  return checkConfig(modelConfig, value, 'the model')
}

/** Where a parameter lies in the flat buffer. `scale`: standard deviation at the start. */
export interface ParameterSlot {
  readonly name: string
  readonly shape: readonly [number, number]
  readonly offset: number
  readonly length: number
  readonly scale: number
  /** How it starts, if not as noise: codes of places, or `likeness` in its first number and 0 elsewhere; see `initialParameters`. */
  readonly start?: PlaceCode | { readonly likeness: number }
}

/**
 * Rows that are codes of places along an axis: row i has the code of place i - shift. Rows of one axis share their codes, so a line of text
 * starts out as the row of the picture that it tells of, and neighbours differ by a rotation that is the same everywhere.
 */
interface PlaceCode {
  readonly axis: 'row' | 'column'
  readonly shift: number
}

/** All parameters in one flat buffer, in a fixed order. */
export function parameterSlots(config: ModelConfig, vocabulary: Vocabulary): ParameterSlot[] {
  const { width: d, heads, headWidth, layers, mlp, patch, grid, textLength } = config
  const slots: ParameterSlot[] = []
  let offset = 0
  const slot = (name: string, rows: number, columns: number, scale: number, start?: ParameterSlot['start']): void => {
    slots.push({ name, shape: [rows, columns], offset, length: rows * columns, scale, ...(start && { start }) })
    offset += rows * columns
  }
  slot('patch', patch * patch * 3, d, 1 / Math.sqrt(patch * patch * 3))
  slot('row', grid, d, 0.5, { axis: 'row', shift: 0 })
  slot('column', grid, d, 0.5, { axis: 'column', shift: 0 })
  slot('token', vocabulary.size, d, 0.5)
  slot('position', textLength, d, 0.5)
  slot('line', LINES, d, 0.5, { axis: 'row', shift: 1 })
  slot('word', WORDS, d, 0.5, { axis: 'column', shift: 0 })
  for (let layer = 0; layer < layers; layer++) {
    slot(`${layer}.query`, d, heads * headWidth, 1 / Math.sqrt(d))
    slot(`${layer}.key`, d, headWidth, 1 / Math.sqrt(d))
    slot(`${layer}.value`, d, headWidth, 1 / Math.sqrt(d))
    if (layer < layers - 1) slot(`${layer}.same`, 1, heads, 0, { likeness: SAME_START })
    slot(`${layer}.out`, heads * headWidth, d, 0.5 / Math.sqrt(heads * headWidth * layers))
    slot(`${layer}.up`, d, mlp * d, 1 / Math.sqrt(d))
    slot(`${layer}.down`, mlp * d, d, 1 / Math.sqrt(mlp * d * layers))
  }
  slot('head', d, vocabulary.size, 0.5 / Math.sqrt(d))
  if (vocabulary.places.length > 0) slot('placeHead', d, 2 * grid, 0.5 / Math.sqrt(d))
  return slots
}

/** How much the first head of every block but the last prefers earlier tokens of the same word at the start, as a score. The others start at 0. */
const SAME_START = 4

/** Total floats of a parameter layout. */
export const parameterCount = (slots: readonly ParameterSlot[]): number => slots.reduce((sum, { length }) => sum + length, 0)

/** Frequencies of place codes: 1 to 8 sixteenths of a turn a place. */
const FREQUENCIES = 8

/**
 * Fresh parameters, equal on every platform for one seed: approximately normal (a sum of twelve uniforms), except codes of places, which
 * are Σ_f cos(ω_f x) a_f + sin(ω_f x) b_f with normal vectors a, b of the axis and ω_f = 2π f / 16 (random Fourier features).
 */
export function initialParameters(slots: readonly ParameterSlot[], seed: number): Float32Array {
  const flat = new Float32Array(parameterCount(slots))
  const rng = seededRng(seed, 'parameters')
  for (const { offset, length, scale } of slots) for (let i = offset; i < offset + length; i++) flat[i] = scale * normal(rng)
  for (const { offset, shape, scale, start } of slots) {
    if (start === undefined) continue
    if ('likeness' in start) {
      flat[offset] = start.likeness
      continue
    }
    const [rows, width] = shape
    const axis = seededRng(seed, 'places', start.axis)
    const vectors = Array.from({ length: 2 * FREQUENCIES }, () => Array.from({ length: width }, () => normal(axis)))
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < width; i++) {
        let sum = 0
        for (let f = 0; f < FREQUENCIES; f++) {
          const [cos, sin] = turn((f + 1) * (row - start.shift))
          sum += cos * (vectors[2 * f]?.[i] as number) + sin * (vectors[2 * f + 1]?.[i] as number)
        }
        flat[offset + row * width + i] = (scale / Math.sqrt(FREQUENCIES)) * sum
      }
  }
  return flat
}

function normal(rng: Rng): number {
  let sum = -6
  for (let k = 0; k < 12; k++) sum += rng.real()
  return sum
}

const [R1, R2, R3] = [0.9238795325112867, Math.SQRT1_2, 0.3826834323650898]
const TURNS = [1, R1, R2, R3, 0, -R3, -R2, -R1, -1, -R1, -R2, -R3, 0, R3, R2, R1] as const

/** Cosine and sine of n sixteenths of a circle, from a table, so that they are the same on every platform. */
function turn(n: number): [number, number] {
  const at = (k: number): number => TURNS[((k % 16) + 16) % 16] as number
  return [at(n), at(n - 4)]
}
