/**
 * A small game with experts, a teacher and texts for the embedded engine, for tests: a grid of digits 0..3; the player picks a cell that is not 0 and earns its digit; chance puts a new digit there. It ends after `moves` moves or on an empty grid.
 */
import * as z from 'zod'
import type { Grid, ScoredAction, StepResult } from '../game.ts'
import { defineGame } from '../games/define-game.ts'
import { gridLayout, gridPerception } from '../games/shared/grid-perception.ts'
import { labelGrid } from '../games/shared/grid-text.ts'
import { isRngState, type RngState, rngFromState, seededRng } from '../rng.ts'
import type { SpriteCatalogue } from '../scene.ts'

export interface ToyConfig {
  readonly rows: number
  readonly columns: number
  readonly moves: number
}

export interface ToyState extends ToyConfig {
  /** Digits 0..3, row-major. */
  readonly cells: readonly number[]
  readonly left: number
  readonly rng: RngState
}

const config = z.strictObject({
  rows: z.int().min(1).max(4).default(2),
  columns: z.int().min(1).max(6).default(3),
  moves: z.int().min(1).max(100).default(6),
})

const stateSchema = z
  .strictObject({
    ...config.shape,
    cells: z.array(z.int().min(0).max(3)),
    left: z.int().min(0).max(100),
    rng: z.custom<RngState>(isRngState),
  })
  .refine(({ cells, rows, columns }) => cells.length === rows * columns, { path: ['cells'], error: 'expected a digit a cell' })
  .refine(({ left, moves }) => left <= moves, { path: ['left'], error: 'expected no more than all moves' })

const knob = (axis: 'reasoning' | 'horizon', summary: string) => ({ axis, summary })
const catalogues = new Map<number, SpriteCatalogue>()

/** Digits as grey squares: 0 is the darkest. */
function catalogueOf(tile: number): SpriteCatalogue {
  const fills = ['#202020', '#606060', '#a0a0a0', '#f0f0f0'] as const
  const known = catalogues.get(tile) ?? { sprites: fills.map((fill) => ({ width: tile, height: tile, fill, shapes: [] })) }
  catalogues.set(tile, known)
  return known
}

const ended = (state: ToyState): boolean => state.left === 0 || state.cells.every((cell) => cell === 0)

function pick(state: ToyState, action: number): StepResult<ToyState> {
  const digit = state.cells[action] ?? 0
  if (digit === 0) return { state, reward: 0, legal: false, terminated: false, events: [{ kind: 'refused' }] }
  const rng = rngFromState(state.rng)
  const next = { ...state, cells: state.cells.with(action, rng.int(4)), left: state.left - 1, rng: rng.state() }
  return { state: next, reward: digit, legal: true, terminated: ended(next), events: [{ kind: 'picked', digit }] }
}

function legalActions(state: ToyState): number[] {
  return ended(state) ? [] : state.cells.flatMap((cell, at) => (cell > 0 ? [at] : []))
}

function best(state: ToyState): ScoredAction<number>[] {
  return legalActions(state)
    .map((action) => ({ action, score: state.cells[action] as number }))
    .sort((a, b) => b.score - a.score)
}

const truth = (state: ToyState): string => `largest ${best(state)[0]?.score}`

/** The game; its teacher says the largest digit and, when blind, takes the first legal cell all the same. */
export const toyGame = defineGame<ToyState, number, ToyConfig, Grid>({
  id: 'toy',
  title: 'Toy',
  summary: 'Pick the largest digit.',
  version: 1,
  config,
  knobs: { rows: knob('reasoning', 'rows'), columns: knob('reasoning', 'columns'), moves: knob('horizon', 'moves in a game') },
  rules: {
    init: ({ rows, columns, moves }, seed) => {
      const rng = seededRng(seed, 'toy')
      const cells = Array.from({ length: rows * columns }, (_, at) => (at === 0 ? 1 : rng.int(4)))
      return { rows, columns, moves, cells, left: moves, rng: rng.state() }
    },
    configOf: ({ rows, columns, moves }) => ({ rows, columns, moves }),
    state: stateSchema,
    reseed: (state, seed) => ({ ...state, rng: seededRng(seed, 'toy').state() }),
    actions: (state) => state.cells.map((_, at) => at),
    legalActions,
    terminated: ended,
    step: pick,
  },
  draw: (state, skin, theme) => ({
    width: state.columns * skin.tile,
    height: state.rows * skin.tile,
    background: theme.page,
    catalogue: catalogueOf(skin.tile),
    items: state.cells.map((sprite, at) => ({
      sprite,
      x: (at % state.columns) * skin.tile,
      y: Math.floor(at / state.columns) * skin.tile,
    })),
  }),
  perception: gridPerception({
    of: ({ rows, columns, cells }) => labelGrid(rows, columns, (at) => String(cells[at])),
    side: 6,
    isLabel: (label) => /^[0-3]$/.test(label),
    layout: ({ rows, columns }) =>
      gridLayout({ rows, columns, first: 0, stands: 'the first cell', cell: 'a cell is a digit from 0, dark, to 3, light' }),
  }),
  answer: {
    format: (_, action) => String(action),
    parse: (text, state) => {
      const trimmed = text.trim()
      const action = /^(0|[1-9]\d?)$/.test(trimmed) ? Number(trimmed) : -1
      return action >= 0 && action < state.cells.length ? { action } : { reason: 'The answer is not the number of a cell.' }
    },
    layout: () => ({ example: 'N', how: 'put the number of a cell' }),
  },
  text: {
    rules: () => 'Answer with the number of a cell, from 0.',
    feedback: (last) => (last === null || last.legal ? '' : `The last reply was ${last.events[0]?.kind}.`),
  },
  embedded: {
    prompt: ({ rows, columns }) => `toy ${rows}x${columns} `,
    feedback: (last) => last?.events[0]?.kind ?? 'start',
    lexicon: () => [...'0123456789', ' | ', '\n', 'largest ', 'toy ', 'picked', 'refused', 'start', 'unreadable'],
  },
  expert: { solver: best, lookahead: best },
  teacher: {
    teach: (state, { blind }) => ({ think: truth(state), action: (blind ? legalActions(state)[0] : best(state)[0]?.action) as number }),
    judge: (state, think) => (/^largest \d$/.test(think) ? [{ start: 0, end: think.length, holds: think === truth(state) }] : []),
  },
})
