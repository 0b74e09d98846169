/** Every text of the maze but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout } from '../../game.ts'
import { coordinateWords, formatCell, parseCell } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { labelGrid } from '../shared/grid-text.ts'
import { SIDE_MAX, SIDE_MIN } from './rules.ts'
import { type ConfigMaze, type StateMaze, shownOf } from './state.ts'

/** The label of a cell in fog. */
export const FOG = '?'

/** What stands in a cell beside its sides: nothing, the exit, the player, or both. */
const THINGS = ['', 'X', '@', 'X@']

/** The label of a cell: its open sides (N up, E right, S down, W left; - for none), X for the exit, @ for the player. `thing`: index of THINGS. */
export const labelOf = (sides: number, thing: number): string =>
  `${sides === 0 ? '-' : ['N', 'E', 'S', 'W'].filter((_, side) => ((sides >> side) & 1) === 1).join('')}${THINGS[thing]}`

/** All labels of cells that are seen, by sides and thing: 16 * thing + sides. */
export const LABELS: readonly string[] = THINGS.flatMap((_, thing) => Array.from({ length: 16 }, (_, sides) => labelOf(sides, thing)))
const KNOWN = new Set([FOG, ...LABELS])

/** By cell: the index of its label, -1 in fog. */
export function labelsOf(state: StateMaze): number[] {
  const shown = shownOf(state)
  return state.open.map((sides, at) => (shown[at] === 0 ? -1 : 16 * ((at === state.exit ? 1 : 0) + (at === state.at ? 2 : 0)) + sides))
}

/** The maze as a grid: open sides, exit and player of the cells that are shown, '?' in fog. */
export const perception: PerceptionFacet<StateMaze, ConfigMaze, Grid> = gridPerception({
  of: (state) => {
    const labels = labelsOf(state)
    return labelGrid(state.rows, state.columns, (at) => LABELS[labels[at]!] ?? FOG)
  },
  side: SIDE_MAX,
  isLabel: (label) => KNOWN.has(label),
  layout: ({ rows, columns }) =>
    gridLayout({
      rows,
      columns,
      first: 0,
      stands: 'the first cell of the first row',
      cell: `a cell is ${FOG} if fog hides it, else the letters of its open sides in the order N (up), E (right), S (down), W (left), then X if the exit is there, then @ if you are there, as in NS or EW@`,
    }),
})

/** The cell to walk to. */
export const formatAction = ({ columns }: Pick<ConfigMaze, 'columns'>, action: number): string =>
  formatCell([Math.floor(action / columns), action % columns])

/** A cell in a thought: '0,1'. */
export const placeWord = ({ columns }: Pick<ConfigMaze, 'columns'>, at: number): string => `${Math.floor(at / columns)},${at % columns}`

/** Exactly one cell of the maze; whether a way leads there is the rules' business. */
export const parseAction = (text: string, { rows, columns }: StateMaze): ParsedAction<number> => parseCell(text, rows, columns)

/** How an answer is written. */
export const answerLayout: SectionLayout = {
  example: '(row, col)',
  how: 'put the cell to walk to and nothing else; rows and columns are counted from 0, from the top left cell',
}

/** Goal, rules and actions. */
export function rules({ rows, columns, sight, map }: ConfigMaze): string {
  return [
    `The picture shows a maze of ${rows} rows and ${columns} columns in fog. Walls stand between cells; your cell has a round mark, the exit a square one.`,
    `You see straight ahead through open sides, up, right, down and left, at most ${sight} ${sight === 1 ? 'cell' : 'cells'} far, and all sides of the cells in sight.`,
    map
      ? 'Cells that you have seen stay in the picture; fog hides all others.'
      : 'Fog hides all cells that are not in sight now, those you have seen before too: remember them.',
    '',
    'Rules',
    '- One move walks to a cell, on the shortest way through cells that you have seen. On the way you see what comes into sight. A cell that no seen way leads to is refused.',
    '- A step from cell to cell costs 1 point. A cell that you see for the first time earns 1 point.',
    `- At the exit the game is over. You earn 1 point for each cell that you have not seen, and ${rows * columns} points more. So it pays to find the exit in few steps.`,
    '',
    'Action: the cell to walk to.',
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateMaze>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateMaze>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so you did not move.'
  if (event.kind === 'ended') return 'The game is over: you are at the exit.'
  if (event.reason === 'ended') return 'Your move was refused: the game is over.'
  const cell = formatAction({ columns: event.columns as number }, event.action as number)
  return event.reason === 'here' ? `${cell} was refused: you are there.` : `${cell} was refused: no way that you have seen leads there.`
}

const SIDES = Array.from({ length: SIDE_MAX - SIDE_MIN + 1 }, (_, i) => SIDE_MIN + i)

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'maze',
  ...SIDES.flatMap((rows) => SIDES.map((columns) => ` ${rows}x${columns}`)),
  ' ok',
  ' refused',
  ' unreadable',
  ...[FOG, ...LABELS].flatMap((label) => [`\n${label}`, ` | ${label}`]),
  ...['\nat', '\nexit', '\nunseen', '\nnews', '\nsteps', ' -'],
  ...Array.from({ length: SIDE_MAX * SIDE_MAX }, (_, at) => ` ${placeWord({ columns: SIDE_MAX }, at)}`),
  ...Array.from({ length: SIDE_MAX * SIDE_MAX + 1 }, (_, count) => ` ${count}`),
  ...coordinateWords(SIDE_MAX),
]

/** The texts for the embedded engine: 'maze 7x7', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateMaze, ConfigMaze> = {
  prompt: ({ rows, columns }) => `maze ${rows}x${columns}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
