/** Every text of Sokoban but the thoughts (teacher.ts): prompt, answer grammar, perception, feedback, and the words they are made of. */
import type { EmbeddedFacet, FeedbackStep, GameEvent, Grid, ParsedAction, PerceptionFacet, SectionLayout, Spellings } from '../../game.ts'
import { coordinateWords, formatPair, parsePair } from '../shared/coordinates.ts'
import { gridLayout, gridPerception } from '../shared/grid-perception.ts'
import { EMPTY_LABEL, EMPTY_SPELLINGS, labelGrid } from '../shared/grid-text.ts'
import { BOXES_MAX, FLOOR, pushesMax, SIZE_MAX, SIZE_MIN, WALL } from './rules.ts'
import { type ActionSokoban, type ConfigSokoban, roomFaults, type StateSokoban } from './state.ts'

/** Labels by what stands in a cell: `lookOf` gives their indices. */
export const LABELS: readonly string[] = [EMPTY_LABEL, 'wall', 'goal', 'box', 'box on goal', 'player', 'player on goal']

/** Looks, indices of LABELS. */
const GOAL = 2
const BOX = 3
const PLAYER = 5

/** What a cell shows: 0 floor, 1 wall, 2 goal, 3 box, 4 box on a goal, 5 player, 6 player on a goal. */
export function lookOf({ cells, goals, crates, player }: StateSokoban, at: number): number {
  if (cells[at] === WALL) return WALL
  const goal = goals.includes(at) ? 1 : 0
  if (crates.includes(at)) return BOX + goal
  if (player === at) return PLAYER + goal
  return goal === 1 ? GOAL : FLOOR
}

const KNOWN = new Set(LABELS)

/** The board as a grid of labels, at most 10 x 10. A board without walls all round, one player, and the config's boxes and goals is none of the game. */
export const perception: PerceptionFacet<StateSokoban, ConfigSokoban, Grid> = gridPerception({
  of: (state) => labelGrid(state.size, state.size, (at) => LABELS[lookOf(state, at)]!),
  side: SIZE_MAX,
  isLabel: (label) => KNOWN.has(label),
  withBoard: (state, labels) => {
    const looks = labels.map((label) => LABELS.indexOf(label))
    const all = (...wanted: readonly number[]): number[] => looks.flatMap((look, at) => (wanted.includes(look) ? [at] : []))
    const [player, second] = all(PLAYER, PLAYER + 1)
    if (player === undefined || second !== undefined) return null
    const cells = looks.map((look) => (look === WALL ? WALL : FLOOR))
    const told = { ...state, cells, goals: all(GOAL, BOX + 1, PLAYER + 1), crates: all(BOX, BOX + 1), player }
    let whole = true
    roomFaults(told, () => {
      whole = false
    })
    return whole ? told : null
  },
  layout: ({ size }) =>
    gridLayout({
      rows: size,
      columns: size,
      first: 0,
      stands: 'the first cell of the first row',
      cell: `a cell is one of: ${LABELS.slice(1).join(', ')}, or ${EMPTY_LABEL} for a free cell`,
    }),
})

/** Other spellings of cells, those of most programs among them. */
export const spellings: Spellings = {
  cells: {
    ...EMPTY_SPELLINGS,
    ...{ floor: EMPTY_LABEL, free: EMPTY_LABEL, '#': 'wall', $: 'box', '@': 'player', crate: 'box', you: 'player' },
  },
}

/** How an answer is written. */
export const answerLayout: SectionLayout = { example: '(row1, col1) (row2, col2)', how: 'put the two cells and nothing else' }

/** '(2, 3) (2, 4)'. */
export const formatAction = ([from, to]: ActionSokoban): string => formatPair(from, to)

/** Two cells of the board that touch, the one of the box first. */
export function parseAction(text: string, { size }: StateSokoban): ParsedAction<ActionSokoban> {
  const parsed = parsePair(text)
  if ('reason' in parsed) return parsed
  const [from, to] = parsed.pair
  const outside = parsed.pair.find(([row, column]) => row >= size || column >= size)
  if (outside !== undefined)
    return { reason: `The cell (${outside.join(', ')}) is outside the board of ${size} rows and ${size} columns, counted from 0.` }
  if (Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) !== 1)
    return { reason: `The cells ${formatPair(from, to)} do not touch; the second is the one beside the box where it goes.` }
  return { action: [from, to] }
}

