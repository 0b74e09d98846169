/**
 * A walk: a game moved on by legal moves that chance or the caller picks. The one such loop of the project: training states, fixed states of
 * analyses, worked examples and the pictures of the command line all come from it.
 *
 *     const { state } = lastMoment(walk(spec, startSnapshot(spec, 7), 20, seededRng(7)))
 */
import type { Rng } from '../rng.ts'
import { advance, type EnvSnapshot } from './life.ts'
import type { EnvSpec } from './spec.ts'

/** How a walk goes. */
export interface WalkOptions {
  /** The action at a moment, one of `legal`, which has one at least. Default: each as likely, one draw of `rng`. */
  readonly pick?: (moment: EnvSnapshot, legal: readonly unknown[], rng: Rng) => unknown
  /** Where a walk stops whose game ends on the way: 'at' the moment in which it is over, or 'before' the move that ends it. Default 'at'. */
  readonly stop?: 'at' | 'before'
}

/**
 * The moments of a walk: `start`, then the one after each of up to `moves` moves. Fewer than `moves` + 1 moments: the game ended. Nothing
 * is drawn for a move that is not made, and nothing is played before it is asked for.
 */
export function* walk(
  { game }: Pick<EnvSpec, 'game'>,
  start: EnvSnapshot,
  moves: number,
  rng: Rng,
  options: WalkOptions = {},
): Generator<EnvSnapshot, void> {
  const { pick = (_, legal) => rng.pick(legal), stop = 'at' } = options
  let now = start
  let over = game.rules.terminated(now.state)
  yield now
  for (let made = 0; made < moves && !over; made++) {
    const result = game.rules.step(now.state, pick(now, game.rules.legalActions(now.state), rng))
    over = result.terminated
    if (over && stop === 'before') return
    now = advance(now, result)
    yield now
  }
}

/** The last of the moments. Throws for none; a walk has one at least. */
export function lastMoment(moments: Iterable<EnvSnapshot>): EnvSnapshot {
  let last: EnvSnapshot | undefined
  for (const moment of moments) last = moment
  if (last === undefined) throw new RangeError('There is no last moment of none.')
  return last
}
