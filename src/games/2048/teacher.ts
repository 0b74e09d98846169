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
 * Blind spot (`blind`), the habit that reinforcement learning is to unlearn: points do not count. The blind teacher plays the first legal of
 * left, down, right, up, whatever merges. Not blind: most points at once, then most expected points over two moves, then the same order.
 *
 * Mean points of 100 moves, a dead board starting anew (4x4, no goal, 1000 games, ± 95 %): random legal moves 846 ± 9; blind 873 ± 7; the
 * default teacher (5 % slips, 10 % insights) 910 ± 7; one-move search 965 ± 6; not blind 1070 ± 3.
 */
import { GameError } from '../../errors.ts'
import type { Statement, TeacherOptions, Thought } from '../../game.ts'
import { onceForEach, trueLine, trueShare, trueThoughts } from '../shared/score-words.ts'
import { judged, linesIn, piecesIn } from '../shared/statements.ts'
import { columnsOf, type Direction, type LineFacts, lineFacts, rowsOf } from './rules.ts'
import { lookahead } from './solver.ts'
import { legalActions, type State2048 } from './state.ts'

/** Order of preference between directions, to the blind teacher all that there is: left, down, right, up. */
const ORDER: readonly Direction[] = [3, 2, 1, 0]
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

/** True thoughts and a decision, always legal; see the head of this file. Throws GameError after the end. */
export function teach(state: State2048, options: TeacherOptions): Thought<Direction> {
  const legal = legalActions(state)
  if (legal.length === 0) throw new GameError('The teacher of 2048 was asked for a move after the end: check terminated(state) first.')
  const action = options.blind ? ORDER.find((direction) => legal.includes(direction))! : sightedAction(state)
  return { think: formatThink(state), action }
}

function sightedAction(state: State2048): Direction {
  const now = lookahead(state, 1)
  const most = now[0]!.score
  const soon = new Map(lookahead(state, 2).map(({ action, score }) => [action, score]))
  const best = now.filter(({ score }) => score === most).map(({ action }) => action)
  return best.sort((a, b) => soon.get(b)! - soon.get(a)! || ORDER.indexOf(a) - ORDER.indexOf(b))[0]!
}
