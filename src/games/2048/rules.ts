/**
 * The rules of 2048 on flat boards: no state, no chance. Source: the paper's table of games; agrees with every row of the reference vectors.
 *
 * A board is `size * size` exponents, row-major from the top left: 0 is an empty cell, k is the tile 2^k. Everything here takes any
 * array-like of numbers, so that the game can pass JSON arrays and the solver byte arrays.
 *
 * Departure: two tiles of 131072 (the largest the original board can hold) do not merge, so labels and sprites are a closed set on every size.
 */

/** 0 up, 1 right, 2 down, 3 left. */
export type Direction = 0 | 1 | 2 | 3

/** Names by direction index. */
export const DIRECTION_NAMES = ['up', 'right', 'down', 'left'] as const

/** Every direction, in the order of the action numbers. */
export const DIRECTIONS: readonly Direction[] = [0, 1, 2, 3]

/** Largest exponent: 2^17 = 131072. */
export const MAX_EXPONENT = 17

/** Boards are SIZE_MIN..SIZE_MAX cells a side. */
export const SIZE_MIN = 3
export const SIZE_MAX = 6

/** Anything that holds exponents by index. */
export interface Cells {
  readonly length: number
  readonly [index: number]: number
}

/** The same, to be written to. */
export interface MutableCells {
  readonly length: number
  [index: number]: number
}

/** How the lines of a board run in one direction: line i starts at `first + i * across` (the wall slid to) and goes on by `along`. */
interface Course {
  readonly first: number
  readonly across: number
  readonly along: number
}

const COURSES: readonly (readonly Course[])[] = Array.from({ length: SIZE_MAX + 1 }, (_, size) => [
  { first: 0, across: 1, along: size },
  { first: size - 1, across: size, along: -1 },
  { first: size * (size - 1), across: 1, along: -size },
  { first: 0, across: size, along: 1 },
])

/**
 * Slides `board` into `out` (another array of the same length, overwritten). Each tile merges at most once, pairs nearest the wall first.
 * Returns the points (sum of the tiles made by merging), or -1 if nothing can move, in which case `out` equals `board`.
 * `merges`: receives the cell index of every tile made.
 */
export function slideInto(board: Cells, size: number, direction: Direction, out: MutableCells, merges?: number[]): number {
  const { first, across, along } = COURSES[size]![direction]!
  let points = 0
  let moved = false
  for (let i = 0; i < size; i++) {
    let from = first + i * across
    let to = from
    let pending = 0
    for (let k = 0; k < size; k++, from += along) {
      const tile = board[from]!
      if (tile === 0) continue
      if (tile === pending && tile < MAX_EXPONENT) {
        out[to - along] = tile + 1
        points += 2 << tile
        pending = 0
        moved = true
        merges?.push(to - along)
      } else {
        out[to] = tile
        if (to !== from) moved = true
        to += along
        pending = tile
      }
    }
    for (; to !== from; to += along) out[to] = 0
  }
  return moved ? points : -1
}

/** Whether sliding that way would move or merge any tile. */
export function canSlide(board: Cells, size: number, direction: Direction): boolean {
  const { first, across, along } = COURSES[size]![direction]!
  for (let i = 0; i < size; i++) {
    let at = first + i * across
    let before = board[at]!
    for (let k = 1; k < size; k++) {
      at += along
      const tile = board[at]!
      if (tile !== 0 && (before === 0 || (tile === before && tile < MAX_EXPONENT))) return true
      before = tile
    }
  }
  return false
}

/** The directions in which the board can slide, in action order. */
export function legalDirections(board: Cells, size: number): Direction[] {
  return DIRECTIONS.filter((direction) => canSlide(board, size, direction))
}

/** The exponent of the largest tile; 0 on an empty board. */
export function largest(board: Cells): number {
  let most = 0
  for (let at = 0; at < board.length; at++) if (board[at]! > most) most = board[at]!
  return most
}

/** How many cells are empty. */
export function countEmpty(board: Cells): number {
  let count = 0
  for (let at = 0; at < board.length; at++) if (board[at] === 0) count++
  return count
}

/**
 * Why the game is over on this board: 'goal' (goal > 0 and a tile that large stands), 'no-move' (no cell is empty and nothing merges), or
 * null while it goes on. The board without any tile, which no game reaches, counts as going on, as in the reference.
 */
export function ending(board: Cells, size: number, goal: number): 'goal' | 'no-move' | null {
  if (goal > 0 && 2 ** largest(board) >= goal) return 'goal'
  for (let at = 0; at < board.length; at++) if (board[at] === 0) return null
  return canSlide(board, size, 1) || canSlide(board, size, 0) ? null : 'no-move'
}

/** What one row or column (a list of exponents in reading order) can do. */
export interface LineFacts {
  /** Sum of the tiles that sliding along the line makes by merging; the same in both directions. */
  readonly points: number
  /** Whether it can move towards its start (left, up). */
  readonly back: boolean
  /** Whether it can move towards its end (right, down). */
  readonly forth: boolean
}

/** Facts of one line. */
export function lineFacts(line: readonly number[]): LineFacts {
  let points = 0
  let pending = 0
  let merges = false
  let gap = false
  let tiles = false
  let back = false
  let forth = false
  for (const tile of line) {
    if (tile === 0) {
      gap = true
      if (tiles) forth = true
      continue
    }
    if (gap) back = true
    tiles = true
    if (tile === pending && tile < MAX_EXPONENT) {
      merges = true
      points += 2 << tile
      pending = 0
    } else pending = tile
  }
  return { points, back: back || merges, forth: forth || merges }
}

/** Rows of a flat board from top to bottom, each from left to right. */
export function rowsOf(board: readonly number[], size: number): number[][] {
  return linesOf(board, size, size, 1)
}

/** Columns of a flat board from left to right, each from top to bottom. */
export function columnsOf(board: readonly number[], size: number): number[][] {
  return linesOf(board, size, 1, size)
}

function linesOf(board: readonly number[], size: number, across: number, along: number): number[][] {
  const lines: number[][] = []
  for (let i = 0; i < size; i++) {
    const line: number[] = []
    for (let k = 0; k < size; k++) line.push(board[i * across + k * along]!)
    lines.push(line)
  }
  return lines
}
