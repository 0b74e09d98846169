/** Every text of Snake but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, ParsedAction, PerceptionFacet, SectionLayout, Statement } from '../../game.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { linesIn, piecesIn } from '../shared/statements.ts'
import { DIRECTIONS, SIZE_MAX, SIZE_MIN } from './rules.ts'
import { type ConfigSnake, FOOD, type Going, type StateSnake } from './state.ts'

/** What is seen: the snake as a path of cells, 'row,column', from head to tail, and the food ('-' for none). */
export interface SeenSnake {
  readonly path: readonly string[]
  readonly food: string
}

const placeWord = (at: number, size: number): string => `${Math.floor(at / size)},${at % size}`

const of = ({ body, food, size }: StateSnake): SeenSnake => ({
  path: body.map((cell) => placeWord(cell, size)),
  food: food < 0 ? '-' : placeWord(food, size),
})

/** Cells a line, so that a line fits a terminal. */
const A_LINE = 15

/** 'snake 2,3 2,4 …', further cells in lines that begin with 'then', and 'food 5,1'. */
function format({ path, food }: SeenSnake): string {
  const lines: string[] = []
  for (let from = 0; from < path.length; from += A_LINE)
    lines.push(`${from === 0 ? 'snake' : 'then'} ${path.slice(from, from + A_LINE).join(' ')}`)
  return [...lines, `food ${food}`].join('\n')
}

const PLACE = /^[0-9],[0-9]$/

function parse(text: string): SeenSnake | null {
  if (text.length > 1024) return null
  const lines = linesIn(text).map(({ text: line }) => line.trim().split(/\s+/))
  const [head, ...rest] = lines
  const last = rest.pop()
  if (head === undefined || last === undefined || last.length !== 2 || last[0] !== 'food') return null
  if (head[0] !== 'snake' || rest.some(([first]) => first !== 'then')) return null
  const parts = [head, ...rest].map(([, ...cells]) => cells)
  // All lines but the last are full, so that a path has one text.
  if (parts.some((cells, at) => (at < parts.length - 1 ? cells.length !== A_LINE : cells.length === 0 || cells.length > A_LINE)))
    return null
  const path = parts.flat()
  const food = last[1]!
  return path.every((cell) => PLACE.test(cell)) && new Set(path).size === path.length && (food === '-' || PLACE.test(food))
    ? { path, food }
    : null
}

/** The steps of a path, each as its two cells. */
const links = (path: readonly string[]): string[] => path.slice(1).map((cell, at) => `${path[at]} ${cell}`)

/** Right among the head, the steps of the path that either has, and the food, divided by their number. */
function agreement(truth: SeenSnake, read: SeenSnake): number {
  const own = new Set(links(truth.path))
  const other = links(read.path)
  const shared = other.filter((link) => own.has(link)).length
  const either = own.size + other.length - shared
  return (shared + (truth.path[0] === read.path[0] ? 1 : 0) + (truth.food === read.food ? 1 : 0)) / (either + 2)
}

/** A statement a cell: it is true where it stands in its place of the path. */
function judge(truth: SeenSnake, text: string): Statement[] {
  if (parse(text) === null) return []
  const lines = linesIn(text)
  let at = 0
  return lines.flatMap((line, index) => {
    const [, ...said] = piecesIn(line, /\S+/g)
    return said.map(({ text: word, start }) => {
      const holds = index === lines.length - 1 ? word === truth.food : word === truth.path[at++]
      return { start, end: start + word.length, holds }
    })
  })
}

/** The snake as a path, and the food. */
export const perception: PerceptionFacet<StateSnake, ConfigSnake, SeenSnake> = {
  of,
  format,
  parse,
  agreement,
  judge,
  layout: () => ({
    example: 'snake r,c r,c r,c\nfood r,c',
    how: `write the cells of the snake in their order from the head to the tail, each as row,column counted from 0, ${A_LINE} a line; the first line begins with the word snake, further lines with the word then; and in the last line, after the word food, its cell`,
  }),
}

/** 'right 3'. */
export const formatAction = ([direction, steps]: Going): string => `${DIRECTIONS[direction]} ${steps}`

const wanted = (size: number): string => `a direction (${DIRECTIONS.join(', ')}) and 1 to ${size - 1} steps, such as right 2`

/** Exactly a direction in lower case and a number of steps, with white space between and around them. */
export function parseAction(text: string, { size }: StateSnake): ParsedAction<Going> {
  const found = text.length > 256 ? null : /^\s*(up|right|down|left)\s+([1-9])\s*$/.exec(text)
  const steps = Number(found?.[2])
  return steps < size
    ? { action: [(DIRECTIONS as readonly string[]).indexOf(found![1]!), steps] }
    : { reason: shownAnswer(text, wanted(size)) }
}

/** How an answer is written. */
export const answerLayout = ({ size }: ConfigSnake): SectionLayout => ({
  example: 'direction steps',
  how: `put ${wanted(size)}, and nothing else`,
})

/** Goal, rules and actions. */
export function rules({ size, hunger }: ConfigSnake): string {
  return [
    `The picture shows a board of ${size} rows and ${size} columns with a snake, a line through the cells that it lies on, and food, a round mark. The head of the snake has two eyes.`,
    '',
    'Rules',
    '- One move goes so many steps straight on in one direction. With every step the head goes on one cell and the rest of the snake follows. A move on which the head would leave the board or meet the body is refused; the cell of the tail is free, for the tail leaves it.',
    `- Food ends the move, earns ${FOOD} points and makes the snake one cell longer. Then food appears in another free cell.`,
    '- A step that brings the head nearer to the food (counted in rows and columns) earns 1 point, a step away from it costs 1 point.',
    `- The game is over when the head cannot go anywhere, when no food was reached in ${hunger} steps, or when the snake fills the board.`,
    '',
    'Action: a direction and a number of steps.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateSnake>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

const ENDS: { readonly [reason: string]: string } = {
  stuck: 'the snake cannot go anywhere',
  starved: 'no food was reached in time',
  full: 'the snake fills the board',
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateSnake>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so the snake did not move.'
  if (event.kind === 'ended') return `The game is over: ${ENDS[event.reason as string]}.`
  const going = formatAction(event.action as unknown as Going)
  if (event.reason === 'ended') return `${going} was refused: the game is over.`
  return event.reason === 'wall'
    ? `${going} was refused: the snake would leave the board.`
    : `${going} was refused: the snake would meet its body.`
}

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'snake',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...['\nsnake', '\nthen', '\nfood', '\nfree', '\nway', '\ntail', ' -'],
  ...DIRECTIONS,
  ...Array.from({ length: SIZE_MAX * SIZE_MAX }, (_, at) => ` ${placeWord(at, SIZE_MAX)}`),
  ...Array.from({ length: SIZE_MAX * SIZE_MAX + 1 }, (_, count) => ` ${count}`),
  ...Array.from({ length: SIZE_MAX - 1 }, (_, count) => ` -${count + 1}`),
]

/** The texts for the embedded engine: 'snake 8x8', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateSnake, ConfigSnake> = {
  prompt: ({ size }) => `snake ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
