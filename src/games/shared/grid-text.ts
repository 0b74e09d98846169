/**
 * The perception of a grid as text, shared by the games: a line per row, cells joined with ' | '. Reading is strict: every row equally long,
 * every cell a known label; only white space around cells and lines, and blank lines, are free.
 */
import type { Perception } from '../../game.ts'

/** What a game's reader takes. */
export interface GridGrammar {
  /** Most rows, and most columns. */
  readonly side: number
  /** Longest text that is read at all, characters. */
  readonly cap: number
  readonly isLabel: (label: string) => boolean
}

/** The perception of a board; `labelOf`: the label of the cell at a row-major index. */
export function labelGrid(rows: number, columns: number, labelOf: (at: number) => string): Perception {
  const cells = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => labelOf(row * columns + column)))
  return { rows, columns, cells }
}

/** Canonical text of a perception. */
export function formatGrid({ cells }: Perception): string {
  return cells.map((row) => row.join(' | ')).join('\n')
}

/** Reads a grid back; null when it is none, too large, or holds anything but labels. */
export function parseGrid(text: string, { side, cap, isLabel }: GridGrammar): Perception | null {
  if (text.length > cap) return null
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const columns = lines[0]?.split('|').length ?? 0
  if (lines.length > side || columns === 0 || columns > side) return null
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()))
  if (!cells.every((row) => row.length === columns && row.every(isLabel))) return null
  return { rows: cells.length, columns, cells }
}
