/**
 * The scripted teacher of the Shisen-Sho family and its thoughts. The thoughts are always the truth about the board, a word a cell:
 *
 *     row 0 red star (0, 1) cyan cross not (2, 1) _ gone …    a line a row, top to bottom; two words a cell, left to right
 *     row 1 …
 *     first (0, 0)                                            a cell of the removable pair with the shortest path, or `first none`
 *
 * The words of a cell: its tile as in the perception (`_` if empty), then `(r, c)`, the nearest cell it can be removed with (shortest path in
 * steps, ties: reading order); `not (r, c)` if its tile cannot be removed now, with the equal tile nearest to it (rows plus columns apart,
 * ties: reading order); `gone` if the cell is empty. So every tile tells where its equal is: finding it and seeing the path are learned apart.
 * `first` names one cell of that pair, the one that comes first in reading order (ties between pairs: reading order); where its equal is, the
 * cell's own words say. So the answer stands nowhere as a whole: it is put together.
 *
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: paths that leave the board are not seen. The blind teacher takes
 * the pair with the shortest path over the board (ties: reading order). Where it sees none, it names the two equal tiles nearest to each
 * other (rows plus columns apart, ties: reading order), whether or not they can be joined; where they cannot, it says the same refused pair
 * again and again until a slip removes something. Not blind: the pair with the shortest path (ties: reading order), always legal. Neither
 * thinks of what a pair leaves behind, which only search does.
 *
 * Mean pairs removed, and share of illegal replies (1000 games, ± 95 %; the default teacher has 5 % slips and 10 % insights). 4x4, 4 kinds,
 * 8 replies: random legal pairs 7.87 ± 0.03; blind 7.78 ± 0.06, 1.3 %; default 7.82 ± 0.05, 0.8 %; not blind 7.86 ± 0.04; solver 8. 6x6, 9
 * kinds, 50 replies: random legal pairs 17.6 ± 0.1; blind 16.6 ± 0.25, 8.7 %; default 17.7 ± 0.1, 3.3 %; not blind 17.7 ± 0.1.
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

/** The nearest equal tile of each cell, and the nearest pair of all; ties: reading order. */
interface Nearest {
  /** By cell, -1 if it is empty. */
  readonly partners: readonly number[]
  /** By cell: steps of the shortest path to the partner; APART and the distance if there is no path. */
  readonly steps: readonly number[]
  /** Of the pair with the least of those; null on an empty board. */
  readonly pair: Cells | null
}

/** Looks at each pair of equal tiles once, in reading order, so that the first of equals stays. `ring`: see `linesOf`. */
function nearestOf({ board, rows, columns }: Position, ring: 'open' | 'closed'): Nearest {
  const lines = linesOf(board, rows, columns, ring)
  const partners = new Array<number>(board.length).fill(-1)
  const steps = new Array<number>(board.length).fill(2 * APART)
  let pair: Cells | null = null
  let least = 2 * APART
  for (let first = 0; first < board.length; first++) {
    const kind = board[first]!
    if (kind === EMPTY) continue
    for (let second = first + 1; second < board.length; second++) {
      if (board[second] !== kind) continue
      const apart = joinLength(lines, first, second) || APART + distance(columns, first, second)
      if (apart < steps[first]!) {
        steps[first] = apart
        partners[first] = second
      }
      if (apart < steps[second]!) {
        steps[second] = apart
        partners[second] = first
      }
      if (apart < least) {
        least = apart
        pair = { first, second }
      }
    }
  }
  return { partners, steps, pair }
}

/** Rows plus columns between two cells. */
function distance(columns: number, first: number, second: number): number {
  return Math.floor(second / columns) - Math.floor(first / columns) + Math.abs((second % columns) - (first % columns))
}

/** The true thoughts as words, a list a line without the heads: two words a cell, then a cell of the first pair. */
function statements({ board, rows, columns }: Position, labels: readonly string[], { partners, steps, pair }: Nearest): string[][] {
  const lines: string[][] = []
  for (let at = 0; at < rows * columns; ) {
    const words: string[] = []
    for (const end = at + columns; at < end; at++) {
      // A tile without an equal stands on no board of play, but may on one as a reply gives it.
      const partner = partners[at]!
      const where = partner < 0 ? 'gone' : (steps[at]! < APART ? NAMES : NOT_NAMES)[columns]![partner]!
      words.push(board[at] === EMPTY ? EMPTY_LABEL : labels[board[at]!]!, where)
    }
    lines.push(words)
  }
  lines.push([pair === null || steps[pair.first]! >= APART ? 'none' : NAMES[columns]![pair.first]!])
  return lines
}

/** What a line begins with. */
const headOf = (line: number, rows: number): string => (line < rows ? `row ${line}` : 'first')

/** Teaching functions of a game of the family, for its own labels. */
export interface Teacher<S extends Position> {
  /** True thoughts and a decision; blind: see the head of this file; not blind: always legal. Throws GameError after the end. */
  teach(position: S, options: TeacherOptions): Thought<Pair>
  /**
   * Share of the true words (two a cell, and the first) that stand at their places, 0..1. Unreadable text is 0: other heads, a word outside the
   * grammar, or more words on a line than it has room for. Words left out are not true. White space is free between words.
   */
  share(position: S, think: string): number
  /** The words of a readable text, each with whether it is the true one of its place. */
  judge(position: S, think: string): Statement[]
}

/** The teacher for tiles called so. */
export function teacherOf<S extends Position>(labelsOf: LabelsOf<S>): Teacher<S> {
  const thoughtsOf = (position: S, nearest: Nearest): TrueThoughts => {
    const labels = labelsOf(position)
    const word = wordOf(labels)
    return trueThoughts(statements(position, labels, nearest).map((words, line) => trueLine(headOf(line, position.rows), words, word)))
  }
  const truthOf = onceForEach((position: S) => thoughtsOf(position, nearestOf(position, 'open')))
  return {
    teach: (position, { blind }) => {
      const nearest = nearestOf(position, 'open')
      if (nearest.pair === null || nearest.steps[nearest.pair.first]! >= APART)
        throw new GameError('The teacher of Shisen-Sho was asked for a move after the end: check terminated(state) first.')
      const { first, second } = (blind && nearestOf(position, 'closed').pair) || nearest.pair
      return { think: thoughtsOf(position, nearest).text, action: pairOf(position, first, second) }
    },
    share: (position, think) => (think.length > TEXT_CAP ? 0 : trueShare(think, truthOf(position))),
    judge: (position, think) => {
      const labels = labelsOf(position)
      return think.length > TEXT_CAP ? [] : judge(position, labels, statements(position, labels, nearestOf(position, 'open')), think)
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
    if (words === null || words.length > truth[at]!.length) return []
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
