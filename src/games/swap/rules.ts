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

/** Whether some swap of neighbours makes a run. The board must be without runs. */
export function hasSwap(board: Cells, grid: Grid): boolean {
  return someMove(board, grid, () => true)
}

/**
 * Whether `test` holds for some move that makes a run. A run is three equal tiles in a line; a move makes one where two of them stand already:
 *
 *     x x .    . x x    x . x        also from top to bottom
 *
 * The dot is the gap. The move takes a third equal tile, which stands beside the gap and is none of the two, into the gap. Moves are tested
 * until one holds; a move that makes two runs may be tested twice. The board must be without runs.
 */
export function someMove(board: Cells, grid: Grid, test: MoveTest): boolean {
  const { rows, columns } = grid
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const kind = board[at]
      if (column + 1 < columns && kind === board[at + 1]) {
        if (column > 0 && someInto(board, grid, at - 1, at, at, test)) return true
        if (column + 2 < columns && someInto(board, grid, at + 2, at + 1, at + 1, test)) return true
      } else if (column + 2 < columns && kind === board[at + 2] && someInto(board, grid, at + 1, at, at + 2, test)) return true
      if (row + 1 < rows && kind === board[at + columns]) {
        if (row > 0 && someInto(board, grid, at - columns, at, at, test)) return true
        if (row + 2 < rows && someInto(board, grid, at + 2 * columns, at + columns, at + columns, test)) return true
      } else if (row + 2 < rows && kind === board[at + 2 * columns] && someInto(board, grid, at + columns, at, at + 2 * columns, test))
        return true
    }
  }
  return false
}

type MoveTest = (from: number, to: number) => boolean

/** Whether `test` holds for a move of a third equal tile into a gap. `one`, `other`: the cells of the two tiles that touch the gap; equal if only one touches it. */
function someInto(board: Cells, { rows, columns }: Grid, gap: number, one: number, other: number, test: MoveTest): boolean {
  const column = gap % columns
  const [up, left, right, down] = [gap - columns, gap - 1, gap + 1, gap + columns]
  return (
    (gap >= columns && isThird(board, up, one, other) && test(up, gap)) ||
    (column > 0 && isThird(board, left, one, other) && test(left, gap)) ||
    (column + 1 < columns && isThird(board, right, one, other) && test(right, gap)) ||
    (down < rows * columns && isThird(board, down, one, other) && test(down, gap))
  )
}

function isThird(board: Cells, at: number, one: number, other: number): boolean {
  return board[at] === board[one] && at !== one && at !== other
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
  let count = 0
  for (let at = 0; at < cells; at++) marks[at] = 0
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      if (column + 2 < columns && isRun(board, at, 1)) count += markThree(marks, at, 1)
      if (row + 2 < rows && isRun(board, at, columns)) count += markThree(marks, at, columns)
    }
  }
  return count
}

/** Whether a tile and the next two, `step` apart, are equal. */
function isRun(board: Cells, at: number, step: number): boolean {
  const kind = board[at]
  return kind === board[at + step] && kind === board[at + 2 * step] && kind !== NONE
}

/** Marks three cells; returns how many of them were not marked before. */
function markThree(marks: MutableCells, at: number, step: number): number {
  let count = 0
  for (let cell = at; cell <= at + 2 * step; cell += step) {
    count += 1 - marks[cell]!
    marks[cell] = 1
  }
  return count
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

const fallen = new Int8Array(SIDE_MAX * SIDE_MAX)
const cleared = new Uint8Array(SIDE_MAX * SIDE_MAX)

/**
 * Tiles that swapping the neighbours `a` and `b` clears for certain: at first, and then by what falls down, without what comes in from the
 * top. 0 if the swap makes no run. The board must be without runs.
 */
export function knownCells(board: Cells, grid: Grid, a: number, b: number): number {
  const left = fallen.subarray(0, board.length)
  for (let at = 0; at < board.length; at++) left[at] = board[at]!
  exchange(left, a, b)
  let cells = 0
  for (let count = markRuns(left, grid, cleared); count > 0; count = markRuns(left, grid, cleared)) {
    cells += count
    remove(left, cleared)
    fall(left, grid)
  }
  return cells
}

/** Exchanges two cells. */
export function exchange(board: MutableCells, a: number, b: number): void {
  const held = board[a]!
  board[a] = board[b]!
  board[b] = held
}
