/** Every text of falling shapes but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, ParsedAction, PerceptionFacet, SectionLayout, Statement } from '../../game.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { linesIn, piecesIn } from '../shared/statements.ts'
import { HEIGHT_MAX, NAMES, NEXT_MAX, TURNED, WIDTH_MAX, WIDTH_MIN } from './rules.ts'
import type { ConfigFallingShapes, Placement, StateFallingShapes } from './state.ts'

/** What is seen. */
export interface SeenWell {
  /** The name of the shape to place, and of those shown ahead. */
  readonly shape: string
  readonly next: readonly string[]
  /** The rows of the well from the highest with a filled cell down to the bottom; by column 1 where it is filled. */
  readonly rows: readonly (readonly number[])[]
}

function of({ well, width, shape, queue }: StateFallingShapes): SeenWell {
  const top = well.findLastIndex((row) => row > 0)
  const rows = Array.from({ length: top + 1 }, (_, at) => Array.from({ length: width }, (_, column) => (well[top - at]! >> column) & 1))
  return { shape: NAMES[shape]!, next: queue.map((one) => NAMES[one]!), rows }
}

/** 'shape T', 'next L I' ('next -' for none), and a line 'row # . #' a row; 'row -' for an empty well. */
function format({ shape, next, rows }: SeenWell): string {
  const lines = rows.map((row) => `row ${row.map((filled) => (filled === 1 ? '#' : '.')).join(' ')}`)
  return [`shape ${shape}`, `next ${next.length === 0 ? '-' : next.join(' ')}`, ...(lines.length === 0 ? ['row -'] : lines)].join('\n')
}

const NEXT = new RegExp(`^(?:-|[${NAMES.join('')}](?: [${NAMES.join('')}]){0,${NEXT_MAX - 1}})$`)
const ROW = new RegExp(`^[#.](?: [#.]){${WIDTH_MIN - 1},${WIDTH_MAX - 1}}$`)

function parse(text: string): SeenWell | null {
  if (text.length > 1024) return null
  const [shape, next, ...rows] = linesIn(text).map(({ text: line }) => line.trim().split(/\s+/))
  const ahead = next?.slice(1).join(' ') ?? ''
  if (shape?.length !== 2 || shape[0] !== 'shape' || !(NAMES as readonly string[]).includes(shape[1]!)) return null
  if (next?.[0] !== 'next' || !NEXT.test(ahead) || rows.length === 0 || rows.length > HEIGHT_MAX) return null
  const seen = { shape: shape[1]!, next: ahead === '-' ? [] : ahead.split(' ') }
  if (rows.length === 1 && rows[0]!.join(' ') === 'row -') return { ...seen, rows: [] }
  const read = rows.map(([head, ...words]) =>
    head === 'row' && ROW.test(words.join(' ')) ? words.map((word) => (word === '#' ? 1 : 0)) : null,
  )
  if (read.some((row) => row === null || row.length !== read[0]!.length)) return null
  // The first row is the highest with a filled cell.
  return read[0]!.includes(1) ? { ...seen, rows: read as number[][] } : null
}

/** The mean of the parts: the shape, the shapes ahead (if either names one), and the cells of the rows, compared from the bottom up. */
function agreement(truth: SeenWell, read: SeenWell): number {
  const parts = [truth.shape === read.shape ? 1 : 0]
  const ahead = Math.max(truth.next.length, read.next.length)
  if (ahead > 0) parts.push(truth.next.filter((name, at) => read.next[at] === name).length / ahead)
  const rows = Math.max(truth.rows.length, read.rows.length)
  const width = Math.max(truth.rows[0]?.length ?? 0, read.rows[0]?.length ?? 0)
  const same = truth.rows.map((row, at) => {
    const other = read.rows[read.rows.length - truth.rows.length + at]
    return row.filter((filled, column) => other?.[column] === filled).length
  })
  parts.push(rows === 0 ? 1 : same.reduce((sum, one) => sum + one, 0) / (rows * width))
  return parts.reduce((sum, part) => sum + part, 0) / parts.length
}

/** A statement a word: rows are compared from the bottom up. */
function judge(truth: SeenWell, text: string): Statement[] {
  if (parse(text) === null) return []
  const expected = format(truth)
    .split('\n')
    .map((line) => line.split(' '))
  const lines = linesIn(text)
  return lines.flatMap((line, at) => {
    const words =
      at < 2 ? expected[at] : at - lines.length + expected.length < 2 ? undefined : expected[at - lines.length + expected.length]
    const [, ...said] = piecesIn(line, /\S+/g)
    return said.map(({ text: word, start }, k) => ({ start, end: start + word.length, holds: word === words?.[k + 1] }))
  })
}

