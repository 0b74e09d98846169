/**
 * Experts of falling shapes. The solver weighs features of the well after the shape and, where one is shown ahead, after the best placing of the next:
 * a good player, not the best of all. `lookahead` counts points, exactly: shown shapes are known, others equally likely.
 */
import type { ScoredAction } from '../../game.ts'
import { heightsOf, holesOf, NAMES, type Placed, placed, pointsOf } from './rules.ts'
import { actions, legalActions, type Placement, type StateFallingShapes } from './state.ts'

/** Weights of the features, as they are widely used for wells of this kind: height of all columns, rows that went, holes, steps of the skyline. */
const WEIGHTS = { height: -0.51, rows: 0.76, holes: -0.36, steps: -0.18 }

/** What a lost game is worth to the solver. */
const LOST = -1000

function worthOf({ well, rows }: Placed, width: number): number {
  const heights = heightsOf(well, width)
  const height = heights.reduce((sum, one) => sum + one, 0)
  const steps = heights.slice(1).reduce((sum, one, at) => sum + Math.abs(one - heights[at]!), 0)
  return WEIGHTS.height * height + WEIGHTS.rows * rows + WEIGHTS.holes * holesOf(well) + WEIGHTS.steps * steps
}

/** By kind: the turns that look different. */
const DIFFERENT: readonly (readonly number[])[] = NAMES.map((name) => (name === 'O' ? [0] : 'ISZ'.includes(name) ? [0, 1] : [0, 1, 2, 3]))

/** All different placings of a shape that stay within the well. */
function placings(well: readonly number[], width: number, shape: number): Placed[] {
  const turns = DIFFERENT[shape]!
  return actions({ width }).flatMap(([turned, at]) => {
    const result = turns.includes(turned) ? placed(well, width, shape, turned, at) : 'outside'
    return typeof result === 'string' ? [] : [result]
  })
}

/** The legal placements with a number each; placements that come to the same are looked at once. */
function scored(state: StateFallingShapes, worth: (result: Placed) => number): readonly ScoredAction<Placement>[] {
  const { well, width, shape } = state
  const known = new Map<string, number>()
  const list = legalActions(state).map((action) => {
    const result = placed(well, width, shape, ...action) as Placed
    const key = result.well.join()
    const score = known.get(key) ?? worth(result)
    known.set(key, score)
    return { action, score }
  })
  return list.sort((a, b) => b.score - a.score)
}

/** The weighed features of each legal placement, after the next shape too if it is shown; best first. `depth` changes nothing. */
export function solver(state: StateFallingShapes): readonly ScoredAction<Placement>[] {
  const { width, queue } = state
  const next = queue[0]
  return scored(state, (result) => {
    if (next === undefined) return worthOf(result, width)
    const then = placings(result.well, width, next).map((one) => worthOf(one, width))
    return WEIGHTS.rows * result.rows + Math.max(LOST, ...then)
  })
}

/** Expected points of each legal placement over `plies` placements with best play for points, itself included; best first. */
export function lookahead(state: StateFallingShapes, plies: number): readonly ScoredAction<Placement>[] {
  const { well, width, queue, kinds } = state
  const all = Array.from({ length: kinds }, (_, kind) => kind)
  /** Expected points of the best play from a well on, `made` placements from now. */
  const best = (from: readonly number[], made: number): number => {
    if (made === plies) return 0
    const shown = queue[made - 1]
    const likely = shown === undefined ? all : [shown]
    const sum = likely.reduce((points, shape) => {
      let most = Number.NEGATIVE_INFINITY
      for (const result of placings(from, width, shape)) most = Math.max(most, pointsOf(from, result, width) + best(result.well, made + 1))
      return points + (most === Number.NEGATIVE_INFINITY ? 0 : most)
    }, 0)
    return sum / likely.length
  }
  return scored(state, (result) => pointsOf(well, result, width) + best(result.well, 1))
}
