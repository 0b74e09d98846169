/** Groups of a step that a run keeps, to be looked at: whole ones of every fifth step, spread over the states of the step. They decide no number. */
import { type EnvSnapshot, encodeState } from '../gym/index.ts'
import type { GroupLine } from '../runs/index.ts'
import { hasSignal, type SectionValues } from './advantages.ts'
import type { Group, TrainedReply } from './metrics.ts'
import type { GameMix } from './states.ts'

/** Steps from one that keeps groups to the next. */
const EVERY = 5
/** Most groups that a step keeps. */
const GROUPS = 4

/** What is kept of a group, without the stage and the step. */
export type KeptGroup = Omit<GroupLine, 'stage' | 'step'>

/** A group of a step. `start`: the state that its replies answer; null where each answers one of its own, as in later turns. */
interface StateGroup extends Group<TrainedReply & { readonly sample: { readonly reply: { readonly text: string } } }> {
  readonly start: EnvSnapshot | null
}

/** Six digits, which are enough to look at. */
const short = (value: number): number => Number(value.toPrecision(6))
const shortly = ({ perception, think, answer }: SectionValues): SectionValues => ({
  perception: short(perception),
  think: short(think),
  answer: short(answer),
})

/** The groups that are kept of a step; none of most steps. `mix`: what the groups were drawn from. */
export function keptGroups(step: number, groups: readonly StateGroup[], mix: GameMix): KeptGroup[] {
  if (step % EVERY !== 0) return []
  const all = groups.filter(({ start }) => start !== null)
  const count = Math.min(GROUPS, all.length)
  // Other places each time, so that the games of the pool and the fresh states are all seen.
  const places = Array.from({ length: count }, (_, i) => (step / EVERY + Math.floor((i * all.length) / count)) % all.length)
  return places.sort((a, b) => a - b).flatMap((place) => kept(all[place] as StateGroup, place, mix) ?? [])
}

/** Null for a state that makes no token: a plugin's may be too large, and nothing that is only looked at may end a run. */
function kept(group: StateGroup, place: number, mix: GameMix): KeptGroup | null {
  const { entry, replies, advantages, start } = group
  const { game } = entry.spec
  let state: string
  try {
    state = encodeState(game, start?.state, start?.last)
  } catch {
    return null
  }
  return {
    ...{ group: place, game: game.id, entry: mix.indexOf(entry), state, signal: hasSignal(group) },
    replies: replies.map(({ sample, score, rewards }, k) => ({
      ...{ text: sample.reply.text, outcome: score.outcome, rewards: shortly(rewards) },
      advantages: shortly(advantages[k] as SectionValues),
    })),
  }
}
