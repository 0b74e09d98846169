/** Every text of 2048 but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { ParsedAction, Perception, PromptStyle, Spellings, StepResult, WrittenPerception } from '../../game.ts'
import type { Skin, TileSymbols } from '../../scene.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, formatGrid, type GridGrammar, labelGrid, parseGrid } from '../shared/grid-text.ts'
import { DIRECTION_NAMES, type Direction, MAX_EXPONENT, SIZE_MAX } from './rules.ts'
import type { Config2048, State2048 } from './state.ts'

/** Labels by exponent: '_', '2', '4', … '131072'. */
export const LABELS: readonly string[] = Array.from({ length: MAX_EXPONENT + 1 }, (_, k) => (k === 0 ? EMPTY_LABEL : String(2 ** k)))

/** The letter that stands for a tile under `symbols: 'letters'`: A for 2, B for 4, up to Q. */
export function letterOf(exponent: number): string {
  return String.fromCharCode(64 + exponent)
}

const KNOWN = new Set(LABELS)
/** Longest text that is read at all; the largest board takes under 400 characters. */
const TEXT_CAP = 4096
const GRAMMAR: GridGrammar = { side: SIZE_MAX, cap: TEXT_CAP, isLabel: (label) => KNOWN.has(label) }

/** The board as labels, `cells[row][column]`. */
export function perceive(state: State2048): Perception {
  const { size, board } = state
  return labelGrid(size, size, (at) => LABELS[board[at]!]!)
}

/** A line per row, cells joined with ' | '. */
export const formatPerception = formatGrid

/** Reads 1..6 rows of 1..6 cells each, all rows equally long; only '_' and the powers of two 2..131072 are labels. Blank lines are skipped. */
export function parsePerception(text: string, likely?: WrittenPerception): Perception | null {
  return parseGrid(text, GRAMMAR, likely)
}

/** The action's digit. */
export function formatAction(action: Direction): string {
  return String(action)
}

/** Exactly one digit 0..3 with white space around it. */
export function parseAction(text: string): ParsedAction<Direction> {
  const answer = text.length > TEXT_CAP ? text : text.trim()
  const digit = answer.length === 1 ? answer.charCodeAt(0) - 48 : -1
  if (digit >= 0 && digit <= 3) return { action: digit as Direction }
  if (answer === '') return { reason: 'The answer is empty; it must be one digit from 0 to 3.' }
  const shown = answer.length > 40 ? `${answer.slice(0, 40)}…` : answer
  return { reason: `The answer ${JSON.stringify(shown)} is not one digit from 0 to 3.` }
}

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

/** 'brief': '2048 4x4'. 'full': goal, rules, actions and the layout of a reply. */
export function prompt(config: Config2048, style: PromptStyle, skin?: Pick<Skin, 'symbols'>): string {
  const { size, goal } = config
  if (style === 'brief') return `2048 ${size}x${size}`
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
    '',
    'Reply in exactly this layout:',
    '<perception>',
    ...Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => `r${row + 1}c${column + 1}`).join(' | ')),
    '</perception>',
    '<think>',
    'your reasoning',
    '</think>',
    '<answer>N</answer>',
    '',
    `In <perception>, write the board as you see it: ${size} lines from top to bottom, ${size} cells a line from left to right with " | " between them (r1c1 stands for the first cell of the first row, and so on); a cell is the number of its tile, or _ if it is empty. In <answer>, put one digit from 0 to 3 and nothing else.`,
  ].join('\n')
}

/** What the last step came to. 'brief': ' ok', ' refused-<direction>' or ' unreadable'. */
export function feedback(result: Pick<StepResult<State2048>, 'legal' | 'events'> | null, style: PromptStyle): string {
  const event = result?.events.find(({ kind }) => kind === 'refused' || kind === 'unreadable' || kind === 'ended')
  const direction = String(event?.direction)
  if (style === 'brief') return event?.kind === 'refused' ? ` refused-${direction}` : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'goal' ? 'The game is over: the goal is reached.' : 'The game is over: no slide is left.'
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

/** Words whose concatenations are all brief prompts, feedback, answers, and (after a line break) perceptions and thoughts. */
export function lexicon(): readonly string[] {
  return LEXICON
}
