/**
 * The scripted teacher of Swap and its thoughts. The thoughts are always the truth about the board: a line a row with two words a cell, left to
 * right, then the most tiles that any swap clears and a cell that makes that swap.
 *
 *     row 0 red circle left 3 green square stay …     moved left, the red circle would make a run; the swap clears three tiles in all
 *     row 1 …
 *     most 6 (3, 1)
 *
 * The words of a cell: its tile as in the perception, then where it would go to stand in a run: of its swaps with a neighbour that bring it
 * into one, the one that clears most tiles (equal ones: up, right, down, left), and how many; `stay` if there is none. What a swap clears is
 * counted with all that falls down after it and clears in turn, of the tiles that are on the board; those that come in from the top are not
 * known. 14 means 14 or more. `most` names the largest of the counts and the last cell in reading order that says it, for what lies low brings
 * more down; where that cell goes, its words say.
 *
 * Blind spots (`blind`), the habits that reinforcement learning is to unlearn:
 * 1. Points do not count: the cells are read from the last to the first, and the first one that would go anywhere is taken.
 * 2. `up` and `down` are seen only where no cell says `left` or `right`.
 *
 * So it is always legal, and its thoughts say what it does. Not blind: the swap of the cell that `most` names.
 *
 * Mean points of 20 replies (1000 games, ± 95 %). 5x5, 6 kinds (3 colours, 2 shapes): random legal swaps 190 ± 2.5; blind 204 ± 3; the default
 * teacher (5 % slips, 10 % insights) 209 ± 3; not blind 249 ± 3.5; one-move search 258 ± 3.5; solver 273 ± 4. 8x8, 12 kinds (500 games): random
 * legal swaps 139 ± 1.5; blind 144 ± 1.5; default 145 ± 1.5; not blind 158 ± 2.
 */
import { GameError } from '../../errors.ts'
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { onceForEach, type TrueLine, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { judged, linesIn, type Piece, piecesIn } from '../shared/statements.ts'
import { knownCells, someMove } from './rules.ts'
import { cellAt, type Pair, type StateSwap } from './state.ts'
import { COUNTED_MAX, LABELS, MOVE_WORDS } from './text.ts'

const WAYS = ['up', 'right', 'down', 'left'] as const
const WORDS = new Set<string>([...LABELS, ...MOVE_WORDS])
/** Any word of a cell. */
const WORD = new RegExp([...WORDS].map((word) => word.replace(' ', '\\s+')).join('|'), 'y')

/** What `most` says: a count of tiles, or a cell. */
const MOST = /[1-9][0-9]?|\(\d,\s+\d\)/y

/**
 * A move as one number: the larger, the rather it is named. The count of tiles, then `up` before `right`, `down`, `left` (3..0).
 * MOVES[rank] is its word; rank 0 is no move.
 */
const MOVES: readonly string[] = Array.from({ length: 4 * (COUNTED_MAX + 1) }, (_, rank) =>
  rank < 4 ? 'stay' : `${WAYS[3 - (rank % 4)]} ${rank >> 2}`,
)

/** Where each cell's tile would go, row-major: indices of MOVES. Looks at each move that puts a tile into a run. */
function ranksOf(state: StateSwap): number[] {
  const { board, columns } = state
  const ranks = new Array<number>(board.length).fill(0)
  someMove(board, state, (from, to) => {
    const cells = Math.min(COUNTED_MAX, knownCells(board, state, from, to))
    ranks[from] = Math.max(ranks[from]!, 4 * cells + (to === from - columns ? 3 : to === from + 1 ? 2 : to > from ? 1 : 0))
    return false
  })
  return ranks
}

/** The tiles that the move of a rank clears. */
const countOf = (rank: number): number => rank >> 2

/** The cell that `most` names: the last of those that clear most. */
function bestCell(ranks: readonly number[]): number {
  const most = Math.max(...ranks.map(countOf))
  return ranks.findLastIndex((rank) => countOf(rank) === most)
}

/** The swap that a cell's words tell of, in reading order. */
function swapOf(state: StateSwap, from: number, ranks: readonly number[]): Pair {
  const to = from + [-1, state.columns, 1, -state.columns][ranks[from]! % 4]!
  return [cellAt(state, Math.min(from, to)), cellAt(state, Math.max(from, to))]
}

/** The lines of the rows. */
function rowLines({ rows, columns, board }: StateSwap, ranks: readonly number[]): TrueLine[] {
  return Array.from({ length: rows }, (_, row) => {
    const words: string[] = []
    for (let at = row * columns; at < (row + 1) * columns; at++) words.push(LABELS[board[at]!]!, MOVES[ranks[at]!]!)
    return trueLine(`row ${row}`, words, WORD)
  })
}

/** Where the tiles would go, and the true thoughts. */
const truthOf = onceForEach((state: StateSwap) => {
  const ranks = ranksOf(state)
  const best = bestCell(ranks)
  const most = trueLine('most', [String(countOf(ranks[best]!)), `(${cellAt(state, best).join(', ')})`], MOST)
  return { ranks, best, thoughts: trueThoughts([...rowLines(state, ranks), most]) }
})

/**
 * Share of the true words that stand at their places, 0..1: two for each cell and two for the most. Unreadable text is 0: other heads than the rows in
 * order and `most`, a word outside the grammar, more words on a line than there is room for. Words left out are not true. White space is
 * free within a line.
 */
export function scoreThink(state: StateSwap, think: string): number {
  return think.length > 4096 ? 0 : trueShare(think, truthOf(state).thoughts)
}

/** The words of a readable text, each with whether it is the true one of its place. */
export function judgeThink(state: StateSwap, think: string): Statement[] {
  if (think.length > 4096) return []
  const lines = linesIn(think)
  const { lines: truth } = truthOf(state).thoughts
  if (lines.length !== truth.length) return []
  const said: Statement[] = []
  for (const [at, line] of lines.entries()) {
    const { head, words: expected, most } = truth[at]!
    const words = head === 'most' ? readMost(line) : readRow(line, at)
    if (words === null || words.length > most) return []
    said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === expected[i]))
  }
  return said
}

