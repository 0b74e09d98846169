/** How episodes go at their own pace, and the first reply, which shows whether a policy can play at all. */
import { EngineError } from '../errors.ts'
import { askOne, Episode, type RolloutEpisode } from '../gym/index.ts'
import type { Policy, Reply, Turn } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { EpisodeStore } from '../runs/index.ts'

/** How episodes go their own ways. */
export interface Pace {
  /** Episodes at once, 1 or more. */
  readonly concurrency: number
  /** Keeps replies and episodes, and knows those of before. */
  readonly store?: EpisodeStore
  /** Turns of the episode in the conversation. Default 0: single states. */
  readonly history?: number
  /** Worked examples that stand before everything. */
  readonly examples?: readonly Turn[]
}

export interface FirstReplyOptions {
  readonly policy: Policy
  readonly entries: readonly RolloutEpisode[]
  /** As of the evaluation. */
  readonly seed: number
  readonly pace: Pace
  readonly signal?: AbortSignal
}

/**
 * The first reply of an evaluation, asked before anything is written, so that what cannot work is known then. Hand it to the store
 * afterwards: it counts. Throws ConfigError, EngineError if there is no reply, and the signal's reason.
 */
export async function firstReply({ policy, entries, seed, pace, signal }: FirstReplyOptions): Promise<Reply> {
  const [entry] = entries
  if (entry === undefined) throw new EngineError('There is no episode to play.')
  const { history = 0, examples = [] } = pace
  const episode = new Episode(entry, { history, examples })
  if (episode.stopped !== null) throw new EngineError(`${policy.name} gives no reply: its first game is over`)
  const reply = await askOne(policy, { observation: episode.observe(), state: episode.state }, { seed: deriveSeed(seed, 0, 0), signal })
  signal?.throwIfAborted()
  if (reply.failure !== undefined) throw new EngineError(`${policy.name} gives no reply: ${reply.failure.reason}`)
  return reply
}
