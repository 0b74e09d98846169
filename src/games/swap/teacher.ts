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
import { bestSwap, neighbours, runCells, swapCells } from './rules.ts'
import { actions, type Pair, type StateSwap } from './state.ts'
import { LABELS, MOVE_WORDS } from './text.ts'

const WAYS = ['up', 'right', 'down', 'left'] as const
const WORDS = new Set<string>([...LABELS, ...MOVE_WORDS])

/** The two true words of a cell. */
function wordsAt(state: StateSwap, at: number): [string, string] {
  const { rows, columns, board } = state
  const column = at % columns
  const around = [
    at >= columns ? at - columns : -1,
    column + 1 < columns ? at + 1 : -1,
    at + columns < rows * columns ? at + columns : -1,
    column > 0 ? at - 1 : -1,
  ]
  let way = -1
  let most = 0
  for (const [direction, to] of around.entries()) {
    if (to < 0 || board[to] === board[at] || runCells(board, state, to, board[at]!, at) === 0) continue
    const cells = swapCells(board, state, at, to)
    if (cells <= most) continue
    most = cells
    way = direction
  }
  return [LABELS[board[at]!]!, way < 0 ? 'stay' : `${WAYS[way]!} ${most}`]
}

/** The true words of each row, two a cell. */
function rowWords(state: StateSwap): string[][] {
  const { rows, columns } = state
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => wordsAt(state, row * columns + column)).flat(),
  )
}

function bestPair(state: StateSwap): Pair {
  return actions(state)[bestSwap(state.board, state)]!
}

/** The true thoughts as text: rows + 1 lines, no line break at the end. */
export function formatThink(state: StateSwap): string {
  const lines = rowWords(state).map((words, row) => [`row ${row}`, ...words].join(' '))
  return [...lines, `best ${formatPair(...bestPair(state))}`].join('\n')
}

/**
 * Share of the true words that stand at their places, 0..1: two for each cell and the two cells of the best swap. Unreadable text is 0: other
 * heads than the rows in order and `best`, a word outside the grammar, more words on a line than the board has, a best that is not a pair
 * of cells. Words left out are not true. White space is free within a line.
 */
export function scoreThink(state: StateSwap, think: string): number {
  if (think.length > 4096) return 0
  const said = think.trimEnd().length
  const start = think.lastIndexOf('\n', said - 1) + 1
  const end = think.indexOf('\n', said)
  const best = readBest(think.slice(start, end < 0 ? think.length : end))
  if (best === null) return 0
  const { lines, pair } = truthOf(state)
  const right = trueWords(think.slice(0, start), lines)
  return right < 0 ? 0 : (right + pair.filter((cell, i) => same(cell, best[i])).length) / (2 * state.rows * state.columns + 2)
}

const WORD = new RegExp([...WORDS].map((word) => word.replace(' ', '\\s+')).join('|'), 'y')

const truthOf = onceForEach((state: StateSwap) => ({
  lines: rowWords(state).map((words, row): TrueLine => ({ head: ['row', String(row)], words, most: words.length, word: WORD })),
  pair: bestPair(state),
}))

/** The words of a readable text, each with whether it is the true one of its place. */
export function judgeThink(state: StateSwap, think: string): Statement[] {
  if (think.length > 4096) return []
  const lines = linesIn(think)
  if (lines.length !== state.rows + 1) return []
  const truth = rowWords(state)
  const said: Statement[] = []
  for (const [row, line] of lines.slice(0, -1).entries()) {
    const words = readRow(line, row)
    if (words === null || words.length > 2 * state.columns) return []
    said.push(...judged(words, (text, i) => text.replace(/\s+/g, ' ') === truth[row]![i]))
  }
  const last = lines.at(-1)!
  const cells = readBest(last.text)
  if (cells === null) return []
  const best = bestPair(state)
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
  return { think: formatThink(state), action: options.blind ? blindAction(state) : bestPair(state) }
}

function blindAction(state: StateSwap): Pair {
  const seen = neighbours(state).findIndex(([a, b]) => b === a + 1 && swapCells(state.board, state, a, b) > 0)
  return actions(state)[Math.max(0, seen)]!
}
