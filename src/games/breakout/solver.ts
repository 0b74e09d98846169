/**
 * Experts of Breakout: simulation of the ball. What follows a hit depends on the part of the paddle alone, so a few flights tell the points of every
 * place; where the paddle then stands decides what it can reach next. Both are exact, but that a lost ball ends what
 * they look at. `lookahead` counts points alike whenever they come; the solver counts later ones less, so that it puts nothing off.
 */
import type { ScoredAction } from '../../game.ts'
import { AIMS, BRICK, flight, landing, partHit } from './rules.ts'
import { arrival, LOST, legalActions, paddleRange, type StateBreakout } from './state.ts'

/** Where the ball comes down, and what it earns, by the place of the paddle then. */
interface Worths {
  /** How far the paddle gets before. */
  readonly reach: number
  /** By place; those where the paddle would leave the field are -Infinity. */
  readonly points: Float64Array
}

type Seen = Pick<StateBreakout, 'columns' | 'rows' | 'paddle' | 'parts' | 'speed' | 'bricks' | 'ball'>

function worthsOf(state: Seen, plies: number, later: number): Worths {
  const { columns, paddle, parts, speed } = state
  const { x: land, frames } = landing(state.ball, columns)
  const points = new Float64Array(columns * BRICK.width + 1).fill(Number.NEGATIVE_INFINITY)
  const { least, count } = paddleRange(state)
  const known: (((at: number) => number) | undefined)[] = []
  for (let at = least; at < least + count; at++) {
    const part = partHit(land, at, paddle / 2, parts)
    if (part < 0) {
      points[at] = LOST
      continue
    }
    known[part] ??= afterHit(state, land, AIMS[parts]![part]!, plies, later)
    points[at] = known[part](at)
  }
  return { reach: speed * frames, points }
}

/** Points of a flight and of the best play after it, by the place of the paddle. */
function afterHit(state: Seen, x: number, dx: number, plies: number, later: number): (at: number) => number {
  const { columns, rows } = state
  const flown = flight(state, x, dx)
  if (!flown.bricks.includes(1)) return () => flown.hits + rows * columns
  if (plies === 1) return () => flown.hits
  const { reach, points } = worthsOf({ ...state, bricks: flown.bricks, ball: flown.ball }, plies - 1, later)
  return (at) => {
    let best = Number.NEGATIVE_INFINITY
    for (let to = Math.max(0, at - reach); to <= Math.min(points.length - 1, at + reach); to++) if (points[to]! > best) best = points[to]!
    return flown.hits + later * best
  }
}

function scored(state: StateBreakout, plies: number, later: number): readonly ScoredAction<number>[] {
  const legal = legalActions(state)
  if (legal.length === 0) return []
  const { reach, points } = worthsOf(state, plies, later)
  return legal.map((action) => ({ action, score: points[arrival(state.at, action, reach)]! })).sort((a, b) => b.score - a.score)
}

/** Points of each legal place over `plies` moves with best play for points, a lost ball being the end; best first. */
export const lookahead = (state: StateBreakout, plies: number): readonly ScoredAction<number>[] => scored(state, plies, 1)

/** Moves that the solver looks ahead where it is not told. */
const DEPTH = 3
/** What a point is worth to the solver a move later. */
const LATER = 0.9

/** As `lookahead`, later points at less; of equal places those nearest to the middle of them first, so that the ball is not caught by a hair. */
export function solver(state: StateBreakout, depth = DEPTH): readonly ScoredAction<number>[] {
  const all = scored(state, depth, LATER)
  const best = all.filter(({ score }) => score === all[0]!.score).map(({ action }) => action)
  const middle = best[Math.floor(best.length / 2)] ?? 0
  return [...all].sort((a, b) => b.score - a.score || Math.abs(a.action - middle) - Math.abs(b.action - middle))
}
