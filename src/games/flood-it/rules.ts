/**
 * The rules of Flood-It on flat boards, and the same board as a graph of regions for the experts: no state, no chance.
 *
 * A board is `size * size` colours (0..5), row-major from the top left. The area is all cells of one colour that hang together with the top left
 * cell by their sides. A move gives the area another colour, and so joins to it what touches it in that colour.
 */

/** Boards are SIZE_MIN..SIZE_MAX cells a side. */
export const SIZE_MIN = 3
export const SIZE_MAX = 14

/** The fewest colours that leave a choice. */
export const COLOURS_MIN = 3

/** The cells beside a cell. */
function besides(at: number, size: number): number[] {
  const column = at % size
  const cells: number[] = []
  if (at >= size) cells.push(at - size)
  if (column > 0) cells.push(at - 1)
  if (column < size - 1) cells.push(at + 1)
  if (at < size * (size - 1)) cells.push(at + size)
  return cells
}

const tables = new Map<number, readonly (readonly number[])[]>()

function besidesOf(size: number): readonly (readonly number[])[] {
  const known = tables.get(size)
  if (known !== undefined) return known
  const table = Array.from({ length: size * size }, (_, at) => besides(at, size))
  tables.set(size, table)
  return table
}

/** The cells of one colour that hang together with a cell, that cell first. */
export function patch(board: readonly number[], size: number, from: number): number[] {
  const near = besidesOf(size)
  const seen = new Uint8Array(board.length)
  const cells = [from]
  seen[from] = 1
  for (let i = 0; i < cells.length; i++)
    for (const next of near[cells[i]!]!) {
      if (seen[next] === 1 || board[next] !== board[from]) continue
      seen[next] = 1
      cells.push(next)
    }
  return cells
}

/** The board after the area took a colour, and how many cells joined it. The argument is left alone. */
export function flooded(board: readonly number[], size: number, colour: number): { readonly board: number[]; readonly joined: number } {
  const area = patch(board, size, 0)
  const out = board.slice()
  for (const at of area) out[at] = colour
  return { board: out, joined: patch(out, size, 0).length - area.length }
}

/** Whether all cells have one colour. */
export const isFlooded = (board: readonly number[]): boolean => board.every((colour) => colour === board[0])

/**
 * Sets of regions, 32 to a word. `joined`: the area; `reach`: all regions that touch a region of it. A move only ever adds regions.
 */
export interface Area {
  readonly joined: Int32Array
  readonly reach: Int32Array
}

/** A board as regions: cells of one colour that hang together. Region 0 is the area. */
export class Regions {
  /** Cells of each region. */
  readonly cells: readonly number[]
  readonly colours: number
  readonly start: Area
  /** Words of a set. */
  readonly #words: number
  /** By colour: its regions. */
  readonly #ofColour: readonly Int32Array[]
  /** By region: those that it touches. */
  readonly #near: readonly Int32Array[]
  readonly #all: Int32Array

  constructor(board: readonly number[], size: number, colours: number) {
    const regionAt = new Int32Array(board.length).fill(-1)
    const cells: number[] = []
    const hues: number[] = []
    for (let at = 0; at < board.length; at++) {
      if (regionAt[at]! >= 0) continue
      const own = patch(board, size, at)
      for (const cell of own) regionAt[cell] = cells.length
      cells.push(own.length)
      hues.push(board[at]!)
    }
    const words = (cells.length + 31) >> 5
    const near = cells.map(() => new Int32Array(words))
    const table = besidesOf(size)
    for (let at = 0; at < board.length; at++)
      for (const next of table[at]!) if (regionAt[next] !== regionAt[at]) put(near[regionAt[at]!]!, regionAt[next]!)
    this.cells = cells
    this.colours = colours
    this.#words = words
    this.#near = near
    this.#ofColour = Array.from({ length: colours }, (_, colour) => {
      const set = new Int32Array(words)
      for (const [region, hue] of hues.entries()) if (hue === colour) put(set, region)
      return set
    })
    this.#all = new Int32Array(words)
    for (let region = 0; region < cells.length; region++) put(this.#all, region)
    const joined = new Int32Array(words)
    put(joined, 0)
    this.start = { joined, reach: near[0]!.slice() }
  }

  /** The area after it took a colour; the same object where nothing joins. */
  after(area: Area, colour: number): Area {
    const own = this.#ofColour[colour]!
    let joined: Int32Array | undefined
    let reach: Int32Array | undefined
    for (let word = 0; word < this.#words; word++) {
      let fresh = area.reach[word]! & own[word]! & ~area.joined[word]!
      if (fresh === 0) continue
      joined ??= area.joined.slice()
      reach ??= area.reach.slice()
      joined[word]! |= fresh
      for (; fresh !== 0; fresh &= fresh - 1) merge(reach, this.#near[32 * word + lowest(fresh)]!)
    }
    return joined === undefined ? area : { joined, reach: reach! }
  }

  /** Cells of the area. */
  sizeOf({ joined }: Area): number {
    let count = 0
    for (let word = 0; word < this.#words; word++)
      for (let set = joined[word]!; set !== 0; set &= set - 1) count += this.cells[32 * word + lowest(set)]!
    return count
  }

  isWhole({ joined }: Area): boolean {
    for (let word = 0; word < this.#words; word++) if (joined[word] !== this.#all[word]) return false
    return true
  }

  /** Whether a move of that colour would leave none of its regions outside the area. Such a move is never worse than any other. */
  endsColour({ joined, reach }: Area, colour: number): boolean {
    const own = this.#ofColour[colour]!
    let some = false
    for (let word = 0; word < this.#words; word++) {
      const left = own[word]! & ~joined[word]!
      if ((left & ~reach[word]!) !== 0) return false
      if (left !== 0) some = true
    }
    return some
  }

  /**
   * A number of moves that is never too large: the regions between the area and the farthest one, that one included, and the colours that are
   * left outside; the larger of the two.
   */
  atLeast({ joined, reach }: Area): number {
    let hues = 0
    for (const own of this.#ofColour)
      for (let word = 0; word < this.#words; word++)
        if ((own[word]! & ~joined[word]!) !== 0) {
          hues++
          break
        }
    if (hues === 0) return 0
    const seen = joined.slice()
    const next = reach.slice()
    for (let far = 0; ; far++) {
      const front: number[] = []
      for (let word = 0; word < this.#words; word++) {
        const fresh = next[word]! & ~seen[word]!
        seen[word]! |= fresh
        for (let set = fresh; set !== 0; set &= set - 1) front.push(32 * word + lowest(set))
      }
      if (front.length === 0) return Math.max(far, hues)
      for (const region of front) merge(next, this.#near[region]!)
    }
  }
}

function put(set: Int32Array, item: number): void {
  set[item >> 5]! |= 1 << (item & 31)
}

function merge(set: Int32Array, other: Int32Array): void {
  for (let word = 0; word < set.length; word++) set[word]! |= other[word]!
}

/** Index of the lowest bit. */
const lowest = (set: number): number => 31 - Math.clz32(set & -set)

/** A set as a key of maps. */
export const keyOf = ({ joined }: Area): string => joined.join()
