/**
 * The rows of a catalogue's sprites as deflate symbols, made once for each width of picture. A row is what differs from the row above it:
 * stretches to copy from there, and chunks of symbols between them. Copies are left to whoever strings rows together, since they go on
 * beyond the sprite; chunks are bits, ready to be written.
 */

import { BitWriter } from './bit-writer.ts'
import { type Code, codeFor, distanceSymbol, lengthSymbol, writeBlockHead } from './huffman.ts'
import type { Prepared } from './stamps.ts'

/** Longest match and farthest distance of deflate, bytes. */
export const LONGEST_MATCH = 258
export const WINDOW = 32768

/** A literal byte (0..255), or a match as length * 65536 + distance. */
type Token = number

/** Bits, low bit first, and how many. */
interface Bits {
  readonly bytes: Uint8Array
  readonly count: number
}

/** Copies and chunks in turn: `copies` has one more. Copies are 0 or 3 bytes and more. */
interface Row {
  /** How many rows above an equal one of the sprite stands; 0 if nowhere near. */
  readonly twin: number
  readonly copies: readonly number[]
  readonly chunks: readonly (readonly Token[])[]
}

/** All sprites of a catalogue of few colours, as palette indices or RGB, in pictures of one width. */
export interface SpriteCode {
  /** Bytes of a row of the picture, its filter byte included. */
  readonly stride: number
  readonly literals: Code
  readonly distances: Code
  /** Head of the deflate block. */
  readonly head: Bits
  /**
   * Rows, one after the other: number of chunks, bits from the first chunk to the last, how many rows above an equal one of the sprite
   * stands (0: none), first copy; then for each chunk its place in `chunks`, its bits, and the copy after it.
   */
  readonly rows: Int32Array
  /** Places in `rows`, the rows of all sprites one after the other. A sprite's first row copies nothing from above. */
  readonly places: Int32Array
  /** By sprite: where its rows begin in `places`. */
  readonly first: Int32Array
  /** Bits of the chunks; every chunk begins a byte. */
  readonly chunks: Uint8Array
  /** Two by sprite: numbers of its first and its last row. Rows of equal bytes have equal numbers. */
  readonly edges: Int32Array
  /**
   * Three by sprite, what it adds to the checksum over what the background would: sums over its bytes less the background's, modulo 65521,
   * of the bytes, of the bytes times their column, and of the bytes times their row.
   */
  readonly sums: Int32Array
}

/** Compresses a catalogue for pictures of `width` pixels. */
export function spriteCode(ready: Prepared, width: number): SpriteCode {
  const { channels, ground } = ready
  const stride = 1 + width * channels
  const numbered = rowNumbers()
  const sprites = ready.stamps.map(({ width, height, pixels }): SpriteRows => {
    const rows = Array.from({ length: height }, (_, y) => pixels.subarray(y * width, (y + 1) * width))
    return { rows, numbers: rows.map(numbered) }
  })
  const rows = sprites.map((sprite) => sprite.rows.map((_, y) => rowOf(sprite, y, stride, channels)))
  const { literals, distances } = codesFor(ready, rows, stride)
  return {
    stride,
    literals,
    distances,
    ...pack(ready, rows, literals, distances),
    head: headOf(literals, distances),
    edges: Int32Array.from(sprites.flatMap(({ numbers }) => [numbers[0]!, numbers.at(-1)!])),
    sums: Int32Array.from(sprites.flatMap(({ rows }) => sumsOf(rows, ground))),
  }
}

/** A sprite's rows, and a number for each; rows of equal bytes have equal numbers throughout a catalogue. */
interface SpriteRows {
  readonly rows: readonly Uint8Array[]
  readonly numbers: readonly number[]
}

/** Numbers rows. */
function rowNumbers(): (row: Uint8Array) => number {
  const known = new Map<string, number>()
  return (row) => {
    const key = String.fromCharCode(...row)
    const number = known.get(key) ?? known.size
    known.set(key, number)
    return number
  }
}

/** Rows and columns around that are searched for what looks alike, pixels. */
const ROWS_BACK = 6
const SHIFT = 3

/** Row `y` of a sprite, greedily: the longest of a copy from right above, a match with what is near in the sprite, or a literal. */
function rowOf({ rows, numbers }: SpriteRows, y: number, stride: number, channels: number): Row {
  const row = rows[y]!
  const above = rows[y - 1]
  const copies = [0]
  const chunks: Token[][] = []
  let open: Token[] | undefined
  for (let at = 0; at < row.length; ) {
    const copy = above === undefined ? 0 : equalBytes(row, at, above, at)
    const { length, distance } = matchNear(rows, y, at, stride, channels)
    if (copy >= 3 && copy + 1 >= length) {
      if (open) {
        chunks.push(open)
        copies.push(0)
      }
      open = undefined
      copies[copies.length - 1]! += copy
      at += copy
    } else {
      open ??= []
      open.push(length >= 3 ? length * 65536 + distance : row[at]!)
      at += length >= 3 ? length : 1
    }
  }
  if (open) {
    chunks.push(open)
    copies.push(0)
  }
  const before = y < 2 ? -1 : numbers.lastIndexOf(numbers[y]!, y - 2)
  const twin = before >= 0 && (y - before) * stride <= WINDOW ? y - before : 0
  return { twin, copies, chunks }
}

