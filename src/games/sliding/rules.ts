/**
 * The rules of the sliding puzzle on flat boards: no state, no chance.
 *
 * A board is `rows * columns` numbers, row-major from the top left: 0 the gap, k > 0 the piece whose home is place k - 1. The gap's home is the
 * last place. A move slides a piece beside the gap into it.
 */

/** Boards have SIDE_MIN..SIDE_MAX rows, as many columns, and CELLS_MAX cells at most. */
export const SIDE_MIN = 2
export const SIDE_MAX = 5
export const CELLS_MAX = 16

/** Rows and columns of a board. */
export interface Size {
  readonly rows: number
  readonly columns: number
}

/** Most moves that fresh boards of a size may need; the farthest ones need more (2x3: 21, 2x4: 36, 3x3: 31) but are few. */
export function mostMoves({ rows, columns }: Size): number {
  return { 4: 6, 6: 16, 8: 24, 9: 26, 10: 28, 12: 32, 15: 34, 16: 36 }[rows * columns]!
}

const tables = new Map<string, readonly (readonly number[])[]>()

/** By place: the places beside it, in reading order. */
export function besidesOf({ rows, columns }: Size): readonly (readonly number[])[] {
  const key = `${rows} ${columns}`
  let table = tables.get(key)
  if (table === undefined) {
    table = Array.from({ length: rows * columns }, (_, at) => {
      const column = at % columns
      const near = [at - columns, column > 0 ? at - 1 : -1, column < columns - 1 ? at + 1 : -1, at + columns]
      return near.filter((place) => place >= 0 && place < rows * columns)
    })
    tables.set(key, table)
  }
  return table
}

/** Steps between two places. */
export function apart(one: number, other: number, columns: number): number {
  return Math.abs(Math.floor(one / columns) - Math.floor(other / columns)) + Math.abs((one % columns) - (other % columns))
}

/** The finished board. */
export const finished = (cells: number): number[] => Array.from({ length: cells }, (_, at) => (at + 1) % cells)

/** Whether every piece is at home. */
export const isFinished = (board: readonly number[]): boolean => board.every((piece, at) => piece === (at + 1) % board.length)

/** The board after the piece at a place slid into the gap. The argument is left alone. */
export function slid(board: readonly number[], place: number): number[] {
  const out = board.slice()
  out[board.indexOf(0)] = board[place]!
  out[place] = 0
  return out
}

/** By how many steps the piece at a place comes nearer to its home when it slides into the gap: 1 or -1. */
export function nearer(board: readonly number[], place: number, columns: number): number {
  const home = board[place]! - 1
  return apart(place, home, columns) - apart(board.indexOf(0), home, columns)
}

/**
 * Whether slides lead from a board of different pieces to the finished one: each slide swaps two entries and moves the gap one step, so the parity
 * of the permutation and that of the gap's way home are equal.
 */
export function isSolvable(board: readonly number[], columns: number): boolean {
  const last = board.length - 1
  let swaps = apart(board.indexOf(0), last, columns)
  const seen = new Uint8Array(board.length)
  for (let from = 0; from <= last; from++)
    for (let at = from; seen[at] === 0; at = (board[at]! + last) % board.length) {
      seen[at] = 1
      if ((board[at]! + last) % board.length !== from) swaps++
    }
  return swaps % 2 === 0
}
