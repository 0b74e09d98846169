/** Nonograms on bare boards: lines as sets of cells (bit i: cell i of the line is filled), their clues, and the solver. */

/** Cells a side. */
export const SIZE_MIN = 3
export const SIZE_MAX = 7

/** Most numbers of a line's clue. */
export const numbersMax = (size: number): number => Math.ceil(size / 2)

/** The lengths of the runs of a line, in their order; none for an empty line. */
export function clueOf(line: number, size: number): number[] {
  const clue: number[] = []
  for (let i = 0, run = 0; i <= size; i++) {
    if (i < size && ((line >> i) & 1) === 1) run++
    else if (run > 0) {
      clue.push(run)
      run = 0
    }
  }
  return clue
}

/** The clues of all rows and columns. */
export interface Clues {
  readonly rows: readonly (readonly number[])[]
  readonly columns: readonly (readonly number[])[]
}

/** The clues of a board; `filled`: size * size flags, row-major. */
export function cluesOf(filled: readonly boolean[], size: number): Clues {
  const line = (cell: (i: number) => number): number => {
    let set = 0
    for (let i = 0; i < size; i++) if (filled[cell(i)]) set |= 1 << i
    return set
  }
  const all = Array.from({ length: size }, (_, i) => i)
  return {
    rows: all.map((row) =>
      clueOf(
        line((i) => row * size + i),
        size,
      ),
    ),
    columns: all.map((column) =>
      clueOf(
        line((i) => i * size + column),
        size,
      ),
    ),
  }
}

/** Cells a side of the picture, clues and board together: the clues stand in so many rows and columns before it as a clue has numbers at most. */
export const sideOf = (size: number): number => size + numbersMax(size)

/** The cell of the board at a cell of the picture, both row-major; -1 where clues stand. */
export function boardCell(size: number, at: number): number {
  const [side, margin] = [sideOf(size), numbersMax(size)]
  const [row, column] = [Math.floor(at / side) - margin, (at % side) - margin]
  return row < 0 || column < 0 ? -1 : row * size + column
}

/** The cell of the picture at a cell of the board. */
export function pictureCell(size: number, cell: number): number {
  const margin = numbersMax(size)
  return (Math.floor(cell / size) + margin) * sideOf(size) + (cell % size) + margin
}