/** The longest match of a row from `at` on with pixels before it in the row, or with pixels of the sprite's rows above, nearest first. */
function matchNear(
  rows: readonly Uint8Array[],
  y: number,
  at: number,
  stride: number,
  channels: number,
): { length: number; distance: number } {
  const row = rows[y]!
  let [length, distance] = [0, 0]
  const look = (source: Uint8Array, from: number, far: number): void => {
    if (from < 0 || far > WINDOW || source[from] !== row[at]) return
    const equal = Math.min(LONGEST_MATCH, equalBytes(row, at, source, from))
    if (equal > length && equal >= (far > 4 ? 4 : 3)) [length, distance] = [equal, far]
  }
  for (let back = channels; back <= at; back += channels) look(row, at - back, back)
  for (let up = 1; up <= Math.min(y, ROWS_BACK); up++) {
    for (let shift = 0; shift <= 2 * SHIFT; shift++) {
      const side = channels * ((shift + 1) >> 1)
      const from = at + (shift % 2 === 0 ? side : -side)
      look(rows[y - up]!, from, up * stride + at - from)
    }
  }
  return { length, distance }
}

/** How many bytes are equal from two places on. */
function equalBytes(one: Uint8Array, at: number, other: Uint8Array, from: number): number {
  let count = 0
  while (at + count < one.length && from + count < other.length && one[at + count] === other[from + count]) count++
  return count
}

/** The codes that suit the catalogue if all sprites are shown alike. Every length and distance has a word, and every byte that can occur. */
function codesFor(ready: Prepared, rows: readonly (readonly Row[])[], stride: number): { literals: Code; distances: Code } {
  const literals = new Array<number>(286).fill(1)
  const distances = new Array<number>(30).fill(1)
  // A row begins with the filter byte 0.
  const used = new Set<number>([0, ...ready.ground])
  for (const { pixels } of ready.stamps) for (const byte of pixels) used.add(byte)
  for (let byte = 0; byte < 256; byte++) if (!used.has(byte)) literals[byte] = 0
  const match = (length: number, distance: number, times: number): void => {
    literals[lengthSymbol(length).symbol]! += times
    distances[distanceSymbol(distance).symbol]! += times
  }
  for (const [sprite, own] of rows.entries()) {
    const wide = ready.stamps[sprite]!.width
    for (const { copies, chunks } of own) {
      for (const token of chunks.flat()) {
        if (token < 256) literals[token]! += 4
        else match(token >> 16, token & 65535, 4)
      }
      // Between sprites the last copy of one row and the first of the next are one match.
      const between = copies[0]! + copies.at(-1)!
      match(Math.max(3, Math.min(LONGEST_MATCH, between)), stride, 4)
      for (const copy of copies.slice(1, -1)) match(Math.min(LONGEST_MATCH, copy), stride, 4)
      if (chunks.length === 0) continue
      // A sprite that stands in the row already, one to four places back.
      const middle = wide - between
      for (let back = 1; back <= 4 && middle >= 3; back++) if (back * wide <= WINDOW) match(Math.min(LONGEST_MATCH, middle), back * wide, 1)
    }
  }
  literals[256] = 4
  return { literals: codeFor(literals), distances: codeFor(distances) }
}

function pack(
  { stamps }: Prepared,
  rows: readonly (readonly Row[])[],
  literals: Code,
  distances: Code,
): Pick<SpriteCode, 'rows' | 'places' | 'first' | 'chunks'> {
  const records: number[] = []
  const chunks: number[] = []
  const place = (row: Row): number => {
    const at = records.length
    const packed = row.chunks.map((chunk) => bitsOf(chunk, literals, distances))
    const bits = packed.reduce((sum, { count }) => sum + count, 0)
    const inner = row.copies.slice(1, -1).length * 16
    records.push(packed.length, bits + inner, row.twin, row.copies[0]!)
    for (const [i, chunk] of packed.entries()) {
      records.push(chunks.length, chunk.count, row.copies[i + 1]!)
      chunks.push(...chunk.bytes)
    }
    return at
  }
  const places = Int32Array.from(rows.flat(), place)
  let next = 0
  const first = Int32Array.from(stamps, (stamp) => {
    next += stamp.height
    return next - stamp.height
  })
  return { rows: Int32Array.from(records), places, first, chunks: Uint8Array.from(chunks) }
}

function bitsOf(tokens: readonly Token[], literals: Code, distances: Code): Bits {
  return collect((put) => {
    for (const token of tokens) {
      if (token < 256) put(literals.bits[token]!, literals.lengths[token]!)
      else putMatch(put, literals, distances, token >> 16, token & 65535)
    }
  })
}

/** Writes a match. */
function putMatch(put: (bits: number, count: number) => void, literals: Code, distances: Code, length: number, distance: number): void {
  const long = lengthSymbol(length)
  const far = distanceSymbol(distance)
  put(literals.bits[long.symbol]!, literals.lengths[long.symbol]!)
  put(long.bits, long.extra)
  put(distances.bits[far.symbol]!, distances.lengths[far.symbol]!)
  put(far.bits, far.extra)
}

function headOf(literals: Code, distances: Code): Bits {
  return collect((put) => writeBlockHead(literals, distances, put))
}

function collect(write: (put: (bits: number, count: number) => void) => void): Bits {
  const writer = new BitWriter()
  write((bits, count) => writer.put(bits, count))
  return { count: writer.count, bytes: writer.bytes() }
}

function sumsOf(rows: readonly Uint8Array[], ground: Uint8Array): [plain: number, byColumn: number, byRow: number] {
  let [plain, byColumn, byRow] = [0, 0, 0]
  for (const [y, row] of rows.entries()) {
    let [own, across] = [0, 0]
    for (const [x, byte] of row.entries()) {
      const more = byte - ground[x % ground.length]!
      own += more
      across += x * more
    }
    plain += own
    byColumn += across
    byRow += y * own
  }
  return [modulo(plain), modulo(byColumn), modulo(byRow)]
}

/** The remainder of a whole number by the checksum's prime, 0 or more. */
export function modulo(value: number): number {
  const rest = value % 65521
  return rest < 0 ? rest + 65521 : rest
}
