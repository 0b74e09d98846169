/**
 * Scene -> PNG without drawing it. What a picture holds is known: rows of sprites on a background. Each row of each sprite is compressed
 * once, as what differs from the row above it (sprite-code.ts); a PNG is these bits strung together (kernel.as.ts). What repeats the row
 * above goes on from sprite to sprite and from row to row as one match; a sprite that stands nearby already is a match with it. One Huffman
 * code serves all pictures of a catalogue, and the checksum of the pixels is a sum over the sprites. The bytes depend on the scene alone.
 */
import type { Scene } from '../../scene.ts'
import { type PngOptions, pngEnd, pngHead } from '../png.ts'
import { distanceSymbol, lengthSymbol } from './huffman.ts'
import { type Block, blockOf, inputs, kernel, Scratch } from './kernel.ts'
import { type Layout, widened } from './layout.ts'
import { LONGEST_MATCH, modulo, type SpriteCode, spriteCode, WINDOW } from './sprite-code.ts'
import type { Prepared } from './stamps.ts'

/** Where files are written; each is copied out at once. */
const output = new Scratch()

/** What all pictures of a size have in common. */
interface Background {
  /** The two sums of Adler-32 over a picture of nothing but background, without the 1 that it begins with. */
  readonly plain: number
  readonly weighted: number
  /** Start of a file without texts. */
  readonly bareHead: Uint8Array
}

/** Encodes the scenes of one catalogue and background: as palette files or as RGB, as the catalogue is prepared. */
export class SceneEncoder {
  readonly #ready: Prepared
  readonly #layoutOf: (scene: Scene) => Layout
  /** By width of the picture. */
  readonly #codes = new Map<number, Block>()

  constructor(ready: Prepared, layoutOf: (scene: Scene) => Layout) {
    this.#ready = ready
    this.#layoutOf = ready.channels === 1 ? layoutOf : inBytes(layoutOf, ready.channels)
  }

  /** A PNG file; null for a scene that must be drawn first: its items overlap, or a row is wider than deflate looks back. */
  encode(scene: Scene, options: Pick<PngOptions, 'text'>): Uint8Array | null {
    const { palette, ground, channels } = this.#ready
    const { width, height, items } = scene
    const layout = this.#layoutOf(scene)
    if (!layout.apart || width * channels >= WINDOW) return null
    const code = this.#codes.get(width) ?? packed(spriteCode(this.#ready, width), ground)
    this.#codes.set(width, code)
    const { plain, weighted, bareHead } = this.#background(width, height)
    const head = options.text === undefined ? bareHead : pngHead({ width, height, ...(palette && { palette }) }, options)
    // No symbol is longer than 15 bits, so two bytes for each byte of the picture are enough.
    const file = output.room(head.length + 2 * (width * channels + 1) * height + 8192)
    const sprites = items.map(({ sprite }) => sprite)
    const [wanted, nearby, boxes, bands, end] = inputs(sprites, sprites, layout.boxes, layout.bands)
    file.bytes().set(head)
    const start = file.at + head.length
    const size = kernel.encode(code.at, items.length, wanted!, nearby!, boxes!, bands!, end!, height, plain, weighted, start)
    return pngEnd(file.bytes(), head.length, size)
  }

  readonly #backgrounds = new Map<string, Background>()

  #background(width: number, height: number): Background {
    const key = `${width} ${height}`
    const known = this.#backgrounds.get(key)
    if (known) return known
    const { ground, palette } = this.#ready
    const stride = width * ground.length + 1
    const row = width * ground.reduce((sum, byte) => sum + byte, 0)
    let byColumn = 0
    for (let x = 1; x < stride; x++) byColumn += x * ground[(x - 1) % ground.length]!
    let weighted = 0
    for (let y = 0; y < height; y++) weighted = modulo(weighted + modulo((height - y) * stride) * row - byColumn)
    const bareHead = pngHead({ width, height, ...(palette && { palette }) }, {})
    const background = { plain: modulo(row * height), weighted, bareHead }
    this.#backgrounds.set(key, background)
    return background
  }
}

/** Layouts whose places and widths along a row are bytes instead of pixels. */
function inBytes(layoutOf: (scene: Scene) => Layout, channels: number): (scene: Scene) => Layout {
  const known = new WeakMap<Layout, Layout>()
  return (scene) => {
    const layout = layoutOf(scene)
    const scaled = known.get(layout) ?? widened(layout, channels)
    known.set(layout, scaled)
    return scaled
  }
}

/** A code in the kernel's memory, in the order of its class Code. */
function packed(code: SpriteCode, ground: Uint8Array): Block {
  const { stride, literals, distances, head, rows, places, first, chunks, edges, sums } = code
  const lengthWords = new Int32Array(LONGEST_MATCH + 1)
  const lengthBits = new Uint8Array(LONGEST_MATCH + 1)
  const copyWords = new BigUint64Array(LONGEST_MATCH + 1)
  const copyBits = new Uint8Array(LONGEST_MATCH + 1)
  const above = distanceSymbol(stride)
  const aboveWord = distances.bits[above.symbol]! | (above.bits << distances.lengths[above.symbol]!)
  for (let length = 3; length <= LONGEST_MATCH; length++) {
    const { symbol, extra, bits } = lengthSymbol(length)
    lengthWords[length] = literals.bits[symbol]! | (bits << literals.lengths[symbol]!)
    lengthBits[length] = literals.lengths[symbol]! + extra
    copyWords[length] = BigInt(lengthWords[length]!) | (BigInt(aboveWord) << BigInt(lengthBits[length]!))
    copyBits[length] = lengthBits[length]! + distances.lengths[above.symbol]! + above.extra
  }
  const last = new Int32Array(first.length)
  const { block, at } = blockOf([
    ...[head.bytes, literals.bits, literals.lengths, lengthWords, lengthBits, copyWords, copyBits, distances.bits, distances.lengths],
    ...[rows, places, first, chunks, edges, sums, last],
  ])
  const pixel = ground.reduce((sum, byte, i) => sum | (byte << (8 * i)), 0)
  return blockOf([Int32Array.of(stride, ground.length, pixel, first.length, head.count, ...at)], block).block
}
