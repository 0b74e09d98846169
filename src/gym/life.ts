/**
 * The life of an episode: when it ends, and what follows. The one owner of horizon, end and restart; envs, whole episodes, the pool of training
 * and the games of a data set all ask here.
 *
 * An episode ends 'terminated' with its game, or 'truncated' at its horizon, as in Gymnasium: a truncated episode could have gone on. With
 * `restart` a game's end does not end the episode: a fresh game follows and the counters go on, so that only the horizon ends it.
 */
import { ConfigError } from '../errors.ts'
import type { StepResult } from '../game.ts'
import type { EnvSpec } from './spec.ts'
import type { LastStep } from './token.ts'

/** An env at one moment; plain JSON. */
export interface EnvSnapshot {
  readonly state: unknown
  readonly last: LastStep
  /** Replies played since the episode began. */
  readonly steps: number
  /** Sum of environment rewards since the episode began. */
  readonly return: number
}

/** How an episode ended. */
export type Ending = 'terminated' | 'truncated'

/** What decides how long an episode lives. */
export type LifeRules = Pick<EnvSpec, 'horizon' | 'restart'>

/** Where an episode stands after a step. */
export interface Moment {
  /** Where play goes on: after the step, or the start of the fresh game that follows. */
  readonly snapshot: EnvSnapshot
  /** Null: the episode goes on. */
  readonly ending: Ending | null
  /** A game ended here. */
  readonly over: boolean
  /** A game ended and a fresh one follows in the same episode. */
  readonly restarted: boolean
}

/** A fresh game, and a fresh episode. */
export function startSnapshot({ game, config }: Pick<EnvSpec, 'game' | 'config'>, seed: number): EnvSnapshot {
  return { state: game.rules.init(config, seed), last: null, steps: 0, return: 0 }
}

/** The snapshot after a played reply, whatever it means for the episode. */
export function advance(snapshot: EnvSnapshot, result: StepResult<unknown>): EnvSnapshot {
  const { state, legal, events, reward } = result
  return { state, last: { legal, events }, steps: snapshot.steps + 1, return: snapshot.return + reward }
}

/** The horizon of a spec whose episodes must come to an end whatever is replied. Throws ConfigError if it has none. */
export function boundedHorizon({ game, horizon }: Pick<EnvSpec, 'game' | 'horizon'>): number {
  if (horizon !== null) return horizon
  throw new ConfigError(
    `the horizon of ${game.id} is null, so an episode without legal replies would never end; give its spec a horizon, such as 100`,
  )
}

/** How an episode ends after `steps` replies, `over`: in a game that is over. Null: it goes on, in a fresh game if this one is over. */
export function endingOf({ horizon, restart }: LifeRules, steps: number, over: boolean): Ending | null {
  if (over && !restart) return 'terminated'
  return horizon !== null && steps >= horizon ? 'truncated' : null
}

/** All that a life needs to know of a spec. */
export type LifeSpec = Pick<EnvSpec, 'game' | 'config'> & LifeRules

/** The first moment of an episode that starts at `snapshot`, whose game may be over. `freshSeed`: of the game that follows one, asked for then only. */
export function firstMoment(spec: LifeSpec, snapshot: EnvSnapshot, freshSeed: () => number): Moment {
  return momentOf(spec, snapshot, spec.game.rules.terminated(snapshot.state), freshSeed)
}

/** The moment after a step. `freshSeed`: of the game that follows one that ended, asked for then only. */
export function nextMoment(spec: LifeSpec, before: EnvSnapshot, result: StepResult<unknown>, freshSeed: () => number): Moment {
  return momentOf(spec, advance(before, result), result.terminated, freshSeed)
}

function momentOf(spec: LifeSpec, now: EnvSnapshot, over: boolean, freshSeed: () => number): Moment {
  const ending = endingOf(spec, now.steps, over)
  if (ending !== null || !over) return { snapshot: now, ending, over, restarted: false }
  const fresh = startSnapshot(spec, freshSeed())
  return { snapshot: { ...fresh, steps: now.steps, return: now.return }, ending, over, restarted: true }
}
