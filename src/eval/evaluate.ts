/**
 * A policy on fixed games: the rollout of the gym, then a mean and a 95 % interval over episodes for every metric. Episode i starts from
 * the same seed for every policy, so policies are compared on the same games. Formulas: docs/metrics.md.
 */
import { ConfigError } from '../errors.ts'
import type { Protocol } from '../game-presets.ts'
import {
  boundedHorizon,
  type EnvSpec,
  type EpisodeStep,
  type ReplyStore,
  type RolloutEpisode,
  type RolloutEvent,
  rollout,
  type Trajectory,
} from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import type { Policy } from '../policy.ts'
import { deriveSeed, hiddenSeed } from '../rng.ts'
import type { Contestant, EpisodeRecord, EpisodeStore, Replay, ResultRow } from '../runs/index.ts'
import { METRIC_NAMES, type MetricName } from './metrics.ts'
import type { Pace } from './paced.ts'
import { type ReplayMoment, replayOf } from './replay.ts'
import { bootstrapMean, wilsonInterval } from './statistics.ts'
import { episodeTally, type Tally } from './tally.ts'

/** The expert judges every n-th step of an episode. */
const EXPERT_EVERY = 1

export interface EvaluateOptions {
  readonly policy: Policy
  /** How the policy picks its replies; a label of the rows, the policy itself does it. */
  readonly decoding: ResultRow['decoding']
  /** Each is played `episodes` times, to its horizon, which must not be null; specs of one game are put together in its rows. */
  readonly specs: readonly EnvSpec[]
  readonly episodes: number
  /** What the return of an episode is; see `Protocol`. Default 'points'. */
  readonly counts?: Protocol['counts']
  readonly seed: number
  /** Whether the games have hidden seeds, which no training plays (`HIDDEN_SEEDS`). Default false. */
  readonly hidden?: boolean
  /** Episodes of each spec kept as replays. Default 0. */
  readonly replays?: number
  /** The expert judges every n-th step of an episode (the phase differs between episodes); 0: none. Default 1. */
  readonly expertEvery?: number
  /** Observations per policy call at most. Default: all. */
  readonly batch?: number
  /** Episodes go at their own pace. Default: all advance together, one batch of observations a step. */
  readonly pace?: Pace
  /** Called for every finished episode; those of the store of `pace` come first. */
  readonly onEpisode?: (record: EpisodeRecord) => void
  /** Called after every reply. `done` is `total` once: when every episode has ended. `total`: the most replies there can be. */
  readonly onProgress?: (done: number, total: number) => void
  /** On abort `evaluate` rejects with its reason; there is no partial result. */
  readonly signal?: AbortSignal
}

export interface Evaluation {
  /** A row per game and metric. */
  readonly rows: ResultRow[]
  readonly replays: Replay[]
  /** In the order of `specs`, then episodes: for paired comparisons. */
  readonly episodes: EpisodeRecord[]
}

/** Plays every episode and sums up. Throws ConfigError for counts below 1 and a horizon that is null. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { policy, decoding, specs, episodes, signal, replays = 0, expertEvery = EXPERT_EVERY } = options
  if (!(episodes >= 1) || !(expertEvery >= 0) || specs.length === 0) {
    throw new ConfigError(
      `Evaluation needs games (${specs.length}), episodes (${episodes}) of 1 or more, and expertEvery (${expertEvery}) of 0 or more.`,
    )
  }
  const entries = evaluationEntries(options)
  const { counts = 'points' } = options
  const tallies = entries.map(({ spec }, episode) => episodeTally({ spec, episode, expertEvery, counts, sees: !policy.privileged }))
  const moments: ReplayMoment[][] = entries.map(() => [])
  const kept: Replay[] = []
  const records: EpisodeRecord[] = new Array(entries.length)
  const horizonAt = (place: number): number => boundedHorizon((entries[place] as RolloutEpisode).spec)
  const total = entries.reduce((sum, _, place) => sum + horizonAt(place), 0)
  let done = 0
  let ended = 0

  const onStep = (place: number, event: EpisodeStep): void => {
    tallies[place]?.see(event)
    const { state, step, read, observation } = event
    if (place % episodes < replays) moments[place]?.push({ state, step, read, prompt: promptOf(observation) })
    done++
    // The last reply is reported with the episode that it ends, so that `total` comes after every episode.
    if (done < total) options.onProgress?.(done, total)
  }
  const onEpisode = (place: number, trajectory: Trajectory): EpisodeRecord => {
    const record = recordOf(trajectory, place, tallies[place] as Tally, decoding)
    const { spec } = entries[place] as RolloutEpisode
    if (moments[place]?.length) kept[place] = replayOf(spec, trajectory, moments[place], decoding)
    records[place] = record
    options.onEpisode?.(record)
    const left = horizonAt(place) - trajectory.steps.length
    done += left
    reportEnd(left > 0)
    return record
  }
  const onKnown = (record: EpisodeRecord): void => {
    records[record.episode] = record
    done += horizonAt(record.episode)
    options.onEpisode?.(record)
    reportEnd(false)
  }
  /** Replies that an episode will not use count as done. The last episode reports the total, once. */
  const reportEnd = (moved: boolean): void => {
    ended++
    if (ended === entries.length) options.onProgress?.(total, total)
    else if (moved && done < total) options.onProgress?.(done, total)
  }
  await playAll(options, entries, { onStep, onEpisode, onKnown })
  signal?.throwIfAborted()
  return {
    rows: [...new Set(records.map(({ game }) => game))].flatMap((game) =>
      resultRowsOf(
        records.filter((record) => record.game === game),
        options.seed,
      ),
    ),
    replays: kept.filter((replay) => replay !== undefined),
    episodes: records,
  }
}

