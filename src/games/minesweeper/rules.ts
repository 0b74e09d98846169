/** Rules of Minesweeper on bare boards: neighbours, numbers, and what opens. Cells are row-major indices of a square board. */

/** Cells a side. */
export const SIZE_MIN = 4
export const SIZE_MAX = 10

/** What a cell shows: 0..8 the mines around an open cell, or one of these. */
export const COVERED = 9
export const FLAG = 10
/** The mine that was opened. */
export const BURST = 11

/** Whether a cell is not open yet. */
export const isCovered = (look: number): boolean => look === COVERED || look === FLAG

/** Cells that are not open yet. */
export const coveredIn = (shown: readonly number[]): number => shown.reduce((sum, look) => sum + (isCovered(look) ? 1 : 0), 0)

/** Mines that a board takes at most: a fifth of its cells, a sixth where no guess may be needed. */
export function minesMax(size: number, guesses: boolean): number {
  return Math.floor((size * size) / (guesses ? 5 : 6))
}

const AROUND = Array.from({ length: SIZE_MAX + 1 }, (_, size) => Array.from({ length: size * size }, (_, at) => around(at, size)))

/** The up to eight cells around each cell of a board of `size`, in reading order. size: 1..SIZE_MAX. */
export const neighboursOf = (size: number): readonly (readonly number[])[] => AROUND[size]!

function around(at: number, size: number): number[] {
  const [row, column] = [Math.floor(at / size), at % size]
  const cells: number[] = []
  for (let r = Math.max(0, row - 1); r <= Math.min(size - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(size - 1, column + 1); c++) if (r !== row || c !== column) cells.push(r * size + c)
  return cells
}

/** Mines around each cell. */
export function numbersOf(mined: ReadonlySet<number>, size: number): number[] {
  return neighboursOf(size).map((cells) => cells.reduce((sum, cell) => sum + (mined.has(cell) ? 1 : 0), 0))
}

/**
 * The board once a covered cell without a mine is open, and how many cells opened: where a cell has no mine around it, those around it open too,
 * and so on. Flagged cells stay as they are.
 */
export function opened(
  shown: readonly number[],
  mined: ReadonlySet<number>,
  size: number,
  cell: number,
): { readonly shown: number[]; readonly cells: number } {
  const numbers = numbersOf(mined, size)
  const next = [...shown]
  const open = [cell]
  next[cell] = numbers[cell]!
  for (let i = 0; i < open.length; i++) {
    if (next[open[i]!] !== 0) continue
    for (const near of neighboursOf(size)[open[i]!]!) {
      if (next[near] !== COVERED) continue
      next[near] = numbers[near]!
      open.push(near)
    }
  }
  return { shown: next, cells: open.length }
}
