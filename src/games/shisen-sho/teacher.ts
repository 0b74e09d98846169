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
import { EMPTY_LABEL } from '../shared/grid-text.ts'
import { onceForEach, type TrueThoughts, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { judged, linesIn, type Piece, piecesIn } from '../shared/statements.ts'
import { type Pair, type Position, pairOf } from './position.ts'
import { EMPTY, joinLength, linesOf, SIDE_MAX } from './rules.ts'

const TEXT_CAP = 4096

/** What the family's games differ in here: how the tiles of a position are called, by kind. */
type LabelsOf<S extends Position> = (position: S) => readonly string[]

/** Two different cells, the first in reading order first. */
interface Cells {
  readonly first: number
  readonly second: number
}

/** What is true of a board. */
interface Facts {
  /** The second word of each cell, row-major. */
  readonly partners: readonly string[]
  /** The removable pair with the shortest path, the first of equals; null if no pair can be removed. */
  readonly best: Cells | null
}

/** Cells by index, for boards of `[columns]`: '(0, 0)', '(0, 1)', … */
const NAMES: readonly (readonly string[])[] = namesAfter('')
/** The same of partners out of reach: 'not (0, 0)', … */
const NOT_NAMES: readonly (readonly string[])[] = namesAfter('not ')

function namesAfter(start: string): string[][] {
  return Array.from({ length: SIDE_MAX + 1 }, (_, columns) =>
    Array.from({ length: columns * SIDE_MAX }, (_, cell) => `${start}(${Math.floor(cell / columns)}, ${cell % columns})`),
  )
}

/** More than the steps of any path: added to the distance of a pair that cannot be removed. */
const APART = 1000

/** Looks at each pair of equal tiles once, in reading order, so that the first of equals stays. */
function factsOf({ board, rows, columns }: Position): Facts {
  const lines = linesOf(board, rows, columns)
  const partner = new Array<number>(board.length).fill(-1)
  const far = new Array<number>(board.length).fill(2 * APART)
  let best: Cells | null = null
  let least = APART
  for (let first = 0; first < board.length; first++) {
    const kind = board[first]!
    if (kind === EMPTY) continue
    for (let second = first + 1; second < board.length; second++) {
      if (board[second] !== kind) continue
      const steps = joinLength(lines, first, second) || APART + distance(columns, first, second)
      if (steps < far[first]!) {
        far[first] = steps
        partner[first] = second
      }
      if (steps < far[second]!) {
        far[second] = steps
        partner[second] = first
      }
      if (steps < least) {
        least = steps
        best = { first, second }
      }
    }
  }
  const partners = partner.map((cell, at) => (cell < 0 ? 'gone' : (far[at]! < APART ? NAMES : NOT_NAMES)[columns]![cell]!))
  return { partners, best }
}

/** Rows plus columns between two cells. */
function distance(columns: number, first: number, second: number): number {
  return Math.floor(second / columns) - Math.floor(first / columns) + Math.abs((second % columns) - (first % columns))
}

/** The true thoughts as words, a list a line without the heads: the rows, two words a cell, then the first pair. */
function statements({ board, rows, columns }: Position, labels: readonly string[], { partners, best }: Facts): string[][] {
  const lines: string[][] = []
  for (let at = 0; at < rows * columns; ) {
    const words: string[] = []
    for (const end = at + columns; at < end; at++) words.push(board[at] === EMPTY ? EMPTY_LABEL : labels[board[at]!]!, partners[at]!)
    lines.push(words)
  }
  const names = NAMES[columns]!
  lines.push(best === null ? ['none'] : [names[best.first]!, names[best.second]!])
  return lines
}

/** What a line begins with. */
function headOf(line: number, rows: number): string {
  return line < rows ? `row ${line}` : 'first'
}

/** Most words that a line may have after its head. */
function mostOf(line: number, { rows, columns }: Position): number {
  return line < rows ? 2 * columns : 2
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
  share(position: S, think: string): number
  /** The words of a readable text, each with whether it is the true one of its place. */
  judge(position: S, think: string): Statement[]
}

/** The teacher for tiles called so. */
export function teacherOf<S extends Position>(labelsOf: LabelsOf<S>): Teacher<S> {
  const thoughtsOf = (position: S, facts: Facts): TrueThoughts => {
    const labels = labelsOf(position)
    const word = wordOf(labels)
    const lines = statements(position, labels, facts)
    return trueThoughts(lines.map((words, at) => trueLine(headOf(at, position.rows), words, word, mostOf(at, position))))
  }
  const truthOf = onceForEach((position: S) => thoughtsOf(position, factsOf(position)))
  return {
    teach: (position, options) => {
      const facts = factsOf(position)
      if (facts.best === null)
        throw new GameError('The teacher of Shisen-Sho was asked for a move after the end: check terminated(state) first.')
      const { first, second } = options.blind ? nearestEquals(position) : facts.best
      return { think: thoughtsOf(position, facts).text, action: pairOf(position, first, second) }
    },
    share: (position, think) => (think.length > TEXT_CAP ? 0 : trueShare(think, truthOf(position))),
    judge: (position, think) => {
      const labels = labelsOf(position)
      return think.length > TEXT_CAP ? [] : judge(position, labels, statements(position, labels, factsOf(position)), think)
    },
  }
}

/** The words of a readable text, each with whether it is the true one of its place; none if it is unreadable. */
function judge(position: Position, labels: readonly string[], truth: readonly (readonly string[])[], think: string): Statement[] {
  const lines = linesIn(think)
  if (lines.length !== truth.length) return []
  const { source } = wordOf(labels)
  const said: Statement[] = []
  for (const [at, line] of lines.entries()) {
    const words = readLine(line, headOf(at, position.rows).replace(' ', '\\s+'), source)
    if (words === null || words.length > mostOf(at, position)) return []
    said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === truth[at]![i]))
  }
  return said
}

const patterns = new WeakMap<readonly string[], RegExp>()

/** Sticky pattern of one word of a thought. */
function wordOf(labels: readonly string[]): RegExp {
  const known = patterns.get(labels)
  if (known !== undefined) return known
  const names = labels.map((label) => label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'))
  const pattern = new RegExp(`(?:not\\s+)?\\([0-7],\\s+[0-7]\\)|gone|none|${EMPTY_LABEL}|${names.join('|')}`, 'y')
  patterns.set(labels, pattern)
  return pattern
}

/** The words of a line after its head; null if it does not keep to the grammar. `head`, `word`: sources of regular expressions. */
function readLine(line: Piece, head: string, word: string): Piece[] | null {
  const start = new RegExp(`^\\s*${head}(?=\\s|$)`).exec(line.text)?.[0]
  if (start === undefined) return null
  const rest = { text: line.text.slice(start.length), start: line.start + start.length }
  return new RegExp(`^(?:\\s+(?:${word}))*\\s*$`).test(rest.text) ? piecesIn(rest, new RegExp(word, 'g')) : null
}

/** The two equal tiles nearest to each other, as the crow walks, the first of equals; the board must hold a pair. */
function nearestEquals({ board, columns }: Position): Cells {
  const pairs = board.flatMap((kind, first) =>
    board.flatMap((other, second) => (kind !== EMPTY && other === kind && first < second ? [{ first, second }] : [])),
  )
  const apart = ({ first, second }: Cells): number => distance(columns, first, second)
  return pairs.reduce((best, pair) => (apart(pair) < apart(best) ? pair : best))
}
