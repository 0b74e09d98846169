/**
 * The scripted teacher of the Shisen-Sho family and its thoughts. The thoughts are always the truth about the board, a word a cell:
 *
 *     row 0 (0, 1) not (2, 1) gone … a line a row, top to bottom; a word a cell, left to right
 *     row 1 …
 *     first (0, 0) (0, 1)            the removable pair with the shortest path (ties: reading order), or `first none`
 *
 * The word of a cell: `(r, c)`, the nearest cell it can be removed with (shortest path in steps, ties: reading order); `not (r, c)` if its tile
 * cannot be removed now, with the equal tile nearest to it (rows plus columns apart, ties: reading order); `gone` if the cell is empty. So every
 * tile tells where its equal is: finding it and seeing the path are learned apart.
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: paths are not looked at. The blind teacher names the two equal
 * tiles nearest to each other (rows plus columns apart, ties: reading order), whether or not they can be joined; where they cannot, it says
 * the same refused pair again and again until a slip removes something. So its decision need not be legal. Not blind: the `first` pair.
 *
 * Mean pairs removed (1000 games; slips: 15 % of the moves uniformly legal). 4x4, 8 kinds, 12 replies: blind 3.39 ± 0.09, with slips
 * 4.73 ± 0.09, not blind 6.47 ± 0.08; the same, clearable: 6.71 ± 0.07, 7.39 ± 0.05, 8. 6x6, 9 kinds, 50 replies (500 games): blind
 * 6.1 ± 0.2, with slips 15.1 ± 0.2, not blind 17.8 ± 0.05.
 */
import { GameError } from '../../errors.ts'
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { judged, linesIn, type Piece, piecesIn, shareTrue } from '../shared/statements.ts'
import { type Pair, type Position, pairOf } from './position.ts'
import { EMPTY, type Join, joinsOf } from './rules.ts'

const TEXT_CAP = 4096

/** The true thoughts as words, a list a line without the heads: the rows, then the first pair. */
function statements(position: Position, joins: readonly Join[]): string[][] {
  const { board, rows, columns } = position
  const name = (cell: number): string => `(${Math.floor(cell / columns)}, ${cell % columns})`
  const words: string[] = board.map((kind, cell) => (kind === EMPTY ? 'gone' : `not ${name(nearestEqual(position, cell))}`))
  const lengths = new Array<number>(board.length).fill(Number.POSITIVE_INFINITY)
  const note = (cell: number, partner: number, length: number): void => {
    if (length >= lengths[cell]!) return
    lengths[cell] = length
    words[cell] = name(partner)
  }
  for (const { first, second, length } of joins) {
    note(first, second, length)
    note(second, first, length)
  }
  const best = shortest(joins)
  const lines = Array.from({ length: rows }, (_, row) => words.slice(row * columns, (row + 1) * columns))
  return [...lines, best === undefined ? ['none'] : [name(best.first), name(best.second)]]
}

/** Rows plus columns between two cells. */
function distance(columns: number, first: number, second: number): number {
  return Math.abs(Math.floor(second / columns) - Math.floor(first / columns)) + Math.abs((second % columns) - (first % columns))
}

/** The equal tile nearest to a tile, as the crow walks; the first of equals. */
function nearestEqual({ board, columns }: Position, cell: number): number {
  let nearest = -1
  for (const [other, kind] of board.entries()) {
    if (other === cell || kind !== board[cell]) continue
    if (nearest < 0 || distance(columns, cell, other) < distance(columns, cell, nearest)) nearest = other
  }
  return nearest
}

/** The join with the shortest path, the first of equals. */
function shortest(joins: readonly Join[]): Join | undefined {
  return joins.reduce<Join | undefined>((best, join) => (best === undefined || join.length < best.length ? join : best), undefined)
}

function joinsAt({ board, rows, columns }: Position): Join[] {
  return joinsOf(board, rows, columns)
}

function head(line: number, rows: number): string {
  return line < rows ? `row ${line}` : 'first'
}

/** The true thoughts as text: rows + 1 lines, no line break at the end. */
export function formatThink(position: Position): string {
  return write(position, joinsAt(position))
}

function write(position: Position, joins: readonly Join[]): string {
  return statements(position, joins)
    .map((words, line) => [head(line, position.rows), ...words].join(' '))
    .join('\n')
}

/**
 * Share of the true words (one a cell, two of the first pair or one if there is none) that stand at their places, 0..1. Unreadable text is 0:
 * other heads than those in order, a word outside the grammar, or more words on a line than it has room for. Words left out are not true.
 * White space is free between words.
 */
export function scoreThink(position: Position, think: string): number {
  const joins = joinsAt(position)
  return shareTrue(judgeWith(position, joins, think), position.board.length + (joins.length === 0 ? 1 : 2))
}

/** The words of a readable text, each with whether it is the true one of its place. */
export function judgeThink(position: Position, think: string): Statement[] {
  return judgeWith(position, joinsAt(position), think)
}

function judgeWith(position: Position, joins: readonly Join[], think: string): Statement[] {
  if (think.length > TEXT_CAP) return []
  const { rows, columns } = position
  const lines = linesIn(think)
  if (lines.length !== rows + 1) return []
  const truth = statements(position, joins)
  const said: Statement[] = []
  for (const [at, line] of lines.entries()) {
    const words = readLine(line, head(at, rows))
    if (words === null || words.length > (at < rows ? columns : 2)) return []
    said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === truth[at]![i]))
  }
  return said
}

/** The words of a line after its head; null if it does not keep to the grammar. */
function readLine(line: Piece, expected: string): Piece[] | null {
  const text = line.text.trim().replace(/\s+/g, ' ')
  if (text !== expected && !text.startsWith(`${expected} `)) return null
  const words = text.slice(expected.length)
  return /^( (none|gone|(not )?\([0-7], [0-7]\)))*$/.test(words) ? piecesIn(line, /none|gone|(not\s+)?\([0-7],\s+[0-7]\)/g) : null
}

/** True thoughts and a decision; blind: see the head of this file; not blind: always legal. Throws GameError after the end. */
export function teach(position: Position, options: TeacherOptions): Thought<Pair> {
  const joins = joinsAt(position)
  const best = shortest(joins)
  if (best === undefined)
    throw new GameError('The teacher of Shisen-Sho was asked for a move after the end: check terminated(state) first.')
  const { first, second } = options.blind ? nearestEquals(position) : best
  return { think: write(position, joins), action: pairOf(position, first, second) }
}

/** The two equal tiles nearest to each other, as the crow walks, the first of equals; the board must hold a pair. */
function nearestEquals(position: Position): { first: number; second: number } {
  const { board, columns } = position
  const pairs = board.flatMap((kind, first) => (kind === EMPTY ? [] : { first, second: nearestEqual(position, first) }))
  const apart = ({ first, second }: (typeof pairs)[number]): number => distance(columns, first, second)
  const { first, second } = pairs.reduce((best, pair) => (apart(pair) < apart(best) ? pair : best))
  return { first: Math.min(first, second), second: Math.max(first, second) }
}
