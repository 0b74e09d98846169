/**
 * How many moves finish a board: IDA* with additive pattern databases, and a beam where that gives up.
 *
 * The pieces are shared out among patterns of up to four. A pattern's database has, for every placing of its pieces, the fewest of their own moves
 * that take them home, other pieces moving freely; their sum over the patterns is never too large. IDA* is exact. It gives up after BOARDS boards,
 * which happens on boards of 10 cells and more alone; then the count is that of a beam of BEAM boards and may be too large.
 */
import { besidesOf, isFinished, type Size, slid } from './rules.ts'

/** Boards that a search looks at before it gives up. */
const BOARDS = 300_000
/** Boards that the beam keeps after each move. */
const BEAM = 60
/** Pieces of a pattern: places of four fit into 16 bits. */
const PIECES = 4

/** A count of moves, and whether it is certainly the fewest. */
export interface Count {
  readonly moves: number
  readonly exact: boolean
}

interface Patterns {
  readonly near: readonly (readonly number[])[]
  /** By piece: its pattern, and by how much its place is shifted in the pattern's key. */
  readonly patternOf: readonly number[]
  readonly shiftOf: readonly number[]
  /** By pattern and key. */
  readonly databases: readonly Uint8Array[]
}

const known = new Map<string, Patterns>()

function patternsOf(size: Size): Patterns {
  const key = `${size.rows} ${size.columns}`
  let patterns = known.get(key)
  if (patterns === undefined) {
    patterns = makePatterns(size)
    known.set(key, patterns)
  }
  return patterns
}

function makePatterns(size: Size): Patterns {
  const cells = size.rows * size.columns
  const near = besidesOf(size)
  const patternOf = Array.from({ length: cells }, (_, piece) => Math.floor((piece - 1) / PIECES))
  const shiftOf = Array.from({ length: cells }, (_, piece) => 4 * ((piece - 1) % PIECES))
  const databases: Uint8Array[] = []
  for (let first = 1; first < cells; first += PIECES) databases.push(database(first, Math.min(PIECES, cells - first), cells, near))
  return { near, patternOf, shiftOf, databases }
}

/** The fewest own moves of `count` pieces from `first` on, by their places: breadth first from home, moves of the gap alone being free. */
function database(first: number, count: number, cells: number, near: readonly (readonly number[])[]): Uint8Array {
  const best = new Uint8Array(1 << (4 * count)).fill(255)
  // Places of the pieces, then that of the gap.
  const seen = new Uint8Array(16 << (4 * count))
  let home = 0
  for (let i = 0; i < count; i++) home |= (first - 1 + i) << (4 * i)
  let front = [home | ((cells - 1) << (4 * count))]
  for (let made = 0; front.length > 0; made++) {
    const next: number[] = []
    for (let i = 0; i < front.length; i++) {
      const state = front[i]!
      if (seen[state] === 1) continue
      seen[state] = 1
      const gap = state >> (4 * count)
      const places = state & ((1 << (4 * count)) - 1)
      if (best[places] === 255) best[places] = made
      for (const to of near[gap]!) {
        let moved = -1
        for (let k = 0; k < count; k++) if (((places >> (4 * k)) & 15) === to) moved = k
        if (moved < 0) front.push(places | (to << (4 * count)))
        else next.push((places & ~(15 << (4 * moved))) | (gap << (4 * moved)) | (to << (4 * count)))
      }
    }
    front = next
  }
  return best
}

/** A board that slides forth and back, with the sum of its patterns. */
class Walker {
  readonly #patterns: Patterns
  readonly #board: Uint8Array
  readonly #keys: Int32Array
  #gap: number
  #bound = 0
  /** Boards that may still be looked at. */
  #left = BOARDS

