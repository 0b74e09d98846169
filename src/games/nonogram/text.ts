/** Every text of nonograms but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import { coordinateWords, formatCell, parseCell } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import { boardCell, numbersMax, pictureCell, SIZE_MAX, SIZE_MIN, sideOf } from './rules.ts'
import { FILLED, solutions } from './solve.ts'
import { type ConfigNonogram, cluesIn, FULL, OPEN, type StateNonogram, WRONG } from './state.ts'

/** What stands in cells of the picture: nothing, the numbers 0 to 7, a filled cell, a cell filled wrongly. */
export const LABELS: readonly string[] = [EMPTY_LABEL, ...Array.from({ length: SIZE_MAX + 1 }, (_, number) => String(number)), '#', 'X']
const KNOWN = new Set(LABELS)
const ONE = 1
/** Index of the filled cell, and of the wrong one. */
export const FULL_LABEL = LABELS.indexOf('#')
export const WRONG_LABEL = LABELS.indexOf('X')

/** The labels of a state's picture as indices of LABELS: numbers of a clue stand next to the board, and a line without filled cells has a 0. */
export function labelsOf(state: Pick<StateNonogram, 'size' | 'solution' | 'shown'>): number[] {
  const { size, shown } = state
  const [side, margin] = [sideOf(size), numbersMax(size)]
  const labels = new Array<number>(side * side).fill(0)
  const { rows, columns } = cluesIn(state)
  for (let line = 0; line < size; line++)
    for (const [clue, at] of [
      [rows[line]!, (place: number): number => (margin + line) * side + place],
      [columns[line]!, (place: number): number => place * side + margin + line],
    ] as const) {
      const numbers = clue.length === 0 ? [0] : clue
      for (const [i, number] of numbers.entries()) labels[at(margin - numbers.length + i)] = ONE + number
    }
  for (const [cell, look] of shown.entries()) if (look !== OPEN) labels[pictureCell(size, cell)] = look === FULL ? FULL_LABEL : WRONG_LABEL
  return labels
}

/** The picture as a grid of labels, clues and board, at most 11 x 11. A board whose clues have not one solution is none of the game. */
export const perception: PerceptionFacet<StateNonogram, ConfigNonogram, Grid> = gridPerception({
  of: (state) => {
    const labels = labelsOf(state)
    return labelGrid(sideOf(state.size), sideOf(state.size), (at) => LABELS[labels[at]!]!)
  },
  side: sideOf(SIZE_MAX),
  isLabel: (label) => KNOWN.has(label),
  withBoard: toldState,
  layout: ({ size }) =>
    gridLayout({
      rows: sideOf(size),
      columns: sideOf(size),
      first: 0,
      stands: 'the first cell of the first row, in the corner between the clues',
      cell: 'a cell is a number of a clue, # if it is filled, X if it is filled wrongly, or _ if nothing is in it',
    }),
})

/** The state that labels tell of: what is filled, and the one solution of the clues with it; null where there is none, or more than one. */
function toldState(state: StateNonogram, labels: readonly string[]): StateNonogram | null {
  const { size } = state
  const [side, margin] = [sideOf(size), numbersMax(size)]
  const line = (at: (place: number) => number): number[] =>
    Array.from({ length: margin }, (_, place) => LABELS.indexOf(labels[at(place)]!) - ONE).filter(
      (number) => number > 0 && number <= SIZE_MAX,
    )
  const all = Array.from({ length: size }, (_, i) => i)
  const clues = {
    rows: all.map((row) => line((place) => (margin + row) * side + place)),
    columns: all.map((column) => line((place) => place * side + margin + column)),
  }
  const shown = Array.from({ length: size * size }, (_, cell) => {
    const label = LABELS.indexOf(labels[pictureCell(size, cell)]!)
    return label === FULL_LABEL ? FULL : label === WRONG_LABEL ? WRONG : OPEN
  })
  const found = solutions(clues, new Array<number>(size * size).fill(0), 2)
  if (found.length !== 1) return null
  const told = { ...state, solution: found[0]!.map((cell) => (cell === FILLED ? 1 : 0)), shown }
  // What is told must be the picture of that state: numbers in their places, and nothing filled against the solution.
  const right = shown.every((look, cell) => look === OPEN || (look === FULL) === (told.solution[cell] === 1))
  return right && labelsOf(told).every((label, at) => LABELS[label] === labels[at]) ? told : null
}

/** Other spellings of cells. */
export const spellings: Spellings = {
  cells: { ...EMPTY_SPELLINGS, '?': EMPTY_LABEL, '■': '#', filled: '#', full: '#', x: 'X', wrong: 'X' },
}

/** The cell to fill, a cell of the picture. */
export const formatAction = (side: number, action: number): string => formatCell([Math.floor(action / side), action % side])

/** Exactly one cell of the picture; whether it can be filled is the rules' business. */
export const parseAction = (text: string, { size }: StateNonogram): ParsedAction<number> => parseCell(text, sideOf(size), sideOf(size))

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: '(row, col)', how: 'put the cell to fill and nothing else' }

/** Goal, rules and actions. */
export function rules({ size }: ConfigNonogram): string {
  const [margin, last] = [numbersMax(size), sideOf(size) - 1]
  return [
    `The picture shows a board of ${size} rows and ${size} columns with clues: numbers left of each row and above each column.`,
    '',
    'Rules',
    '- The clue of a row gives the lengths of its runs of filled cells, from left to right; that of a column from top to bottom. Between two runs there is at least one cell that is not filled; 0 means none is.',
    '- One solution agrees with all clues. One move fills a cell: one of the solution earns 1 point, any other ends the game.',
    `- When all cells of the solution are filled you earn ${size} points more, and the game is over.`,
    '',
    `Action: the cell to fill, written (row, col). Rows and columns count from 0 at the top left corner of the picture, clues included: the board begins at (${margin}, ${margin}) and its last cell is (${last}, ${last}).`,
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateNonogram>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateNonogram>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was filled.'
  if (event.kind === 'ended')
    return event.reason === 'solved'
      ? 'The game is over: the picture is finished.'
      : 'The game is over: that cell is not filled in the solution.'
  if (event.reason === 'ended') return 'Your move was refused: the game is over.'
  const cell = formatAction(event.side as number, event.action as number)
  return `${cell} was refused: ${event.reason === 'clue' ? 'clues stand there, not the board' : 'it is filled already'}.`
}

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'nonogram',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...LABELS.flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ...['\nrow', ' full', ' fill', ' blank', ' open'],
  ...coordinateWords(sideOf(SIZE_MAX)),
]

/** The texts for the embedded engine: 'nonogram 5x5', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateNonogram, ConfigNonogram> = {
  prompt: ({ size }) => `nonogram ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}

/** Whether a cell of the picture belongs to the board. */
export const isBoard = (size: number, at: number): boolean => boardCell(size, at) >= 0
