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

/** Whether two values of plain data have one canonical JSON. Most have one JSON as they are, which costs a tenth. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonical(a) === canonical(b)
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
  return splitterOf(words)(text)
}

/** `splitGreedily` by one lexicon, for many texts. */
export function splitterOf(words: readonly string[]): (text: string) => readonly string[] | number {
  const known = new Set(words)
  const lengths = [...new Set(words.map((word) => word.length))].sort((a, b) => b - a)
  return (text) => {
    const found: string[] = []
    for (let at = 0; at < text.length; ) {
      const length = lengths.find((most) => at + most <= text.length && known.has(text.slice(at, at + most)))
      if (length === undefined) return at
      found.push(text.slice(at, at + length))
      at += length
    }
    return found
  }
}
