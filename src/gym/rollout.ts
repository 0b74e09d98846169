/**
 * Whole games under a policy. All episodes advance together, one batch of observations per step. Evaluation, the studio and the data
 * recipes play through here.
 *
 * A failed reply is data: it is recorded at its boundary, ends its own episode ('failed') and no other. A policy call that throws fails
 * the episodes of its batch; an EngineError counts as boundary 'engine', anything else as 'endpoint'. Only a ConfigError is passed on,
 * since it says that the call itself was wrong.
 */
import { ConfigError, EngineError } from '../errors.ts'
import type { GameEvent } from '../game.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { advance, type EnvSnapshot, type EnvSpec, observationOf, startSnapshot } from './env.ts'
import { playReply, type ReplyScore } from './score.ts'
import { encodeState, stateHash } from './token.ts'

export type StopReason = 'terminated' | 'horizon' | 'aborted' | 'failed'

/** One episode to play. */
export interface RolloutEpisode {
  readonly spec: EnvSpec
  /** Of the first game; later ones (see `restart`) derive theirs from it. */
  readonly seed: number
  /** Where to start instead of a fresh game. */
  readonly start?: Pick<EnvSnapshot, 'state' | 'last'>
}

export interface RolloutOptions {
  readonly episodes: readonly RolloutEpisode[]
  /** Replies per episode at most, 1 or more. */
  readonly horizon: number
  /** When a game ends before the horizon a fresh one starts and the return goes on (the paper's 2048 protocol). Default false. */
  readonly restart?: boolean
  /** Decides all chance of the policy. */
  readonly seed: number
  /** Observations per policy call at most. Default: all live ones. */
  readonly batch?: number
  /** 'all': every step carries the token and hash of its state. Default 'none'. */
  readonly keep?: 'all' | 'none'
  readonly onStep?: (event: RolloutEvent) => void
  readonly onEpisode?: (trajectory: Trajectory, episode: number) => void
  readonly signal?: AbortSignal
}

/** One reply of an episode. Token and hash are those of the state before the reply. */
export interface TrajectoryStep {
  readonly token: string | null
  readonly hash: string | null
  readonly reply: string
  readonly score: ReplyScore
  /** Environment reward; the same as `score.gameReward`. */
  readonly reward: number
  readonly legal: boolean
  /** A game ended with this step. */
  readonly terminated: boolean
  readonly events: readonly GameEvent[]
}

/** What `onStep` is told: the step, and what the trajectory does not keep. */
export interface RolloutEvent {
  readonly episode: number
  /** From 0. */
  readonly index: number
  readonly step: TrajectoryStep
  readonly observation: Observation
  readonly reply: Reply
  /** Before the reply. */
  readonly state: unknown
}

/** An episode as it was played; plain JSON. */
export interface Trajectory {
  readonly game: string
  readonly seed: number
  readonly policy: string
  readonly steps: readonly TrajectoryStep[]
  /** Sum of environment rewards. */
  readonly return: number
  /** Points gained: sum of the positive environment rewards. */
  readonly score: number
  /** Legal moves. */
  readonly played: number
  /** Games that came to their end. */
  readonly finished: number
  readonly stopReason: StopReason
  /** Why it failed; null otherwise. */
  readonly problem: string | null
}

/** An episode while it runs. */
interface Live {
  readonly episode: number
  readonly source: RolloutEpisode
  readonly steps: TrajectoryStep[]
  now: EnvSnapshot
  finished: number
}

function begin(source: RolloutEpisode, episode: number): Live {
  const { spec, seed, start } = source
  const now = start === undefined ? startSnapshot(spec, seed) : { state: start.state, last: start.last, steps: 0, return: 0 }
  return { episode, source, steps: [], now, finished: 0 }
}

