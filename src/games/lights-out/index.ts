/**
 * Lights Out on graphs, data sheet
 * - Source: the common puzzle, known as Lights Out or Flip, on any graph; rules written afresh.
 * - Graph: 3..12 nodes on cells of a square lattice, connected, edges as straight lines that keep clear of other nodes; `crossings` says whether two
 *   may cross. A fresh graph needs exactly `presses` presses: the fewest over all solutions.
 * - Actions: the letter of a node. Every press is legal until the end.
 * - Reward: 1 for a light that goes out, -1 for one that comes on; as many points as nodes when all are out; unreadable reply -1; after the end 0.
 * - Ends when all lights are out. No chance after the deal.
 * - Perception: no grid. Nodes with their lights, and edges: text.ts. Thoughts and the teacher's blind spot: teacher.ts.
 * - Expert: exact, by elimination over GF(2) and the smallest of all solutions.
 */
import { defineGame } from '../define-game.ts'
import { draw } from './draw.ts'
import { sideOf } from './graph.ts'
import { levels, presets } from './levels.ts'
import { lookahead, solver } from './solver.ts'
import {
  actions,
  type ConfigLightsOut,
  configLightsOut,
  configOf,
  eventLightsOut,
  init,
  legalActions,
  reseed,
  type StateLightsOut,
  scatter,
  stateLightsOut,
  step,
  terminated,
} from './state.ts'
import { teacher } from './teacher.ts'
import { answerLayout, embedded, feedback, formatAction, parseAction, perception, rules, type SeenGraph } from './text.ts'

export type { ConfigLightsOut, StateLightsOut } from './state.ts'
export type { SeenGraph } from './text.ts'

/** The game of Lights Out on graphs; see the head of this file. */
export const gameLightsOut = defineGame<StateLightsOut, number, ConfigLightsOut, SeenGraph>({
  id: 'lights-out',
  title: 'Lights Out',
  summary: 'Press the nodes of a graph until all its lights are out.',
  version: 1,
  tags: ['graph', 'planning'],
  config: configLightsOut,
  knobs: {
    nodes: { axis: 'reasoning', summary: 'nodes of the graph, 3 to 12' },
    presses: { axis: 'reasoning', summary: 'fewest presses that a fresh graph needs, 1 to nodes' },
    crossings: { axis: 'perception', summary: 'whether edges may cross' },
  },
  rules: {
    init,
    configOf,
    state: stateLightsOut,
    event: eventLightsOut,
    reseed,
    actions,
    legalActions,
    terminated,
    won: terminated,
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
    rules: () =>
      [
        'Press a node by its letter: its light and those of its neighbours change. A line tells a node, whether its light is on, and its neighbours that come later in the alphabet.',
        'A light that goes out earns 1 point, one that comes on costs 1. The game is over when all are out.',
      ].join('\n'),
    places: ({ nodes, cells }) => {
      const side = sideOf(nodes)
      const answerAt = (cell: number): string | null => (cells.includes(cell) ? formatAction(cells.indexOf(cell)) : null)
      return Array.from({ length: side }, (_, row) => Array.from({ length: side }, (_, column) => answerAt(row * side + column)))
    },
  },
  scatter,
})
