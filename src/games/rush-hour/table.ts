/**
 * How many slides every board is from its end, exactly. Slides can be taken back, so the boards that lead to each other are one whole: all of them
 * are found from any one, and counted breadth first from those whose block 0 is out. A slide of any number of cells counts as one.
 *
 * A board is a number: the place of each block along its line, a digit each, to a base as large as its places are many (5 ** 12 at most). Boards
 * that are drawn have wholes of at most some 1,500 boards (deal.ts), given ones of 6 x 6 up to some 500,000.
 */
import type { Block, Board } from './rules.ts'

/** Slides to the end by board. */
export class SlideTable {
  /** Places in the lists by the key of the board. */
  readonly #index = new Map<number, number>()
  readonly #keys: number[] = []
  /** Slides to the end; -1 where there is none. */
  readonly #slides: Int16Array
  /** Where each block's line begins, and the step along it, as cells; its length; its places; the worth of its digit. */
  readonly #start: number[]
  readonly #step: number[]
  readonly #length: number[]
  readonly #places: number[]
  readonly #worth: number[]
  readonly #size: number
  readonly #blocks: readonly Block[]
  readonly #cover: Uint8Array
  /** Whether the boards were too many: then nothing is counted. */
  readonly tooMany: boolean

  /** `most`: boards after which it gives up. */
  constructor({ size, board }: Board, most: number = Number.POSITIVE_INFINITY) {
    this.#size = size
    this.#blocks = board
    this.#start = board.map(({ row, column, upright }) => (upright ? column : row * size))
    this.#step = board.map(({ upright }) => (upright ? size : 1))
    this.#length = board.map(({ length }) => length)
    this.#places = board.map(({ length }) => size - length + 1)
    this.#worth = this.#places.map((_, block) => this.#places.slice(0, block).reduce((product, places) => product * places, 1))
    this.#cover = new Uint8Array(size * size)
    const first = this.#keyOf(board)
    this.#index.set(first, 0)
    this.#keys.push(first)
    for (let at = 0; at < this.#keys.length && this.#keys.length <= most; at++)
      this.#slidesFrom(this.#keys[at]!, (key) => {
        if (this.#index.has(key)) return
        this.#index.set(key, this.#keys.length)
        this.#keys.push(key)
      })
    this.tooMany = this.#keys.length > most
    this.#slides = new Int16Array(this.tooMany ? 0 : this.#keys.length).fill(-1)
    if (!this.tooMany) this.#count()
  }

  /** Boards of the whole. */
  get count(): number {
    return this.#keys.length
  }

  /** Fewest slides from a board of this whole to the end, -1 where there is no end; null for a board of another. */
  slides(board: readonly Block[]): number | null {
    const at = this.#index.get(this.#keyOf(board))
    return at === undefined ? null : this.#slides[at]!
  }

  /** The boards that need so many slides. */
  boards(slides: number): Block[][] {
    return this.#keys.flatMap((key, at) => (this.#slides[at] === slides ? [this.#boardOf(key)] : []))
  }

  /** Most slides that a board of the whole needs; -1 where none has an end. */
  get longest(): number {
    return this.#slides.reduce((most, slides) => Math.max(most, slides), -1)
  }

  #count(): void {
    const out = this.#size - this.#length[0]!
    let front = this.#keys.flatMap((key, at) => (key % this.#places[0]! === out ? [at] : []))
    for (const at of front) this.#slides[at] = 0
    for (let slides = 1; front.length > 0; slides++) {
      const next: number[] = []
      for (const from of front)
        this.#slidesFrom(this.#keys[from]!, (key) => {
          const at = this.#index.get(key)!
          if (this.#slides[at]! >= 0) return
          this.#slides[at] = slides
          next.push(at)
        })
      front = next
    }
  }

  /** Gives the key of every board that one slide makes of this one. */
  #slidesFrom(key: number, add: (key: number) => void): void {
    const [cover, start, step, length, places, worth] = [this.#cover, this.#start, this.#step, this.#length, this.#places, this.#worth]
    cover.fill(0)
    let rest = key
    for (let block = 0; block < start.length; block++) {
      const place = rest % places[block]!
      rest = (rest - place) / places[block]!
      for (let i = 0; i < length[block]!; i++) cover[start[block]! + (place + i) * step[block]!] = 1
    }
    rest = key
    for (let block = 0; block < start.length; block++) {
      const place = rest % places[block]!
      rest = (rest - place) / places[block]!
      const [from, by, long] = [start[block]!, step[block]!, length[block]!]
      for (let to = place - 1; to >= 0 && cover[from + to * by] === 0; to--) add(key + (to - place) * worth[block]!)
      for (let to = place + 1; to < places[block]! && cover[from + (to + long - 1) * by] === 0; to++)
        add(key + (to - place) * worth[block]!)
    }
  }

  #keyOf(board: readonly Block[]): number {
    return board.reduce((key, { row, column, upright }, block) => key + (upright ? row : column) * this.#worth[block]!, 0)
  }

  #boardOf(key: number): Block[] {
    let rest = key
    return this.#blocks.map((block, index) => {
      const places = this.#places[index]!
      const place = rest % places
      rest = (rest - place) / places
      return block.upright ? { ...block, row: place } : { ...block, column: place }
    })
  }
}

/** Tables of the boards that were asked about last, by what slides leave as it is. */
const known = new Map<string, SlideTable>()
const MOST = 32

/** The table of a board, kept for the next call. */
export function tableOf({ size, board }: Board): SlideTable {
  const lines = board.map(({ row, column, length, upright }) => `${length}${upright ? 'u' : 'l'}${upright ? column : row}`)
  const key = `${size} ${lines.join(' ')}`
  let table = known.get(key)
  if (table === undefined || table.slides(board) === null) table = new SlideTable({ size, board })
  known.delete(key)
  known.set(key, table)
  if (known.size > MOST) known.delete(known.keys().next().value!)
  return table
}
