import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BitWriter } from './bit-writer.ts'
import { codeFor, distanceSymbol, lengthSymbol, writeBlockHead } from './huffman.ts'

test('codes are complete prefix codes within the limit, shorter for what is more common', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 3, maxLength: 286 })
  fc.assert(
    fc.property(counts, (list) => {
      const some = list.map((count, i) => (i < 2 ? count + 1 : count))
      const { lengths } = codeFor(some)
      const used = [...lengths].filter((length) => length > 0)
      expect(used.length).toBe(some.filter((count) => count > 0).length)
      expect(Math.max(...used)).toBeLessThanOrEqual(15)
      expect(used.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1)
      for (const [i, length] of lengths.entries())
        for (const [j, other] of lengths.entries()) if (some[i]! > some[j]! && some[j]! > 0) expect(length).toBeLessThanOrEqual(other)
    }),
    { numRuns: 20 },
  )
})

test('zlib reads every length of match at every distance that a symbol begins or ends with', () => {
  const literals = codeFor(new Array(286).fill(1))
  const distances = codeFor(new Array(30).fill(1))
  const writer = new BitWriter()
  const start = Uint8Array.from({ length: 32768 }, (_, i) => (i * i * 31) >> 5)
  const expected = [...start]
  writeBlockHead(literals, distances, (bits, count) => writer.put(bits, count))
  for (const byte of start) writer.put(literals.bits[byte]!, literals.lengths[byte]!)
  const edges = Array.from({ length: 15 }, (_, i) => [2 ** i, 2 ** i + 1, 1.5 * 2 ** i])
    .flat()
    .filter(Number.isInteger)
  for (let length = 3; length <= 258; length++) {
    const distance = length === 258 ? 32768 : edges[length % edges.length]!
    const [long, far] = [lengthSymbol(length), distanceSymbol(distance)]
    writer.put(literals.bits[long.symbol]!, literals.lengths[long.symbol]!)
    writer.put(long.bits, long.extra)
    writer.put(distances.bits[far.symbol]!, distances.lengths[far.symbol]!)
    writer.put(far.bits, far.extra)
    for (let i = 0; i < length; i++) expected.push(expected[expected.length - distance]!)
  }
  writer.put(literals.bits[256]!, literals.lengths[256]!)
  expect(Buffer.compare(inflateRawSync(writer.bytes()), Buffer.from(expected))).toBe(0)
})
