/**
 * The smallest game with everything a game can have, for tests and as a worked example of the contract: a grid of digits 0..3; the
 * player picks a cell that is not 0 and earns its digit; chance puts a new digit there. It ends after `moves` moves or on an empty grid.
 */
import * as z from 'zod'
import { StateError } from '../errors.ts'
import type { Game, ScoredAction, StepResult } from '../game.ts'
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

const stateSchema = z.strictObject({
  ...config.shape,
  cells: z.array(z.int().min(0).max(3)),
  left: z.int().min(0).max(100),
  rng: z.custom<RngState>(isRngState),
})

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
const stay = (state: ToyState, reward: number, events: StepResult<ToyState>['events']): StepResult<ToyState> => ({
  state,
  reward,
  legal: false,
  terminated: ended(state),
  events,
})

function pick(state: ToyState, action: number): StepResult<ToyState> {
  const digit = state.cells[action] ?? 0
  if (ended(state)) return stay(state, 0, [])
  if (digit === 0) return stay(state, 0, [{ kind: 'refused' }])
  const rng = rngFromState(state.rng)
  const next = { ...state, cells: state.cells.with(action, rng.int(4)), left: state.left - 1, rng: rng.state() }
  return { state: next, reward: digit, legal: true, terminated: ended(next), events: [{ kind: 'picked', digit }] }
}

function best(state: ToyState): ScoredAction<number>[] {
  return toyGame
    .legalActions(state)
    .map((action) => ({ action, score: state.cells[action] as number }))
    .sort((a, b) => b.score - a.score)
}

function readGrid(text: string): { rows: number; columns: number; cells: string[][] } | null {
  const cells = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const columns = cells[0]?.length ?? 0
  const known = cells.every((row) => row.length === columns && row.every((cell) => /^[0-3]$/.test(cell)))
  return known ? { rows: cells.length, columns, cells } : null
}

/** The game; its teacher says the largest digit and, when blind, takes the first legal cell all the same. */
export const toyGame: Game<ToyState, number, ToyConfig> = {
  id: 'toy',
  title: 'Toy',
  summary: 'Pick the largest digit.',
  version: 1,
  config,
  knobs: { rows: knob('reasoning', 'rows'), columns: knob('reasoning', 'columns'), moves: knob('horizon', 'moves in a game') },
  init: ({ rows, columns, moves }, seed) => {
    const rng = seededRng(seed, 'toy')
    const cells = Array.from({ length: rows * columns }, (_, at) => (at === 0 ? 1 : rng.int(4)))
    return { rows, columns, moves, cells, left: moves, rng: rng.state() }
  },
  configOf: ({ rows, columns, moves }) => ({ rows, columns, moves }),
  parseState: (value) => {
    const read = stateSchema.safeParse(value)
    if (!read.success || read.data.cells.length !== read.data.rows * read.data.columns || read.data.left > read.data.moves) {
      throw new StateError('The value is not a state of the toy game.')
    }
    return read.data
  },
  reseed: (state, seed) => ({ ...state, rng: seededRng(seed, 'toy').state() }),
  actions: (state) => state.cells.map((_, at) => at),
  legalActions: (state) => (ended(state) ? [] : state.cells.flatMap((cell, at) => (cell > 0 ? [at] : []))),
  terminated: ended,
  step: pick,
  unreadable: (state) => stay(state, -1, [{ kind: 'unreadable' }]),
  trainingReward: ({ kind, reward }) => (kind === 'played' && reward > 0 ? 1 : -1),
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
  perceive: ({ rows, columns, cells }) => ({
    rows,
    columns,
    cells: Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns).map(String)),
  }),
  formatPerception: ({ cells }) => cells.map((row) => row.join(' | ')).join('\n'),
  parsePerception: readGrid,
  prompt: ({ rows, columns }, style) => (style === 'brief' ? `toy ${rows}x${columns} ` : 'Answer with the number of a cell, from 0.'),
  feedback: (last, style) => {
    const kind = last?.events[0]?.kind ?? 'start'
    if (style === 'brief') return String(kind)
    return last === null || last.legal ? '' : `The last reply was ${kind}.`
  },
  formatAction: (_, action) => String(action),
  parseAction: (text, state) => {
    const trimmed = text.trim()
    const action = /^(0|[1-9]\d?)$/.test(trimmed) ? Number(trimmed) : -1
    return action >= 0 && action < state.cells.length ? { action } : { reason: 'The answer is not the number of a cell.' }
  },
  solver: best,
  lookahead: best,
  teach: (state, { blind }) => {
    const scored = best(state)
    const action = blind ? toyGame.legalActions(state)[0] : scored[0]?.action
    return { think: `largest ${scored[0]?.score}`, action: action as number }
  },
  scoreThink: (state, think) => (think === `largest ${best(state)[0]?.score}` ? 1 : 0),
  lexicon: () => [...'0123456789', ' | ', '\n', 'largest ', 'toy ', 'picked', 'refused', 'start', 'unreadable'],
}
