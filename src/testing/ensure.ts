/** Small tools of the conformance checks. */
import canonicalize from 'canonicalize'
import { GameError } from '../errors.ts'

/** Throws GameError '<where>: <problem>' unless `holds`. */
export function ensure(holds: boolean, where: string, problem: string): asserts holds {
  if (!holds) throw new GameError(`${where}: ${problem}.`)
}

/** Canonical JSON (RFC 8785) of plain data, for comparing values. */
export function canonical(value: unknown): string {
  return canonicalize(value) ?? 'undefined'
}

/** Where a value is not plain JSON ('.events.0.when'); null if it is. Undefined, NaN, infinities and class instances are not. */
export function notPlain(value: unknown, path = ''): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return null
  if (typeof value !== 'object') return path || 'the value'
  const parent = Object.getPrototypeOf(value) as unknown
  if (!Array.isArray(value) && parent !== Object.prototype && parent !== null) return path || 'the value'
  for (const [key, part] of Object.entries(value)) {
    const found = notPlain(part, `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

/** Freezes a value and all it holds, so that mutation throws; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
  return value
}

/**
 * Splits a text greedily into the longest words of a lexicon. Returns the words, or the index of the first character that no word covers.
 * Words must not be empty.
 */
export function splitGreedily(text: string, words: readonly string[]): readonly string[] | number {
  const known = new Set(words)
  const longest = words.reduce((most, word) => Math.max(most, word.length), 0)
  const found: string[] = []
  for (let at = 0; at < text.length; ) {
    let length = Math.min(longest, text.length - at)
    while (length > 0 && !known.has(text.slice(at, at + length))) length--
    if (length === 0) return at
    found.push(text.slice(at, at + length))
    at += length
  }
  return found
}
