/**
 * Falling shapes, data sheet
 * - Source: the common game of falling blocks (Pajitnov, 1985), without time: shapes are placed one after another; rules written afresh.
 * - Well: 4..10 columns (reasoning), 8..14 rows (horizon). `kinds` of the seven shapes of four cells and `next` shapes shown ahead (both reasoning).
 *   `dim` (perception) draws filled cells nearer to empty ones.
 * - Actions: quarter turns clockwise and the column of the leftmost cell. Placements that leave the well are refused.
 * - Reward: 1 a shape, as many as the well is wide a full row, -1 a hole more, 1 a hole fewer; unreadable reply -1; after the end 0.
 * - Ends when the shape to place fits nowhere. Chance draws the shapes, all kinds equally likely.
 * - Perception: no grid. The shape, the shapes ahead, and the rows of the well: text.ts. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: weighted features of the well (heights, rows, holes, steps), after the next shape too if it is shown: solver.ts.
 */
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { levels, presets } from './levels.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigFallingShapes,
  configFallingShapes,
  configOf,
  eventFallingShapes,
  init,
  legalActions,
  type Placement,
  reseed,
  type StateFallingShapes,
  scatter,
  stateFallingShapes,
  step,
  terminated,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, type SeenWell } from './text.ts'

export type { ConfigFallingShapes, Placement, StateFallingShapes } from './state.ts'
export type { SeenWell } from './text.ts'

/** Falling shapes; see the head of this file. */
export const gameFallingShapes = defineGame<StateFallingShapes, Placement, ConfigFallingShapes, SeenWell>({
  id: 'falling-shapes',
  title: 'Falling Shapes',
  summary: 'Turn and drop shapes of four cells into a well so that its rows fill up.',
  version: 1,
  tags: ['shapes', 'packing', 'planning'],
  config: configFallingShapes,
  knobs: {
    width: { axis: 'reasoning', summary: 'columns of the well, 4 to 10' },
    height: { axis: 'horizon', summary: 'rows of the well, 8 to 14' },
    kinds: { axis: 'reasoning', summary: 'kinds of shapes, 2 to 7, in the order O I L J T S Z' },
    next: { axis: 'reasoning', summary: 'shapes that are shown ahead, 0 to 3' },
    dim: { axis: 'perception', summary: 'how far filled cells are drawn towards empty ones, 0 to 5' },
  },
  rules: {
    init,
    configOf,
    state: stateFallingShapes,
    event: eventFallingShapes,
    reseed,
    actions,
    legalActions,
    terminated,
    step,
  },
  draw,
  perception,
  answer: { format: (_, action) => formatAction(action), parse: parseAction, layout: answerLayout },
  text: { rules, feedback },
  embedded,
  expert: { solver, lookahead },
  teacher,
  levels,
  presets,
  play: {
    rules: ({ width }) =>
      [
        'Type quarter turns clockwise (0 to 3) and the column (from 0) of the leftmost cell of the turned shape, such as 1 4: the shape drops straight down.',
        `A shape earns 1 point, a full row ${width}. Each hole, an empty cell below a filled one, costs 1 point.`,
        'Shapes before any turn: O ## ##, I ####, L ..# ###, J #.. ###, T .#. ###, S .## ##., Z ##. .##. The game is over when a shape fits nowhere.',
      ].join('\n'),
  },
  scatter,
})
