/** Pictures as material of puzzles: those whose pieces all look different, so that each has one place. */
import type { Picture } from '../../scene.ts'
import { type Pool, poolOf, type Split } from '../shared/picture-pool.ts'
import type { Size } from './rules.ts'

/** Least mean difference of two pieces of a picture, in steps of 0..255 a channel. */
const DIFFERENT = 6

/** The pictures of a split, cut into pieces of one size. */
export interface Pieces {
  readonly pool: Pool
  /** All pictures, class by class. */
  readonly pictures: readonly Picture[]
  /** Indices of those whose pieces all look different. */
  readonly usable: readonly number[]
}

const known = new WeakMap<Pool, Map<string, Pieces>>()

/** The pictures of a config; the same object for the same pool and size. Throws ConfigError for an unknown set. */
export function piecesOf({ rows, columns, pictures, split }: Size & { readonly pictures: string; readonly split: Split }): Pieces {
  const pool = poolOf(pictures, split)
  const sizes = known.get(pool) ?? new Map<string, Pieces>()
  known.set(pool, sizes)
  const key = `${rows} ${columns}`
  let pieces = sizes.get(key)
  if (pieces === undefined) {
    const all = pool.faces.flatMap((own, kind) => own.map((at) => pool.set.pictures[kind]![at]!))
    pieces = { pool, pictures: all, usable: all.flatMap((picture, at) => (allDiffer(picture, rows, columns) ? [at] : [])) }
    sizes.set(key, pieces)
  }
  return pieces
}

/** Whether the pieces of a picture all look different; that of the gap, the last, is never seen. */
function allDiffer({ width, height, rgb }: Picture, rows: number, columns: number): boolean {
  const [wide, high] = [Math.floor(width / columns), Math.floor(height / rows)]
  if (wide === 0 || high === 0) return false
  const piece = (at: number): Uint8Array => {
    const out = new Uint8Array(3 * wide * high)
    for (let y = 0; y < high; y++) {
      const from = 3 * ((Math.floor(at / columns) * high + y) * width + (at % columns) * wide)
      out.set(rgb.subarray(from, from + 3 * wide), 3 * y * wide)
    }
    return out
  }
  const pieces = Array.from({ length: rows * columns - 1 }, (_, at) => piece(at))
  return pieces.every((one, at) => pieces.slice(0, at).every((other) => difference(one, other) >= DIFFERENT * one.length))
}

function difference(one: Uint8Array, other: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += Math.abs(one[i]! - other[i]!)
  return sum
}
