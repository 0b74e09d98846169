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
import { type PngOptions, pngHead, pngOf } from './png.ts'
import { LONGEST_MATCH, modulo, type SpriteCode, spriteCode, WINDOW } from './sprite-code.ts'
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
    writer.start(2 * (width + 1) * height + 4096)
    painter.paint(scene, layout)
    return pngOf(head, writer.bytes(), painter.adler(scene, layout))
  }
}

/** Writes the pixels of scenes of one width. */
class Painter {
  readonly #ready: Prepared
  readonly #code: SpriteCode
  /** By length of match, 3..258: its bits, and how many. */
  readonly #lengthBits = new Int32Array(LONGEST_MATCH + 1)
  readonly #lengthCounts = new Uint8Array(LONGEST_MATCH + 1)
  /** Bytes that are a match and not written yet: 0, 1 (a filter byte) or 3 and more; and how far before them the same bytes stand. */
  #pending = 0
  #distance = 0
  /** Per item: how far before it the same sprite stands, bytes; 0 if nowhere near. */
  #nearby = new Int32Array(0)
  /** Per sprite: where it stood last. */
  readonly #last: Int32Array

  constructor(ready: Prepared, code: SpriteCode) {
    this.#ready = ready
    this.#code = code
    this.#last = new Int32Array(ready.stamps.length)
    const { bits, lengths } = code.literals
    for (let length = 3; length <= LONGEST_MATCH; length++) {
      const { symbol, extra, bits: more } = lengthSymbol(length)
      this.#lengthBits[length] = bits[symbol]! | (more << lengths[symbol]!)
      this.#lengthCounts[length] = lengths[symbol]! + extra
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
        else this.#copy(1)
        for (let i = 0; i < segments.length; i++) {
          const segment = segments[i]!
          if (segment.item < 0) this.#background(segment, y)
          else if (y === segment.y && this.#sameAbove(scene, segment)) this.#copy(segment.width)
          else this.#row(scene.items[segment.item]!.sprite, y - segment.y, segment.width, this.#nearby[segment.item]!)
        }
      }
    }
    this.#flush()
    writer.put(literals.bits[256]!, literals.lengths[256]!)
  }

  #background({ width, y: top, goesOn }: Segment, y: number): void {
    if (width >= 3 && (goesOn || y > top)) this.#copy(width)
    else {
      this.#flush()
      this.#run(width)
    }
  }

  /** Whether the sprite right above ends with the row that this one begins with. */
  #sameAbove({ items }: Scene, { item, above, width }: Segment): boolean {
    if (above < 0 || width < 3) return false
    const { stamps } = this.#ready
    return stamps[items[above]!.sprite]!.rows.at(-1) === stamps[items[item]!.sprite]!.rows[0]
  }

  /** A row of a sprite: what equals the row above and chunks, or a match with an equal row of the sprite or of one like it. */
  #row(sprite: number, row: number, width: number, nearby: number): void {
    const { places, first, rows, words, stride } = this.#code
    const at = places[first[sprite]! + row]!
    const chunks = rows[at]!
    const lead = rows[at + 3]!
    if (chunks === 0) {
      this.#copy(lead)
      return
    }
    const equal = nearby > 0 ? nearby : rows[at + 2]! * stride
    if (equal > 0) {
      if (this.#pending > 0 && this.#distance === equal) {
        this.#pending += width
        return
      }
      const length = width - lead
      if (length >= 3 && this.#matchCost(length, equal) < rows[at + 1]!) {
        this.#copy(lead)
        this.#flush()
        this.#pending = length
        this.#distance = equal
        return
      }
    }
    this.#copy(lead)
    for (let chunk = at + 4, end = chunk + 3 * chunks; chunk < end; chunk += 3) {
      this.#flush()
      writer.putWords(words, rows[chunk]!, rows[chunk + 1]!)
      this.#copy(rows[chunk + 2]!)
    }
  }

  #matchCost(length: number, distance: number): number {
    const { symbol, extra } = distanceSymbol(distance)
    return this.#lengthCounts[length <= LONGEST_MATCH ? length : LONGEST_MATCH]! + this.#code.distances.lengths[symbol]! + extra
  }

  /** The next `count` bytes equal those of the row above. */
  #copy(count: number): void {
    const { stride } = this.#code
    if (this.#distance !== stride) {
      if (count === 0) return
      this.#flush()
      this.#distance = stride
    }
    this.#pending += count
  }

  /** Writes what is pending. */
  #flush(): void {
    let left = this.#pending
    this.#pending = 0
    if (left === 1) {
      this.#literal(0)
      return
    }
    while (left > 0) {
      const length = left <= LONGEST_MATCH ? left : left - LONGEST_MATCH < 3 ? left - 3 : LONGEST_MATCH
      this.#match(length, this.#distance)
      left -= length
    }
  }

  #literal(byte: number): void {
    const { bits, lengths } = this.#code.literals
    writer.put(bits[byte]!, lengths[byte]!)
  }

  #match(length: number, distance: number): void {
    const { bits, lengths } = this.#code.distances
    writer.put(this.#lengthBits[length]!, this.#lengthCounts[length]!)
    if (distance < 5) {
      writer.put(bits[distance - 1]!, lengths[distance - 1]!)
      return
    }
    const extra = 30 - Math.clz32(distance - 1)
    const symbol = 2 * extra + ((distance - 1) >> extra)
    const count = lengths[symbol]!
    writer.put(bits[symbol]! | (((distance - 1) & ((1 << extra) - 1)) << count), count + extra)
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
    const { stride } = this.#code
    if (this.#nearby.length < items.length) this.#nearby = new Int32Array(items.length)
    this.#last.fill(-1)
    for (let i = 0; i < items.length; i++) {
      const { sprite } = items[i]!
      const at = boxes[4 * i + 1]! * stride + boxes[4 * i]!
      const distance = at - this.#last[sprite]!
      const seen = this.#last[sprite]! >= 0 && distance > 0 && distance <= WINDOW
      this.#nearby[i] = seen ? distance : 0
      this.#last[sprite] = at
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
