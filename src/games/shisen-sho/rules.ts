/**
 * The rules of Shisen-Sho on flat boards: no state, no chance, no pictures. Source: the paper's table of games; agrees with every row of the
 * reference vectors. A board is `rows * columns` kinds, row-major from the top left, -1 for an empty cell.
 *
 * Two tiles of one kind can be joined if a path leads from one to the other along rows and columns, with at most two turns, over empty cells
 * and the ring of cells just outside the border. Such a path runs across, down and across, or down, across and down (any part may have no
 * length), so it is found with the reach of both tiles along their lines: bit masks, no search.
 */

/** Boards are SIDE_MIN..SIDE_MAX cells a side. */
export const SIDE_MIN = 2
export const SIDE_MAX = 8

/** Value of an empty cell. */
export const EMPTY = -1

/** Anything that holds kinds by index. */
export interface Cells {
  readonly length: number
  readonly [index: number]: number
}

/** Places on a line with its two ends on the ring. */
const WIDTH = SIDE_MAX + 2

/**
 * Which places of a board hold tiles, as bits a line. Places are 1-based: bit and index 0 and size + 1 are the ring. `across[row]` has a bit
 * a column, `down[column]` a bit a row; the bits beyond the ring are set, as walls.
 */
export interface Lines {
  readonly columns: number
  readonly across: Int32Array
  readonly down: Int32Array
}

/** REACH[mask * WIDTH + place]: the bits that can be walked to from `place` without meeting a set bit, its own included. */
const REACH: Uint16Array = reaches()

function reaches(): Uint16Array {
  const table = new Uint16Array((1 << WIDTH) * WIDTH)
  for (let mask = 0; mask < 1 << WIDTH; mask++) {
    for (let place = 0; place < WIDTH; place++) {
      let reach = 1 << place
      for (let at = place + 1; at < WIDTH && (mask & (1 << at)) === 0; at++) reach |= 1 << at
      for (let at = place - 1; at >= 0 && (mask & (1 << at)) === 0; at--) reach |= 1 << at
      table[mask * WIDTH + place] = reach
    }
  }
  return table
}

/** The occupied places of a board. `ring`: 'closed' makes walls of the ring too, so that paths stay on the board. */
export function linesOf(board: Cells, rows: number, columns: number, ring: 'open' | 'closed' = 'open'): Lines {
  const all = (1 << WIDTH) - 1
  const free = (places: number): number => (ring === 'open' ? (4 << places) - 1 : (2 << places) - 2)
  const across = new Int32Array(WIDTH).fill(all & ~free(columns))
  const down = new Int32Array(WIDTH).fill(all & ~free(rows))
  for (let row = 1, at = 0; row <= rows; row++) {
    for (let column = 1; column <= columns; column++, at++) {
      if (board[at] === EMPTY) continue
      across[row]! |= 1 << column
      down[column]! |= 1 << row
    }
  }
  return { columns, across, down }
}

/** Takes the tile of a cell away, or puts it back. */
export function toggle({ columns, across, down }: Lines, cell: number): void {
  const row = ((cell / columns) | 0) + 1
  const column = (cell % columns) + 1
  across[row]! ^= 1 << column
  down[column]! ^= 1 << row
}

/**
 * Steps of the shortest path with at most two turns between two different cells that hold tiles, from cell to cell (neighbours: 1);
 * 0 if there is none. Symmetric. Kinds are not looked at.
 */
export function joinLength({ columns, across, down }: Lines, a: number, b: number): number {
  const row1 = ((a / columns) | 0) + 1
  const row2 = ((b / columns) | 0) + 1
  const column1 = (a % columns) + 1
  const column2 = (b % columns) + 1
  const byColumn = detour(
    REACH[across[row1]! * WIDTH + column1]! & REACH[across[row2]! * WIDTH + column2]! & ~between(across, row1, row2),
    column1,
    column2,
  )
  const byRow = detour(
    REACH[down[column1]! * WIDTH + row1]! & REACH[down[column2]! * WIDTH + row2]! & ~between(down, column1, column2),
    row1,
    row2,
  )
  const least = byColumn < byRow ? byColumn : byRow
  return least === BLOCKED ? 0 : Math.abs(row1 - row2) + Math.abs(column1 - column2) + 2 * least
}

const BLOCKED = 99

/** All bits that are set on a line strictly between two. */
function between(lines: Int32Array, one: number, other: number): number {
  let bits = 0
  const end = one < other ? other : one
  for (let at = (one < other ? one : other) + 1; at < end; at++) bits |= lines[at]!
  return bits
}

/** How far outside the span of two places the nearest of `open` lies: 0 within, BLOCKED if there is none. */
function detour(open: number, one: number, other: number): number {
  if (open === 0) return BLOCKED
  const low = one < other ? one : other
  const high = one < other ? other : one
  const above = open >> low
  if ((above & ((2 << (high - low)) - 1)) !== 0) return 0
  const under = open & ((1 << low) - 1)
  const over = open >> (high + 1)
  const down = under === 0 ? BLOCKED : low - 31 + Math.clz32(under)
  const up = over === 0 ? BLOCKED : 32 - Math.clz32(over & -over)
  return down < up ? down : up
}

/** Two cells of one kind that can be joined, in reading order, and the length of the shortest path. */
export interface Join {
  readonly first: number
  readonly second: number
  readonly length: number
}

/** Every joinable pair of a board, by first cell, then by second. */
export function joinsOf(board: Cells, rows: number, columns: number): Join[] {
  const lines = linesOf(board, rows, columns)
  const joins: Join[] = []
  for (let first = 0; first < board.length; first++) {
    const kind = board[first]!
    if (kind === EMPTY) continue
    for (let second = first + 1; second < board.length; second++) {
      if (board[second] !== kind) continue
      const length = joinLength(lines, first, second)
      if (length > 0) joins.push({ first, second, length })
    }
  }
  return joins
}

/** Whether any pair can be joined. `lines`: the board's, if known. */
export function anyJoin(board: Cells, rows: number, columns: number, lines: Lines = linesOf(board, rows, columns)): boolean {
  for (let first = 0; first < board.length; first++) {
    const kind = board[first]!
    if (kind === EMPTY) continue
    for (let second = first + 1; second < board.length; second++)
      if (board[second] === kind && joinLength(lines, first, second) > 0) return true
  }
  return false
}

/** Why the game is over on this board: 'cleared' (no tile), 'dead-end' (no joinable pair), or null while it goes on. `lines`: as `anyJoin`. */
export function ending(board: Cells, rows: number, columns: number, lines?: Lines): 'cleared' | 'dead-end' | null {
  if (anyJoin(board, rows, columns, lines)) return null
  for (let at = 0; at < board.length; at++) if (board[at] !== EMPTY) return 'dead-end'
  return 'cleared'
}
