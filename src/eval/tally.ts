/** What is counted while an episode is played: the expert's judgement, cells read as others, tokens and money. Then its record. */
import type { Protocol } from '../game.ts'
import {
  type EnvSpec,
  type EpisodeStep,
  expertScores,
  isGoodMove,
  parseReply,
  regretOf,
  type Trajectory,
  type TrajectoryStep,
} from '../gym/index.ts'
import type { Reply, Usage } from '../policy.ts'
import type { EpisodeRecord, ReplyCounts } from '../runs/index.ts'
import type { MetricName } from './metrics.ts'
import { meanOf } from './statistics.ts'

export interface TallyOptions {
  readonly spec: EnvSpec
  /** Place of the episode in its evaluation, from 0. */
  readonly episode: number
  /** The expert judges every n-th step; 0: none. */
  readonly expertEvery: number
  readonly counts: Protocol['counts']
  /** Whether the policy sees anything: one that is handed the state has no perception and no thoughts of its own. */
  readonly sees: boolean
}

export type Confusion = NonNullable<EpisodeRecord['confusion']>

/** Counts one episode. */
export interface Tally {
  see(step: EpisodeStep): void
  /** The values of the whole episode. */
  values(trajectory: Trajectory): Record<MetricName, number | null>
  /** [true label][read label]: how often; null for policies that see nothing. */
  readonly confusion: Confusion | null
  /** Of an endpoint's replies so far; null where there was none. */
  replies(): ReplyCounts | null
}

/** One more of a kind. */
function addOne<K extends string>(counts: Partial<Record<K, number>>, kind: K): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}

/** Counts a reply that was had; those of policies without a finish reason are left out. */
function addReply(counts: ReplyCounts, { finish, assembly, failure }: Reply): void {
  if (finish === undefined || failure !== undefined) return
  counts.count++
  addOne(counts.finish, finish)
  if (assembly !== undefined) addOne(counts.assembly, assembly)
}

/** Adds the cells of a read grid to the counts. Cells that were left out count as ''; a grid that cannot be read adds nothing. */
function addCells({ game }: EnvSpec, { state, step }: EpisodeStep, confusion: Confusion): void {
  const said = parseReply(step.reply).perception
  const read = said === null ? null : game.parsePerception(said)
  if (read === null) return
  for (const [row, cells] of game.perceive(state).cells.entries()) {
    for (const [column, label] of cells.entries()) {
      const seen = read.cells[row]?.[column] ?? ''
      const counts = Object.hasOwn(confusion, label) ? (confusion[label] as Record<string, number>) : {}
      confusion[label] = counts
      counts[seen] = (Object.hasOwn(counts, seen) ? (counts[seen] as number) : 0) + 1
    }
  }
}

/** Sum of what is known; null if nothing is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

const mean = (values: readonly (number | null)[]): number | null => meanOf(values.filter((value) => value !== null))

/** A fresh tally. */
export function episodeTally({ spec, episode, expertEvery, counts, sees }: TallyOptions): Tally {
  const { game } = spec
  const confusion: Confusion | null = sees ? {} : null
  const regrets: number[] = []
  const goodOfSeen: number[] = []
  const usages: Usage[] = []
  const replies: ReplyCounts = { count: 0, finish: {}, assembly: {} }
  let won: boolean | null = null
  return {
    confusion,
    replies: () => (replies.count === 0 ? null : replies),
    see: (step) => {
      const { index, state, next, reply } = step
      addReply(replies, reply)
      if (reply.failure !== undefined) return
      if (expertEvery > 0 && (index + episode) % expertEvery === 0) {
        const scores = expertScores(game, state, 'solver')
        const regret = regretOf(step.step.score, scores)
        if (regret !== null) regrets.push(regret)
        if (step.step.score.perceptionExact === 1) goodOfSeen.push(Number(isGoodMove(step.step.score, scores)))
      }
      const wins = game.won?.(next) ?? null
      if (wins !== null) won = won === true || wins
      if (reply.usage) usages.push(reply.usage)
      if (confusion) addCells(spec, step, confusion)
    },
    values: ({ steps, score: points, played, stopReason }) => {
      const failed = stopReason === 'failed'
      const had = steps.filter(({ score }) => score.boundary !== 'endpoint' && score.boundary !== 'engine')
      const share = (of: (step: TrajectoryStep) => number | boolean): number | null => meanOf(had.map((step) => Number(of(step))))
      return {
        return: failed ? null : counts === 'points' ? points : played,
        success: failed || won === null ? null : Number(won),
        wasted: share(({ score }) => score.outcome !== 'played'),
        'parse failures': share(({ score }) => score.outcome === 'unreadable'),
        'illegal moves': share(({ score }) => score.outcome === 'illegal'),
        regret: meanOf(regrets),
        'perception exact': sees ? share(({ score }) => score.perceptionExact) : null,
        'perception cells': sees ? share(({ score }) => score.perceptionCells) : null,
        think: sees && game.scoreThink !== undefined ? share(({ score }) => score.think) : null,
        'good given perception': meanOf(goodOfSeen),
        failed: failed ? 1 : 0,
        'input tokens': mean(usages.map(({ inputTokens }) => inputTokens)),
        'output tokens': mean(usages.map(({ outputTokens }) => outputTokens)),
        cost: sumOf(usages.map(({ cost }) => cost)),
        latency: mean(usages.map(({ seconds }) => seconds)),
      }
    },
  }
}