  constructor(board: readonly number[], size: Size) {
    this.#patterns = patternsOf(size)
    this.#board = Uint8Array.from(board)
    this.#gap = board.indexOf(0)
    this.#keys = new Int32Array(this.#patterns.databases.length)
    for (const [at, piece] of board.entries())
      if (piece > 0) this.#keys[this.#patterns.patternOf[piece]!]! |= at << this.#patterns.shiftOf[piece]!
    for (const [pattern, key] of this.#keys.entries()) this.#bound += this.#patterns.databases[pattern]![key]!
  }

  get bound(): number {
    return this.#bound
  }

  /** Slides the piece at a place into the gap; the same with the gap's old place takes it back. */
  slide(place: number): void {
    const piece = this.#board[place]!
    const { patternOf, shiftOf, databases } = this.#patterns
    const pattern = patternOf[piece]!
    const shift = shiftOf[piece]!
    const key = this.#keys[pattern]!
    const now = (key & ~(15 << shift)) | (this.#gap << shift)
    this.#bound += databases[pattern]![now]! - databases[pattern]![key]!
    this.#keys[pattern] = now
    this.#board[this.#gap] = piece
    this.#board[place] = 0
    this.#gap = place
  }

  /** Whether `moves` moves finish the board; `from`: where the gap came from. null: gave up. */
  within(moves: number, from = -1): boolean | null {
    if (this.#bound === 0) return true
    if (this.#bound > moves) return false
    if (this.#left-- === 0) {
      this.#left = 0
      return null
    }
    const gap = this.#gap
    for (const place of this.#patterns.near[gap]!) {
      if (place === from) continue
      this.slide(place)
      const found = this.within(moves - 1, gap)
      this.slide(gap)
      if (found !== false) return found
    }
    return false
  }
}

/** Whether at most so many moves finish a board; null where the search gives up. */
export function finishedWithin(board: readonly number[], size: Size, moves: number): boolean | null {
  return new Walker(board, size).within(moves)
}

/** Fewest moves by IDA*; null where it gives up. The bound rises by two: a slide moves the gap one step, so counts have one parity. */
function fewest(board: readonly number[], size: Size): number | null {
  const walker = new Walker(board, size)
  for (let moves = walker.bound + parityOf(board, walker.bound, size); ; moves += 2) {
    const found = walker.within(moves)
    if (found !== false) return found === null ? null : moves
  }
}

/** 1 where the moves to the finished board and a number are not both even or both odd. */
function parityOf(board: readonly number[], bound: number, { columns }: Size): number {
  const gap = board.indexOf(0)
  const last = board.length - 1
  const way = Math.floor(last / columns) - Math.floor(gap / columns) + (last % columns) - (gap % columns)
  return Math.abs(way - bound) % 2
}

/** Moves that finish a board, the fewest that the expert finds. */
export function movesToFinish(board: readonly number[], size: Size): Count {
  const moves = fewest(board, size)
  return moves === null ? { moves: byBeam(board, size), exact: false } : { moves, exact: true }
}

/** Moves after which the beam gives up too: more than any board of 16 cells needs. */
const LONGEST = 400

/** Moves by the beam; LONGEST where it finds no way. */
function byBeam(board: readonly number[], size: Size): number {
  const near = besidesOf(size)
  const seen = new Set([board.join()])
  let beam: readonly (readonly number[])[] = [board]
  for (let made = 0; made < LONGEST; made++) {
    if (beam.some(isFinished)) return made
    const next: { board: number[]; bound: number }[] = []
    for (const one of beam)
      for (const place of near[one.indexOf(0)]!) {
        const after = slid(one, place)
        const key = after.join()
        if (seen.has(key)) continue
        seen.add(key)
        next.push({ board: after, bound: new Walker(after, size).bound })
      }
    beam = next
      .sort((a, b) => a.bound - b.bound)
      .slice(0, BEAM)
      .map(({ board: after }) => after)
  }
  return LONGEST
}

/** The fewest moves after each slide of a board; its own count decides all but their sign, for each slide leads one move nearer or farther. */
export function movesAfter(board: readonly number[], size: Size, places: readonly number[]): Count[] {
  const own = movesToFinish(board, size)
  const after = places.map((place) => slid(board, place))
  if (!own.exact) return after.map((next) => movesToFinish(next, size))
  return after.map((next) => ({ moves: finishedWithin(next, size, own.moves - 1) === true ? own.moves - 1 : own.moves + 1, exact: true }))
}
