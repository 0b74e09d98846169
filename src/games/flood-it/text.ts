/** Every text of Flood-It but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout } from '../../game.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { labelGrid } from '../shared/grid-text.ts'
import { shownAnswer } from '../shared/shown-answer.ts'
import { COLOURS } from '../shared/tile-art.ts'
import { SIZE_MAX, SIZE_MIN } from './rules.ts'
import type { ConfigFloodIt, StateFloodIt } from './state.ts'

const NAMES: readonly string[] = COLOURS
const KNOWN = new Set(NAMES)
const namesOf = ({ colours }: Pick<ConfigFloodIt, 'colours'>): string => NAMES.slice(0, colours).join(', ')

/** The board as a grid of colours, at most 14 x 14. */
export const perception: PerceptionFacet<StateFloodIt, ConfigFloodIt, Grid> = gridPerception({
  of: ({ size, board }) => labelGrid(size, size, (at) => NAMES[board[at]!]!),
  side: SIZE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => {
    const board = labels.map((label) => NAMES.indexOf(label))
    return board.every((colour) => colour < state.colours) ? { ...state, board } : null
  },
  layout: (config) =>
    gridLayout({
      rows: config.size,
      columns: config.size,
      first: 1,
      stands: 'the first cell of the first row',
      cell: `a cell is one of: ${namesOf(config)}`,
    }),
})

/** The colour's name. */
export const formatAction = (action: number): string => NAMES[action]!

/** Exactly one colour of the config, in lower case, with white space around it. */
export function parseAction(text: string, state: StateFloodIt): ParsedAction<number> {
  const action = text.length > 256 ? -1 : NAMES.indexOf(text.trim())
  if (action >= 0 && action < state.colours) return { action }
  return { reason: shownAnswer(text, `one colour of ${namesOf(state)}`) }
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: 'colour', how: 'put one colour and nothing else' }

/** Goal, rules and actions. */
export function rules(config: ConfigFloodIt): string {
  const { size } = config
  return [
    `The picture shows a board of ${size} rows and ${size} columns. Each cell has one of ${config.colours} colours: ${namesOf(config)}.`,
    '',
    'Rules',
    '- The area is all cells of one colour that hang together with the top left cell, side to side.',
    '- One move gives the area another colour. The cells of that colour that touch it then belong to it. Each cell that joins earns 1 point.',
    `- When all cells have one colour you earn ${size * size} points more, and the game is over.`,
    '- The number of moves is limited: a board can be flooded in few, and the game is over when none is left. The colour that the area already has is refused.',
    '',
    'Action: the name of the colour that the area takes.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateFloodIt>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateFloodIt>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was played.'
  if (event.kind === 'ended')
    return event.reason === 'whole' ? 'The game is over: the board is flooded.' : 'The game is over: no move is left.'
  const name = NAMES[event.action as number]
  return event.reason === 'ended' ? `${name} was refused: the game is over.` : `${name} was refused: the area has that colour already.`
}

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'flood-it',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...NAMES.flatMap((name) => [name, `\n${name}`, ` | ${name}`]),
  ...['area', 'gains', 'after'].map((head) => `\n${head}`),
  ' own',
  ...Array.from({ length: SIZE_MAX * SIZE_MAX + 1 }, (_, count) => ` ${count}`),
]

/** The texts for the embedded engine: 'flood-it 6x6', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateFloodIt, ConfigFloodIt> = {
  prompt: ({ size }) => `flood-it ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
