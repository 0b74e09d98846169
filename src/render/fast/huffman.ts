/**
 * The Huffman codes of a deflate block (RFC 1951) and the bits that announce them. fflate and zlib make such codes only for data that they
 * compress themselves; here they are made once and used for many pictures.
 */

/** A code: length 0..15 and reversed bits by symbol, as deflate packs them (low bit first). */
export interface Code {
  readonly lengths: Uint8Array
  readonly bits: Uint16Array
}

/** Longest code word of symbols, and of the code that the lengths are written in. */
const LONGEST = 15
const LONGEST_OF_LENGTHS = 7

/** Order in which a block gives the lengths of the lengths' code. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** The best code for these counts; symbols that never occur get no word. At least two symbols must occur. */
export function codeFor(counts: ArrayLike<number>, longest: number = LONGEST): Code {
  const lengths = packageMerge(counts, longest)
  return { lengths, bits: canonical(lengths) }
}

/** Code lengths by package-merge (Larmore & Hirschberg): optimal among codes of at most `longest` bits. */
function packageMerge(counts: ArrayLike<number>, longest: number): Uint8Array {
  type Coin = { readonly weight: number; readonly symbols: readonly number[] }
  const leaves: Coin[] = Array.from(counts, (weight, symbol) => ({ weight, symbols: [symbol] })).filter(({ weight }) => weight > 0)
  leaves.sort((a, b) => a.weight - b.weight || a.symbols[0]! - b.symbols[0]!)
  let row = leaves
  for (let level = 1; level < longest; level++) {
    const pairs: Coin[] = []
    for (let i = 0; i + 1 < row.length; i += 2)
      pairs.push({ weight: row[i]!.weight + row[i + 1]!.weight, symbols: [...row[i]!.symbols, ...row[i + 1]!.symbols] })
    row = [...leaves, ...pairs].sort((a, b) => a.weight - b.weight)
  }
  const lengths = new Uint8Array(counts.length)
  for (const { symbols } of row.slice(0, 2 * leaves.length - 2)) for (const symbol of symbols) lengths[symbol]!++
  return lengths
}

function canonical(lengths: Uint8Array): Uint16Array {
  const bits = new Uint16Array(lengths.length)
  let code = 0
  for (let length = 1; length <= LONGEST; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) bits[symbol] = reversed(code++, length)
    code <<= 1
  }
  return bits
}

function reversed(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}

/** Writes the head of the last block of a stream with these codes of literals and lengths (257..286 symbols) and distances (2..30). */
export function writeBlockHead(literals: Code, distances: Code, write: (bits: number, count: number) => void): void {
  const lengths = [...literals.lengths, ...distances.lengths]
  const counts = new Array<number>(19).fill(0)
  for (const length of lengths) counts[length]!++
  if (counts.filter((count) => count > 0).length < 2) counts[0]!++
  const code = codeFor(counts, LONGEST_OF_LENGTHS)
  let used = ORDER.length
  while (used > 4 && code.lengths[ORDER[used - 1]!] === 0) used--
  write(0b101, 3)
  write(literals.lengths.length - 257, 5)
  write(distances.lengths.length - 1, 5)
  write(used - 4, 4)
  for (const symbol of ORDER.slice(0, used)) write(code.lengths[symbol]!, 3)
  for (const length of lengths) write(code.bits[length]!, code.lengths[length]!)
}

/** Symbol of a match length 3..258, and of a distance 1..32768; how many extra bits follow and which. */
export interface Symbol {
  readonly symbol: number
  readonly extra: number
  readonly bits: number
}

/** The symbol of a match length, 257..285. */
export function lengthSymbol(length: number): Symbol {
  if (length === 258) return { symbol: 285, extra: 0, bits: 0 }
  if (length < 11) return { symbol: 254 + length, extra: 0, bits: 0 }
  const extra = 29 - Math.clz32(length - 3)
  return { symbol: 257 + 4 * extra + ((length - 3) >> extra), extra, bits: (length - 3) & ((1 << extra) - 1) }
}

/** The symbol of a distance, 0..29. */
export function distanceSymbol(distance: number): Symbol {
  if (distance < 5) return { symbol: distance - 1, extra: 0, bits: 0 }
  const extra = 30 - Math.clz32(distance - 1)
  return { symbol: 2 * extra + ((distance - 1) >> extra), extra, bits: (distance - 1) & ((1 << extra) - 1) }
}
