/**
 * Whole games under a policy. All episodes advance together, one batch of observations per step. Evaluation, the studio and the data
 * recipes play through here.
 *
 * A failed reply is data: it is recorded at its boundary, ends its own episode ('failed') and no other. A policy call that throws fails
 * the episodes of its batch; an EngineError counts as boundary 'engine', anything else as 'endpoint'. Only a ConfigError is passed on,
 * since it says that the call itself was wrong.
 */
import { ConfigError } from '../errors.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { Episode, type EpisodeRules, type EpisodeStep, failedReply, type RolloutEpisode, type Trajectory } from './episode.ts'

export interface RolloutOptions extends EpisodeRules {
  readonly episodes: readonly RolloutEpisode[]
  /** Decides all chance of the policy. */
  readonly seed: number
  /** Observations per policy call at most. Default: all live ones. */
  readonly batch?: number
  readonly onStep?: (event: RolloutEvent) => void
  readonly onEpisode?: (trajectory: Trajectory, episode: number) => void
  readonly signal?: AbortSignal
}

/** What `onStep` is told: the step, what the trajectory does not keep, and whose it is. */
export interface RolloutEvent extends EpisodeStep {
  readonly episode: number
}

/** An episode with its place in the list. */
interface Live {
  readonly place: number
  readonly episode: Episode
}

/** One reply per observation; a call that throws or answers short becomes failures. */
async function askBatch(policy: Policy, batch: readonly Live[], observations: Observation[], seed: number, signal?: AbortSignal) {
  const privileged = policy.privileged ? { states: batch.map((live) => live.episode.state) } : undefined
  const options = { n: 1, seed, ...(privileged && { privileged }), ...(signal && { signal }) }
  try {
    const replies = await policy.reply(observations, options)
    return batch.map((_, index): Reply => replies[index]?.[0] ?? failedReply(new Error(`The policy ${policy.name} gave no reply.`)))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    return batch.map(() => failedReply(error))
  }
}

/** Lets timers, signals and redraws have their turn between steps, whatever the policy: a scripted one never waits for anything. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/**
 * Plays every episode to its end, to the horizon, or to the first failure; trajectories in the order of `episodes`. The policy's seed of a
 * call is derived from `seed`, the step and the batch, so a policy with chance may answer otherwise under another `batch`. An episode
 * that starts in an ended game stops at once with no step ('terminated'), or restarts. On abort, live episodes stop as they are.
 */
export async function rollout(policy: Policy, options: RolloutOptions): Promise<Trajectory[]> {
  const { episodes, horizon, batch: size = Number.POSITIVE_INFINITY, signal } = options
  if (!(horizon >= 1) || !(size >= 1)) throw new ConfigError(`Horizon (${horizon}) and batch (${size}) must be 1 or more.`)
  const done: Trajectory[] = new Array(episodes.length)
  /** Keeps the episodes that go on. */
  const settle = (lives: readonly Live[]): Live[] =>
    lives.filter(({ place, episode }) => {
      if (episode.stopped === null) return true
      const trajectory = episode.trajectory(policy.name)
      done[place] = trajectory
      options.onEpisode?.(trajectory, place)
      return false
    })

  let live = settle(episodes.map((source, place) => ({ place, episode: new Episode(source, options) })))
  for (let step = 0; live.length > 0; step++) {
    await breathe()
    const next: Live[] = []
    for (let from = 0; from < live.length; from += size) {
      const batch = live.slice(from, from + size)
      const observations = batch.map(({ episode }) => episode.observe())
      const replies = signal?.aborted ? [] : await askBatch(policy, batch, observations, deriveSeed(options.seed, step, from), signal)
      for (const [index, { place, episode }] of batch.entries()) {
        if (signal?.aborted) {
          episode.abort()
          continue
        }
        const step = episode.play(observations[index] as Observation, replies[index] as Reply)
        options.onStep?.({ episode: place, ...step })
      }
      next.push(...settle(batch))
    }
    live = next
  }
  return done
}
