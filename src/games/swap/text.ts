/** Every text of Swap but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout } from '../../game.ts'
import { type Cell, coordinateWords, formatPair, parsePair } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { labelGrid } from '../shared/grid-text.ts'
import { COLOURS, SHAPES } from '../shared/tile-art.ts'
import { kindsOf } from './cascade.ts'
import { COLOURS_MAX, SHAPES_MAX, SIDE_MAX, SIDE_MIN } from './rules.ts'
import type { ConfigSwap, Pair, StateSwap } from './state.ts'

/** Labels by kind, 0..11: 'red circle', 'red square', 'red triangle', 'green circle', … */
export const LABELS: readonly string[] = kindsOf(COLOURS_MAX, SHAPES_MAX).map(
  (kind) => `${COLOURS[Math.floor(kind / SHAPES_MAX)]!} ${SHAPES[kind % SHAPES_MAX]!}`,
)

/** Tiles that a swap clears, as thoughts count them at most: 14 means 14 or more. */
export const COUNTED_MAX = 14

const COUNTS: readonly number[] = Array.from({ length: COUNTED_MAX - 2 }, (_, i) => i + 3)

/** What thoughts say of where a tile would go: a way and how many tiles the swap clears, 3..COUNTED_MAX, or 'stay'. */
export const MOVE_WORDS: readonly string[] = [
  ...['up', 'right', 'down', 'left'].flatMap((way) => COUNTS.map((count) => `${way} ${count}`)),
  'stay',
]

const KNOWN = new Set(LABELS)

/** The board as a grid of the twelve labels, one space inside; at most 8 x 8. */
export const perception: PerceptionFacet<StateSwap, ConfigSwap, Grid> = gridPerception({
  of: ({ rows, columns, board }) => labelGrid(rows, columns, (at) => LABELS[board[at]!]!),
  side: SIDE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => ({ ...state, board: labels.map((label) => LABELS.indexOf(label)) }),
  layout: ({ rows, columns, colours, shapes }) => {
    const labels = kindsOf(colours, shapes).map((kind) => LABELS[kind])
    return gridLayout({
      rows,
      columns,
      first: 0,
      stands: 'the first cell of the first row',
      cell: `a cell is one of: ${labels.join(', ')}`,
    })
  },
})

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: '(row1, col1) (row2, col2)', how: 'put the two cells and nothing else' }

/** '(row1, col1) (row2, col2)' in reading order. */
export function formatAction(action: Pair): string {
  const [a, b] = inReadingOrder(action)
  return formatPair(a, b)
}

/**
 * Two different cells of the board in either order; the action is in reading order. Cells that are not neighbours are an action too, which
 * the step refuses, as the paper counts them as an illegal move; `actions` lists neighbours only.
 */
export function parseAction(text: string, { rows, columns }: StateSwap): ParsedAction<Pair> {
  const parsed = parsePair(text)
  if ('reason' in parsed) return parsed
  const outside = parsed.pair.find(([row, column]) => row >= rows || column >= columns)
  if (outside !== undefined)
    return { reason: `The cell (${outside.join(', ')}) is outside the board of ${rows} rows and ${columns} columns, counted from 0.` }
  const [a, b] = parsed.pair
  if (a[0] === b[0] && a[1] === b[1]) return { reason: `The cell (${a.join(', ')}) is named twice; a swap takes two different cells.` }
  return { action: inReadingOrder(parsed.pair) }
}

function inReadingOrder([a, b]: Pair): Pair {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? [a, b] : [b, a]
}

/** Goal, rules and actions. */
export function rules({ rows, columns }: ConfigSwap): string {
  return [
    `The picture shows a board of ${rows} rows and ${columns} columns, full of tiles. A tile is one shape in one colour.`,
    '',
    'Rules',
    '- One move swaps two tiles that touch along a side.',
    '- It counts only if three or more equal tiles (same shape, same colour) then stand in an unbroken line, across or down. Otherwise the swap is refused: the board stays and you lose 1 point.',
    '- All such lines vanish together. The tiles above drop down, and new random tiles come in from the top. If that makes new lines, they vanish too, and so on.',
    '- Each time n tiles vanish together, you earn n times n-1 points: 6 for three, 12 for four, 20 for five.',
    '- When no swap could make a line, the board is shuffled. Play never ends on its own. Earn as many points as you can.',
    '',
    `Action: the two cells to swap, written (row1, col1) (row2, col2). Rows and columns count from 0, starting at the top left cell; the last cell is (${rows - 1}, ${columns - 1}).`,
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'reshuffled']

function eventOf(result: FeedbackStep<StateSwap>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateSwap>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was swapped.'
  if (event.kind === 'reshuffled') return 'No swap was left on the board, so it was shuffled.'
  const cells = formatPair(event.from as Cell, event.to as Cell)
  if (event.reason === 'apart') return `The swap ${cells} was refused: the two cells do not touch along a side.`
  return `The swap ${cells} was refused: it makes no line of three or more equal tiles.`
}

const SIDES = Array.from({ length: SIDE_MAX - SIDE_MIN + 1 }, (_, i) => SIDE_MIN + i)

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'swap',
  ...SIDES.flatMap((rows) => SIDES.map((columns) => ` ${rows}x${columns}`)),
  ' ok',
  ' refused',
  ' unreadable',
  ...LABELS.map((label) => `\n${label}`),
  ...LABELS.map((label) => ` | ${label}`),
  ...Array.from({ length: SIDE_MAX }, (_, row) => `\nrow ${row}`),
  ...LABELS.map((label) => ` ${label}`),
  ...MOVE_WORDS.map((word) => ` ${word}`),
  '\nmost',
  ...COUNTS.map((count) => ` ${count}`),
  ...coordinateWords(SIDE_MAX),
]

/** The texts for the embedded engine: 'swap 8x8', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateSwap, ConfigSwap> = {
  prompt: ({ rows, columns }) => `swap ${rows}x${columns}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
