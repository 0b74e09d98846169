/**
 * The scripted teacher of the Shisen-Sho family and its thoughts. The thoughts are always the truth about the board, a word a cell:
 *
 *     row 0 red star (0, 1) cyan cross not (2, 1) _ gone …    a line a row, top to bottom; two words a cell, left to right
 *     row 1 …
 *     first (0, 0) (0, 1)                                     the removable pair with the shortest path (ties: reading order), or `first none`
 *
 * The words of a cell: its tile as in the perception (`_` if empty), then `(r, c)`, the nearest cell it can be removed with (shortest path in steps, ties: reading order); `not (r, c)` if its tile
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
import { onceForEach, type TrueLine, trueWords } from '../shared/score-words.ts'
import { judged, linesIn, type Piece, piecesIn } from '../shared/statements.ts'
import { type Pair, type Position, pairOf } from './position.ts'
import { EMPTY, type Join, joinsOf } from './rules.ts'
import { EMPTY_LABEL } from './text.ts'

const TEXT_CAP = 4096

/** What the family's games differ in here: how the tiles of a position are called, by kind. */
type LabelsOf<S extends Position> = (position: S) => readonly string[]

/** The true thoughts as words, a list a line without the heads: the rows, two words a cell, then the first pair. */
function statements(position: Position, labels: readonly string[], joins: readonly Join[]): string[][] {
  const { board, rows, columns } = position
  const name = (cell: number): string => `(${Math.floor(cell / columns)}, ${cell % columns})`
  const partners: string[] = board.map((kind, cell) => (kind === EMPTY ? 'gone' : `not ${name(nearestEqual(position, cell))}`))
  const lengths = new Array<number>(board.length).fill(Number.POSITIVE_INFINITY)
  const note = (cell: number, partner: number, length: number): void => {
    if (length >= lengths[cell]!) return
    lengths[cell] = length
    partners[cell] = name(partner)
  }
  for (const { first, second, length } of joins) {
    note(first, second, length)
    note(second, first, length)
  }
  const best = shortest(joins)
  const words = board.flatMap((kind, cell) => [kind === EMPTY ? EMPTY_LABEL : labels[kind]!, partners[cell]!])
  const lines = Array.from({ length: rows }, (_, row) => words.slice(2 * row * columns, 2 * (row + 1) * columns))
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

function write(position: Position, labels: readonly string[], joins: readonly Join[]): string {
  return statements(position, labels, joins)
    .map((words, line) => [head(line, position.rows), ...words].join(' '))
    .join('\n')
}

/** Teaching functions of a game of the family, for its own labels. */
export interface Teacher<S extends Position> {
  /** True thoughts and a decision; blind: see the head of this file; not blind: always legal. Throws GameError after the end. */
  teach(position: S, options: TeacherOptions): Thought<Pair>
  /**
   * Share of the true words (two a cell, two of the first pair or one if there is none) that stand at their places, 0..1. Unreadable text is
   * 0: other heads than those in order, a word outside the grammar, or more words on a line than it has room for. Words left out are not
   * true. White space is free between words.
   */
  scoreThink(position: S, think: string): number
  /** The words of a readable text, each with whether it is the true one of its place. */
  judgeThink(position: S, think: string): Statement[]
}

/** The teacher for tiles called so. */
export function teacherOf<S extends Position>(labelsOf: LabelsOf<S>): Teacher<S> {
  const judge = (position: S, joins: readonly Join[], think: string): Statement[] => {
    if (think.length > TEXT_CAP) return []
    const { rows, columns } = position
    const lines = linesIn(think)
    if (lines.length !== rows + 1) return []
    const labels = labelsOf(position)
    const truth = statements(position, labels, joins)
    const said: Statement[] = []
    for (const [at, line] of lines.entries()) {
      const words = readLine(line, head(at, rows), patternOf(labels))
      if (words === null || words.length > (at < rows ? 2 * columns : 2)) return []
      said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === truth[at]![i]))
    }
    return said
  }
  const truthOf = onceForEach((position: S): TrueLine[] => {
    const { rows, columns } = position
    const labels = labelsOf(position)
    const word = new RegExp(patternOf(labels), 'y')
    return statements(position, labels, joinsAt(position)).map((words, at) => ({
      head: head(at, rows).split(' '),
      words,
      most: at < rows ? 2 * columns : 2,
      word,
    }))
  })
  return {
    teach: (position, options) => {
      const joins = joinsAt(position)
      const best = shortest(joins)
      if (best === undefined)
        throw new GameError('The teacher of Shisen-Sho was asked for a move after the end: check terminated(state) first.')
      const { first, second } = options.blind ? nearestEquals(position) : best
      return { think: write(position, labelsOf(position), joins), action: pairOf(position, first, second) }
    },
    scoreThink: (position, think) => {
      if (think.length > TEXT_CAP) return 0
      const truth = truthOf(position)
      return Math.max(0, trueWords(think, truth)) / truth.reduce((sum, { words }) => sum + words.length, 0)
    },
    judgeThink: (position, think) => judge(position, joinsAt(position), think),
  }
}

const patterns = new WeakMap<readonly string[], string>()

/** A regular expression's source for one word of a thought. */
function patternOf(labels: readonly string[]): string {
  const known = patterns.get(labels)
  if (known !== undefined) return known
  const names = labels.map((label) => label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'))
  const pattern = `(?:not\\s+)?\\([0-7],\\s+[0-7]\\)|gone|none|${EMPTY_LABEL}|${names.join('|')}`
  patterns.set(labels, pattern)
  return pattern
}

/** The words of a line after its head; null if it does not keep to the grammar. */
function readLine(line: Piece, expected: string, pattern: string): Piece[] | null {
  const start = new RegExp(`^\\s*${expected.replace(' ', '\\s+')}(?=\\s|$)`).exec(line.text)?.[0]
  if (start === undefined) return null
  const rest = { text: line.text.slice(start.length), start: line.start + start.length }
  return new RegExp(`^(?:\\s+(?:${pattern}))*\\s*$`).test(rest.text) ? piecesIn(rest, new RegExp(pattern, 'g')) : null
}

/** The two equal tiles nearest to each other, as the crow walks, the first of equals; the board must hold a pair. */
function nearestEquals(position: Position): { first: number; second: number } {
  const { board, columns } = position
  const pairs = board.flatMap((kind, first) => (kind === EMPTY ? [] : { first, second: nearestEqual(position, first) }))
  const apart = ({ first, second }: (typeof pairs)[number]): number => distance(columns, first, second)
  const { first, second } = pairs.reduce((best, pair) => (apart(pair) < apart(best) ? pair : best))
  return { first: Math.min(first, second), second: Math.max(first, second) }
}
