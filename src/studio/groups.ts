/** The groups of replies that a training run keeps: as episodes whose steps are the replies to one state, and as boards of a wall. */
import { VlmGymError } from '../errors.ts'
import { loadKnownGames } from '../games/registry.ts'
import { decodeState, type EnvSpec, encodeState, type LastStep, observationOf, type PlayedReply, playReply } from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import type { Observation } from '../policy.ts'
import { GROUPS_FILE, type GroupLine, LinesTail, type RunFolder } from '../runs/index.ts'
import { ApiError } from '../server/api-error.ts'
import { mixOf, parseTrainConfig } from '../train/index.ts'
import { mixOfStage } from '../train/stage.ts'
import type { GameMix } from '../train/states.ts'
import {
  type ListedEpisode,
  type Mark,
  marksOf,
  type ShownEpisode,
  shownStep,
  type WallBoard,
  type WallNews,
  type Worth,
} from './shown-step.ts'

/** Boards of the wall: the replies that were kept last. */
const BOARDS = 256

/** A state as it was put to the policy. */
interface Asked {
  readonly spec: EnvSpec
  readonly state: unknown
  readonly last: LastStep
  readonly observation: Observation
}

/** What can be shown of the groups of a training run. Keys begin with 'group~'. */
export interface KeptGroups {
  list(): Promise<ListedEpisode[]>
  /** Null where there is none of the key. */
  find(key: string): Promise<GroupLine | null>
  episode(group: GroupLine, place: string): Promise<ShownEpisode>
  asked(group: GroupLine): Promise<Asked>
  wall(since: number): Promise<WallNews>
  search(text: string): Promise<string[]>
}

const keyOf = ({ stage, step, group }: GroupLine): string => ['group', stage, step, group].join('~')

type Sections = GroupLine['replies'][number]['rewards']
const sum = ({ perception, think, answer }: Sections): number => perception + think + answer
const worthOf = ({ rewards, advantages }: GroupLine['replies'][number]): Worth => ({
  ...{ rewards, advantages, reward: sum(rewards), advantage: sum(advantages) },
})

export function keptGroups(folder: RunFolder): KeptGroups {
  const tail = new LinesTail(folder.path, GROUPS_FILE)
  let mix: Promise<GameMix> | null = null
  /** What the run draws from. Loads no plugin. */
  const drawnFrom = (): Promise<GameMix> => {
    mix ??= (async () => {
      const config = parseTrainConfig(folder.config)
      await loadKnownGames(config.games.map(({ id }) => id))
      return mixOf(config)
    })()
    mix.catch(() => {
      mix = null
    })
    return mix
  }
  const asked = async ({ stage, entry, game: id, state: token }: GroupLine): Promise<Asked> => {
    const { games } = folder.stages.find(({ name }) => name === stage) ?? {}
    const spec = mixOfStage(games === undefined ? {} : { games }, await drawnFrom())[entry]?.spec
    if (spec?.game.id !== id) throw new ApiError(422, `the groups of ${folder.path} and its run.json do not fit together`)
    const { state, last } = decodeState(token, [spec.game])
    return { spec, state, last, observation: observationOf(spec, { state, last }) }
  }
  const played = async (group: GroupLine): Promise<PlayedReply<unknown>[]> => {
    const { spec, state } = await asked(group)
    return group.replies.map(({ text }) => playReply(spec.game, state, text))
  }
  // Records of the file are the same objects from look to look.
  const listed = new WeakMap<GroupLine, ListedEpisode>()
  const listedOf = async (group: GroupLine): Promise<ListedEpisode> => {
    const known = listed.get(group)
    if (known !== undefined) return known
    const { stage, step, game, replies, signal } = group
    let problem: string | null = null
    const marks = new Set<Mark>()
    try {
      for (const { score } of await played(group)) for (const mark of marksOf(score, null, true)) marks.add(mark)
    } catch (error) {
      // A state of another version of a game, or a game of a plugin: the group is listed all the same.
      if (!(error instanceof VlmGymError)) throw error
      problem = error.message
    }
    const made: ListedEpisode = {
      ...{ key: keyOf(group), game, policy: stage, decoding: 'sampled', seed: null, steps: replies.length, points: null },
      marks: [...marks, 'group', ...(signal ? [] : (['flat'] as const))],
      ...{ regret: null, cost: null, seconds: null, problem },
      training: { step, reward: replies.reduce((all, { rewards }) => all + sum(rewards), 0) / replies.length },
    }
    listed.set(group, made)
    return made
  }
  const records = async (): Promise<readonly GroupLine[]> => (await tail.look()).records

  const wall = new Map<string, { readonly board: WallBoard; readonly changed: number }>()
  let [seen, generation, changes] = [0, 0, 0]
  const look = async (since: number): Promise<WallNews> => {
    const now = await tail.look()
    if (now.generation !== generation) {
      generation = now.generation
      seen = 0
      wall.clear()
    }
    // A reply takes the place of the oldest one.
    const counts = now.records.map(({ replies }) => replies.length)
    const before = counts.slice(0, seen).reduce((all, count) => all + count, 0)
    let at = before
    const end = counts.slice(seen).reduce((all, count) => all + count, before)
    for (const group of now.records.slice(seen)) {
      const first = at
      at += group.replies.length
      if (at <= end - BOARDS) continue
      const { spec } = await asked(group)
      for (const [i, { score, result }] of (await played(group)).entries()) {
        const key = String((first + i) % BOARDS)
        const last = score.outcome !== 'played' ? 'refused' : result.reward > 0 ? 'gain' : 'fine'
        const board: WallBoard = {
          ...{ key, episode: keyOf(group), at: i, game: group.game, token: encodeState(spec.game, result.state), theme: spec.skin.theme },
          ...{ steps: 1, last, over: result.terminated },
        }
        wall.set(key, { board, changed: ++changes })
      }
    }
    seen = now.records.length
    return { mark: changes, boards: [...wall.values()].filter(({ changed }) => changed > since).map(({ board }) => board) }
  }
  let turn: Promise<unknown> = Promise.resolve()
  return {
    asked,
    list: async () => {
      const all: ListedEpisode[] = []
      for (const group of await records()) all.push(await listedOf(group))
      return all
    },
    find: async (key) => (await records()).find((group) => keyOf(group) === key) ?? null,
    episode: async (group, place) => {
      const { spec, state, last, observation } = await asked(group)
      const plays = await played(group)
      const steps = plays.map(({ score, read, result }, i) => {
        const reply = group.replies[i] as GroupLine['replies'][number]
        const said = { reply: { text: reply.text }, text: reply.text, score, read, reward: result.reward }
        const facts = { spec, state, last, prompt: promptOf(observation), before: null, ...said, sees: true, picture: `${place}/0` }
        return { ...shownStep(facts), worth: worthOf(reply) }
      })
      return { key: keyOf(group), steps, note: null, group: true }
    },
    wall: (since) => {
      const next = turn.then(() => look(since))
      turn = next.catch(() => {})
      return next
    },
    search: async (text) => {
      const wanted = text.toLowerCase()
      return (await records()).filter(({ replies }) => replies.some((one) => one.text.toLowerCase().includes(wanted))).map(keyOf)
    },
  }
}