/** The episodes of an evaluation, in the order of `specs`: the i-th of each spec has the same seed under every policy. */
export function evaluationEntries(options: Pick<EvaluateOptions, 'specs' | 'episodes' | 'seed' | 'hidden'>): RolloutEpisode[] {
  const { specs, episodes, seed, hidden = false } = options
  const derive = hidden ? hiddenSeed : deriveSeed
  return specs.flatMap((spec) => Array.from({ length: episodes }, (_, i) => ({ spec, seed: derive(seed, 'evaluation', i) })))
}

/** The seed of all chance of the policy. */
export const policySeed = (seed: number): number => deriveSeed(seed, 'evaluation', 'policy')

interface Listeners {
  onStep(place: number, step: EpisodeStep): void
  onEpisode(place: number, trajectory: Trajectory): EpisodeRecord
  /** An episode that was played before. */
  onKnown(record: EpisodeRecord): void
}

async function playAll(options: EvaluateOptions, entries: readonly RolloutEpisode[], on: Listeners): Promise<void> {
  const { policy, decoding, pace, batch, signal } = options
  const rules = {
    ...{ episodes: entries, seed: policySeed(options.seed), collect: false },
    onStep: ({ episode, ...step }: RolloutEvent) => on.onStep(episode, step),
    ...(signal && { signal }),
  }
  if (pace === undefined) {
    const onEpisode = (trajectory: Trajectory, place: number): void => void on.onEpisode(place, trajectory)
    await rollout(policy, { ...rules, onEpisode, ...(batch !== undefined && { batch }) })
    return
  }
  const { store, ...how } = pace
  for (const [game, places] of placesByGame(entries)) {
    const who = { game, policy: policy.name, decoding }
    const known = store?.finished(who)
    for (const place of places) if (known?.has(place)) on.onKnown(known.get(place) as EpisodeRecord)
    await rollout(policy, {
      ...rules,
      ...how,
      places: places.filter((place) => !known?.has(place)),
      onEpisode: async (trajectory, place) => {
        const record = on.onEpisode(place, trajectory)
        await store?.keepEpisode(record)
      },
      ...(store && { store: storeOf(store, who) }),
    })
    signal?.throwIfAborted()
  }
}

/** The replies of one contestant. */
const storeOf = (store: EpisodeStore, who: Contestant): ReplyStore => ({
  reply: (episode, step) => store.reply(who, episode, step),
  keepReply: (episode, step, reply) => store.keepReply(who, episode, step, reply),
})

function placesByGame(entries: readonly RolloutEpisode[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [place, { spec }] of entries.entries()) places.set(spec.game.id, [...(places.get(spec.game.id) ?? []), place])
  return places
}

/** The record of an episode. */
export function recordOf(trajectory: Trajectory, episode: number, tally: Tally, decoding: EpisodeRecord['decoding']): EpisodeRecord {
  const { game, policy, seed, steps, stopReason, problem } = trajectory
  const replies = tally.replies()
  const boundary = stopReason === 'failed' ? (steps.at(-1)?.score.boundary ?? null) : null
  return {
    game,
    policy,
    decoding,
    episode,
    seed,
    steps: steps.length,
    stopReason: stopReason === 'aborted' ? 'failed' : stopReason,
    boundary: boundary === 'endpoint' || boundary === 'engine' ? boundary : null,
    problem,
    values: tally.values(trajectory),
    confusion: tally.confusion,
    ...(replies && { replies }),
    ...(tally.unread.length > 0 && { unread: [...tally.unread] }),
  }
}

/** Metrics that are 0 or 1 in an episode: shares of independent trials. */
const TRIALS: readonly MetricName[] = ['success', 'failed']

/** The rows of one contestant's episodes of one game; bootstrap intervals of means, Wilson's of shares of episodes. */
export function resultRowsOf(records: readonly EpisodeRecord[], seed: number): ResultRow[] {
  const [first] = records
  if (first === undefined) return []
  const { game, policy, decoding } = first
  return METRIC_NAMES.map((metric) => {
    const values = records.flatMap((record) => record.values[metric] ?? [])
    return { game, policy, decoding, metric, ...intervalOf(metric, values, seed), episodes: values.length, seed }
  })
}

function intervalOf(metric: MetricName, values: readonly number[], seed: number): Pick<ResultRow, 'mean' | 'low' | 'high'> {
  if (values.length === 0) return { mean: null, low: null, high: null }
  if (!TRIALS.includes(metric)) return bootstrapMean(values, { seed })
  return wilsonInterval(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  )
}
