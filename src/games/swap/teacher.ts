/**
 * The scripted teacher of Swap and its thoughts. The thoughts are always the truth about the board: a line a row with two words a cell, left to
 * right, then the best swap.
 *
 *     row 0 red circle left 3 green square stay …     moved left, the red circle would make a run; the swap clears three tiles at first
 *     row 1 …
 *     best (2, 3) (2, 4)
 *
 * The words of a cell: its tile as in the perception, then where it would go to stand in a run: of its swaps with a neighbour that bring it
 * into one, the one that clears most tiles at first (equal ones: up, right, down, left), and how many; `stay` if there is none. `best`: of
 * all swaps the one that clears most at first, equal ones by reading order of the pairs.
 *
 * Blind spots (`blind`), the habits that reinforcement learning is to unlearn:
 * 1. Only sideways swaps (a cell and its right neighbour) are seen.
 * 2. Points do not count: the first such swap in reading order is taken.
 * 3. If none is seen, the answer is (0, 0) (0, 1), which is then always refused, again and again until a slip: the one action of a teacher
 *    that is not legal. None is seen on 13 % of fresh boards (5x5 with six kinds: 12 %).
 *
 * Not blind: the best swap of the thoughts; what may fall down after it does not count.
 *
 * Mean points (successful swaps) of 20 replies, 500 seeds. 8x8, 12 kinds: blind 25 ± 1 (3.5); blind with 15 % of the replies uniformly legal
 * 62 ± 1 (8.8); the default teacher (5 % slips, 10 % insights) 62 ± 1.5 (8.7); not blind 143 ± 1 (20). 5x5, 6 kinds (3 colours, 2 shapes):
 * 44 ± 2 (4.5); 103 ± 2 (10.7); 103 ± 2.5 (10.7); 213 ± 2 (20).
 */
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { type Cell, formatPair, parsePair } from '../shared/coordinates.ts'
import { onceForEach, type TrueLine, trueWords } from '../shared/score-words.ts'
import { judged, linesIn, type Piece, piecesIn } from '../shared/statements.ts'
import { neighbours, someMove, swapCells } from './rules.ts'
import { actions, cellAt, type Pair, type StateSwap } from './state.ts'
import { LABELS, MOVE_WORDS } from './text.ts'

const WAYS = ['up', 'right', 'down', 'left'] as const
const WORDS = new Set<string>([...LABELS, ...MOVE_WORDS])
/** Any word of a cell. */
const WORD = new RegExp([...WORDS].map((word) => word.replace(' ', '\\s+')).join('|'), 'y')

/** What is true of a board. */
interface Facts {
  /** Where each cell's tile would go, row-major: an index of MOVES. */
  readonly ranks: readonly number[]
  /** The best swap. */
  readonly best: Pair
}

/**
 * A move as one number: the larger, the rather it is named. The count of tiles, then `up` before `right`, `down`, `left` (3..0).
 * MOVES[rank] is its word; rank 0 is no move.
 */
const MOVES: readonly string[] = Array.from({ length: 60 }, (_, rank) => (rank < 4 ? 'stay' : `${WAYS[3 - (rank % 4)]} ${rank >> 2}`))

/** Both words of a cell as they stand in a line, `[kind][rank]`. */
const PHRASES: readonly (readonly string[])[] = LABELS.map((label) => MOVES.map((move) => ` ${label} ${move}`))

/** Looks at each move that puts a tile into a run. */
function factsOf(state: StateSwap): Facts {
  const { board, columns } = state
  const ranks = new Array<number>(board.length).fill(0)
  let best: readonly [number, number] = [0, 0]
  let most = 0
  someMove(board, state, (from, to) => {
    const cells = swapCells(board, state, from, to)
    ranks[from] = Math.max(ranks[from]!, 4 * cells + (to === from - columns ? 3 : to === from + 1 ? 2 : to > from ? 1 : 0))
    const pair = from < to ? ([from, to] as const) : ([to, from] as const)
    if (cells > most || (cells === most && isBefore(pair, best))) {
      most = cells
      best = pair
    }
    return false
  })
  return { ranks, best: [cellAt(state, best[0]), cellAt(state, best[1])] }
}

