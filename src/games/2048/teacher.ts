/**
 * The scripted teacher of 2048 and its thoughts. The thoughts are always the truth about the board, a word a line of it:
 *
 *     rows +8 both stuck left        a word a row, top to bottom
 *     columns stuck up +4 both       a word a column, left to right
 *     sideways +8                    all rows together
 *     vertical +4                    all columns together
 *
 * `+N`: the line merges, into tiles that sum to N (the same both ways). Without a merge: `both`, one of its two directions, or `stuck`.
 *
 * Blind spots (`blind`), the habits that reinforcement learning is to unlearn:
 * 1. Columns are looked at only while a largest tile stands in the bottom row; otherwise the teacher decides on the rows alone.
 * 2. Merges that make a tile of 32 or more are not seen.
 * 3. Rows always answer left, columns always down; points beyond the next move do not count.
 *
 * Mean points of 100 moves, a dead board starting anew (4x4, no goal, 200 seeds): not blind 1068 ± 3; blind 921 ± 9; blind with 15 % of the
 * moves uniformly legal 784 ± 10; random play 703 (1000 seeds).
 */
import { GameError } from '../../errors.ts'
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { judged, linesIn, piecesIn } from '../shared/statements.ts'
import { columnsOf, type Direction, type LineFacts, largest, lineFacts, rowsOf } from './rules.ts'
import { lookahead } from './solver.ts'
import { legalActions, type State2048 } from './state.ts'

/** Blind: merges of two tiles above this exponent (8) are overlooked. */
const BLIND_MERGE = 3
/** Order of preference between equal directions: left, down, right, up. */
const SIGHTED_ORDER: readonly Direction[] = [3, 2, 1, 0]
/** Order of trial when the blind teacher sees no merge: left, right, down, up. */
const BLIND_ORDER: readonly Direction[] = [3, 1, 2, 0]
const SIDEWAYS = ['left', 'right'] as const
const VERTICAL = ['up', 'down'] as const
type Ways = typeof SIDEWAYS | typeof VERTICAL

const HEADS = ['rows', 'columns', 'sideways', 'vertical'] as const

/** The true thoughts of a board as words, a list for each of the four lines. */
function statements(state: State2048): string[][] {
  const rows = rowsOf(state.board, state.size).map((line) => lineFacts(line))
  const columns = columnsOf(state.board, state.size).map((line) => lineFacts(line))
  return [
    rows.map((facts) => word(facts, SIDEWAYS)),
    columns.map((facts) => word(facts, VERTICAL)),
    [word(union(rows), SIDEWAYS)],
    [word(union(columns), VERTICAL)],
  ]
}

function word({ points, back, forth }: LineFacts, ways: Ways): string {
  if (points > 0) return `+${points}`
  if (back && forth) return 'both'
  return back ? ways[0] : forth ? ways[1] : 'stuck'
}

function union(lines: readonly LineFacts[]): LineFacts {
  const all = { points: 0, back: false, forth: false }
  for (const { points, back, forth } of lines) {
    all.points += points
    all.back ||= back
    all.forth ||= forth
  }
  return all
}

/** The true thoughts as text: four lines, no line break at the end. */
export function formatThink(state: State2048): string {
  return statements(state)
    .map((words, line) => [HEADS[line], ...words].join(' '))
    .join('\n')
}

/**
 * Share of the 2 * size + 2 true words that stand at their places, 0..1. Unreadable text is 0: other heads than the four in order, a word
 * outside the grammar, or more words on a line than the board has. Words left out are not true. White space is free within a line.
 */
export function scoreThink(state: State2048, think: string): number {
  return think.length > 4096 ? 0 : trueShare(think, truthOf(state))
}

const SIDEWAYS_WORD = /both|stuck|left|right|\+[1-9][0-9]{0,7}/y
const VERTICAL_WORD = /both|stuck|up|down|\+[1-9][0-9]{0,7}/y

const truthOf = onceForEach((state: State2048) =>
  trueThoughts(statements(state).map((words, at) => trueLine(HEADS[at]!, words, at % 2 === 0 ? SIDEWAYS_WORD : VERTICAL_WORD))),
)

/** The words of a readable text, each with whether it is the true one of its place. */
export function judgeThink(state: State2048, think: string): Statement[] {
  if (think.length > 4096) return []
  const lines = linesIn(think)
  if (lines.length !== HEADS.length) return []
  const truth = statements(state)
  const said: Statement[] = []
  for (const [at, line] of lines.entries()) {
    const [head, ...words] = piecesIn(line, /\S+/g)
    const expected = truth[at]!
    if (head?.text !== HEADS[at] || words.length > expected.length) return []
    if (!words.every(({ text }) => isWord(text, at % 2 === 0 ? SIDEWAYS : VERTICAL))) return []
    said.push(...judged(words, (text, i) => text === expected[i]))
  }
  return said
}

function isWord(said: string, ways: Ways): boolean {
  return said === 'both' || said === 'stuck' || said === ways[0] || said === ways[1] || /^\+[1-9][0-9]{0,7}$/.test(said)
}

/**
 * True thoughts and a decision, always legal. Not blind: most points at once, then most expected points over two moves, then left, down,
 * right, up. Blind: see the head of this file; with nothing seen, the first legal of left, right, down, up. Throws GameError after the end.
 */
export function teach(state: State2048, options: TeacherOptions): Thought<Direction> {
  const legal = legalActions(state)
  if (legal.length === 0) throw new GameError('The teacher of 2048 was asked for a move after the end: check terminated(state) first.')
  return { think: formatThink(state), action: options.blind ? blindAction(state, legal) : sightedAction(state) }
}

function sightedAction(state: State2048): Direction {
  const now = lookahead(state, 1)
  const most = now[0]!.score
  const soon = new Map(lookahead(state, 2).map(({ action, score }) => [action, score]))
  const best = now.filter(({ score }) => score === most).map(({ action }) => action)
  return best.sort((a, b) => soon.get(b)! - soon.get(a)! || SIGHTED_ORDER.indexOf(a) - SIGHTED_ORDER.indexOf(b))[0]!
}

function blindAction({ board, size }: State2048, legal: readonly Direction[]): Direction {
  const seen = (lines: readonly number[][]): number => lines.reduce((sum, line) => sum + lineFacts(line, BLIND_MERGE).points, 0)
  const top = largest(board)
  const bottom = board.slice(size * (size - 1)).includes(top)
  const sideways = seen(rowsOf(board, size))
  const vertical = bottom ? seen(columnsOf(board, size)) : 0
  if (sideways > 0 || vertical > 0) return vertical > sideways ? 2 : 3
  return BLIND_ORDER.find((direction) => legal.includes(direction))!
}
