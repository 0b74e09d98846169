/**
 * A policy on fixed games: the rollout of the gym, then a mean and a 95 % interval over episodes for every metric. Episode i starts from
 * the same seed for every policy, so policies are compared on the same games. Formulas: docs/metrics.md.
 */
import { ConfigError } from '../errors.ts'
import type { Protocol } from '../game.ts'
import {
  type EnvSpec,
  expertScores,
  isGoodMove,
  type RolloutEvent,
  regretOf,
  rollout,
  type Trajectory,
  type TrajectoryStep,
} from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { Replay, ResultRow } from '../runs/index.ts'
import { METRIC_NAMES, type MetricName } from './metrics.ts'
import { type ReplayMoment, replayOf } from './replay.ts'
import { bootstrapMean, meanOf } from './statistics.ts'

/** Steps of an episode that the expert judges, unless told otherwise: all. */
const EXPERT_EVERY = 1

export interface EvaluateOptions {
  readonly policy: Policy
  /** How the policy picks its replies; a label of the rows, the policy itself does it. */
  readonly decoding: ResultRow['decoding']
  /** Each is played `episodes` times; specs of one game are put together in its rows. */
  readonly specs: readonly EnvSpec[]
  readonly episodes: number
  /** Replies an episode. */
  readonly horizon: number
  /** A game that ends before the horizon is followed by a fresh one, and the points go on (the paper's 2048 protocol). */
  readonly restart: boolean
  /** What the return of an episode is; see `Protocol`. Default 'points'. */
  readonly counts?: Protocol['counts']
  readonly seed: number
  /** Episodes of each spec kept as replays. Default 0. */
  readonly replays?: number
  /** The expert judges every n-th step of an episode (the phase differs between episodes); 0: none. Default 1. */
  readonly expertEvery?: number
  /** Observations per policy call at most. Default: all. */
  readonly batch?: number
  /** Told after every reply; `total` is the most there can be. */
  readonly onProgress?: (done: number, total: number) => void
  /** On abort `evaluate` rejects with its reason: half an evaluation is none. */
  readonly signal?: AbortSignal
}

/** One episode's metrics; null where undefined. */
export interface EpisodeMetrics {
  readonly game: string
  /** Of the first game. */
  readonly seed: number
  readonly values: Readonly<Record<MetricName, number | null>>
  /** Why the episode failed (endpoint or engine); null otherwise. */
  readonly problem: string | null
}

export interface Evaluation {
  /** A row per game and metric. */
  readonly rows: ResultRow[]
  readonly replays: Replay[]
  /** In the order of `specs`, then episodes: for paired comparisons. */
  readonly episodes: EpisodeMetrics[]
}

/** What the expert said of one step. */
interface Judged {
  readonly step: TrajectoryStep
  readonly good: boolean
  readonly regret: number | null
}

/** Plays every episode and sums up. Throws ConfigError for counts below 1. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { policy, specs, episodes, horizon, restart, seed, signal, batch, replays = 0, expertEvery = EXPERT_EVERY } = options
  if (!(episodes >= 1) || !(expertEvery >= 0) || specs.length === 0) {
    throw new ConfigError(
      `Evaluation needs games (${specs.length}), episodes (${episodes}) of 1 or more, and expertEvery (${expertEvery}) of 0 or more.`,
    )
  }
  const entries = specs.flatMap((spec) => Array.from({ length: episodes }, (_, i) => ({ spec, seed: deriveSeed(seed, 'evaluation', i) })))
  const judged: Judged[][] = entries.map(() => [])
  const moments: ReplayMoment[][] = entries.map(() => [])
  const total = entries.length * horizon
  let done = 0

  const onStep = ({ episode, index, step, observation, state }: RolloutEvent): void => {
    const { game } = (entries[episode] as (typeof entries)[number]).spec
    if (expertEvery > 0 && (index + episode) % expertEvery === 0) {
      const scores = expertScores(game, state, 'solver')
      judged[episode]?.push({ step, good: isGoodMove(step.score, scores), regret: regretOf(step.score, scores) })
    }
    if (episode % episodes < replays) moments[episode]?.push({ state, step, prompt: observation.prompt })
    options.onProgress?.(++done, total)
  }
  const trajectories = await rollout(policy, {
    episodes: entries,
    horizon,
    restart,
    seed: deriveSeed(seed, 'evaluation', 'policy'),
    onStep,
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
  })
  signal?.throwIfAborted()

  const all = trajectories.map((trajectory, i) =>
    episodeMetrics(trajectory, judged[i] as Judged[], options.counts ?? 'points', {
      perception: !policy.privileged,
      think: !policy.privileged && (entries[i] as (typeof entries)[number]).spec.game.scoreThink !== undefined,
    }),
  )
  return {
    rows: [...new Set(all.map(({ game }) => game))].flatMap((game) => gameRows(game, all, options)),
    replays: trajectories.flatMap((trajectory, i) =>
      moments[i]?.length ? [replayOf((entries[i] as (typeof entries)[number]).spec, trajectory, moments[i], options.decoding)] : [],
    ),
    episodes: all,
  }
}

/** `told`: whether the sections tell anything: a policy that is handed the state sees nothing, and not every game reads thoughts. */
function episodeMetrics(
  trajectory: Trajectory,
  judged: readonly Judged[],
  counts: Protocol['counts'],
  told: { readonly perception: boolean; readonly think: boolean },
): EpisodeMetrics {
  const { steps, game, seed } = trajectory
  const share = (of: (step: TrajectoryStep) => number | boolean): number | null => meanOf(steps.map((step) => Number(of(step))))
  const seen = judged.filter(({ step }) => step.score.perceptionExact === 1)
  const regrets = judged.flatMap(({ regret }) => (regret === null ? [] : [regret]))
  const values = {
    return: counts === 'points' ? trajectory.score : trajectory.played,
    wasted: share(({ score }) => score.outcome !== 'played'),
    'parse failures': share(({ score }) => score.outcome === 'unreadable'),
    'illegal moves': share(({ score }) => score.outcome === 'illegal'),
    regret: meanOf(regrets),
    'perception exact': told.perception ? share(({ score }) => score.perceptionExact) : null,
    'perception cells': told.perception ? share(({ score }) => score.perceptionCells) : null,
    think: told.think ? share(({ score }) => score.think) : null,
    'good given perception': meanOf(seen.map(({ good }) => Number(good))),
    failed: trajectory.stopReason === 'failed' ? 1 : 0,
  }
  return { game, seed, values, problem: trajectory.problem }
}

function gameRows(game: string, all: readonly EpisodeMetrics[], { policy, decoding, seed }: EvaluateOptions): ResultRow[] {
  return METRIC_NAMES.map((metric) => {
    const values = all.flatMap((episode) => (episode.game === game ? (episode.values[metric] ?? []) : []))
    const interval = values.length === 0 ? { mean: null, low: null, high: null } : bootstrapMean(values, { seed })
    return { game, policy: policy.name, decoding, metric, ...interval, episodes: values.length, seed }
  })
}