/** Reading order of pairs of cells. */
function isBefore([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return a < c || (a === c && b < d)
}

/** The lines of the rows. */
function linesOf({ rows, columns, board }: StateSwap, ranks: readonly number[]): TrueLine[] {
  const lines: TrueLine[] = []
  for (let row = 0, at = 0; row < rows; row++) {
    const head = `row ${row}`
    const words: string[] = []
    let text = head
    for (const end = at + columns; at < end; at++) {
      const [kind, rank] = [board[at]!, ranks[at]!]
      words.push(LABELS[kind]!, MOVES[rank]!)
      text += PHRASES[kind]![rank]!
    }
    lines.push({ text, head, words, most: words.length, word: WORD })
  }
  return lines
}

/** The true thoughts: the text, the rows' lines, the best swap. */
const truthOf = onceForEach((state: StateSwap) => {
  const { ranks, best } = factsOf(state)
  const lines = linesOf(state, ranks)
  let text = ''
  for (const line of lines) text += `${line.text}\n`
  return { text: `${text}best ${formatPair(...best)}`, lines, best }
})

/** The true thoughts as text: rows + 1 lines, no line break at the end. */
export function formatThink(state: StateSwap): string {
  return truthOf(state).text
}

/**
 * Share of the true words that stand at their places, 0..1: two for each cell and the two cells of the best swap. Unreadable text is 0: other
 * heads than the rows in order and `best`, a word outside the grammar, more words on a line than the board has, a best that is not a pair
 * of cells. Words left out are not true. White space is free within a line.
 */
export function scoreThink(state: StateSwap, think: string): number {
  if (think.length > 4096) return 0
  const { text, lines, best } = truthOf(state)
  return think === text ? 1 : shareOf(think, lines, best)
}

/** The share for a text that is not the truth's own. */
function shareOf(think: string, lines: readonly TrueLine[], best: Pair): number {
  const said = think.trimEnd().length
  const start = think.lastIndexOf('\n', said - 1) + 1
  const end = think.indexOf('\n', said)
  const cells = readBest(think.slice(start, end < 0 ? think.length : end))
  if (cells === null) return 0
  const right = trueWords(think.slice(0, start), lines)
  if (right < 0) return 0
  const total = lines.reduce<number>((sum, { words }) => sum + words.length, best.length)
  return (right + best.filter((cell, i) => same(cell, cells[i])).length) / total
}

/** The words of a readable text, each with whether it is the true one of its place. */
export function judgeThink(state: StateSwap, think: string): Statement[] {
  if (think.length > 4096) return []
  const lines = linesIn(think)
  if (lines.length !== state.rows + 1) return []
  const { lines: truth, best } = truthOf(state)
  const said: Statement[] = []
  for (const [row, line] of lines.slice(0, -1).entries()) {
    const words = readRow(line, row)
    if (words === null || words.length > 2 * state.columns) return []
    said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === truth[row]!.words[i]))
  }
  const last = lines.at(-1)!
  const cells = readBest(last.text)
  if (cells === null) return []
  return [...said, ...judged(piecesIn(last, /\([^)]*\)/g), (_, i) => same(best[i]!, cells[i]))]
}

/** The words of a row's line after its head, or null when it is not in the grammar. */
function readRow(line: Piece, row: number): Piece[] | null {
  const head = new RegExp(`^\\s*row\\s+${row}(?!\\S)`).exec(line.text)?.[0]
  if (head === undefined) return null
  const rest = { text: line.text.slice(head.length), start: line.start + head.length }
  const words = piecesIn(rest, /stay(?!\S)|\S+\s+\S+|\S+/g)
  return words.every(({ text }) => WORDS.has(text.replace(/\s+/g, ' '))) ? words : null
}

function readBest(line: string): readonly Cell[] | null {
  const rest = /^\s*best(?![a-z])(.*)$/.exec(line)?.[1]
  if (rest === undefined) return null
  if (rest.trim() === '') return []
  const parsed = parsePair(rest)
  return 'pair' in parsed ? parsed.pair : null
}

function same(a: Cell, b: Cell | undefined): boolean {
  return b !== undefined && a[0] === b[0] && a[1] === b[1]
}

/** True thoughts and a decision. Not blind: the best swap of the thoughts; blind: see the head of this file. */
export function teach(state: StateSwap, options: TeacherOptions): Thought<Pair> {
  const { text, best } = truthOf(state)
  return { think: text, action: options.blind ? blindAction(state) : best }
}

function blindAction(state: StateSwap): Pair {
  const seen = neighbours(state).findIndex(([a, b]) => b === a + 1 && swapCells(state.board, state, a, b) > 0)
  return actions(state)[Math.max(0, seen)]!
}
