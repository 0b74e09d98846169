/**
 * Group sampling: N replies executed from exactly one state, as group-relative policy optimisation needs. States are plain data with
 * chance, counters and score inside, and games never mutate them, so "from the same state" is exact. Nothing is drawn on this path.
 */
import { ConfigError } from '../errors.ts'
import type { AnyGame, StepResult } from '../game.ts'
import type { Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { type PlayedReply, playReply, truthOf } from './score.ts'

/**
 * 'shared': every reply meets the state's own chance, so equal actions have equal results. 'independent': reply i meets a chance of its
 * own, derived from `seed` and i, as if the state had been visited once for each reply.
 */
export type GroupChance = 'shared' | 'independent'

export interface GroupOptions {
  readonly chance: GroupChance
  /** Needed for independent chance. */
  readonly seed?: number
}

/** Plays each reply from `state`; outcome i belongs to reply i. The truth is perceived once; with shared chance, so is an action played. */
export function playGroup<S>(game: AnyGame, state: S, replies: readonly (Reply | string)[], options: GroupOptions): PlayedReply<S>[] {
  const { chance, seed } = options
  if (chance === 'independent' && seed === undefined) throw new ConfigError('Independent chance needs a seed; give options.seed.')
  const truth = truthOf(game, state)
  if (chance === 'shared') {
    const moves = new Map<string, StepResult<unknown>>()
    return replies.map((reply) => playReply(game, state, reply, truth, moves))
  }
  return replies.map((reply, index) => {
    const from = game.rules.reseed(state, deriveSeed(seed ?? 0, 'group', index)) as S
    return playReply(game, from, reply, truth)
  })
}
