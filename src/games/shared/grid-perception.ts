/**
 * Perception of pictures that are grids of labels: all of the facet but the truth itself.
 *
 *     perception: gridPerception({ of: ({ rows, columns, board }) => labelGrid(rows, columns, (at) => LABELS[board[at]]), side: 8, isLabel, layout })
 */
import type { AnyGame, Grid, PerceptionFacet, SectionLayout, Statement } from '../../game.ts'
import { formatGrid, type GridGrammar, parseGrid, type WrittenGrid } from './grid-text.ts'
import { linesIn, piecesIn } from './statements.ts'

/** What differs between games whose pictures are grids. */
export interface GridPerceptionOptions<S, C> extends Omit<GridGrammar, 'cap'> {
  /** The labels of a state's board; see `labelGrid`. */
  of(state: S): Grid
  /** See `gridLayout`. */
  layout(config: C): SectionLayout
  /** Longest text that is read at all, characters. Default: 4096. */
  readonly cap?: number
  /** The state with these labels on its board, row-major, as many as it has cells; null for a label that the config has not. See `told`. */
  withBoard?(state: S, labels: readonly string[]): S | null
}

/** The facet of a game whose picture is a grid of labels. */
export function gridPerception<S, C>(options: GridPerceptionOptions<S, C>): PerceptionFacet<S, C, Grid> {
  const { of, layout, side, isLabel, cap = 4096, withBoard } = options
  const memory = lastWritten()
  const parse = (text: string): Grid | null => parseGrid(text, { side, cap, isLabel }, memory.last())
  return {
    of,
    format: memory.format,
    parse,
    agreement: gridAgreement,
    layout,
    grid: (perception) => perception,
    judge: (truth, text) => (parse(text) === null ? [] : judgedCells(truth, text)),
    ...(withBoard && {
      told: (state: S, { rows, columns, cells }: Grid) => {
        const own = of(state)
        return rows === own.rows && columns === own.columns ? withBoard(state, cells.flat()) : null
      },
    }),
  }
}

/** The cells of a readable text, each with whether it is the true one of its place. */
function judgedCells({ cells }: Grid, text: string): Statement[] {
  return linesIn(text).flatMap((line, row) =>
    piecesIn(line, /[^|]+/g).map(({ text: piece, start }, column) => {
      const label = piece.trim()
      const from = start + piece.indexOf(label)
      return { start: from, end: from + label.length, holds: cells[row]?.[column] === label }
    }),
  )
}

/**
 * Remembers the grid that was written last. Replies are read after the truth was written and repeat many of its lines, which then need not
 * be read again.
 */
function lastWritten(): { format(grid: Grid): string; last(): WrittenGrid | undefined } {
  let written: { readonly grid: Grid; readonly text: string } | undefined
  let known: WrittenGrid | undefined
  return {
    format: (grid) => {
      const text = formatGrid(grid)
      written = { grid, text }
      known = undefined
      return text
    },
    last: () => {
      if (known === undefined && written !== undefined) known = { grid: written.grid, lines: linesOf(written.text) }
      return known
    },
  }
}

/** The lines of a text; faster than `split` for few. */
function linesOf(text: string): string[] {
  const lines: string[] = []
  let from = 0
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    lines.push(text.slice(from, to))
    from = to + 1
  }
  lines.push(text.slice(from))
  return lines
}

/**
 * Agreement of a read grid with the true one, 0..1: equal cells in the overlap of the two shapes, divided by the larger number of cells.
 * 1 if and only if shape and all cells are equal, so neither leaving cells out nor adding some gains anything.
 */
export function gridAgreement(truth: Grid, read: Grid): number {
  const count = Math.max(truth.rows * truth.columns, read.rows * read.columns)
  if (count === 0) return 1
  let equal = 0
  const columns = Math.min(truth.columns, read.columns)
  for (let row = 0; row < Math.min(truth.rows, read.rows); row++) equal += equalCells(truth.cells[row]!, read.cells[row]!, columns)
  return equal / count
}

function equalCells(own: readonly string[], other: readonly string[], columns: number): number {
  if (own === other) return columns
  let equal = 0
  for (let column = 0; column < columns; column++) if (own[column] === other[column]) equal++
  return equal
}

/** The true labels of a state's board; null where the game's perception is no grid. */
export function gridOf({ perception }: Pick<AnyGame, 'perception'>, state: unknown): Grid | null {
  return perception.grid?.(perception.of(state)) ?? null
}

/** The grid that a text shows, by the game's own strict reader; null where it shows none, or the game's perception is no grid. */
export function readGrid({ perception }: Pick<AnyGame, 'perception'>, text: string): Grid | null {
  if (perception.grid === undefined) return null
  const read = perception.parse(text)
  return read === null ? null : perception.grid(read)
}

/** What `gridLayout` shows. */
export interface GridLayoutOptions {
  readonly rows: number
  readonly columns: number
  /** How the first row and column are counted. */
  readonly first: 0 | 1
  /** What the name of the first cell stands for: 'the first cell of the first row'. */
  readonly stands: string
  /** What stands in a cell, a clause: 'a cell is the number of its tile, or _ if it is empty'. */
  readonly cell: string
}

/** The layout of a grid: cell names in place of labels, and a sentence. */
export function gridLayout({ rows, columns, first, stands, cell }: GridLayoutOptions): SectionLayout {
  const name = (row: number, column: number): string => `r${first + row}c${first + column}`
  const line = (row: number): string => Array.from({ length: columns }, (_, column) => name(row, column)).join(' | ')
  return {
    example: Array.from({ length: rows }, (_, row) => line(row)).join('\n'),
    how: `write the board as you see it: ${rows} lines from top to bottom, ${columns} cells a line from left to right with " | " between them (${name(0, 0)} stands for ${stands}, and so on); ${cell}`,
  }
}
