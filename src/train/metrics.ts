/** What is measured of a GRPO step. */
import type { ReplyScore } from '../gym/index.ts'
import { hasSignal, mean, type ReplyAdvantages, type SectionValues } from './advantages.ts'
import type { MixEntry } from './states.ts'

/** What the metrics need of a reply. */
export interface TrainedReply {
  readonly score: ReplyScore
  readonly rewards: SectionValues
  /** A best move by the expert. */
  readonly good: boolean
}

/** Replies that are compared with each other, and what each of them is worth against the others. */
export interface Group<R extends TrainedReply = TrainedReply> {
  readonly entry: MixEntry
  readonly replies: readonly R[]
  readonly advantages: readonly ReplyAdvantages[]
}

/** Means over the replies of a step; every share is 0..1. Formulas: docs/metrics.md. */
export interface ReplyMetrics {
  reward: number
  format: number
  perceptionExact: number
  perceptionCells: number
  think: number
  legal: number
  /** Share of good moves among replies with a wholly true perception; null if there are none. */
  reasoning: number | null
  good: number
}

/** Means over the groups of one game, or of all. */
export interface GroupMetrics extends ReplyMetrics {
  /** Share of groups with an advantage other than 0 in at least one section. */
  signal: number
  /** Root of the mean squared advantage of a reply, its sections added, before KL and entropy. */
  advantage: number
}

export interface GrpoMetrics extends GroupMetrics {
  /** Mean over the tokens trained on of exp(lp0 - lp) - (lp0 - lp) - 1 (k3), nats. */
  kl: number
  /** Mean over sampled tokens of -lp, nats. */
  entropy: number
  /** Mean reply length, tokens. */
  length: number
  tokens: number
  gradNorm: number
  /** `<game>.<name>`: the group metrics of each game, where several are played. */
  [byGame: `${string}.${string}`]: number | null
}

const summedReward = ({ rewards }: TrainedReply): number => rewards.perception + rewards.think + rewards.answer

/** The means over groups. */
export function groupMetrics(groups: readonly Group[]): GroupMetrics {
  const replies = groups.flatMap((group) => group.replies)
  const scoreMean = (of: (reply: TrainedReply) => number): number => mean(replies.map(of))
  const right = replies.filter(({ score }) => score.perceptionExact === 1)
  const sums = groups.flatMap(({ advantages }) => advantages.map(({ perception, think, answer }) => perception + think + answer))
  return {
    reward: scoreMean(summedReward),
    format: scoreMean(({ score }) => score.format),
    perceptionExact: scoreMean(({ score }) => score.perceptionExact),
    perceptionCells: scoreMean(({ score }) => score.perceptionCells),
    think: scoreMean(({ score }) => score.think),
    legal: scoreMean(({ score }) => (score.outcome === 'played' ? 1 : 0)),
    good: scoreMean(({ good }) => (good ? 1 : 0)),
    reasoning: right.length === 0 ? null : mean(right.map(({ good }) => (good ? 1 : 0))),
    signal: groups.filter(hasSignal).length / groups.length,
    advantage: Math.sqrt(mean(sums.map((sum) => sum * sum))),
  }
}

/** The group metrics of each game under `<game>.<name>`; nothing where only one is played. */
export function metricsByGame(groups: readonly Group[]): { [byGame: `${string}.${string}`]: number | null } {
  const games = [...new Set(groups.map(({ entry }) => entry.spec.game.id))]
  if (games.length < 2) return {}
  const named = games.flatMap((id) =>
    Object.entries(groupMetrics(groups.filter(({ entry }) => entry.spec.game.id === id))).map(([name, value]) => [`${id}.${name}`, value]),
  )
  return Object.fromEntries(named)
}
