/**
 * Scene -> PNG without drawing it. What a picture holds is known: rows of sprites on a background. Each row of each sprite is compressed
 * once, as what differs from the row above it (sprite-code.ts); a PNG is these bits strung together. What repeats the row above goes on
 * from sprite to sprite and from row to row as one match; a sprite that stands nearby already is a match with it. One Huffman code serves
 * all pictures of a catalogue, and the checksum of the pixels is a sum over the sprites. The bytes depend on the scene alone.
 */
import type { Scene } from '../scene.ts'
import { BitWriter } from './bit-writer.ts'
import { distanceSymbol, lengthSymbol } from './huffman.ts'
import type { Layout, Segment } from './layout.ts'
import { type PngOptions, pngEnd, pngHead } from './png.ts'
import { LONGEST_MATCH, modulo, putMatch, type SpriteCode, spriteCode, WINDOW } from './sprite-code.ts'
import type { Prepared } from './stamps.ts'

/** Shared by all encoders: each leaves it as soon as its file is copied out. */
const writer = new BitWriter()

/** Encodes the scenes of one catalogue and background. */
export class SceneEncoder {
  readonly #ready: Prepared
  readonly #layoutOf: (scene: Scene) => Layout
  readonly #painters = new Map<number, Painter>()

  constructor(ready: Prepared, layoutOf: (scene: Scene) => Layout) {
    this.#ready = ready
    this.#layoutOf = layoutOf
  }

  /** A PNG file; null for a scene that must be drawn first: it needs RGB, its items overlap, or a row is wider than deflate looks back. */
  encode(scene: Scene, options: PngOptions): Uint8Array | null {
    const { palette } = this.#ready
    const { width, height } = scene
    const layout = this.#layoutOf(scene)
    if (!palette || !layout.apart || width >= WINDOW) return null
    const painter = this.#painters.get(width) ?? new Painter(this.#ready, spriteCode(this.#ready, width))
    this.#painters.set(width, painter)
    const head = pngHead({ width, height, palette }, options)
    writer.start(head, 2 * (width + 1) * height + 4096)
    painter.paint(scene, layout)
    return pngEnd(writer.bytes, head.length, writer.at, painter.adler(scene, layout))
  }
}

/** Writes the pixels of scenes of one width. */
class Painter {
  readonly #ready: Prepared
  readonly #code: SpriteCode
  /** Bits of a copy from above by length, 3..258, and how many; the bits that do not fit into 24 apart. */
  readonly #copies = { bits: new Int32Array(259), counts: new Uint8Array(259) }
  readonly #farBits: number
  readonly #farCount: number
  /** Bytes that repeat the row above and are not written yet: 0, 1 (a filter byte) or 3 and more. */
  #pending = 0
  /** Per item: how far before it the same sprite stands, bytes; 0 if nowhere near. */
  #nearby = new Int32Array(0)
  #matchBits = new Int32Array(0)
  readonly #last: Int32Array

  constructor(ready: Prepared, code: SpriteCode) {
    this.#ready = ready
    this.#code = code
    this.#last = new Int32Array(ready.stamps.length)
    const { literals, distances, stride } = code
    const far = distanceSymbol(stride)
    this.#farBits = distances.bits[far.symbol]! | (far.bits << distances.lengths[far.symbol]!)
    this.#farCount = distances.lengths[far.symbol]! + far.extra
    for (let length = 3; length <= LONGEST_MATCH; length++) {
      const { symbol, bits, extra } = lengthSymbol(length)
      this.#copies.bits[length] = literals.bits[symbol]! | (bits << literals.lengths[symbol]!)
      this.#copies.counts[length] = literals.lengths[symbol]! + extra
    }
  }

  /** Writes the compressed pixels. */
  paint(scene: Scene, layout: Layout): void {
    const { head, literals } = this.#code
    writer.put(0x0178, 16)
    writer.putWords(head.words, 0, head.count)
    this.#findNearby(scene, layout)
    this.#pending = 0
    for (const { top, bottom, segments } of layout.bands) {
      for (let y = top; y < bottom; y++) {
        if (y === 0) this.#literal(0)
        else this.#pending++
        for (let i = 0; i < segments.length; i++) {
          const segment = segments[i]!
          if (segment.item < 0) this.#background(segment, y)
          else this.#sprite(scene, segment, y)
        }
      }
    }
    this.#flush()
    writer.put(literals.bits[256]!, literals.lengths[256]!)
    writer.align()
  }

