/**
 * The rules of Swap on flat boards: no state, no chance. Source: the paper's table of games; agrees with every row of the reference vectors.
 *
 * A board is `rows * columns` kinds, row-major from the top left; kind = colour * 3 + shape (0..11), -1 an empty cell (only between a
 * clearing and the refill). Everything here takes any array-like of numbers, so that the game can pass JSON arrays and the solver bytes.
 * The search for swaps allocates nothing.
 */

/** Boards are SIDE_MIN..SIDE_MAX rows by as many or other columns. */
export const SIDE_MIN = 3
export const SIDE_MAX = 8
/** Colours and shapes that kinds are made of, at most; a kind is colour * SHAPES_MAX + shape whatever the config. */
export const COLOURS_MAX = 4
export const SHAPES_MAX = 3
/** A cell without a tile. */
export const NONE = -1

/** Measures of a board. */
export interface Grid {
  readonly rows: number
  readonly columns: number
}

/** Anything that holds kinds by index. */
export interface Cells {
  readonly length: number
  readonly [index: number]: number
}

/** The same, to write into. */
export interface MutableCells {
  readonly length: number
  [index: number]: number
}

/** Points of clearing `cells` tiles at once. */
export function pointsOf(cells: number): number {
  return cells * (cells - 1)
}

const lists = new Map<number, readonly (readonly [number, number])[]>()

/** All pairs of neighbouring cells as indices [a, b], a < b: for each cell in reading order its right neighbour, then the one below. */
export function neighbours({ rows, columns }: Grid): readonly (readonly [number, number])[] {
  const key = rows * 64 + columns
  const known = lists.get(key)
  if (known !== undefined) return known
  const list: (readonly [number, number])[] = []
  for (let at = 0; at < rows * columns; at++) {
    if ((at + 1) % columns !== 0) list.push([at, at + 1])
    if (at + columns < rows * columns) list.push([at, at + columns])
  }
  lists.set(key, list)
  return list
}

/**
 * Cells in the runs through cell `at` if a tile of `kind` stood there, the others being as they are except `other`, which is taken for a
 * different kind (-1: none is). 0 when no run of three or more results. A cell in both a row's and a column's run counts once.
 */
export function runCells(board: Cells, { rows, columns }: Grid, at: number, kind: number, other: number): number {
  const column = at % columns
  const start = at - column
  const end = start + columns
  let left = at - 1
  while (left >= start && left !== other && board[left] === kind) left--
  let right = at + 1
  while (right < end && right !== other && board[right] === kind) right++
  let up = at - columns
  while (up >= 0 && up !== other && board[up] === kind) up -= columns
  let down = at + columns
  const cells = rows * columns
  while (down < cells && down !== other && board[down] === kind) down += columns
  const across = right - left - 1
  const along = down - up < 4 * columns ? 0 : (down - up) / columns - 1
  if (across < 3) return along
  return along === 0 ? across : across + along - 1
}

/** Tiles that swapping the neighbours `a` and `b` clears at first, 0 if it makes no run. The board must be without runs for the count. */
export function swapCells(board: Cells, grid: Grid, a: number, b: number): number {
  const first = board[a]!
  const second = board[b]!
  return first === second ? 0 : runCells(board, grid, a, second, b) + runCells(board, grid, b, first, a)
}

/**
 * Whether some swap of neighbours makes a run. The board must be without runs. Then a swap makes one if and only if two equal tiles stand on
 * a line, side by side or one apart, and a third beside the cell that they lack.
 */
export function hasSwap(board: Cells, grid: Grid): boolean {
  const { rows, columns } = grid
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const kind = board[at]!
      if (column + 1 < columns && board[at + 1] === kind) {
        if (beside(board, grid, row, column - 1, kind) > 1 || beside(board, grid, row, column + 2, kind) > 1) return true
      } else if (column + 2 < columns && board[at + 2] === kind && beside(board, grid, row, column + 1, kind) > 2) return true
      if (row + 1 < rows && board[at + columns] === kind) {
        if (beside(board, grid, row - 1, column, kind) > 1 || beside(board, grid, row + 2, column, kind) > 1) return true
      } else if (row + 2 < rows && board[at + 2 * columns] === kind && beside(board, grid, row + 1, column, kind) > 2) return true
    }
  }
  return false
}

/** How many of the four cells around a cell hold tiles of `kind`; 0 for a cell that is not on the board. */
function beside(board: Cells, { rows, columns }: Grid, row: number, column: number, kind: number): number {
  if (row < 0 || row >= rows || column < 0 || column >= columns) return 0
  const at = row * columns + column
  let count = 0
  if (row > 0 && board[at - columns] === kind) count++
  if (row + 1 < rows && board[at + columns] === kind) count++
  if (column > 0 && board[at - 1] === kind) count++
  if (column + 1 < columns && board[at + 1] === kind) count++
  return count
}

/** Index in `neighbours` of the swap with the best first clearing, the first of equals; -1 if no swap makes a run. */
export function bestSwap(board: Cells, grid: Grid): number {
  const pairs = neighbours(grid)
  let best = -1
  let most = 0
  for (let i = 0; i < pairs.length; i++) {
    const cells = swapCells(board, grid, pairs[i]![0], pairs[i]![1])
    if (cells > most) {
      most = cells
      best = i
    }
  }
  return best
}

/** Marks (1) every cell of every run of three or more equal tiles, the rest 0; returns how many are marked. */
export function markRuns(board: Cells, { rows, columns }: Grid, marks: MutableCells): number {
  const cells = rows * columns
  for (let at = 0; at < cells; at++) marks[at] = 0
  for (let row = 0; row < rows; row++) markLine(board, row * columns, columns, 1, marks)
  for (let column = 0; column < columns; column++) markLine(board, column, rows, columns, marks)
  let count = 0
  for (let at = 0; at < cells; at++) count += marks[at]!
  return count
}

function markLine(board: Cells, first: number, length: number, step: number, marks: MutableCells): void {
  let from = 0
  for (let k = 1; k <= length; k++) {
    const kind = board[first + from * step]!
    if (k < length && board[first + k * step] === kind) continue
    if (k - from >= 3 && kind !== NONE) for (let i = from; i < k; i++) marks[first + i * step] = 1
    from = k
  }
}

/** Takes the marked tiles away; the cells are left empty. */
export function remove(board: MutableCells, marks: Cells): void {
  for (let at = 0; at < board.length; at++) if (marks[at] === 1) board[at] = NONE
}

/** Lets the tiles fall onto empty cells below them; the empty cells of a column are its topmost afterwards. */
export function fall(board: MutableCells, { rows, columns }: Grid): void {
  for (let column = 0; column < columns; column++) {
    let to = (rows - 1) * columns + column
    for (let at = to; at >= 0; at -= columns) {
      const kind = board[at]!
      if (kind === NONE) continue
      board[at] = NONE
      board[to] = kind
      to -= columns
    }
  }
}

/** Exchanges two cells. */
export function exchange(board: MutableCells, a: number, b: number): void {
  const held = board[a]!
  board[a] = board[b]!
  board[b] = held
}
