/** Config and state of Lights Out on graphs: schemas, validation, fresh and scattered states, and the step. Plain JSON throughout. */
import * as z from 'zod/mini'
import { GameError } from '../../errors.ts'
import type { GameEvent, StepResult } from '../../game.ts'
import { isRngState, type Rng, type RngState, seededRng } from '../../rng.ts'
import type { Schema } from '../../schema.ts'
import { acrossFields, type Fail } from '../shared/across-fields.ts'
import { whole } from '../shared/whole.ts'
import { crossing, drawGraph, type Graph, isDrawable, sideOf } from './graph.ts'
import { allSolutions, type Edge, NODES_MAX, NODES_MIN, pressesOf, sizeOf, smallest, solve } from './rules.ts'

/** Every knob of the game. */
export interface ConfigLightsOut {
  /** Nodes of the graph, 3..12. Axis: perception. */
  readonly nodes: number
  /** Fewest presses that put out the lights of a fresh graph, 1..nodes. Axis: reasoning. */
  readonly presses: number
  /** Whether edges may cross. Axis: perception. */
  readonly crossings: boolean
}

const fields = { nodes: whole(NODES_MIN, NODES_MAX), presses: whole(1, NODES_MAX), crossings: z.boolean() }

function tooMany({ nodes, presses }: Pick<ConfigLightsOut, 'nodes' | 'presses'>, fail: Fail): void {
  if (presses > nodes) fail('presses', `at most the ${nodes} nodes, got ${presses}: lower presses or raise nodes`)
}

/** Strict schema of the config, with defaults. */
export const configLightsOut: Schema<ConfigLightsOut> = z
  .strictObject({
    nodes: z._default(fields.nodes, 10),
    presses: z._default(fields.presses, 6),
    crossings: z._default(fields.crossings, false),
  })
  .check(acrossFields(tooMany))

/** A position. */
export interface StateLightsOut extends ConfigLightsOut {
  /** By node: its cell of a lattice of `sideOf(nodes)` cells a side, row-major, ascending. */
  readonly cells: readonly number[]
  readonly edges: readonly Edge[]
  /** By node: 1 if its light is on. */
  readonly lights: readonly number[]
  /** Presses made. */
  readonly moves: number
  readonly rng: RngState
}

/** Lights as a set of nodes. */
export const litOf = ({ lights }: Pick<StateLightsOut, 'lights'>): number => lights.reduce((set, on, node) => set | (on << node), 0)

const node = whole(0, NODES_MAX - 1)
/** Two nodes, as a list that every reader of schemas knows. */
const edge = z.array(node).check(z.minLength(2), z.maxLength(2)) as unknown as z.ZodMiniType<Edge>

/** Schema of a state. */
export const stateLightsOut: Schema<StateLightsOut> = z
  .strictObject({
    ...fields,
    cells: z.array(whole(0, sideOf(NODES_MAX) ** 2 - 1)).check(z.maxLength(NODES_MAX)),
    edges: z.array(edge).check(z.maxLength((NODES_MAX * (NODES_MAX - 1)) / 2)),
    lights: z.array(whole(0, 1)).check(z.maxLength(NODES_MAX)),
    moves: whole(0),
    rng: z.custom<RngState>(isRngState, 'expected four 32-bit integers that are not all zero'),
  })
  .check(
    acrossFields((state, fail) => {
      tooMany(state, fail)
      graphFaults(state, fail)
    }),
  )

function graphFaults({ nodes, cells, edges, lights, crossings }: StateLightsOut, fail: Fail): void {
  const graph: Graph = { side: sideOf(nodes), cells, edges }
  const ascending = cells.every((cell, at) => cell < graph.side ** 2 && (at === 0 || cell > cells[at - 1]!))
  const ordered = edges.every(([a, b], at) => a < b && b < nodes && (at === 0 || compare(edges[at - 1]!, [a, b]) < 0))
  if (cells.length !== nodes || !ascending) fail('cells', `expected ${nodes} different cells of ${graph.side ** 2} in their order`)
  else if (lights.length !== nodes) fail('lights', `expected ${nodes} lights, got ${lights.length}`)
  else if (!ordered) fail('edges', `expected different pairs of the ${nodes} nodes in their order`)
  else if (!isDrawable(graph)) fail('edges', 'an edge runs over a node that is not its end')
  else if (!crossings && edges.some((one, at) => edges.slice(0, at).some((other) => crossing(graph, one, other))))
    fail('edges', 'two edges cross, which the config does not allow')
  else if (solve(pressesOf(nodes, edges), litOf({ lights })) === null) fail('lights', 'no presses put these lights out')
}