/** Goal, rules and actions. */
export function rules({ size, boxes }: ConfigSokoban): string {
  const many = boxes > 1
  return [
    `The picture shows a room of ${size} rows and ${size} columns with walls all round, ${many ? `${boxes} boxes and ${boxes} goals` : 'a box and a goal'}, and a player.`,
    '',
    'Rules',
    `- Push ${many ? 'every box onto a goal' : 'the box onto the goal'}. The player walks over free cells and goals, not over boxes and walls.`,
    '- One move is one push: the player walks to the side of the box that lies opposite, and pushes the box one cell on. Two boxes cannot be pushed at once, and none can be pulled.',
    '- A push is refused if the cell behind the box is a wall or a box, or if the player cannot walk to the other side of the box.',
    '- A box that comes nearer to the goal nearest to it, in steps along rows and columns, earns 1 point; one that goes farther from it costs 1.',
    `- When ${many ? 'all boxes stand on goals' : 'the box stands on the goal'} you earn ${5 * boxes} points more, and the game is over. It is over too when nothing can be pushed.`,
    '- The puzzle can be solved at the start. A box in a corner cannot be moved any more: think before you push.',
    '',
    `Action: the cell of the box and the cell beside it where it goes, written (row1, col1) (row2, col2). Rows and columns count from 0, starting at the top left cell; the last cell is (${size - 1}, ${size - 1}).`,
  ].join('\n')
}

const TOLD = ['refused', 'unreadable', 'ended']

function eventOf(result: FeedbackStep<StateSokoban>): GameEvent | undefined {
  return result?.events.find(({ kind }) => TOLD.includes(kind))
}

const REFUSED: { readonly [reason: string]: string } = {
  ended: 'the game is over',
  'no-box': 'there is no box in the first cell',
  blocked: 'the second cell is a wall or a box',
  'out-of-reach': 'the player cannot walk to the other side of the box',
}

/** What the last step came to, in a sentence. */
export function feedback(result: FeedbackStep<StateSokoban>): string {
  const event = eventOf(result)
  if (event === undefined) return ''
  if (event.kind === 'unreadable') return 'Your last reply had no readable answer, so nothing was pushed.'
  if (event.kind === 'ended')
    return event.reason === 'solved' ? 'The game is over: the puzzle is solved.' : 'The game is over: nothing can be pushed any more.'
  return `The push ${formatAction(event.action as ActionSokoban)} was refused: ${REFUSED[event.reason as string]!}.`
}

/** Most pushes that thoughts count; beyond it stands this number. */
export const COUNTED_MAX = 2 * pushesMax(SIZE_MAX, BOXES_MAX)

/** The same words for every config, so that one tokenizer serves all sizes. */
const LEXICON: readonly string[] = [
  'sokoban',
  ...Array.from({ length: SIZE_MAX - SIZE_MIN + 1 }, (_, i) => ` ${SIZE_MIN + i}x${SIZE_MIN + i}`),
  ' ok',
  ' refused',
  ' unreadable',
  ...LABELS.flatMap((label) => [`\n${label}`, ` | ${label}`]),
  '\npush',
  ' no',
  ' dead',
  ...Array.from({ length: COUNTED_MAX + 1 }, (_, count) => ` ${count}`),
  ...coordinateWords(SIZE_MAX),
]

/** The texts for the embedded engine: 'sokoban 7x7', and ' ok', ' refused' or ' unreadable'. */
export const embedded: EmbeddedFacet<StateSokoban, ConfigSokoban> = {
  prompt: ({ size }) => `sokoban ${size}x${size}`,
  feedback: (result) => {
    const event = eventOf(result)
    return event?.kind === 'refused' ? ' refused' : event?.kind === 'unreadable' ? ' unreadable' : ' ok'
  },
  lexicon: () => LEXICON,
}
