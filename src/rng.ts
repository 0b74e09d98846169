/**
 * Seeded chance with a serialisable state: xoroshiro128+ (Blackman & Vigna) from pure-rand.
 * Nothing in the project draws chance from anywhere else. A generator state is plain JSON and lives
 * inside the state of whatever uses it, so copying a state copies its future.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { type xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** Four 32-bit integers. */
export type RngState = readonly [number, number, number, number]

/** A mutable generator; take `state()` to store it. */
export interface Rng {
  /** Uniform integer in 0..n-1. n: 1..2^31-1. */
  int(n: number): number
  /** Uniform real in [0, 1), 32 bits of resolution. */
  real(): number
  /** A uniformly drawn element. The list must not be empty. */
  pick<T>(items: readonly T[]): T
  /** The items in a uniformly drawn order; the argument is left alone. */
  shuffle<T>(items: readonly T[]): T[]
  /** A copy of the generator state as it stands now. */
  state(): RngState
}

type Source = ReturnType<typeof xoroshiro128plus>

class SourceRng implements Rng {
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  int(n: number): number {
    return uniformInt(this.#source, 0, n - 1)
  }

  real(): number {
    return (this.#source.next() >>> 0) / 0x100000000
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const held = out[i] as T
      out[i] = out[j] as T
      out[j] = held
    }
    return out
  }

  state(): RngState {
    return this.#source.getState().slice() as unknown as RngState
  }
}

/**
 * A generator for `seed`, on the stream named by `labels`. Streams with different seeds or labels are independent
 * (the four words of the state are the head of the SHA-256 of seed and labels).
 */
export function seededRng(seed: number, ...labels: readonly (string | number)[]): Rng {
  const digest = sha256(utf8ToBytes(JSON.stringify([seed, ...labels])))
  const view = new DataView(digest.buffer, digest.byteOffset)
  const words = [0, 4, 8, 12].map((at) => view.getInt32(at)) as [number, number, number, number]
  return rngFromState(words)
}

/** A generator that goes on from a stored state. */
export function rngFromState(state: RngState): Rng {
  return new SourceRng(xoroshiro128plusFromState(state) as Source)
}

/** A 31-bit seed derived from a seed and labels, for handing on to code that takes a seed. */
export function deriveSeed(seed: number, ...labels: readonly (string | number)[]): number {
  return seededRng(seed, ...labels).int(0x7fffffff)
}

/**
 * Game seeds from 2^31 on are hidden: kept for evaluation. Training never plays one, since all its seeds come from `deriveSeed`; a gym server
 * refuses them unless it is told otherwise.
 */
export const HIDDEN_SEEDS = 2 ** 31

/** Whether a game seed is one that is kept for evaluation. */
export const isHiddenSeed = (seed: number): boolean => seed >= HIDDEN_SEEDS

/** A hidden game seed, 2^31..2^32-2, derived from a seed and labels. */
export const hiddenSeed = (seed: number, ...labels: readonly (string | number)[]): number => HIDDEN_SEEDS + deriveSeed(seed, ...labels)

/** True for four 32-bit integers that are not all zero (zero is the one state the generator cannot leave). */
export function isRngState(value: unknown): value is RngState {
  return (
    Array.isArray(value) &&
    value.length === 4 &&
    value.every((word) => typeof word === 'number' && Number.isInteger(word) && word === (word | 0)) &&
    value.some((word) => word !== 0)
  )
}
