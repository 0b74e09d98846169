/**
 * The rules of falling shapes on bare wells: no state, no chance.
 *
 * A well is its rows from the bottom up; bit c of a row is set where column c, from the left, is filled. A shape is placed by quarter turns
 * clockwise and the column of its leftmost cell, and falls straight down. Full rows go, and what is above them comes down.
 */

/** Columns and rows of wells. */
export const WIDTH_MIN = 4
export const WIDTH_MAX = 10
export const HEIGHT_MIN = 8
export const HEIGHT_MAX = 14
/** Most shapes that are shown ahead. */
export const NEXT_MAX = 3

/** The names of the shapes, by kind. */
export const NAMES = ['O', 'I', 'L', 'J', 'T', 'S', 'Z'] as const

/** As they are drawn before any turn: rows from the top, '#' a cell. */
const DRAWN: readonly (readonly string[])[] = [
  ['##', '##'],
  ['####'],
  ['..#', '###'],
  ['#..', '###'],
  ['.#.', '###'],
  ['.##', '##.'],
  ['##.', '.##'],
]

/** A shape in one of its four turns: rows from the bottom up, bits as in a well. */
export interface Turned {
  readonly rows: readonly number[]
  readonly width: number
}

function clockwise(rows: readonly string[]): string[] {
  return Array.from(rows[0]!, (_, column) =>
    rows
      .map((row) => row.charAt(column))
      .reverse()
      .join(''),
  )
}

const bitsOf = (row: string): number => Array.from(row).reduce((bits, cell, column) => (cell === '#' ? bits | (1 << column) : bits), 0)

/** By kind, by quarter turns. */
export const TURNED: readonly (readonly Turned[])[] = DRAWN.map((drawn) => {
  const turns = [drawn]
  while (turns.length < 4) turns.push(clockwise(turns.at(-1)!))
  return turns.map((rows) => ({ rows: rows.toReversed().map(bitsOf), width: rows[0]!.length }))
})

/** Where a placement that there is leads. */
export interface Placed {
  readonly well: readonly number[]
  /** Full rows that went. */
  readonly rows: number
}

/** The well after a shape was placed; null where it would leave the well at the side ('outside') or stick out of its top ('full'). */
export function placed(well: readonly number[], width: number, kind: number, turns: number, column: number): Placed | 'outside' | 'full' {
  const shape = TURNED[kind]![turns]!
  if (column + shape.width > width) return 'outside'
  let bottom = well.length
  while (bottom > 0 && fits(well, shape.rows, column, bottom - 1)) bottom--
  if (bottom + shape.rows.length > well.length) return 'full'
  const full = (1 << width) - 1
  const out = well.slice()
  let rows = 0
  for (const [k, bits] of shape.rows.entries()) {
    out[bottom + k]! |= bits << column
    if (out[bottom + k] === full) rows++
  }
  if (rows === 0) return { well: out, rows }
  const left = out.filter((row) => row !== full)
  while (left.length < well.length) left.push(0)
  return { well: left, rows }
}

function fits(well: readonly number[], rows: readonly number[], column: number, bottom: number): boolean {
  for (let k = 0; k < rows.length && bottom + k < well.length; k++) if ((well[bottom + k]! & (rows[k]! << column)) !== 0) return false
  return true
}

/** Empty cells with a filled one somewhere above them. */
export function holesOf(well: readonly number[]): number {
  let covered = 0
  let holes = 0
  for (let row = well.length - 1; row >= 0; row--) {
    holes += countOf(covered & ~well[row]!)
    covered |= well[row]!
  }
  return holes
}

/** By column: how high its highest filled cell stands, 0 for an empty column. */
export function heightsOf(well: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, column) => well.findLastIndex((row) => ((row >> column) & 1) === 1) + 1)
}

function countOf(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}

/** Points of a placement: one for it, as many as the well is wide for each row that went, and one less for each hole more (or more for each one less). */
export function pointsOf(before: readonly number[], { well, rows }: Placed, width: number): number {
  return 1 + width * rows + holesOf(before) - holesOf(well)
}
