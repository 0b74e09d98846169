/** Every text of 2048 but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import type { Skin, TileSymbols } from '../../scene.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import { DIRECTION_NAMES, type Direction, MAX_EXPONENT, SIZE_MAX } from './rules.ts'
import type { Config2048, State2048 } from './state.ts'

/** Labels by exponent: '_', '2', '4', … '131072'. */
export const LABELS: readonly string[] = Array.from({ length: MAX_EXPONENT + 1 }, (_, k) => (k === 0 ? EMPTY_LABEL : String(2 ** k)))

/** The letter that stands for a tile under `symbols: 'letters'`: A for 2, B for 4, up to Q. */
export function letterOf(exponent: number): string {
  return String.fromCharCode(64 + exponent)
}

const KNOWN = new Set(LABELS)

/** The board as a grid of labels: '_' and the powers of two 2..131072, at most 6 x 6. */
export const perception: PerceptionFacet<State2048, Config2048, Grid> = gridPerception({
  of: ({ size, board }) => labelGrid(size, size, (at) => LABELS[board[at]!]!),
  side: SIZE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => ({ ...state, board: labels.map((label) => LABELS.indexOf(label)) }),
  layout: ({ size }) =>
    gridLayout({
      rows: size,
      columns: size,
      first: 1,
      stands: 'the first cell of the first row',
      cell: 'a cell is the number of its tile, or _ if it is empty',
    }),
})

/** Longest answer that is read at all, characters. */
const ANSWER_CAP = 4096

/** The action's digit. */
export function formatAction(action: Direction): string {
  return String(action)
}

/** Exactly one digit 0..3 with white space around it. */
export function parseAction(text: string): ParsedAction<Direction> {
  const answer = text.length > ANSWER_CAP ? text : text.trim()
  const digit = answer.length === 1 ? answer.charCodeAt(0) - 48 : -1
  if (digit >= 0 && digit <= 3) return { action: digit as Direction }
  if (answer === '') return { reason: 'The answer is empty; it must be one digit from 0 to 3.' }
  const shown = answer.length > 40 ? `${answer.slice(0, 40)}…` : answer
  return { reason: `The answer ${JSON.stringify(shown)} is not one digit from 0 to 3.` }
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: 'N', how: 'put one digit from 0 to 3 and nothing else' }

/** Arrows in the order of directions, plain and as pictures. */
const ARROWS = ['↑→↓←', '⬆➡⬇⬅']

/** Directions by name and arrow, and the usual ways of writing an empty cell. */
export const spellings: Spellings = {
  answers: Object.fromEntries(
    [DIRECTION_NAMES, ...ARROWS.map((arrows) => [...arrows]), [...'⬆➡⬇⬅'].map((arrow) => `${arrow}\ufe0f`)].flatMap((names) =>
      names.map((name, direction) => [name, String(direction)]),
    ),
  ),
  cells: { ...EMPTY_SPELLINGS, '0': EMPTY_LABEL },
}

/** How the full prompt says what a tile looks like; the sentence goes on with the empty cell. */
const TILE_IS: { readonly [symbols in TileSymbols]: string } = {
  numbers: 'A numbered square is a tile;',
  letters: 'A square with a letter is a tile, and the letter stands for its number (A = 2, B = 4, C = 8 and so on, doubling each time);',
  dots: 'A square with dots is a tile, and the dots stand for its number (one dot = 2, two dots = 4, three dots = 8 and so on, doubling each time);',
}

/** Goal, rules and actions. */
export function rules({ size, goal }: Config2048, skin?: Pick<Skin, 'symbols'>): string {
  const end = goal > 0 ? `as soon as a tile of ${goal} is made, or when no slide can move anything` : 'when no slide can move anything'
  return [
    `The picture shows a game of 2048 on a grid of ${size} rows and ${size} columns. ${TILE_IS[skin?.symbols ?? 'numbers']} a plain square is an empty cell.`,
    '',
    'Rules',
    '- One move slides all tiles as far as they go in one direction.',
    '- Two tiles of the same number that meet become one tile of twice that number and you earn that new number as points. A tile made in a move does not merge again in the same move.',
    '- After every move that changed the board, a 2 (sometimes a 4) appears in a random empty cell.',
    '- A direction in which nothing can slide or merge is refused: the board stays and you earn nothing.',
    `- The game is over ${end}. Earn as many points as you can.`,
    '',
    'Actions: 0 = up, 1 = right, 2 = down, 3 = left.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<State2048>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

const directionOf = ({ action }: GameEvent): string => DIRECTION_NAMES[action as Direction]

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<State2048>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'goal' ? 'The game is over: the goal is reached.' : 'The game is over: no slide is left.'
  const direction = directionOf(event)
  const name = `${direction.charAt(0).toUpperCase()}${direction.slice(1)}`
  return event.reason === 'ended' ? `${name} was refused: the game is over.` : `${name} was refused: no tile can move ${direction}.`
}

/** Sums of merged tiles that are one word: multiples of 4 to 128, powers of two to 131072, sums of two different powers to 2048. Ascending. */
function sumWords(): string[] {
  const powers = Array.from({ length: MAX_EXPONENT - 1 }, (_, i) => 2 ** (i + 2))
  const pairs = powers.flatMap((high) => powers.filter((low) => low < high && low + high <= 2048).map((low) => low + high))
  const sums = new Set([...Array.from({ length: 32 }, (_, i) => 4 * (i + 1)), ...powers, ...pairs])
  return [...sums].sort((a, b) => a - b).map((sum) => ` +${sum}`)
}

/** The same words for every config, so that one tokenizer serves all sizes. Digits double as answers and as the spelling of rare sums. */
const LEXICON: readonly string[] = [
  '2048',
  ...[3, 4, 5, 6].map((size) => ` ${size}x${size}`),
  ' ok',
  ...DIRECTION_NAMES.map((name) => ` refused-${name}`),
  ' unreadable',
  ...LABELS.map((label) => `\n${label}`),
  ...LABELS.map((label) => ` | ${label}`),
  ...['rows', 'columns', 'sideways', 'vertical'].map((head) => `\n${head}`),
  ...['stuck', 'both', 'left', 'right', 'up', 'down'].map((word) => ` ${word}`),
  ...sumWords(),
  ' +',
  ...Array.from('0123456789'),
]

/** The texts for the embedded engine: '2048 4x4', and ' ok', ' refused-<direction>' or ' unreadable'. */
export const embedded: EmbeddedFacet<State2048, Config2048> = {
  prompt: ({ size }) => `2048 ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ` refused-${directionOf(event)}` : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
