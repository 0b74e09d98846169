/** Every text of Swap but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { ParsedAction, Perception, PromptStyle, StepResult, WrittenPerception } from '../../game.ts'
import { type Cell, coordinateWords, formatPair, parsePair } from '../shared/coordinates.ts'
import { formatGrid, type GridGrammar, labelGrid, parseGrid } from '../shared/grid-text.ts'
import { COLOURS, SHAPES } from '../shared/tile-art.ts'
import { kindsOf } from './cascade.ts'
import { COLOURS_MAX, SHAPES_MAX, SIDE_MAX, SIDE_MIN } from './rules.ts'
import type { ConfigSwap, Pair, StateSwap } from './state.ts'

/** Labels by kind, 0..11: 'red circle', 'red square', 'red triangle', 'green circle', … */
export const LABELS: readonly string[] = kindsOf(COLOURS_MAX, SHAPES_MAX).map(
  (kind) => `${COLOURS[Math.floor(kind / SHAPES_MAX)]!} ${SHAPES[kind % SHAPES_MAX]!}`,
)

/** What thoughts say of where a tile would go: a way and how many tiles the swap clears at first, or 'stay'. Each of the two tiles stands in seven at most: three along the way and five across it. */
export const MOVE_WORDS: readonly string[] = [
  ...['up', 'right', 'down', 'left'].flatMap((way) => Array.from({ length: 12 }, (_, i) => `${way} ${i + 3}`)),
  'stay',
]

const KNOWN = new Set(LABELS)
/** Longest text that is read at all; the largest board takes under 1,200 characters. */
const TEXT_CAP = 4096
const GRAMMAR: GridGrammar = { side: SIDE_MAX, cap: TEXT_CAP, isLabel: (label) => KNOWN.has(label) }

/** The board as labels, `cells[row][column]`. */
export function perceive({ rows, columns, board }: StateSwap): Perception {
  return labelGrid(rows, columns, (at) => LABELS[board[at]!]!)
}

/** A line per row, cells joined with ' | '. */
export const formatPerception = formatGrid

/** Reads 1..8 rows of 1..8 cells each, all rows equally long; only the twelve labels, one space inside. Blank lines are skipped. */
export function parsePerception(text: string, likely?: WrittenPerception): Perception | null {
  return parseGrid(text, GRAMMAR, likely)
}

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

/** 'brief': 'swap 8x8'. 'full': goal, rules, actions and the layout of a reply. */
export function prompt({ rows, columns, colours, shapes }: ConfigSwap, style: PromptStyle): string {
  if (style === 'brief') return `swap ${rows}x${columns}`
  const grid = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => `r${row}c${column}`).join(' | '))
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
    '',
    'Reply in exactly this layout:',
    '<perception>',
    ...grid,
    '</perception>',
    '<think>',
    'your reasoning',
    '</think>',
    '<answer>(row1, col1) (row2, col2)</answer>',
    '',
    `In <perception>, write the board as you see it: ${rows} lines from top to bottom, ${columns} cells a line from left to right with " | " between them (r0c0 stands for the first cell of the first row, and so on); a cell is one of: ${kindsOf(
      colours,
      shapes,
    )
      .map((kind) => LABELS[kind])
      .join(', ')}. In <answer>, put the two cells and nothing else.`,
  ].join('\n')
}

/** What the last step came to. 'brief': ' ok', ' refused' or ' unreadable'. */
export function feedback(result: Pick<StepResult<StateSwap>, 'legal' | 'events'> | null, style: PromptStyle): string {
  const event = result?.events.find(({ kind }) => kind === 'refused' || kind === 'unreadable' || kind === 'reshuffled')
  if (style === 'brief') return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
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
  '\nbest',
  ...coordinateWords(SIDE_MAX),
]

/** Words whose concatenations are all brief prompts, feedback, answers, and (after a line break) perceptions and thoughts. */
export function lexicon(): readonly string[] {
  return LEXICON
}
