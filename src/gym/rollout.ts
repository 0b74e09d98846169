/**
 * Whole games under a policy: the one runner of evaluation, teaching and training. Episodes advance together, one batch of observations per
 * step (engines, scripted policies), or each at its own pace, so many at once (endpoints, where replies come when they come).
 *
 * A failed reply is data: it is recorded at its boundary, ends its own episode ('failed') and no other. Only a ConfigError is passed on.
 */
import { ConfigError, EngineError } from '../errors.ts'
import type { Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { ask, askOne } from './ask.ts'
import { Episode, type EpisodeRules, type EpisodeStep, type RolloutEpisode, type Trajectory } from './episode.ts'
import { boundedHorizon } from './life.ts'

/** Keeps replies, and gives those of an earlier process, so that a stopped rollout can go on. */
export interface ReplyStore {
  reply(episode: number, step: number): Promise<Reply | undefined>
  keepReply(episode: number, step: number, reply: Reply): Promise<void>
}

export interface RolloutOptions extends EpisodeRules {
  readonly episodes: readonly RolloutEpisode[]
  /** Indices of the episodes to play. Default: all. */
  readonly places?: readonly number[]
  /** Decides all chance of the policy. */
  readonly seed: number
  /** Observations per policy call at most, where episodes advance together. Default: all live ones. */
  readonly batch?: number
  /** Episodes at once, each at its own pace. The chance of a reply then depends on its episode and step alone. Default: all advance together. */
  readonly concurrency?: number
  /** Used where episodes go at their own pace. */
  readonly store?: ReplyStore
  readonly onStep?: (event: RolloutEvent) => void
  /** Called as each episode ends; not for an aborted one where episodes go at their own pace. */
  readonly onEpisode?: (trajectory: Trajectory, episode: number) => void | Promise<void>
  /** False: nothing is kept of an episode that has been told of, and no trajectories are returned. Default true. */
  readonly collect?: boolean
  readonly signal?: AbortSignal
}

/** A step, what the trajectory does not keep of it, and the index of its episode. */
export interface RolloutEvent extends EpisodeStep {
  readonly episode: number
}

/** An episode with its place in the list. */
interface Live {
  readonly place: number
  readonly episode: Episode
}

/** Lets timers, signals and redraws have their turn between steps, whatever the policy: a scripted one never waits for anything. */
const otherTasks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/**
 * Plays every episode to its end, to its spec's horizon (which must not be null), or to the first failure; trajectories in the order of `places`. The policy's seed of a
 * call is derived from `seed`, the step and the batch, so a policy with chance may answer otherwise under another `batch`. An episode that
 * starts in an ended game stops at once with no step ('terminated'), or restarts. On abort, live episodes stop as they are. Rejects with
 * ConfigError, and at own pace with EngineError when many replies in a row have failed: the endpoint is gone, and waiting for it costs hours.
 */
export async function rollout(policy: Policy, options: RolloutOptions): Promise<Trajectory[]> {
  const { batch = Number.POSITIVE_INFINITY, concurrency, episodes, places = [...episodes.keys()] } = options
  if (!(batch >= 1)) throw new ConfigError(`The batch (${batch}) must be 1 or more.`)
  for (const { spec } of episodes) boundedHorizon(spec)
  if (concurrency !== undefined && !(concurrency >= 1)) throw new ConfigError(`Concurrency (${concurrency}) must be 1 or more.`)
  const done = new Map<number, Trajectory>()
  const end: EndOf = ({ place, episode }) => {
    const trajectory = episode.trajectory(policy.name)
    if (options.collect !== false) done.set(place, trajectory)
    return trajectory
  }
  const begin = (place: number): Live => ({ place, episode: new Episode(episodes[place] as RolloutEpisode, options) })
  if (concurrency === undefined) await playTogether(policy, options, places.map(begin), end)
  else await playApart(policy, { ...options, places, concurrency }, begin, end)
  return options.collect === false ? [] : places.map((place) => done.get(place) ?? end(begin(place)))
}

/** Takes an episode out of play: its trajectory. */
type EndOf = (live: Live) => Trajectory

/** One batch of observations a step. */
async function playTogether(policy: Policy, options: RolloutOptions, lives: readonly Live[], end: EndOf): Promise<void> {
  const { signal, batch = Number.POSITIVE_INFINITY } = options
  /** Keeps the episodes that go on. */
  const settle = async (some: readonly Live[]): Promise<Live[]> => {
    for (const one of some) {
      if (one.episode.stopped === null) continue
      const trajectory = end(one)
      await options.onEpisode?.(trajectory, one.place)
    }
    return some.filter(({ episode }) => episode.stopped === null)
  }
  let live = await settle(lives)
  for (let step = 0; live.length > 0; step++) {
    await otherTasks()
    const next: Live[] = []
    for (let from = 0; from < live.length; from += batch) {
      const part = live.slice(from, from + batch)
      const asked = part.map(({ episode }) => ({ observation: episode.observe(), state: episode.state }))
      const replies = signal?.aborted ? [] : await ask(policy, asked, { n: 1, seed: deriveSeed(options.seed, step, from), signal })
      for (const [index, { place, episode }] of part.entries()) {
        if (signal?.aborted) {
          episode.abort()
          continue
        }
        const played = episode.play(replies[index]?.[0] as Reply)
        options.onStep?.({ episode: place, ...played })
      }
      next.push(...(await settle(part)))
    }
    live = next
  }
}

/** Replies that may fail one after another before everything stops. */
const failuresInARow = (concurrency: number): number => Math.max(10, 2 * concurrency)

/** `concurrency` episodes at once; the next begins when one ends. */
async function playApart(
  policy: Policy,
  options: RolloutOptions & { readonly places: readonly number[]; readonly concurrency: number },
  begin: (place: number) => Live,
  end: EndOf,
): Promise<void> {
  const { concurrency, places } = options
  const stop = new AbortController()
  let failures = 0
  /** A failed reply ends its own episode alone; too many in a row stop everything. */
  const watch = ({ failure }: Reply): void => {
    failures = failure === undefined ? 0 : failures + 1
    if (failure === undefined || failures < failuresInARow(concurrency)) return
    stop.abort(new EngineError(`${policy.name} failed ${failures} times in a row: ${failure.reason}; what was played is kept`))
  }
  const waiting = places[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const place of waiting) {
      const live = begin(place)
      // A signal of its own for each episode, so that none has many listeners.
      const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])
      try {
        await playOne(policy, { ...options, signal }, live, watch)
        const trajectory = end(live)
        if (!signal.aborted) await options.onEpisode?.(trajectory, place)
      } catch (error) {
        stop.abort(error)
      }
      if (signal.aborted) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, places.length) }, worker))
  stop.signal.throwIfAborted()
}

async function playOne(
  policy: Policy,
  options: RolloutOptions & { readonly signal: AbortSignal },
  { place, episode }: Live,
  watch: (reply: Reply) => void,
): Promise<void> {
  const { store, signal } = options
  while (episode.stopped === null && !signal.aborted) {
    const step = episode.steps.length
    await otherTasks()
    let reply = await store?.reply(place, step)
    if (reply === undefined) {
      const asked = { observation: episode.observe(), state: episode.state }
      reply = await askOne(policy, asked, { seed: deriveSeed(options.seed, place, step), signal })
      if (signal.aborted) break
      watch(reply)
      if (reply.failure === undefined) await store?.keepReply(place, step, reply)
    }
    if (signal.aborted) break
    const played = episode.play(reply)
    options.onStep?.({ episode: place, ...played })
  }
  episode.abort()
}