function trajectoryOf(live: Live, policy: string, stopReason: StopReason): Trajectory {
  const { source, steps, finished } = live
  const sum = (of: (step: TrajectoryStep) => number): number => steps.reduce((total, step) => total + of(step), 0)
  return {
    game: source.spec.game.id,
    seed: source.seed,
    policy,
    steps,
    return: sum((step) => step.reward),
    score: sum((step) => Math.max(0, step.reward)),
    played: sum((step) => (step.legal ? 1 : 0)),
    finished,
    stopReason,
    problem: stopReason === 'failed' ? (steps.at(-1)?.score.problem ?? null) : null,
  }
}

function failedReply(error: unknown): Reply {
  const reason = error instanceof Error ? error.message : String(error)
  return { text: '', failure: { boundary: error instanceof EngineError ? 'engine' : 'endpoint', reason } }
}

/** One reply per observation; a call that throws or answers short becomes failures. */
async function askBatch(policy: Policy, batch: readonly Live[], observations: Observation[], seed: number, signal?: AbortSignal) {
  const privileged = policy.privileged ? { states: batch.map((live) => live.now.state) } : undefined
  const options = { n: 1, seed, ...(privileged && { privileged }), ...(signal && { signal }) }
  try {
    const replies = await policy.reply(observations, options)
    return batch.map((_, index): Reply => replies[index]?.[0] ?? failedReply(new Error(`The policy ${policy.name} gave no reply.`)))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    return batch.map(() => failedReply(error))
  }
}

/** Plays one reply; returns why the episode stops here, or null. */
function playStep(live: Live, observation: Observation, reply: Reply, options: RolloutOptions): StopReason | null {
  const { game } = live.source.spec
  const { state, last } = live.now
  const { score, result } = playReply(game, state, reply)
  const kept = options.keep === 'all'
  const step: TrajectoryStep = {
    token: kept ? encodeState(game, state, last) : null,
    hash: kept ? stateHash(game, state) : null,
    reply: reply.text,
    score,
    reward: result.reward,
    legal: result.legal,
    terminated: result.terminated,
    events: result.events,
  }
  live.now = advance(live.now, result)
  live.steps.push(step)
  options.onStep?.({ episode: live.episode, index: live.steps.length - 1, step, observation, reply, state })
  if (reply.failure !== undefined) return 'failed'
  return afterStep(live, result.terminated, options)
}

function afterStep(live: Live, terminated: boolean, options: RolloutOptions): StopReason | null {
  const over = live.steps.length >= options.horizon
  if (!terminated) return over ? 'horizon' : null
  live.finished++
  if (options.restart !== true) return 'terminated'
  if (over) return 'horizon'
  live.now = startSnapshot(live.source.spec, deriveSeed(live.source.seed, 'restart', live.finished))
  return null
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
  const stop = (live: Live, reason: StopReason): void => {
    const trajectory = trajectoryOf(live, policy.name, reason)
    done[live.episode] = trajectory
    options.onEpisode?.(trajectory, live.episode)
  }
  /** Keeps the episodes that go on. */
  const settle = (lives: readonly Live[], reasonOf: (live: Live, index: number) => StopReason | null): Live[] =>
    lives.filter((live, index) => {
      const reason = reasonOf(live, index)
      if (reason !== null) stop(live, reason)
      return reason === null
    })

  let live = settle(episodes.map(begin), (one) => (one.source.spec.game.terminated(one.now.state) ? afterStep(one, true, options) : null))
  for (let step = 0; live.length > 0; step++) {
    await breathe()
    const next: Live[] = []
    for (let from = 0; from < live.length; from += size) {
      const batch = live.slice(from, from + size)
      const observations = batch.map((one) => observationOf(one.source.spec, one.now))
      const replies = signal?.aborted ? [] : await askBatch(policy, batch, observations, deriveSeed(options.seed, step, from), signal)
      next.push(
        ...settle(batch, (one, index) =>
          signal?.aborted ? 'aborted' : playStep(one, observations[index] as Observation, replies[index] as Reply, options),
        ),
      )
    }
    live = next
  }
  return done
}
