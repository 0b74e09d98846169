/**
 * The perception of a grid as text, shared by the games: a line per row, cells joined with ' | '. Reading is strict: every row equally long,
 * every cell a known label; only white space around cells and lines, and blank lines, are free.
 */
import type { Grid } from '../../game.ts'

/** Label of an empty cell. */
export const EMPTY_LABEL = '_'

/** Usual ways of writing an empty cell; see `Spellings`. */
export const EMPTY_SPELLINGS: { readonly [text: string]: string } = Object.fromEntries(
  ['', '.', '-', '–', '—', '·', '•', '□', '⬜', '__', 'empty', 'blank', 'none', 'null', '[empty]', '(empty)', '[ ]'].map((text) => [
    text,
    EMPTY_LABEL,
  ]),
)

/** A grid with its canonical text, line by line; line i is row i of the cells. */
export interface WrittenGrid {
  readonly grid: Grid
  readonly lines: readonly string[]
}

/** What a game's reader takes. */
export interface GridGrammar {
  /** Most rows, and most columns. */
  readonly side: number
  /** Longest text that is read at all, characters. */
  readonly cap: number
  readonly isLabel: (label: string) => boolean
}

/** The labels of a board; `labelOf`: the label of the cell at a row-major index. */
export function labelGrid(rows: number, columns: number, labelOf: (at: number) => string): Grid {
  const cells: string[][] = []
  for (let at = 0; at < rows * columns; ) {
    const row: string[] = []
    for (const end = at + columns; at < end; at++) row.push(labelOf(at))
    cells.push(row)
  }
  return { rows, columns, cells }
}

/** Canonical text of a grid. */
export function formatGrid({ cells }: Grid): string {
  return cells.map((row) => row.join(' | ')).join('\n')
}

/**
 * Reads a grid back; null when it is none, too large, or holds anything but labels. `likely`: what the text may well say; its lines are not
 * read again, and the rows of equal lines are its own. It never changes what is read.
 */
export function parseGrid(text: string, { side, cap, isLabel }: GridGrammar, likely?: WrittenGrid): Grid | null {
  if (text.length > cap) return null
  const cells: (readonly string[])[] = []
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    const known = likely !== undefined && text.slice(from, to) === likely.lines[cells.length]
    const row = known ? likely.grid.cells[cells.length]! : readRow(text, from, to)
    from = to + 1
    if (row.length === 1 && row[0] === '') continue
    if (cells.length === side || row.length > side || row.length !== (cells[0] ?? row).length) return null
    if (!known && !row.every((label) => isLabel(label))) return null
    cells.push(row)
  }
  return cells.length === 0 ? null : { rows: cells.length, columns: cells[0]!.length, cells }
}

/** The cells of a line, without white space around them. */
function readRow(text: string, from: number, to: number): string[] {
  const row: string[] = []
  for (let start = from; start <= to; ) {
    const bar = text.indexOf('|', start)
    const end = bar < 0 || bar > to ? to : bar
    row.push(trimmed(text, start, end))
    start = end + 1
  }
  return row
}

/** `text.slice(from, to).trim()`, with one slice where the white space is spaces. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && text.charCodeAt(start) === 32) start++
  while (start < end && text.charCodeAt(end - 1) === 32) end--
  const cell = text.slice(start, end)
  return start < end && isPlain(text.charCodeAt(start)) && isPlain(text.charCodeAt(end - 1)) ? cell : cell.trim()
}

/** Whether a character is surely no white space. */
function isPlain(code: number): boolean {
  return code > 32 && code < 128
}
