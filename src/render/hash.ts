/** Chance without a state: 32-bit integer hashes (the finaliser of MurmurHash3, Appleby), for effects that must not depend on an order. */

/** A 32-bit hash of two 32-bit integers, 0..2^32-1. */
export function hashed(seed: number, key: number): number {
  let h = Math.imul(seed ^ Math.imul(key + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The `key`-th number of a stream, in [0, 1). */
export function chance(seed: number, key: number): number {
  return hashed(seed, key) / 0x100000000
}
