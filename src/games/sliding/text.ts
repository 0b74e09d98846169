/** Every text of the sliding puzzle but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout } from '../../game.ts'
import { coordinateWords, formatCell, parseCell } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { labelGrid } from '../shared/grid-text.ts'
import { CELLS_MAX, isSolvable, SIDE_MAX, SIDE_MIN } from './rules.ts'
import type { ConfigSliding, StateSliding } from './state.ts'

/** The label of the gap. */
export const GAP = '_'
const LABELS: readonly string[] = [GAP, ...Array.from({ length: CELLS_MAX - 1 }, (_, k) => String(k + 1))]
const KNOWN = new Set(LABELS)

/** The board as a grid of piece numbers, at most 5 x 5. */
export const perception: PerceptionFacet<StateSliding, ConfigSliding, Grid> = gridPerception({
  of: ({ rows, columns, board }) => labelGrid(rows, columns, (at) => LABELS[board[at]!]!),
  side: SIDE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => {
    const board = labels.map((label) => LABELS.indexOf(label))
    const isWhole = new Set(board).size === board.length && board.every((piece) => piece < board.length)
    // A board that no slides reach has no number of moves that are left.
    return isWhole && isSolvable(board, state.columns) ? { ...state, board } : null
  },
  layout: (config) =>
    gridLayout({
      rows: config.rows,
      columns: config.columns,
      first: 0,
      stands: 'the first cell of the first row',
      cell:
        config.face === 'picture'
          ? `a cell is the number of its piece, counted from 1 in reading order of the finished picture, or ${GAP} for the gap`
          : `a cell is the number of its piece, or ${GAP} for the gap`,
    }),
})

/** The cell of the piece to slide. */
export const formatAction = ({ columns }: Pick<ConfigSliding, 'columns'>, action: number): string =>
  formatCell([Math.floor(action / columns), action % columns])

/** Exactly one cell of the board; whether its piece can slide is the rules' business. */
export const parseAction = (text: string, { rows, columns }: StateSliding): ParsedAction<number> => parseCell(text, rows, columns)

/** How an answer is written. */
export const answerLayout: SectionLayout = {
  example: '(row, col)',
  how: 'put the cell of the piece to slide and nothing else; rows and columns are counted from 0, from the top left cell',
}

/** Goal, rules and actions. */
export function rules(config: ConfigSliding): string {
  const { rows, columns, face } = config
  const last = rows * columns - 1
  const board = `a board of ${rows} rows and ${columns} columns with ${last} pieces and one gap`
  const shows = {
    numbers: `The picture shows ${board}. The pieces are numbered 1 to ${last}.`,
    both: `The picture shows ${board}. The pieces are cut from a picture and numbered 1 to ${last}.`,
    picture: `On the left the picture shows ${board}. The pieces are cut from a picture, which stands finished on the right, the part of the gap (last row, last column) filled in.`,
  }[face]
  const home =
    face === 'picture'
      ? 'every piece stands where the finished picture has it and the gap is in the last place'
      : `the pieces stand in their order, 1 first, row by row, and the gap is in the last place`
  return [
    shows,
    '',
    'Rules',
    '- One move slides a piece that is above, below, left or right of the gap into the gap. Any other piece is refused.',
    '- A slide that brings the piece nearer to its home (fewer steps along rows and columns) earns 1 point, any other slide costs 1 point.',
    `- When ${home}, you earn ${rows * columns} points more, and the game is over.`,
    '',
    'Action: the cell of the piece that slides into the gap.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateSliding>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateSliding>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so no piece was moved.'
  if (event.kind === 'ended') return 'The game is over: the board is finished.'
  if (event.reason === 'ended') return 'Your move was refused: the game is over.'
  const cell = formatAction({ columns: event.columns as number }, event.action as number)
  return event.reason === 'gap' ? `${cell} was refused: the gap itself is there.` : `${cell} was refused: it is not beside the gap.`
}

const SIDES = Array.from({ length: SIDE_MAX - SIDE_MIN + 1 }, (_, i) => SIDE_MIN + i)

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'sliding',
  ...SIDES.flatMap((rows) => SIDES.map((columns) => ` ${rows}x${columns}`)),
  ' ok',
  ' refused',
  ' unreadable',
  ...LABELS.flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ...['\npieces', '\nnearer', '\nleft', ' +1', ' -1'],
  ...Array.from({ length: 101 }, (_, count) => ` ${count}`),
  ...coordinateWords(SIDE_MAX),
]

/** The texts for the embedded engine: 'sliding 3x3', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateSliding, ConfigSliding> = {
  prompt: ({ rows, columns }) => `sliding ${rows}x${columns}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
