/**
 * Episodes at their own pace, so many at once: for endpoints, where replies come when they come. The chance of a reply depends on its
 * episode and step alone, so neither pace, order, nor a restart changes what is played.
 */
import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import { EngineError } from '../errors.ts'
import { conversation, type Episode, type EpisodeRules, type EpisodeStep, playEpisode, type RolloutEpisode } from '../gym/index.ts'
import type { Observation, Policy, Reply, Turn } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { Contestant, EpisodeStore } from '../runs/index.ts'

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

export interface PacedOptions extends EpisodeRules {
  readonly policy: Policy
  readonly who: Contestant
  readonly entries: readonly RolloutEpisode[]
  /** Indices of the entries to play. */
  readonly places: readonly number[]
  /** Decides all chance of the policy. */
  readonly seed: number
  readonly pace: Pace
  readonly onStep: (place: number, step: EpisodeStep) => void
  readonly onEpisode: (place: number, episode: Episode) => Promise<void>
  readonly signal?: AbortSignal
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The reply of a policy to one state of an episode; a failure where it gives none. */
async function askOne(
  { policy, seed, signal }: Pick<PacedOptions, 'policy' | 'seed' | 'signal'>,
  [place, step]: readonly [number, number],
  observation: Observation,
  state: unknown,
): Promise<Reply> {
  const [[reply] = []] = await policy.reply([observation], {
    n: 1,
    seed: deriveSeed(seed, place, step),
    ...(policy.privileged && { privileged: { states: [state] } }),
    ...(signal && { signal }),
  })
  if (reply === undefined) throw new EngineError(`The policy ${policy.name} gave no reply.`)
  return reply
}

/**
 * The first reply of an evaluation, asked before anything is written, so that what cannot work is known then. Hand it to the store
 * afterwards: it counts. Throws ConfigError, and EngineError if there is no reply.
 */
export async function firstReply(options: Omit<PacedOptions, 'who' | 'places' | 'onStep' | 'onEpisode'>): Promise<Reply> {
  const { history = 0, examples = [] } = options.pace
  const [entry] = options.entries
  if (entry === undefined) throw new EngineError('There is no episode to play.')
  let first: Reply | undefined
  const recall = conversation({ history, examples }).recall
  await playEpisode(entry, {
    horizon: 1,
    recall,
    ask: async (observation, step, state) => {
      first = await askOne(options, [0, step], observation, state)
      return first
    },
    ...(options.signal && { signal: options.signal }),
  })
  options.signal?.throwIfAborted()
  if (first === undefined || first.failure !== undefined) {
    throw new EngineError(`${options.policy.name} gives no reply: ${first?.failure?.reason ?? 'its first game is over'}`)
  }
  return first
}

/** Stops everything when this many replies in a row have failed: the endpoint is gone, and waiting for it costs hours. */
const failuresInARow = (concurrency: number): number => Math.max(10, 2 * concurrency)

/** Plays all entries. Rejects with ConfigError, with EngineError when the endpoint is gone, and with the signal's reason. */
export async function playPaced(options: PacedOptions): Promise<void> {
  const { pace, entries, places } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  // As many listen as requests are under way.
  setMaxListeners(0, signal)
  const queue = new PQueue({ concurrency: pace.concurrency })
  let failures = 0
  /** A failed reply is for its own episode to bear, until too many have failed one after another. */
  const watch = ({ failure }: Reply): void => {
    failures = failure === undefined ? 0 : failures + 1
    if (failure === undefined || failures < failuresInARow(pace.concurrency)) return
    stop.abort(new EngineError(`${options.policy.name} failed ${failures} times in a row: ${failure.reason}; what was played is kept`))
  }
  const playAt = async (entry: RolloutEpisode, place: number): Promise<void> => {
    if (signal.aborted) return
    try {
      const episode = await playOne({ ...options, signal }, entry, place, watch)
      if (!signal.aborted) await options.onEpisode(place, episode)
    } catch (error) {
      if (!signal.aborted) stop.abort(error)
    }
  }
  await Promise.all(places.map((place) => queue.add(() => playAt(entries[place] as RolloutEpisode, place))))
  signal.throwIfAborted()
}

async function playOne(
  options: PacedOptions & { readonly signal: AbortSignal },
  entry: RolloutEpisode,
  place: number,
  watch: (reply: Reply) => void,
): Promise<Episode> {
  const { who, pace, signal } = options
  const { store, history = 0, examples = [] } = pace
  const talk = conversation({ history, examples })
  return playEpisode(entry, {
    ...options,
    recall: talk.recall,
    ask: async (observation, step, state) => {
      await breathe()
      const known = await store?.reply(who, place, step)
      if (known !== undefined) return known
      const reply = await askOne(options, [place, step], observation, state)
      watch(reply)
      if (reply.failure === undefined) await store?.keepReply(who, place, step, reply)
      return reply
    },
    onStep: (step) => {
      talk.remember(step.observation, step.reply.text)
      options.onStep(place, step)
    },
    signal,
  })
}
