/**
 * The episodes of an evaluation, played again from what its folder keeps: play is a function of the seed and the replies. Scripted policies keep
 * no replies; they are asked again.
 */
import { StorageError } from '../errors.ts'
import { evaluationEntries, policySeed, workedExamples } from '../eval/index.ts'
import { type EnvSpec, Episode, type EpisodeRules, type EpisodeStep, type RolloutEpisode, rollout } from '../gym/index.ts'
import { createPolicy } from '../policies/index.ts'
import type { Reply } from '../policy.ts'
import type { Contestant, EpisodeRecord, RunFolder } from '../runs/index.ts'
import { type EvalConfig, evalRunConfig } from './eval-config.ts'
import { jobsOf } from './eval-job.ts'
import { checkSameGames } from './eval-run.ts'
import { namedKind } from './named.ts'
import { endpointSpec } from './players.ts'

/** Most replies of a scripted policy with chance, all its episodes together, that are asked again. */
const MOST_REPLIES = 200_000

/** One who played, with the games as they were put to them. */
export interface StoredPlayer {
  readonly who: Contestant
  readonly kind: ReturnType<typeof namedKind>
  readonly spec: EnvSpec
  readonly entries: readonly RolloutEpisode[]
  readonly rules: EpisodeRules
}

/** An evaluation that can be played again. */
export interface StoredEvaluation {
  readonly config: EvalConfig
  /** Throws ConfigError for a game or a player that nobody can tell of. */
  player(who: Contestant): Promise<StoredPlayer>
  /** An episode that nothing has been said in yet. */
  begin(player: StoredPlayer, episode: number): Episode
  /**
   * The steps of an episode. `reply`: the kept reply of a step. `record`: how it ended; null while it goes on. Throws ConfigError where its replies are
   * nowhere.
   */
  play(
    player: StoredPlayer,
    episode: number,
    reply: (step: number) => Promise<Reply | undefined>,
    record: EpisodeRecord | null,
  ): Promise<EpisodeStep[]>
}

/** Throws StorageError for a config of another version, ConfigError for games that are not here. Loads no plugin. */
export async function storedEvaluation(folder: RunFolder): Promise<StoredEvaluation> {
  const parsed = evalRunConfig.safeParse(folder.config)
  if (!parsed.success) throw new StorageError(`the config in ${folder.file('run.json')} is of another version of vlm-gym; use that version`)
  const { eval: config, games } = parsed.data
  const jobs = await jobsOf(config, true)
  checkSameGames(folder.path, games, jobs)
  const players = new Map<string, Promise<StoredPlayer>>()
  const scripted = new Map<string, Promise<readonly string[][]>>()
  const make = async (who: Contestant): Promise<StoredPlayer> => {
    const job = jobs.find(({ spec }) => spec.game.id === who.game)
    if (job === undefined)
      throw new StorageError(`the evaluation in ${folder.path} does not play ${who.game}; its files do not fit together`)
    const kind = namedKind(who.policy)
    const { episodes, seed, history, examples: count } = config
    const spec = kind === 'endpoint' ? endpointSpec(job.spec, config) : job.spec
    const entries = evaluationEntries({ specs: [spec], episodes, seed })
    if (kind !== 'endpoint') return { who, kind, spec, entries, rules: {} }
    const examples = await workedExamples(spec, { count, seed, used: new Set(entries.map((entry) => entry.seed)) })
    return { who, kind, spec, entries, rules: { history, examples } }
  }
  const known = <T>(map: Map<string, Promise<T>>, key: string, made: () => Promise<T>): Promise<T> => {
    const value = map.get(key) ?? made()
    map.set(key, value)
    value.catch(() => map.delete(key))
    return value
  }
  const keyOf = ({ game, policy, decoding }: Contestant): string => JSON.stringify([game, policy, decoding])
  return {
    config,
    player: (who) => known(players, keyOf(who), () => make(who)),
    begin: (player, place) => new Episode(entryOf(player, place), player.rules),
    play: async (player, place, reply, record) => {
      const { who, kind, entries, rules } = player
      const entry = entryOf(player, place)
      const first = await reply(0)
      if (first !== undefined) return replayed(entry, rules, reply, record)
      if (kind !== 'scripted') return record?.stopReason === 'failed' ? replayed(entry, rules, reply, record) : []
      if (isDeterministic(who.policy)) return (await played(who.policy, [entry], config.seed))[0] as EpisodeStep[]
      const texts = await known(scripted, keyOf(who), async () =>
        (await played(who.policy, entries, config.seed)).map((steps) => steps.map((step) => step.reply.text)),
      )
      return replayed(entry, rules, async (step) => textReply(texts[place]?.[step]), record)
    },
  }
}

function entryOf({ entries }: StoredPlayer, place: number): RolloutEpisode {
  const entry = entries[place]
  if (entry === undefined) throw new StorageError(`the evaluation has no episode ${place}; its files do not fit together`)
  return entry
}

const textReply = (text: string | undefined): Reply | undefined => (text === undefined ? undefined : { text })

/** Whether a scripted policy draws no chance, so that an episode of it can be played without the others. */
const isDeterministic = (name: string): boolean => /^(solver|greedy)(-\d)?$/.test(name)

/** The steps of an episode from its replies; the last one is the failure that ended it, if one did. */
async function replayed(
  entry: RolloutEpisode,
  rules: EpisodeRules,
  reply: (step: number) => Promise<Reply | undefined>,
  record: EpisodeRecord | null,
): Promise<EpisodeStep[]> {
  const episode = new Episode(entry, rules)
  const steps: EpisodeStep[] = []
  while (episode.stopped === null) {
    const next = await reply(steps.length)
    const failed = record?.stopReason === 'failed' && steps.length === record.steps - 1
    if (next !== undefined && !failed) steps.push(episode.play(next))
    else if (failed) {
      const failure = { boundary: record.boundary ?? 'endpoint', reason: record.problem ?? 'the request failed' }
      steps.push(episode.play({ text: '', failure }))
    } else break
  }
  return steps
}

/** The steps of the episodes, as the evaluation played them: all together. Throws ConfigError where they are too many. */
async function played(name: string, entries: readonly RolloutEpisode[], seed: number): Promise<EpisodeStep[][]> {
  const replies = entries.reduce((sum, { spec }) => sum + (spec.horizon ?? 0), 0)
  if (replies > MOST_REPLIES)
    throw new StorageError(
      `the replies of ${name} were not kept, and ${replies} of them are too many to ask again; evaluate it with --concurrency 8, which keeps them`,
    )
  const steps: EpisodeStep[][] = entries.map(() => [])
  await rollout(createPolicy(name), {
    episodes: entries,
    seed: policySeed(seed),
    collect: false,
    onStep: ({ episode, ...step }) => void steps[episode]?.push(step),
  })
  return steps
}