  #background({ width, y: top, goesOn }: Segment, y: number): void {
    if (width >= 3 && (goesOn || y > top)) this.#pending += width
    else {
      this.#flush()
      this.#run(width)
    }
  }

  #sprite({ items }: Scene, segment: Segment, y: number): void {
    const { stamps } = this.#ready
    const { places, rows, words } = this.#code
    const { sprite } = items[segment.item]!
    const row = y - segment.y
    if (row === 0 && segment.above >= 0 && stamps[items[segment.above]!.sprite]!.rows.at(-1) === stamps[sprite]!.rows[0]) {
      const { length } = stamps[sprite]!.rows[0]!
      if (length >= 3) {
        this.#pending += length
        return
      }
    }
    let at = places[sprite]![row]!
    const chunks = rows[at]!
    this.#pending += rows[at + 2]!
    if (chunks === 0) return
    const trail = at + 2 + 3 * chunks
    const nearby = this.#nearby[segment.item]!
    if (nearby > 0) {
      const length = stamps[sprite]!.rows[0]!.length - rows[at + 2]! - rows[trail]!
      if (length >= 3 && length <= LONGEST_MATCH && this.#copies.counts[length]! + this.#matchBits[segment.item]! < rows[at + 1]!) {
        this.#flush()
        this.#match(length, nearby)
        this.#pending += rows[trail]!
        return
      }
    }
    for (at += 3; at <= trail; at += 3) {
      this.#flush()
      writer.putWords(words, rows[at]!, rows[at + 1]!)
      this.#pending += rows[at + 2]!
    }
  }

  /** Writes what is pending as matches with the row above. */
  #flush(): void {
    let left = this.#pending
    this.#pending = 0
    if (left === 1) {
      this.#literal(0)
      return
    }
    const { bits, counts } = this.#copies
    while (left > 0) {
      const length = left <= LONGEST_MATCH ? left : left - LONGEST_MATCH < 3 ? left - 3 : LONGEST_MATCH
      writer.put(bits[length]!, counts[length]!)
      if (this.#farCount <= 24) writer.put(this.#farBits, this.#farCount)
      else {
        writer.put(this.#farBits & 0xffff, 16)
        writer.put(this.#farBits >>> 16, this.#farCount - 16)
      }
      left -= length
    }
  }

  #literal(byte: number): void {
    const { bits, lengths } = this.#code.literals
    writer.put(bits[byte]!, lengths[byte]!)
  }

  #match(length: number, distance: number): void {
    putMatch((bits, count) => writer.put(bits, count), this.#code.literals, this.#code.distances, length, distance)
  }

  /** `count` pixels of background. */
  #run(count: number): void {
    const ground = this.#ready.ground[0]!
    this.#literal(ground)
    for (let left = count - 1; left > 0; ) {
      const length = left < 3 ? 1 : Math.min(left, LONGEST_MATCH)
      if (length === 1) this.#literal(ground)
      else this.#match(length, 1)
      left -= length
    }
  }

  /** Finds for each item, in the order of the items, where its sprite stood before. */
  #findNearby({ items }: Scene, { boxes }: Layout): void {
    const { stride, distances } = this.#code
    if (this.#nearby.length < items.length) {
      this.#nearby = new Int32Array(items.length)
      this.#matchBits = new Int32Array(items.length)
    }
    this.#last.fill(-1)
    for (let i = 0; i < items.length; i++) {
      const at = boxes[4 * i + 1]! * stride + boxes[4 * i]!
      const before = this.#last[items[i]!.sprite]!
      this.#last[items[i]!.sprite] = at
      const distance = at - before
      this.#nearby[i] = 0
      if (before < 0 || distance <= 0 || distance > WINDOW) continue
      const { symbol, extra } = distanceSymbol(distance)
      this.#nearby[i] = distance
      this.#matchBits[i] = distances.lengths[symbol]! + extra
    }
  }

  /** Adler-32 of the pixels and filter bytes. */
  adler({ items }: Scene, layout: Layout): number {
    const { stride, sums } = this.#code
    const total = stride * layout.height
    let { plain, weighted } = this.#ground(layout)
    for (let i = 0; i < items.length; i++) {
      const own = sums[items[i]!.sprite]!
      const at = layout.boxes[4 * i + 1]! * stride + 1 + layout.boxes[4 * i]!
      plain += own.plain
      weighted += ((total - at) % 65521) * own.plain - stride * own.byRow - own.byColumn
    }
    return modulo(weighted + total) * 65536 + modulo(plain + 1)
  }

  readonly #grounds = new Map<number, { plain: number; weighted: number }>()

  /** The two sums of Adler-32 over a picture of nothing but background, without the 1 that it begins with. */
  #ground({ width, height }: Layout): { plain: number; weighted: number } {
    const known = this.#grounds.get(height)
    if (known) return known
    const ground = this.#ready.ground[0]!
    const { stride } = this.#code
    const byColumn = (ground * width * (width + 1)) / 2
    let weighted = 0
    for (let y = 0; y < height; y++) weighted = modulo(weighted + modulo((height - y) * stride) * ground * width - byColumn)
    const sums = { plain: modulo(ground * width * height), weighted }
    this.#grounds.set(height, sums)
    return sums
  }
}
