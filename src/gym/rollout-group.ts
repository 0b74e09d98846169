/**
 * Groups of episodes from exactly one moment each, as group-relative policy optimisation samples them: the first replies of a group answer one
 * observation in one call; from then on each episode goes its own way. `playGroup` scores a group of one-step episodes whose replies are known.
 */
import { ConfigError } from '../errors.ts'
import type { Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { ask } from './ask.ts'
import { Episode, type EpisodeRules, type Trajectory } from './episode.ts'
import { playGroup } from './group.ts'
import type { EnvSnapshot } from './life.ts'
import type { PlayedReply } from './score.ts'
import type { EnvSpec } from './spec.ts'

/** A moment to play from. */
export interface GroupStart {
  readonly spec: EnvSpec
  readonly snapshot: Pick<EnvSnapshot, 'state' | 'last'>
}

/** Replies that each answer one state. */
export interface ReplyGroup {
  readonly spec: EnvSpec
  readonly state: unknown
  readonly replies: readonly Reply[]
}

/** Plays groups of replies: [group][reply], what `playGroup` with shared chance gives. */
export type PlayGroups = (groups: readonly ReplyGroup[]) => Promise<readonly (readonly PlayedReply[])[]>

/** Plays groups in this process. */
const playHere: PlayGroups = async (groups) =>
  groups.map(({ spec, state, replies }) => playGroup(spec.game, state, replies, { chance: 'shared' }))

export interface RolloutGroupOptions extends Pick<EpisodeRules, 'history' | 'examples'> {
  /** Episodes a group, 1 or more. */
  readonly n: number
  /** Replies an episode at most, whatever the horizon of its spec. Default 1. */
  readonly turns?: number
  /** Decides all chance of the policy. */
  readonly seed: number
  readonly signal?: AbortSignal
  /** Who plays and scores the replies. Default: this process. */
  readonly play?: PlayGroups
}

/** [start][episode], with samples kept. Games meet the state's own chance, so equal replies have equal results. Throws ConfigError, and the signal's reason. */
export async function rolloutGroups(policy: Policy, starts: readonly GroupStart[], options: RolloutGroupOptions): Promise<Trajectory[][]> {
  const { n, turns = 1, seed, signal, play = playHere, ...conversation } = options
  if (!(n >= 1) || !(turns >= 1)) throw new ConfigError(`A group needs replies (${n}) and turns (${turns}) of 1 or more.`)
  const rules: EpisodeRules = { ...conversation, keep: 'samples' }
  const short = new Map(starts.map(({ spec }): [EnvSpec, EnvSpec] => [spec, { ...spec, horizon: turns, restart: false }]))
  const groups = starts.map(({ spec, snapshot }) => {
    const source = { spec: short.get(spec) ?? spec, seed: 0, start: snapshot }
    return Array.from({ length: n }, () => new Episode(source, rules))
  })
  const started = groups.filter(([episode]) => episode?.stopped === null)
  const asked = started.map((group) => askedOf(group[0] as Episode))
  const first = asked.length === 0 ? [] : await ask(policy, asked, { n, seed, signal })
  signal?.throwIfAborted()
  const played = await play(started.map((group, i) => replyGroup(group[0] as Episode, first[i] as Reply[])))
  for (const [i, group] of started.entries())
    for (const [k, episode] of group.entries()) episode.play(first[i]?.[k] as Reply, played[i]?.[k])
  for (let turn = 1; turn < turns; turn++) {
    const live = started.flat().filter(({ stopped }) => stopped === null)
    if (live.length === 0) break
    const replies = await ask(policy, live.map(askedOf), { n: 1, seed: deriveSeed(seed, 'turn', turn), signal })
    signal?.throwIfAborted()
    const next = await play(live.map((episode, i) => replyGroup(episode, replies[i] as Reply[])))
    for (const [i, episode] of live.entries()) episode.play(replies[i]?.[0] as Reply, next[i]?.[0])
  }
  return groups.map((group) => group.map((episode) => episode.trajectory(policy.name)))
}

/** One group. */
export async function rolloutGroup(policy: Policy, start: GroupStart, options: RolloutGroupOptions): Promise<Trajectory[]> {
  const [group = []] = await rolloutGroups(policy, [start], options)
  return group
}

const askedOf = (episode: Episode) => ({ observation: episode.observe(), state: episode.state })

const replyGroup = ({ source, state }: Episode, replies: readonly Reply[]): ReplyGroup => ({ spec: source.spec, state, replies })
