/**
 * One episode while it is played: the same play, whether episodes advance together (`rollout`) or each at its own pace (`playEpisode`).
 * Stops at the end of the game, at the horizon, or at the first failed reply.
 */
import { ConfigError, EngineError } from '../errors.ts'
import type { GameEvent } from '../game.ts'
import type { Observation, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { observationOf } from './env.ts'
import { type EnvSnapshot, firstMoment, type LifeSpec, type Moment, nextMoment, startSnapshot } from './life.ts'
import { playReply, type ReplyScore } from './score.ts'
import type { EnvSpec } from './spec.ts'
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

/** How long an episode is, and what is kept of it. */
export interface EpisodeRules {
  /** Replies per episode at most, 1 or more. */
  readonly horizon: number
  /** When a game ends before the horizon a fresh one starts and the return goes on (the paper's 2048 protocol). Default false. */
  readonly restart?: boolean
  /** 'all': every step carries the token and hash of its state. Default 'none'. */
  readonly keep?: 'all' | 'none'
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
  /** The horizon cut the episode with this step; it could have gone on. */
  readonly truncated: boolean
  readonly events: readonly GameEvent[]
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

/** A step with what the trajectory does not keep. */
export interface EpisodeStep {
  /** From 0. */
  readonly index: number
  readonly step: TrajectoryStep
  readonly observation: Observation
  readonly reply: Reply
  /** Before the reply. */
  readonly state: unknown
  /** After it; of the game that ended if one did. */
  readonly next: unknown
}

/** A reply that could not be had, as data: an EngineError counts as boundary 'engine', anything else as 'endpoint'. */
export function failedReply(error: unknown): Reply {
  const reason = error instanceof Error ? error.message : String(error)
  return { text: '', failure: { boundary: error instanceof EngineError ? 'engine' : 'endpoint', reason } }
}

/** An episode that is being played. `stopped` is null while it goes on. */
export class Episode {
  readonly source: RolloutEpisode
  readonly rules: EpisodeRules
  readonly steps: TrajectoryStep[] = []
  readonly #life: LifeSpec
  #now: EnvSnapshot
  #finished = 0
  #stopped: StopReason | null = null

  /** An episode that starts in an ended game stops at once with no step, or restarts. */
  constructor(source: RolloutEpisode, rules: EpisodeRules) {
    this.source = source
    this.rules = rules
    const { spec, seed, start } = source
    const { horizon, restart = false } = rules
    this.#life = { game: spec.game, config: spec.config, horizon, restart }
    this.#now = start === undefined ? startSnapshot(spec, seed) : { state: start.state, last: start.last, steps: 0, return: 0 }
    this.#goOn(firstMoment(this.#life, this.#now, () => this.#freshSeed()))
  }

  get stopped(): StopReason | null {
    return this.#stopped
  }

  get state(): unknown {
    return this.#now.state
  }

  /** What the player sees now. */
  observe(): Observation {
    return observationOf(this.source.spec, this.#now)
  }

  /** Plays the reply to an observation of `observe`. */
  play(observation: Observation, reply: Reply): EpisodeStep {
    const { game } = this.source.spec
    const { state, last } = this.#now
    const { score, result } = playReply(game, state, reply)
    const moment = nextMoment(this.#life, this.#now, result, () => this.#freshSeed())
    const failed = reply.failure !== undefined
    const kept = this.rules.keep === 'all'
    const step: TrajectoryStep = {
      token: kept ? encodeState(game, state, last) : null,
      hash: kept ? stateHash(game, state) : null,
      reply: reply.text,
      score,
      reward: result.reward,
      legal: result.legal,
      terminated: result.terminated,
      truncated: moment.ending === 'truncated' && !failed,
      events: result.events,
    }
    this.steps.push(step)
    this.#goOn(moment)
    if (failed) this.#stopped = 'failed'
    return { index: this.steps.length - 1, step, observation, reply, state, next: result.state }
  }

  /** Ends it as it stands. */
  abort(): void {
    this.#stopped ??= 'aborted'
  }

  /** What was played by a policy of that name. */
  trajectory(policy: string): Trajectory {
    const { source, steps } = this
    const stopReason = this.#stopped ?? 'aborted'
    const sum = (of: (step: TrajectoryStep) => number): number => steps.reduce((total, step) => total + of(step), 0)
    return {
      game: source.spec.game.id,
      seed: source.seed,
      policy,
      steps,
      return: sum((step) => step.reward),
      score: sum((step) => Math.max(0, step.reward)),
      played: sum((step) => (step.legal ? 1 : 0)),
      finished: this.#finished,
      stopReason,
      problem: stopReason === 'failed' ? (steps.at(-1)?.score.problem ?? null) : null,
    }
  }

  /** Of the game that follows the one that has just ended. */
  #freshSeed(): number {
    return deriveSeed(this.source.seed, 'restart', this.#finished + 1)
  }

  #goOn({ snapshot, ending, over }: Moment): void {
    this.#now = snapshot
    if (over) this.#finished++
    this.#stopped = ending === 'truncated' ? 'horizon' : ending
  }
}

export interface PlayEpisodeOptions extends EpisodeRules {
  /** The reply to step `index`; one that throws becomes a failure, a ConfigError is passed on. */
  readonly ask: (observation: Observation, index: number, state: unknown) => Promise<Reply>
  /** What the player sees of it; default: the state alone. See `conversation`. */
  readonly recall?: (observation: Observation) => Observation
  readonly onStep?: (step: EpisodeStep) => void
  readonly signal?: AbortSignal
}

/** Plays one episode at its own pace. On abort it stops as it is. Depends on its own replies alone. */
export async function playEpisode(source: RolloutEpisode, options: PlayEpisodeOptions): Promise<Episode> {
  const { ask, recall = (observation) => observation, onStep, signal } = options
  if (!(options.horizon >= 1)) throw new ConfigError(`A horizon of ${options.horizon} replies is no episode; give 1 or more.`)
  const episode = new Episode(source, options)
  while (episode.stopped === null && !signal?.aborted) {
    const observation = recall(episode.observe())
    const reply = await ask(observation, episode.steps.length, episode.state).catch((error: unknown) => {
      if (error instanceof ConfigError) throw error
      return failedReply(error)
    })
    if (signal?.aborted) break
    const step = episode.play(observation, reply)
    onStep?.(step)
  }
  episode.abort()
  return episode
}
