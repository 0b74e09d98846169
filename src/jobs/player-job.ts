/**
 * One episode of one policy, summed up in one record: what a trainer wants of an agent program that it starts and whose requests it captures.
 *
 *     const policy = await endpointPolicy({ model: 'openai:m', baseUrl: process.env.OPENAI_BASE_URL })
 *     const { reward, steps, state } = await playEpisode(policy, { spec: envSpec({ game, horizon: 100 }), seed: 7 })
 */
import { VlmGymError } from '../errors.ts'
import {
  boundedHorizon,
  type EnvSnapshot,
  type EnvSpec,
  type EpisodeStep,
  encodeState,
  rewardOf,
  rewardScores,
  rollout,
  startSnapshot,
  stateHash,
} from '../gym/index.ts'
import type { Policy, Usage } from '../policy.ts'
import { deriveSeed } from '../rng.ts'

/** What is played, and how it is told of. */
export interface PlayEpisodeOptions {
  /** Its horizon must not be null. */
  readonly spec: EnvSpec
  /** Of the game. */
  readonly seed: number
  /** Decides all chance of the policy. Default: derived from `seed`. */
  readonly policySeed?: number | undefined
  /** Where to start instead of a fresh game. */
  readonly start?: Pick<EnvSnapshot, 'state' | 'last'> | undefined
  /** Turns of the episode that the policy is shown again. Default 0. */
  readonly history?: number | undefined
  /** Called after every reply that was played. */
  readonly onReply?: ((reply: PlayedTurn) => void) | undefined
  /** On abort the episode stops, and what was played of it counts. */
  readonly signal?: AbortSignal | undefined
}

/** A reply that was played. */
export interface PlayedTurn {
  /** From 1. */
  readonly step: number
  readonly outcome: 'played' | 'illegal' | 'unreadable'
  /** The training reward, by the reward of the spec. */
  readonly reward: number
}

/** An episode in the names of the wire (docs/serve.md); plain JSON. Shares and means are over its replies, null without any. */
export interface EpisodeLine {
  /** 'played': to its end. 'failed': until a request failed for good. 'stopped': until the signal. */
  readonly status: 'played' | 'failed' | 'stopped'
  readonly game: string
  /** Of the game; null where it started elsewhere. */
  readonly seed: number | null
  readonly policy: string
  /** Sum of `rewards`. */
  readonly reward: number
  /** Training reward of each reply. */
  readonly rewards: readonly number[]
  /** Sum of the game's own rewards: its points. */
  readonly return: number
  /** Replies that were played. */
  readonly steps: number
  /** The game ended. */
  readonly terminated: boolean
  /** The horizon cut the episode, which could have gone on. */
  readonly truncated: boolean
  /** Token of the state after the last reply. */
  readonly state: string
  /** Equal exactly if the states are. */
  readonly hash: string
  /** Share of replies without a readable answer. */
  readonly unreadable: number | null
  /** Share of replies whose answer is no legal move. */
  readonly illegal: number | null
  /** Share of replies with the whole board read rightly. */
  readonly perception_exact: number | null
  /** Mean share of cells read rightly. */
  readonly perception_cells: number | null
  /** Replies that were cut at their longest. */
  readonly cut: number
  /** Sums over the replies; null where the server does not say. */
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  /** Whose fault a failure is: 'endpoint', 'engine'; null without one. */
  readonly boundary: 'endpoint' | 'engine' | null
  /** Why it failed, in one sentence; null without a failure. */
  readonly problem: string | null
}

/** Plays one episode by the runner of evaluation. A request that fails for good is part of the result. Throws ConfigError for a horizon that is null. */
export async function playEpisode(policy: Policy, options: PlayEpisodeOptions): Promise<EpisodeLine> {
  const { spec, seed, policySeed = deriveSeed(seed, 'player'), start, history = 0, onReply, signal } = options
  boundedHorizon(spec)
  const steps: EpisodeStep[] = []
  const rewards: number[] = []
  const failures: Failure[] = []
  const onStep = (played: EpisodeStep): void => {
    const { reply, state, step } = played
    if (reply.failure !== undefined) {
      failures.push({ boundary: reply.failure.boundary, problem: reply.failure.reason })
      return
    }
    const { reward: how, game } = spec
    const reward = rewardOf(how, step.score, how.signal === 'paper' ? null : rewardScores(how, game, state)).total
    steps.push(played)
    rewards.push(reward)
    onReply?.({ step: steps.length, outcome: step.score.outcome, reward })
  }
  try {
    const episodes = [{ spec, seed, ...(start && { start }) }]
    await rollout(policy, { episodes, seed: policySeed, concurrency: 1, history, onStep, ...(signal && { signal }) })
  } catch (error) {
    // What every request would come to, such as a wrong key, ends the episode like what one has come to.
    if (signal?.aborted !== true) {
      if (!(error instanceof VlmGymError)) throw error
      failures.push({ boundary: error.code === 'engine' ? 'engine' : 'endpoint', problem: error.message })
    }
  }
  return lineOf(policy.name, options, { steps, rewards, failure: failures.at(-1) ?? null, stopped: signal?.aborted === true })
}

type Failure = Pick<EpisodeLine, 'boundary' | 'problem'>

interface Played {
  readonly steps: readonly EpisodeStep[]
  readonly rewards: readonly number[]
  readonly failure: Failure | null
  readonly stopped: boolean
}

function lineOf(policy: string, { spec, seed, start }: PlayEpisodeOptions, { steps, rewards, failure, stopped }: Played): EpisodeLine {
  const { game } = spec
  const at = steps.at(-1)
  const now = at === undefined ? (start ?? startSnapshot(spec, seed)) : { state: at.next, last: at.step }
  const over = at === undefined ? game.rules.terminated(now.state) : at.step.terminated
  const ended = over || at?.step.truncated === true
  const scores = steps.map(({ step }) => step.score)
  const usages = steps.map(({ reply }) => reply.usage)
  return {
    status: ended ? 'played' : failure !== null ? 'failed' : stopped ? 'stopped' : 'played',
    ...{ game: game.id, seed: start === undefined ? seed : null, policy },
    ...{ reward: sum(rewards), rewards, return: sum(steps.map(({ step }) => step.reward)), steps: steps.length },
    ...{ terminated: over, truncated: ended && !over },
    ...{ state: encodeState(game, now.state, now.last), hash: stateHash(game, now.state) },
    unreadable: mean(scores.map(({ outcome }) => Number(outcome === 'unreadable'))),
    illegal: mean(scores.map(({ outcome }) => Number(outcome === 'illegal'))),
    perception_exact: mean(scores.map(({ perceptionExact }) => perceptionExact)),
    perception_cells: mean(scores.map(({ perceptionCells }) => perceptionCells)),
    cut: steps.filter(({ reply }) => reply.finish === 'length').length,
    input_tokens: tokens(usages, 'inputTokens'),
    output_tokens: tokens(usages, 'outputTokens'),
    ...(ended || failure === null ? { boundary: null, problem: null } : failure),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : sum(values) / values.length)

/** A sum that is known only where every reply says its part. */
function tokens(usages: readonly (Usage | undefined)[], of: 'inputTokens' | 'outputTokens'): number | null {
  const counts = usages.map((usage) => usage?.[of] ?? null)
  return counts.length === 0 || counts.includes(null) ? null : sum(counts as number[])
}
