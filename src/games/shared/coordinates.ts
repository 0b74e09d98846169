/**
 * The answer grammars of games whose action is a cell, `(row, col)`, or a pair of cells, `(row1, col1) (row2, col2)`; 0-based, counted from the
 * top left cell. Reading is strict: brackets of two unsigned decimal integers and nothing else. Whether cells are an action is the game's business.
 */
import { shownAnswer } from './shown-answer.ts'

/** A cell: row from the top, column from the left, both 0-based; as read 0..999. */
export type Cell = readonly [row: number, column: number]

/** For `play.pick` of a game whose answers are two cells. */
export const PICK_PAIR: { readonly cells: number; answer(cells: readonly Cell[]): string } = {
  cells: 2,
  answer: ([a, b]) => formatPair(a!, b!),
}

/** For `play.pick` of a game whose answers are one cell. */
export const PICK_CELL: { readonly cells: number; answer(cells: readonly Cell[]): string } = {
  cells: 1,
  answer: ([cell]) => formatCell(cell!),
}

/** Canonical text of a cell: '(0, 1)'. */
export function formatCell([row, column]: Cell): string {
  return `(${row}, ${column})`
}

const CELL = /^\s*\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)\s*$/

/**
 * The index, row-major, of a cell of a board from a text: a bracket of two integers of one to three ASCII digits, white space around and inside
 * it free. Otherwise a sentence that shows what was found. Texts over 256 characters are refused unread.
 */
export function parseCell(text: string, rows: number, columns: number): { readonly action: number } | { readonly reason: string } {
  const found = text.length > TEXT_CAP ? null : CELL.exec(text)
  const [row, column] = [Number(found?.[1]), Number(found?.[2])]
  if (row < rows && column < columns) return { action: row * columns + column }
  return { reason: shownAnswer(text, `one cell from (0, 0) to (${rows - 1}, ${columns - 1}), written as (row, col)`) }
}

/** Longest text that is read at all. */
const TEXT_CAP = 256

const PAIR = /^\s*\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)\s*\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)\s*$/

/** Canonical text of two cells in the order given: '(0, 1) (2, 3)'. */
export function formatPair(a: Cell, b: Cell): string {
  return `(${a[0]}, ${a[1]}) (${b[0]}, ${b[1]})`
}

/** Two cells of single digits in canonical text: how nearly all answers are written. */
const PLAIN = '(0, 0) (0, 0)'
/** Character code of '0'. */
const ZERO = 48

/** Whether a text is `PLAIN` with any digits. */
function isPlain(text: string): boolean {
  if (text.length !== PLAIN.length) return false
  for (let at = 0; at < PLAIN.length; at++) {
    const code = text.charCodeAt(at)
    const wanted = PLAIN.charCodeAt(at)
    if (wanted === ZERO ? code < ZERO || code > ZERO + 9 : code !== wanted) return false
  }
  return true
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - ZERO
}

/**
 * Two cells from a text: integers of one to three ASCII digits; white space around, between and inside the brackets is free. Otherwise a
 * sentence that shows what was found. Texts over 256 characters are refused unread.
 */
export function parsePair(text: string): { readonly pair: readonly [Cell, Cell] } | { readonly reason: string } {
  if (isPlain(text))
    return {
      pair: [
        [digit(text, 1), digit(text, 4)],
        [digit(text, 8), digit(text, 11)],
      ],
    }
  const found = text.length > TEXT_CAP ? null : PAIR.exec(text)
  if (found !== null) {
    const [r1, c1, r2, c2] = found.slice(1).map(Number) as [number, number, number, number]
    return { pair: [[r1, c1] as const, [r2, c2] as const] }
  }
  if (text.length <= TEXT_CAP && text.trim() === '')
    return { reason: 'The answer is empty; it must be two cells: (row1, col1) (row2, col2).' }
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return { reason: `The answer ${JSON.stringify(shown)} is not two cells written as (row1, col1) (row2, col2).` }
}

/** The words of all cells of a board of size x size, in reading order, first without and then with a space in front: '(0, 0)', ' (0, 0)', … */
export function coordinateWords(size: number): string[] {
  const cells = Array.from({ length: size * size }, (_, at) => `(${Math.floor(at / size)}, ${at % size})`)
  return cells.flatMap((cell) => [cell, ` ${cell}`])
}
