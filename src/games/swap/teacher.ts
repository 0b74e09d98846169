/**
 * The scripted teacher of Swap and its thoughts. The thoughts are always the truth about the board: a line a row with two words a cell, left to
 * right, then the most tiles that any swap clears.
 *
 *     row 0 red circle left 3 green square stay …     moved left, the red circle would make a run; the swap clears three tiles in all
 *     row 1 …
 *     most 6
 *
 * The words of a cell: its tile as in the perception, then where it would go to stand in a run: of its swaps with a neighbour that bring it
 * into one, the one that clears most tiles (equal ones: up, right, down, left), and how many; `stay` if there is none. What a swap clears is
 * counted with all that falls down after it and clears in turn, of the tiles that are on the board; those that come in from the top are not
 * known. 14 means 14 or more. `most` is the largest of the counts: which swap it is, the cells say.
 *
 * Blind spots (`blind`), the habits that reinforcement learning is to unlearn:
 * 1. Points do not count: the board is read from the last pair of cells to the first, and the first swap that is seen is taken.
 * 2. Swaps up and down are seen only where no sideways swap (a cell and its right neighbour) makes a run.
 *
 * So it is always legal. Not blind: the swap that clears most by the thoughts (equal ones: the last in reading order, for what lies low brings
 * more down).
 *
 * Mean points of 20 replies (1000 games, ± 95 %). 5x5, 6 kinds (3 colours, 2 shapes): random legal swaps 187 ± 2.5; blind 196 ± 2.5; the default
 * teacher (5 % slips, 10 % insights) 202 ± 3; not blind 252 ± 3.5; one-move search 258 ± 3.5; solver 273 ± 4. 8x8, 12 kinds (500 games): random
 * legal swaps 139 ± 1.5; blind 143 ± 1.5; default 144 ± 1.5; not blind 159 ± 2.
 */
import { GameError } from '../../errors.ts'
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { onceForEach, type TrueLine, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { judged, linesIn, type Piece, piecesIn } from '../shared/statements.ts'
import { knownCells, neighbours, someMove, swapCells } from './rules.ts'
import { actions, cellAt, type Pair, type StateSwap } from './state.ts'
import { COUNTED_MAX, LABELS, MOVE_WORDS } from './text.ts'

const WAYS = ['up', 'right', 'down', 'left'] as const
const WORDS = new Set<string>([...LABELS, ...MOVE_WORDS])
/** Any word of a cell. */
const WORD = new RegExp([...WORDS].map((word) => word.replace(' ', '\\s+')).join('|'), 'y')

/** A count of tiles as `most` says it. */
const COUNT = /0|[1-9][0-9]?/y

/** What is true of a board. */
interface Facts {
  /** Where each cell's tile would go, row-major: an index of MOVES. */
  readonly ranks: readonly number[]
  /** Tiles that the best swap clears, 3..COUNTED_MAX. */
  readonly most: number
  /** The best swap, the last of equals in reading order; null if none makes a run, which no board of play is like. */
  readonly best: Pair | null
}

/**
 * A move as one number: the larger, the rather it is named. The count of tiles, then `up` before `right`, `down`, `left` (3..0).
 * MOVES[rank] is its word; rank 0 is no move.
 */
const MOVES: readonly string[] = Array.from({ length: 4 * (COUNTED_MAX + 1) }, (_, rank) =>
  rank < 4 ? 'stay' : `${WAYS[3 - (rank % 4)]} ${rank >> 2}`,
)

/** Looks at each move that puts a tile into a run. */
function factsOf(state: StateSwap): Facts {
  const { board, columns } = state
  const ranks = new Array<number>(board.length).fill(0)
  let best: readonly [number, number] = [0, 0]
  let most = 0
  someMove(board, state, (from, to) => {
    const cells = Math.min(COUNTED_MAX, knownCells(board, state, from, to))
    ranks[from] = Math.max(ranks[from]!, 4 * cells + (to === from - columns ? 3 : to === from + 1 ? 2 : to > from ? 1 : 0))
    const pair = from < to ? ([from, to] as const) : ([to, from] as const)
    if (cells > most || (cells === most && isBefore(best, pair))) {
      most = cells
      best = pair
    }
    return false
  })
  return { ranks, most, best: most === 0 ? null : [cellAt(state, best[0]), cellAt(state, best[1])] }
}

/** Reading order of pairs of cells. */
function isBefore([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return a < c || (a === c && b < d)
}

/** The lines of the rows. */
function rowLines({ rows, columns, board }: StateSwap, ranks: readonly number[]): TrueLine[] {
  return Array.from({ length: rows }, (_, row) => {
    const words: string[] = []
    for (let at = row * columns; at < (row + 1) * columns; at++) words.push(LABELS[board[at]!]!, MOVES[ranks[at]!]!)
    return trueLine(`row ${row}`, words, WORD)
  })
}

/** The true thoughts and the best swap. */
const truthOf = onceForEach((state: StateSwap) => {
  const { ranks, most, best } = factsOf(state)
  return { thoughts: trueThoughts([...rowLines(state, ranks), trueLine('most', [String(most)], COUNT)]), best }
})

/** The true thoughts as text: rows + 1 lines, no line break at the end. */
export function formatThink(state: StateSwap): string {
  return truthOf(state).thoughts.text
}

/**
 * Share of the true words that stand at their places, 0..1: two for each cell and the most. Unreadable text is 0: other heads than the rows in
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
  const words = readAfter(line, /^\s*most(?!\S)/, /\S+/g)
  return words?.every(({ text }) => /^[1-9][0-9]?$/.test(text)) ? words : null
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
export function teach(state: StateSwap, options: TeacherOptions): Thought<Pair> {
  const { thoughts, best } = truthOf(state)
  if (best === null) throw new GameError('The teacher of Swap was asked about a board on which no swap makes a run.')
  return { think: thoughts.text, action: options.blind ? blindAction(state) : best }
}

/** The last swap that makes a run, the sideways ones first. */
function blindAction(state: StateSwap): Pair {
  const pairs = neighbours(state)
  const makesRun = ([a, b]: readonly [number, number]): boolean => swapCells(state.board, state, a, b) > 0
  const sideways = pairs.findLastIndex((pair) => pair[1] === pair[0] + 1 && makesRun(pair))
  return actions(state)[sideways >= 0 ? sideways : pairs.findLastIndex(makesRun)]!
}
