/** Every text of Minesweeper but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import { coordinateWords } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { risksOf } from './risk.ts'
import { minesMax, SIZE_MAX, SIZE_MIN } from './rules.ts'
import type { ActionMinesweeper, ConfigMinesweeper, StateMinesweeper } from './state.ts'

/** Labels by look: an open cell with no mine around it is empty. */
export const LABELS: readonly string[] = [EMPTY_LABEL, '1', '2', '3', '4', '5', '6', '7', '8', '#', 'F', 'X']

const KNOWN = new Set(LABELS)

/** The board as a grid of labels, at most 10 x 10. A board that no layout of mines agrees with is none of the game. */
export const perception: PerceptionFacet<StateMinesweeper, ConfigMinesweeper, Grid> = gridPerception({
  of: ({ size, shown }) => labelGrid(size, size, (at) => LABELS[shown[at]!]!),
  side: SIZE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => {
    const told = { ...state, shown: labels.map((label) => LABELS.indexOf(label)) }
    return risksOf(told).layouts === 0 ? null : told
  },
  layout: ({ size }) =>
    gridLayout({
      rows: size,
      columns: size,
      first: 0,
      stands: 'the first cell of the first row',
      cell: 'a cell is # if it is covered, F if it has a flag, its number 1 to 8 if it is open, _ if it is open and empty, X for a mine',
    }),
})

/** Other spellings of cells. */
export const spellings: Spellings = {
  cells: { ...EMPTY_SPELLINGS, '0': EMPTY_LABEL, f: 'F', flag: 'F', '🚩': 'F', covered: '#', hidden: '#', '■': '#', mine: 'X', '💣': 'X' },
}

/** 'open (0, 2)'. */
export const formatAction = ({ verb, row, column }: ActionMinesweeper): string => `${verb} (${row}, ${column})`

const ANSWER = /^\s*(open|flag)\s*\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)\s*$/

/** `open` or `flag` and a cell of the board in brackets; white space around, between and inside the brackets is free. */
export function parseAction(text: string, { size }: StateMinesweeper): ParsedAction<ActionMinesweeper> {
  const found = text.length > 256 ? null : ANSWER.exec(text)
  if (found === null) return { reason: shownAnswer(text, 'one move written as open (row, col) or flag (row, col)') }
  const [row, column] = [Number(found[2]), Number(found[3])]
  if (row >= size || column >= size)
    return { reason: `The cell (${row}, ${column}) is outside the board of ${size} rows and ${size} columns, counted from 0.` }
  return { action: { verb: found[1] as 'open' | 'flag', row, column } }
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: 'open (row, col)', how: 'put one move and nothing else' }

/** Goal, rules and actions. */
export function rules({ size, mines, guesses }: ConfigMinesweeper): string {
  return [
    `The picture shows a board of ${size} rows and ${size} columns. ${mines === 1 ? 'One mine is' : `${mines} mines are`} hidden under covered cells.`,
    '',
    'Rules',
    '- An open cell shows how many mines lie in the up to eight cells around it; an empty one has none around it.',
    '- One move opens a covered cell. Each cell that opens earns 1 point. Where a cell has no mine around it, the cells around it open too, and so on.',
    '- Opening a mine ends the game.',
    `- When all cells without a mine are open you earn ${mines} ${mines === 1 ? 'point' : 'points'} more, and the game is over.`,
    '- A flag marks a covered cell, which cannot be opened while it is there. Flagging the cell again takes the flag away. Flags earn nothing.',
    `- ${guesses ? 'Some boards can only be cleared by guessing.' : 'This board can be cleared by reasoning alone.'}`,
    '',
    `Actions: open (row, col) and flag (row, col). Rows and columns count from 0, starting at the top left cell; the last cell is (${size - 1}, ${size - 1}).`,
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateMinesweeper>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

const REFUSED: { readonly [reason: string]: string } = {
  ended: 'the game is over',
  open: 'the cell is open already',
  flag: 'the cell has a flag',
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateMinesweeper>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'cleared' ? 'The game is over: the board is cleared.' : 'The game is over: that was a mine.'
  return `${formatAction(event.action as ActionMinesweeper)} was refused: ${REFUSED[event.reason as string]!}.`
}

/** What thoughts say of a covered cell that may hold a mine: its risk in percent, to the nearest ten. */
export const RISK_WORDS: readonly string[] = Array.from({ length: 9 }, (_, i) => String(10 * (i + 1)))

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'minesweeper',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...LABELS.flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ...Array.from({ length: SIZE_MAX }, (_, row) => `\nrow${row}`),
  ...[' clear', ' safe', ' mine', '\nleast', ' none', 'open', 'flag'],
  // Numbers of mines, rows, columns and risks.
  ...[...new Set([...Array.from({ length: minesMax(SIZE_MAX, true) + 1 }, (_, n) => String(n)), ...RISK_WORDS])].map((n) => ` ${n}`),
  ...coordinateWords(SIZE_MAX).filter((word) => word.startsWith(' ')),
]

/** The texts for the embedded engine: 'minesweeper 6x6 6' with the number of mines, and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateMinesweeper, ConfigMinesweeper> = {
  prompt: ({ size, mines }) => `minesweeper ${size}x${size} ${mines}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