/** The shape to place, the shapes ahead, and the well. */
export const perception: PerceptionFacet<StateFallingShapes, ConfigFallingShapes, SeenWell> = {
  of,
  format,
  parse,
  agreement,
  judge,
  layout: ({ width, next }) => ({
    example: ['shape name', 'next names', `row ${Array.from({ length: width }, () => 'c').join(' ')}`, '...'].join('\n'),
    how: `write the name of the shape to place (${NAMES.join(', ')}); ${next === 0 ? 'in the next line - after the word next, for no shape is shown ahead' : `the names of the ${next === 1 ? 'shape' : `${next} shapes`} shown ahead, from top to bottom`}; then a line for each row of the well from the highest that has a filled cell down to the bottom, with # for a filled and . for an empty cell, ${width} a row; if the well is empty, one line with - after the word row`,
  }),
}

/** Turns and column: '1 4'. */
export const formatAction = ([turns, column]: Placement): string => `${turns} ${column}`

const wanted = (width: number): string => `two whole numbers, turns from 0 to 3 and a column from 0 to ${width - 1}, such as 1 2`

/** Exactly two whole numbers, turns and column, with white space between and around them. */
export function parseAction(text: string, { width }: StateFallingShapes): ParsedAction<Placement> {
  const found = text.length > 256 ? null : /^\s*([0-3])\s+([0-9])\s*$/.exec(text)
  const [turns, column] = [Number(found?.[1]), Number(found?.[2])]
  return column < width ? { action: [turns, column] } : { reason: shownAnswer(text, wanted(width)) }
}

/** How an answer is written. */
export const answerLayout = ({ width }: ConfigFallingShapes): SectionLayout => ({
  example: 'turns column',
  how: `put two whole numbers and nothing else: quarter turns clockwise, 0 to 3, and the column of the leftmost cell of the turned shape, 0 to ${width - 1} from the left`,
})

/** Goal, rules and actions. */
export function rules(config: ConfigFallingShapes): string {
  const { width, height, kinds, next } = config
  const names = NAMES.slice(0, kinds).join(', ')
  return [
    `The picture shows a well of ${width} columns and ${height} rows on the left. On the right, on top, is the shape to place${next === 0 ? '' : `, and below it the ${next === 1 ? 'one' : next} to come after it`}. Shapes have four cells and are named after letters that they look like: ${names}.`,
    '',
    'Rules',
    '- One move turns the shape clockwise, by as many quarters as you say, and drops it straight down, its leftmost cell in the column that you say. It falls until it lies on the bottom or on a filled cell.',
    `- A shape that is placed earns 1 point. A row that is full goes and earns ${width} points; what is above it comes down.`,
    '- A hole is an empty cell with a filled cell above it in its column. Each hole more than before costs 1 point, each one fewer earns 1 point.',
    '- A placement that would stick out of the well is refused. The game is over when the shape to place fits nowhere.',
    '',
    'Action: quarter turns clockwise and column.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateFallingShapes>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateFallingShapes>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so no shape was placed.'
  if (event.kind === 'ended') return 'The game is over: the next shape fits nowhere.'
  if (event.reason === 'ended') return 'Your move was refused: the game is over.'
  const [turns, column] = event.action as unknown as Placement
  const wide = TURNED[event.shape as number]![turns]!.width
  return event.reason === 'outside'
    ? `${turns} ${column} was refused: after that turn the shape is ${wide} wide and would leave the well on the right.`
    : `${turns} ${column} was refused: the shape would stick out of the top of the well.`
}

const DIGITS = Array.from({ length: 10 }, (_, value) => String(value))

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'falling-shapes',
  ' ok',
  ' refused',
  ' unreadable',
  ...['\nshape', '\nnext', '\nrow', ' #', ' .', ' -'],
  ...NAMES.map((name) => ` ${name}`),
  ...['\nheights', '\nholes', '\nrows', '\nchange'],
  ...DIGITS.slice(0, 4),
  ...Array.from({ length: WIDTH_MAX * HEIGHT_MAX + 1 }, (_, value) => ` ${value}`),
  ...Array.from({ length: 40 }, (_, value) => ` -${value + 1}`),
]

/** The texts for the embedded engine: 'falling-shapes 8', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateFallingShapes, ConfigFallingShapes> = {
  prompt: ({ width }) => `falling-shapes ${width}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
