/** Every text of picture pairs but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout } from '../../game.ts'
import { pictureSetNamed } from '../../pictures/index.ts'
import { coordinateWords, formatCell, parseCell } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, labelGrid } from '../shared/grid-text.ts'
import { isClass } from '../shared/picture-pool.ts'
import { COLOURS, SHAPES } from '../shared/tile-art.ts'
import { MISS, PAIR, SIDE_MAX, SIDE_MIN } from './rules.ts'
import { type ConfigPairs, type StatePairs, TAKEN } from './state.ts'

/** The label of a card that lies face down. */
export const HIDDEN = '?'

/** By symbol: 'red circle', … */
export const SYMBOLS: readonly string[] = COLOURS.flatMap((colour) => SHAPES.map((shape) => `${colour} ${shape}`))
const KNOWN = new Set([HIDDEN, EMPTY_LABEL, ...SYMBOLS])

const classesOf = ({ pictures }: Pick<ConfigPairs, 'pictures'>): readonly string[] => pictureSetNamed(pictures).classes

/** The board as a grid: what a card that is face up shows, '?' for one that is face down, '_' where there is none. */
export const perception: PerceptionFacet<StatePairs, ConfigPairs, Grid> = gridPerception({
  of: (state) => {
    const { rows, columns, board, open } = state
    const names = state.faces === 'symbols' ? SYMBOLS : classesOf(state)
    const up = new Set(open)
    return labelGrid(rows, columns, (at) => (board[at] === TAKEN ? EMPTY_LABEL : up.has(at) ? names[board[at]!]! : HIDDEN))
  },
  side: SIDE_MAX,
  isLabel: (label) => KNOWN.has(label) || isClass(label),
  layout: (config) => {
    const shows =
      config.faces === 'symbols'
        ? `its colour (${COLOURS.join(', ')}) and its shape (${SHAPES.join(', ')}), as in "red circle"`
        : `the class that its picture shows, in one of these words: ${classesOf(config).join(', ')}`
    return gridLayout({
      rows: config.rows,
      columns: config.columns,
      first: 0,
      stands: 'the first cell of the first row',
      cell: `a cell is ${HIDDEN} for a card that lies face down, ${EMPTY_LABEL} where no card is, or for a card that is face up ${shows}`,
    })
  },
})

/** The cell of the card to turn. */
export const formatAction = ({ columns }: Pick<ConfigPairs, 'columns'>, action: number): string =>
  formatCell([Math.floor(action / columns), action % columns])

/** A cell in a thought: '0,1'. */
export const placeWord = ({ columns }: Pick<ConfigPairs, 'columns'>, at: number): string => `${Math.floor(at / columns)},${at % columns}`

/** Exactly one cell of the board; whether there is a card to turn is the rules' business. */
export const parseAction = (text: string, { rows, columns }: StatePairs): ParsedAction<number> => parseCell(text, rows, columns)

/** How an answer is written. */
export const answerLayout: SectionLayout = {
  example: '(row, col)',
  how: 'put the cell of the card to turn and nothing else; rows and columns are counted from 0, from the top left cell',
}

const EQUAL = {
  symbols: 'Each card shows a coloured shape, and two cards are a pair if they show the same shape in the same colour.',
  pictures: 'Each card shows a picture, and two cards are a pair if they show the same picture.',
  classes:
    'Each card shows a picture, and two cards are a pair if their pictures show the same class of thing, even where the pictures differ.',
}

/** Goal, rules and actions. */
export function rules({ rows, columns, peek, faces }: ConfigPairs): string {
  return [
    `The picture shows ${rows * columns} places for cards in ${rows} rows and ${columns} columns. ${EQUAL[faces]} There are two cards of each kind.`,
    peek
      ? 'In the first picture of a game all cards are face up. From then on they lie face down, but for those of the turn: remember what you saw.'
      : 'The cards lie face down, but for those of the turn: remember what you saw in earlier pictures.',
    '',
    'Rules',
    '- One move turns up one card. A turn is two cards.',
    `- If the two cards of a turn are a pair, they are taken away and you earn ${PAIR} points.`,
    `- If they differ, it costs ${-MISS} point. Both stay face up in the next picture, and are face down again as soon as you turn another card.`,
    '- The first card of a turn cannot be turned again as the second. The game is over when all cards are taken away.',
    '',
    'Action: the cell of the card to turn up.',
  ].join('\n')
}

const TOLD = ['pair', 'differ', 'refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StatePairs>): GameEvent | undefined {
  return result?.events.findLast(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. It never says what a card shows. */
export function feedback(result: FeedbackStep<StatePairs>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so no card was turned.'
  if (event.kind === 'ended') return 'The game is over: all cards are taken away.'
  const cell = (action: unknown): string => formatAction({ columns: event.columns as number }, action as number)
  if (event.kind === 'pair') return `${cell(event.first)} and ${cell(event.second)} were a pair and are taken away.`
  if (event.kind === 'differ') return `${cell(event.first)} and ${cell(event.second)} differ.`
  if (event.reason === 'ended') return 'Your move was refused: the game is over.'
  return event.reason === 'open'
    ? `${cell(event.action)} was refused: it is the first card of this turn.`
    : `${cell(event.action)} was refused: no card is there.`
}

const SIDES = Array.from({ length: SIDE_MAX - SIDE_MIN + 1 }, (_, i) => SIDE_MIN + i)

/** The words but those of the classes. */
const WORDS: readonly string[] = [
  'pairs',
  ...SIDES.flatMap((rows) => SIDES.map((columns) => ` ${rows}x${columns}`)),
  ' ok',
  ' refused',
  ' unreadable',
  ...coordinateWords(SIDE_MAX),
  ...['\nopen', '\nmate', '\npairs', '\nsingles', '\nunseen', ' -'],
  ...Array.from({ length: SIDE_MAX * SIDE_MAX }, (_, at) => ` ${placeWord({ columns: SIDE_MAX }, at)}`),
  ...Array.from({ length: SIDE_MAX * SIDE_MAX + 1 }, (_, count) => ` ${count}`),
]

/** The texts for the embedded engine: 'pairs 4x4', and ' ok', ' refused' or ' unreadable'. The words of the config's classes are among all others. */
export const embedded: EmbeddedFacet<StatePairs, ConfigPairs> = {
  prompt: ({ rows, columns }) => `pairs ${rows}x${columns}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: (config) => [
    ...WORDS,
    ...[...new Set([HIDDEN, EMPTY_LABEL, ...SYMBOLS, ...classesOf(config)])].flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ],
}
