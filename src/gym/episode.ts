/**
 * One episode while it is played: the same play, whether episodes advance together or each at its own pace (`rollout`), or in groups
 * (`rolloutGroups`). Stops at the end of the game, at the horizon, or at the first failed reply.
 */
import type { GameEvent, StepResult } from '../game.ts'
import type { Observation, Reply, Turn } from '../policy.ts'
import { deriveSeed, hiddenSeed, isHiddenSeed } from '../rng.ts'
import { type Conversation, conversation } from './conversation.ts'
import { observationOf } from './env.ts'
import { type EnvSnapshot, firstMoment, type Moment, nextMoment, startSnapshot } from './life.ts'
import { type PlayedReply, playReply, type ReplyReading, type ReplyScore } from './score.ts'
import type { EnvSpec } from './spec.ts'
import { encodeState, stateHash } from './token.ts'

export type StopReason = 'terminated' | 'horizon' | 'aborted' | 'failed'

/** One episode to play. */
export interface RolloutEpisode {
  readonly spec: EnvSpec
  /** Of the first game; later ones (see `restart` of the spec) derive theirs from it. */
  readonly seed: number
  /** Where to start instead of a fresh game. */
  readonly start?: Pick<EnvSnapshot, 'state' | 'last'>
}

/** What is said before a state, and what is kept of an episode. How long it is, its spec says. */
export interface EpisodeRules {
  /**
   * What steps carry beside their scores. 'states': the token and hash of the state. 'samples': what training needs (observation, reply with its
   * tokens, reading, state). Default: neither.
   */
  readonly keep?: 'states' | 'samples'
  /** Turns of the episode in the conversation. Default 0: single states. */
  readonly history?: number
  /** Worked examples that stand before everything. */
  readonly examples?: readonly Turn[]
}

/** What training needs of a step. */
export interface StepSample {
  readonly observation: Observation
  readonly reply: Reply
  readonly read: ReplyReading
  /** Before the reply. */
  readonly state: unknown
  readonly result: StepResult<unknown>
  /** The expert's scores of that state, where they are known already; see `PlayedReply`. */
  readonly expert?: PlayedReply['expert']
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
  /** Null unless samples are kept. */
  readonly sample: StepSample | null
}

/** An episode as it was played; plain JSON unless samples are kept. */
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
  readonly read: ReplyReading
  /** Before the reply. */
  readonly state: unknown
  /** After it; of the game that ended if one did. */
  readonly next: unknown
}

/** An episode that is being played. `stopped` is null while it goes on. */
export class Episode {
  readonly source: RolloutEpisode
  readonly rules: EpisodeRules
  readonly steps: TrajectoryStep[] = []
  readonly #talk: Conversation
  #now: EnvSnapshot
  #shown: Observation | null = null
  #finished = 0
  #stopped: StopReason | null = null

  /** An episode that starts in an ended game stops at once with no step, or restarts. */
  constructor(source: RolloutEpisode, rules: EpisodeRules = {}) {
    this.source = source
    this.rules = rules
    this.#talk = conversation({ history: rules.history ?? 0, ...(rules.examples && { examples: rules.examples }) })
    const { spec, seed, start } = source
    this.#now = start === undefined ? startSnapshot(spec, seed) : { state: start.state, last: start.last, steps: 0, return: 0 }
    this.#goOn(firstMoment(spec, this.#now, () => this.#freshSeed()))
  }

  get stopped(): StopReason | null {
    return this.#stopped
  }

  get state(): unknown {
    return this.#now.state
  }

  /** What the player sees now, with what was said before. */
  observe(): Observation {
    return this.#talk.recall(this.#state())
  }

  /** Plays the reply to what `observe` shows. `played`: what `playReply` makes of it, where that is known already. */
  play(reply: Reply, played?: PlayedReply): EpisodeStep {
    const observation = this.observe()
    const { spec } = this.source
    const { game } = spec
    const { state, last } = this.#now
    const { score, read, result, expert } = played ?? playReply(game, state, reply)
    const moment = nextMoment(spec, this.#now, result, () => this.#freshSeed())
    const failed = reply.failure !== undefined
    const kept = this.rules.keep === 'states'
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
      sample: this.rules.keep === 'samples' ? { observation, reply, read, state, result, ...(expert !== undefined && { expert }) } : null,
    }
    this.#talk.remember(this.#state(), reply)
    this.#shown = null
    this.steps.push(step)
    this.#goOn(moment)
    if (failed) this.#stopped = 'failed'
    return { index: this.steps.length - 1, step, observation, reply, read, state, next: result.state }
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

  /** The observation of the state alone; the same object until a reply is played. */
  #state(): Observation {
    this.#shown ??= observationOf(this.source.spec, this.#now)
    return this.#shown
  }

  /** Of the game that follows the one that has just ended; hidden behind a hidden one. */
  #freshSeed(): number {
    const { seed } = this.source
    const derive = isHiddenSeed(seed) ? hiddenSeed : deriveSeed
    return derive(seed, 'restart', this.#finished + 1)
  }

  #goOn({ snapshot, ending, over }: Moment): void {
    this.#now = snapshot
    if (over) this.#finished++
    this.#stopped = ending === 'truncated' ? 'horizon' : ending
  }
}
