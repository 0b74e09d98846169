/**
 * Every text of the Shisen-Sho family but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made
 * of. What differs between the games is their labels and a few sentences (`Wording`).
 */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import { coordinateWords, formatPair, parsePair } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import type { BoardConfig, Pair, Position } from './position.ts'
import { EMPTY, SIDE_MAX, SIDE_MIN } from './rules.ts'

/** Longest perception that is read at all; the largest board takes under 1200 characters. */
const TEXT_CAP = 8192

/** What one game of the family says of its tiles in the full prompt. */
export interface Wording {
  /** What the picture shows; the first sentence goes on with the size of the board. */
  readonly shows: string
  /** When two tiles are equal: a sentence. */
  readonly equal: string
}

/** What a game of the family says of its labels. */
export interface LabelOptions<S, C> {
  /** Labels by kind. */
  labelsOf(position: S): readonly string[]
  /** Whether a text is one of the labels, of any board. */
  isLabel(label: string): boolean
  /** How a tile is written: a clause. */
  labelWords(config: C): string
}

/** The board as a grid of '_' and labels; at most 8 x 8. */
export function perceptionOf<S extends Position, C extends BoardConfig>(options: LabelOptions<S, C>): PerceptionFacet<S, C, Grid> {
  const { labelsOf, isLabel, labelWords } = options
  return gridPerception({
    of: (position) => {
      const { board, rows, columns } = position
      const labels = labelsOf(position)
      return labelGrid(rows, columns, (at) => (board[at] === EMPTY ? EMPTY_LABEL : labels[board[at]!]!))
    },
    side: SIDE_MAX,
    cap: TEXT_CAP,
    isLabel: (label) => label === EMPTY_LABEL || isLabel(label),
    withBoard: (position, told) => {
      const labels = labelsOf(position)
      const board = told.map((label) => labels.indexOf(label))
      return told.some((label, at) => board[at] === EMPTY && label !== EMPTY_LABEL) ? null : { ...position, board }
    },
    layout: (config) =>
      gridLayout({
        rows: config.rows,
        columns: config.columns,
        first: 0,
        stands: 'the cell in row 0 and column 0',
        cell: `${labelWords(config)}, and an empty cell is _`,
      }),
  })
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: '(row1, col1) (row2, col2)', how: 'put the two cells and nothing else' }

/** The usual ways of writing an empty cell. */
export const spellings: Spellings = { cells: { ...EMPTY_SPELLINGS, '0': EMPTY_LABEL } }

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

/** Goal, rules and actions. */
export function rules({ rows, columns, clearable }: BoardConfig, wording: Wording): string {
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
  ].join('\n')
}

const REFUSALS: { readonly [reason: string]: string } = {
  ended: 'the game is over',
  empty: 'one of the cells, or both, is empty',
  different: 'the two tiles are not equal',
  blocked: 'no path with at most two turns joins them',
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<Position>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<Position>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'cleared' ? 'The game is over: the board is cleared.' : 'The game is over: no pair is left that can be removed.'
  const [first, second] = event.action as Pair
  return `${formatPair(first, second)} was refused: ${REFUSALS[String(event.reason)]}.`
}

/** The texts for the embedded engine: '<id> 6x6' (rows x columns), and ' ok', ' refused' or ' unreadable'. */
export function embeddedOf<S extends Position, C extends BoardConfig>(
  id: string,
  lexicon: (config: C) => readonly string[],
): EmbeddedFacet<S, C> {
  return {
    prompt: ({ rows, columns }) => `${id} ${rows}x${columns}`,
    feedback: (result) => {
      const event = eventOf(result)
      return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
    },
    lexicon,
  }
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