const compare = (one: Edge, other: Edge): number => one[0] - other[0] || one[1] - other[1]

/** Schema of an event; see `step`. */
export const eventLightsOut: Schema<GameEvent> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pressed'), node, on: whole(0, NODES_MAX), off: whole(0, NODES_MAX) }),
  z.strictObject({ kind: z.literal('ended'), reason: z.literal('dark') }),
  z.strictObject({ kind: z.literal('refused'), reason: z.literal('ended'), action: node }),
  z.strictObject({ kind: z.literal('unreadable') }),
])

/** A fresh game: a graph, and lights that as many presses as the config says put out, and no fewer. */
export function init(config: ConfigLightsOut, seed: number): StateLightsOut {
  const rng = seededRng(seed, 'lights-out', 'init')
  const { nodes, presses: wanted, crossings } = config
  for (;;) {
    const { cells, edges } = drawGraph(nodes, crossings, rng)
    const presses = pressesOf(nodes, edges)
    const set = rng
      .shuffle(presses.map((_, at) => at))
      .slice(0, wanted)
      .reduce((some, at) => some | (1 << at), 0)
    const lit = effectOf(presses, set)
    if (sizeOf(smallest(allSolutions(solve(presses, lit)!))) === wanted) return stateOf(config, { cells, edges }, lit, rng)
  }
}

/** A graph whose nodes were each pressed or not with even chances, for even training of perception; never dark. */
export function scatter(config: ConfigLightsOut, seed: number): StateLightsOut {
  const rng = seededRng(seed, 'lights-out', 'scatter')
  const graph = drawGraph(config.nodes, config.crossings, rng)
  const presses = pressesOf(config.nodes, graph.edges)
  let lit = 0
  while (lit === 0) lit = effectOf(presses, rng.int(2 ** config.nodes))
  return stateOf(config, graph, lit, rng)
}

/** The lights that a set of presses changes. */
function effectOf(presses: readonly number[], set: number): number {
  return presses.reduce((lit, press, at) => ((set >> at) & 1 ? lit ^ press : lit), 0)
}

function stateOf(config: ConfigLightsOut, { cells, edges }: Omit<Graph, 'side'>, lit: number, rng: Rng): StateLightsOut {
  const lights = cells.map((_, at) => (lit >> at) & 1)
  return { ...config, cells, edges, lights, moves: 0, rng: rng.state() }
}

/** The knobs of a state. */
export function configOf({ nodes, presses, crossings }: StateLightsOut): ConfigLightsOut {
  return { nodes, presses, crossings }
}

/** The same position with the chance of `seed`. The rules draw no chance; it is there for the contract. */
export function reseed(state: StateLightsOut, seed: number): StateLightsOut {
  return { ...state, rng: seededRng(seed, 'lights-out', 'chance').state() }
}

/** Whether all lights are out. */
export const terminated = ({ lights }: StateLightsOut): boolean => lights.every((on) => on === 0)

const LISTS = Array.from({ length: NODES_MAX + 1 }, (_, count) => Array.from({ length: count }, (_, at) => at))

/** All nodes. */
export const actions = ({ nodes }: ConfigLightsOut): readonly number[] => LISTS[nodes]!

/** All nodes; none once terminated. */
export const legalActions = (state: StateLightsOut): readonly number[] => (terminated(state) ? [] : actions(state))

/**
 * One press. A light that goes out earns 1, one that comes on costs 1; when all are out, as many points again as there are nodes. Events: {kind:
 * 'pressed', node, on, off} with the lights that came on and went out, then {kind: 'ended', reason: 'dark'} at the end.
 */
export function step(state: StateLightsOut, action: number): StepResult<StateLightsOut> {
  const { nodes, presses, crossings, cells, edges, moves, rng } = state
  const press = pressesOf(nodes, edges)[action]
  if (press === undefined)
    throw new GameError(`${JSON.stringify(action)} is not an action of Lights Out here: use a node from 0 to ${nodes - 1}.`)
  const lights = state.lights.map((on, at) => on ^ ((press >> at) & 1))
  const off = sizeOf(press & litOf(state))
  const on = sizeOf(press) - off
  const next: StateLightsOut = { nodes, presses, crossings, cells, edges, lights, moves: moves + 1, rng }
  const dark = terminated(next)
  const events: GameEvent[] = [{ kind: 'pressed', node: action, on, off }]
  if (dark) events.push({ kind: 'ended', reason: 'dark' })
  return { state: next, reward: off - on + (dark ? nodes : 0), legal: true, terminated: dark, events }
}
