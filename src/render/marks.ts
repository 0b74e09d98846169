/** The effects with a shape: shifted tiles, marks strewn over the board, bars and blobs over tiles. All draw on the pixels they are given. */
import { chance, hashed } from './hash.ts'
import type { OutlinedShape } from './outline.ts'
import { coverageOf, MAX_COVERAGE } from './raster.ts'

/** A tile on the picture, pixels. */
export interface TilePlace {
  readonly sprite: number
  readonly x: number
  readonly y: number
  readonly side: number
}

/** Pixels to draw on: 1 byte each with a palette, 3 without. */
interface PixelGrid {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Unit vectors with rational parts (3-4-5). */
const DIRECTIONS: readonly (readonly [number, number])[] = [
  [1, 0],
  [0.8, 0.6],
  [0.6, 0.8],
  [0, 1],
  [-0.6, 0.8],
  [-0.8, 0.6],
]

/** Marks a tile of the board has to bear at full clutter, on average. */
const MARKS_A_TILE = 1.5

/** Moves what each tile shows by up to `amount` of its side on each axis; what comes in repeats the tile's edge, what goes out is lost. */
export function shiftTiles(picture: PixelGrid, tiles: readonly TilePlace[], amount: number, seed: number): void {
  const before = picture.pixels.slice()
  for (const [at, tile] of tiles.entries()) {
    const tileSeed = hashed(hashed(seed, 0x73686966), at)
    const shift = (key: number): number => Math.floor((2 * chance(tileSeed, key) - 1) * amount * tile.side + 0.5)
    shiftTile(picture, before, tile, shift(0), shift(1))
  }
}

function shiftTile({ width, height, pixels }: PixelGrid, before: Uint8Array, { x, y, side }: TilePlace, right: number, down: number): void {
  const bytes = pixels.length / (width * height)
  const within = (n: number): number => Math.max(0, Math.min(side - 1, n))
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const from = ((y + within(row - down)) * width + x + within(column - right)) * bytes
      pixels.set(before.subarray(from, from + bytes), ((y + row) * width + x + column) * bytes)
    }
  }
}

/** Strews strokes and discs in the given colours (RGB) over the rectangle of the tiles, half transparent. More of them keep the first ones. */
export function addClutter(
  picture: PixelGrid,
  tiles: readonly TilePlace[],
  amount: number,
  seed: number,
  colours: readonly (readonly number[])[],
): void {
  const first = tiles[0]
  if (first === undefined) return
  const [left, top] = [Math.min(...tiles.map(({ x }) => x)), Math.min(...tiles.map(({ y }) => y))]
  const [right, bottom] = [Math.max(...tiles.map(({ x }) => x)) + first.side, Math.max(...tiles.map(({ y }) => y)) + first.side]
  const count = Math.floor(amount * MARKS_A_TILE * tiles.length + 0.5)
  for (let k = 0; k < count; k++) {
    const markSeed = hashed(hashed(seed, 0x636c7574), k)
    const x = left + chance(markSeed, 0) * (right - left)
    const y = top + chance(markSeed, 1) * (bottom - top)
    addMark(picture, markOf(markSeed, first.side), x, y, first.side, colours[hashed(markSeed, 2) % colours.length]!)
  }
}

/** A mark in the middle of a square of side `side`. */
function markOf(markSeed: number, side: number): OutlinedShape {
  const middle = side / 2
  const size = side * (0.7 + 0.3 * chance(markSeed, 3))
  if (hashed(markSeed, 4) % 3 === 0) return { kind: 'circle', x: middle, y: middle, radius: size * 0.18, fill: '#000000' }
  const [a, b] = DIRECTIONS[hashed(markSeed, 5) % DIRECTIONS.length]!
  const [along, across] = [size / 2, side * (0.05 + 0.04 * chance(markSeed, 6))]
  const corner = (i: number, j: number): number[] => [middle + i * along * a - j * across * b, middle + i * along * b + j * across * a]
  return { kind: 'polygon', points: [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)].flat(), fill: '#000000' }
}

/** Blends a mark, half transparent at full coverage, with its square centred on (x, y); clipped to the picture. */
function addMark(
  { width, height, pixels }: PixelGrid,
  mark: OutlinedShape,
  x: number,
  y: number,
  side: number,
  ink: readonly number[],
): void {
  const coverage = coverageOf(mark, side, side)
  const [left, top] = [Math.floor(x - side / 2), Math.floor(y - side / 2)]
  for (let i = 0; i < coverage.length; i++) {
    const [column, row] = [left + (i % side), top + Math.floor(i / side)]
    if (coverage[i] === 0 || column < 0 || row < 0 || column >= width || row >= height) continue
    const at = 3 * (row * width + column)
    const level = coverage[i]! / (2 * MAX_COVERAGE)
    for (let c = 0; c < 3; c++) pixels[at + c] = Math.floor(pixels[at + c]! * (1 - level) + ink[c]! * level + 0.5)
  }
}

/** Covers `share` of every tile's pixels, rounded, with a bar or a blob of the given colour (RGB). */
export function coverTiles(picture: PixelGrid, tiles: readonly TilePlace[], share: number, seed: number, ink: readonly number[]): void {
  for (const [at, tile] of tiles.entries()) coverTile(picture, tile, share, hashed(hashed(seed, 0x636f7665), at), ink)
}

/** The pixels nearest to a line or a centre, in tiles; a slight tilt orders those that are equally near. */
function coverTile({ width, pixels }: PixelGrid, { x, y, side }: TilePlace, share: number, tileSeed: number, ink: readonly number[]): void {
  const [cx, cy] = [0.2 + 0.6 * chance(tileSeed, 0), 0.2 + 0.6 * chance(tileSeed, 1)]
  const [a, b] = DIRECTIONS[hashed(tileSeed, 2) % DIRECTIONS.length]!
  const bar = hashed(tileSeed, 3) % 2 === 0
  const round = 0.5 + chance(tileSeed, 4)
  const distances = Float64Array.from({ length: side * side }, (_, i) => {
    const u = ((i % side) + 0.5) / side - cx
    const v = (Math.floor(i / side) + 0.5) / side - cy
    const [across, along] = [a * u + b * v, a * v - b * u]
    return (bar ? Math.abs(across) : across * across * round + (along * along) / round) + 1e-6 * (u * 0.37 + v * 0.61)
  })
  const count = Math.floor(share * side * side + 0.5)
  if (count === 0) return
  const limit = distances.toSorted()[count - 1]!
  for (let i = 0; i < distances.length; i++) {
    if (distances[i]! <= limit) pixels.set(ink, 3 * ((y + Math.floor(i / side)) * width + x + (i % side)))
  }
}