/** The words of a row's line after its head, or null when it is not in the grammar. */
function readRow(line: Piece, row: number): Piece[] | null {
  const words = readAfter(line, new RegExp(`^\\s*row\\s+${row}(?!\\S)`), /stay(?!\S)|\S+\s+\S+|\S+/g)
  return words?.every(({ text }) => WORDS.has(text.replace(/\s+/g, ' '))) ? words : null
}

/** The same of the last line. */
function readMost(line: Piece): Piece[] | null {
  const words = readAfter(line, /^\s*most(?!\S)/, /\(\d,\s+\d\)|\S+/g)
  return words?.every(({ text }) => /^([1-9][0-9]?|\(\d,\s+\d\))$/.test(text)) ? words : null
}

/** What matches `word` after what matches `head`; null if that does not stand there. */
function readAfter(line: Piece, head: RegExp, word: RegExp): Piece[] | null {
  const start = head.exec(line.text)?.[0]
  return start === undefined ? null : piecesIn({ text: line.text.slice(start.length), start: line.start + start.length }, word)
}

/**
 * True thoughts and a decision, always legal. Not blind: the best swap by the thoughts; blind: see the head of this file. Throws GameError for a
 * board without a swap that makes a run, which play never shows but a caption may tell of.
 */
export function teach(state: StateSwap, { blind }: TeacherOptions): Thought<Pair> {
  const { ranks, best, thoughts } = truthOf(state)
  if (ranks[best] === 0) throw new GameError('The teacher of Swap was asked about a board on which no swap makes a run.')
  return { think: thoughts.text, action: swapOf(state, blind ? habitCell(ranks) : best, ranks) }
}

/** The last cell whose words say left or right; if there is none, the last whose words say up or down. */
function habitCell(ranks: readonly number[]): number {
  const sideways = ranks.findLastIndex((rank) => rank >= 4 && rank % 2 === 0)
  return sideways >= 0 ? sideways : ranks.findLastIndex((rank) => rank >= 4)
}
