/** Every text of Rush Hour but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { type Block, blocksMax, coverOf, DIRECTIONS, exitRow, LENGTH_MAX, SIZE_MAX, SIZE_MIN, type Slide } from './rules.ts'
import { BONUS, boardFaults, type ConfigRushHour, type StateRushHour } from './state.ts'

/** The letters of the blocks: X wants out. */
export const LETTERS: readonly string[] = ['X', ...Array.from({ length: blocksMax(SIZE_MAX) - 1 }, (_, i) => String.fromCharCode(65 + i))]
const KNOWN = new Set([EMPTY_LABEL, ...LETTERS])

/** The board as a grid of letters, at most 6 x 6. Letters that are no straight block of two or three cells are none of the game. */
export const perception: PerceptionFacet<StateRushHour, ConfigRushHour, Grid> = gridPerception({
  of: (state) => {
    const cover = coverOf(state)
    return labelGrid(state.size, state.size, (at) => (cover[at]! < 0 ? EMPTY_LABEL : LETTERS[cover[at]!]!))
  },
  side: SIZE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => {
    const { size, blocks } = state
    if (labels.some((label) => LETTERS.indexOf(label) >= blocks)) return null
    const board = LETTERS.slice(0, blocks).map((letter) =>
      blockOf(
        labels.flatMap((label, at) => (label === letter ? [at] : [])),
        size,
      ),
    )
    if (!board.every((block) => block !== null)) return null
    let whole = true
    boardFaults({ size, blocks, board }, () => {
      whole = false
    })
    return whole ? { ...state, board } : null
  },
  layout: ({ size, blocks }) =>
    gridLayout({
      rows: size,
      columns: size,
      first: 0,
      stands: 'the first cell of the first row',
      cell: `a cell is the letter of the block on it, X or A to ${LETTERS[blocks - 1]}, or ${EMPTY_LABEL} if it is free`,
    }),
})

/** The block on these cells, ascending; null if they are none. */
function blockOf(cells: readonly number[], size: number): Block | null {
  const [first, second] = cells
  if (first === undefined || second === undefined || cells.length > LENGTH_MAX) return null
  const upright = second === first + size
  const step = upright ? size : 1
  const [row, column] = [Math.floor(first / size), first % size]
  if (!cells.every((cell, i) => cell === first + i * step) || (!upright && column + cells.length > size)) return null
  return { row, column, length: cells.length, upright }
}

/** Other spellings of cells: letters in lower case. */
export const spellings: Spellings = {
  cells: { ...EMPTY_SPELLINGS, ...Object.fromEntries(LETTERS.map((letter) => [letter.toLowerCase(), letter])) },
}

/** 'A up 2'. */
export const formatAction = ({ block, direction, cells }: Slide): string => `${LETTERS[block]} ${direction} ${cells}`

const ANSWER = /^\s*([A-Z])\s+(up|right|down|left)\s+([0-9]{1,3})\s*$/

/** A letter, a direction and a number of cells, white space between and around them; whether the block can slide so is the rules' business. */
export function parseAction(text: string, { size, blocks }: StateRushHour): ParsedAction<Slide> {
  const found = text.length > 256 ? null : ANSWER.exec(text)
  if (found === null) return { reason: shownAnswer(text, 'a block, a direction and a number of cells, written as A up 2') }
  const [block, cells] = [LETTERS.indexOf(found[1]!), Number(found[3])]
  if (block < 0 || block >= blocks) return { reason: `There is no block ${found[1]}; the blocks are X and A to ${LETTERS[blocks - 1]}.` }
  if (cells < 1 || cells > size - 2) return { reason: `A block slides 1 to ${size - 2} cells here, not ${cells}.` }
  return { action: { block, direction: found[2] as Slide['direction'], cells } }
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: 'letter direction cells', how: 'put one slide, such as A up 2, and nothing else' }

/** Goal, rules and actions. */
export function rules({ size, blocks }: ConfigRushHour): string {
  return [
    `The picture shows a board of ${size} rows and ${size} columns with ${blocks} blocks: X, and A to ${LETTERS[blocks - 1]}. They are two or three cells long and show their letter on each cell.`,
    '',
    'Rules',
    `- Bring X out: it lies in row ${exitRow(size)}, counted from 0, and must reach the right edge of the board, where the exit is.`,
    '- One move slides a block along its length over free cells, by one cell or more. Blocks do not turn, and do not pass over each other.',
    '- Each cell that X comes nearer to the exit earns 1 point, each cell that it goes away costs 1. A block that leaves the way between X and the exit earns 1 point, one that comes into it costs 1.',
    `- When X is out you earn ${BONUS} points more, and the game is over.`,
    '',
    'Action: the letter of a block, one of up, down, left and right, and the number of cells that it slides: A up 2.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateRushHour>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

const REFUSED: { readonly [reason: string]: string } = {
  ended: 'the game is over',
  across: 'the block does not slide that way, only along its length',
  blocked: 'there are not so many free cells in front of the block',
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateRushHour>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was moved.'
  if (event.kind === 'ended') return 'The game is over: X is out.'
  return `${formatAction(event.action as Slide)} was refused: ${REFUSED[event.reason as string]!}.`
}

/** Most slides that thoughts count; beyond it stands this number. No board of 6 x 6 needs as many. */
export const COUNTED_MAX = 60

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'rush-hour',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...[EMPTY_LABEL, ...LETTERS].flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ...LETTERS.flatMap((letter) => [letter, ` ${letter}`]),
  ...DIRECTIONS.map((direction) => ` ${direction}`),
  '\nblock',
  ' no',
  ' dead',
  ...Array.from({ length: COUNTED_MAX + 1 }, (_, count) => ` ${count}`),
]

/** The texts for the embedded engine: 'rush-hour 6x6', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateRushHour, ConfigRushHour> = {
  prompt: ({ size }) => `rush-hour ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
