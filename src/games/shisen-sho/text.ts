/**
 * Every text of the Shisen-Sho family but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made
 * of. What differs between the games is their labels and a few sentences (`Wording`).
 */
import type { ParsedAction, Perception, PromptStyle, Spellings, StepResult } from '../../game.ts'
import { coordinateWords, formatPair, parsePair } from '../shared/coordinates.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, formatGrid, type GridGrammar, labelGrid, parseGrid } from '../shared/grid-text.ts'
import type { BoardConfig, Pair, Position } from './position.ts'
import { EMPTY, SIDE_MAX, SIDE_MIN } from './rules.ts'

/** Longest text that is read at all; the largest board takes under 1200 characters. */
const TEXT_CAP = 8192

/** What one game of the family says of its tiles in the full prompt. */
export interface Wording {
  /** What the picture shows; the first sentence goes on with the size of the board. */
  readonly shows: string
  /** When two tiles are equal: a sentence. */
  readonly equal: string
  /** How a tile is written in the perception: a clause. */
  readonly label: string
}

/** The board as labels, `cells[row][column]`; `labels`: by kind. */
export function perceive({ board, rows, columns }: Position, labels: readonly string[]): Perception {
  return labelGrid(rows, columns, (at) => (board[at] === EMPTY ? EMPTY_LABEL : labels[board[at]!]!))
}

/** A line per row, cells joined with ' | '. */
export const formatPerception = formatGrid

/** For `parsePerception`: 1..8 rows of 1..8 cells each, all rows equally long, of '_' and the labels that `known` takes. */
export function grammarOf(known: (label: string) => boolean): GridGrammar {
  return { side: SIDE_MAX, cap: TEXT_CAP, isLabel: (label) => label === EMPTY_LABEL || known(label) }
}

/** The usual ways of writing an empty cell. */
export const spellings: Spellings = { cells: { ...EMPTY_SPELLINGS, '0': EMPTY_LABEL } }

/** Reads a grid of the grammar; blank lines are skipped. */
export const parsePerception = parseGrid

/** '(row1, col1) (row2, col2)', the first cell in reading order first. */
export function formatAction([first, second]: Pair): string {
  return formatPair(first, second)
}

/** Two different cells of the board, in either order; the action has the first in reading order first. */
export function parseAction(text: string, { rows, columns }: Position): ParsedAction<Pair> {
  const read = parsePair(text)
  if ('reason' in read) return read
  const [first, second] = read.pair
  for (const [row, column] of read.pair) {
    if (row >= rows || column >= columns)
      return { reason: `The cell (${row}, ${column}) is not on the board: rows are 0 to ${rows - 1}, columns 0 to ${columns - 1}.` }
  }
  const ahead = first[0] * columns + first[1] - (second[0] * columns + second[1])
  if (ahead === 0) return { reason: `The answer names the cell (${first[0]}, ${first[1]}) twice; it must name two different cells.` }
  return { action: ahead < 0 ? [first, second] : [second, first] }
}

/** 'brief': '<id> 6x6' (rows x columns). 'full': goal, rules, actions and the layout of a reply. */
export function prompt(id: string, config: BoardConfig, style: PromptStyle, wording: Wording): string {
  const { rows, columns, clearable } = config
  if (style === 'brief') return `${id} ${rows}x${columns}`
  return [
    `The picture shows ${wording.shows} on a grid of ${rows} rows and ${columns} columns. Cells without a tile are empty.`,
    '',
    'Rules',
    `- In each move you name two cells. Their tiles are removed if they are equal and a path joins them. ${wording.equal}`,
    '- A path starts at one tile and ends at the other. It runs along rows and columns, turns at most twice, and passes over empty cells only.',
    '- A path may leave the board: all around it lies one more ring of cells, and these count as empty. Two tiles side by side are joined.',
    '- A pair that is removed earns 1 point. Any other choice costs 1 point and the board stays as it is.',
    `- The game is over when the board is empty, or when no pair is left that can be removed. Remove as many pairs as you can.${
      clearable ? ' This board can be cleared completely.' : ''
    }`,
    '',
    `Actions: (row1, col1) (row2, col2) names two cells. Rows are counted from the top, 0 to ${rows - 1}; columns from the left, 0 to ${columns - 1}.`,
    '',
    'Reply in exactly this layout:',
    '<perception>',
    ...Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => `r${row}c${column}`).join(' | ')),
    '</perception>',
    '<think>',
    'your reasoning',
    '</think>',
    '<answer>(row1, col1) (row2, col2)</answer>',
    '',
    `In <perception>, write the board as you see it: ${rows} lines from top to bottom, ${columns} cells a line from left to right with " | " between them (r0c0 stands for the cell in row 0 and column 0, and so on); ${wording.label}, and an empty cell is _. In <answer>, put the two cells and nothing else.`,
  ].join('\n')
}

const REFUSALS: { readonly [reason: string]: string } = {
  ended: 'the game is over',
  empty: 'one of the cells, or both, is empty',
  different: 'the two tiles are not equal',
  blocked: 'no path with at most two turns joins them',
}

/** What the last step came to. 'brief': ' ok', ' refused' or ' unreadable'. */
export function feedback(result: Pick<StepResult<Position>, 'legal' | 'events'> | null, style: PromptStyle): string {
  const event = result?.events.find(({ kind }) => kind === 'refused' || kind === 'unreadable' || kind === 'ended')
  if (style === 'brief') return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'cleared' ? 'The game is over: the board is cleared.' : 'The game is over: no pair is left that can be removed.'
  const cell = (at: unknown): string => `(${(at as readonly number[]).join(', ')})`
  return `${cell(event.first)} ${cell(event.second)} was refused: ${REFUSALS[String(event.reason)]}.`
}

const SIDES = Array.from({ length: SIDE_MAX - SIDE_MIN + 1 }, (_, i) => SIDE_MIN + i)

/**
 * Words whose concatenations are all brief prompts, feedback, answers, and (after a line break) perceptions and thoughts; the same for boards
 * of every size, so that one tokenizer serves them all.
 */
export function lexiconOf(id: string, labels: readonly string[]): readonly string[] {
  const all = [EMPTY_LABEL, ...labels]
  return [
    id,
    ...SIDES.flatMap((rows) => SIDES.map((columns) => ` ${rows}x${columns}`)),
    ' ok',
    ' refused',
    ' unreadable',
    ...all.map((label) => `\n${label}`),
    ...all.map((label) => ` | ${label}`),
    ...coordinateWords(SIDE_MAX),
    ...Array.from({ length: SIDE_MAX }, (_, row) => `\nrow ${row}`),
    '\nfirst',
    ...coordinateWords(SIDE_MAX).flatMap((word) => (word.startsWith(' ') ? [` not${word}`] : [])),
    ...all.map((label) => ` ${label}`),
    ' none',
    ' gone',
  ]
}
