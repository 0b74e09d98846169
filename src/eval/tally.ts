/** What is counted while an episode is played: the expert's judgement, cells read as others, tokens and money. Then its record. */
import type { Protocol } from '../game-presets.ts'
import { type EnvSpec, type EpisodeStep, expertScores, isGoodMove, regretOf, type Trajectory, type TrajectoryStep } from '../gym/index.ts'
import type { Reply, Usage } from '../policy.ts'
import type { EpisodeRecord, ReplyCounts, Unread } from '../runs/index.ts'
import { lenientReading, type StrictReading } from './lenient/reply.ts'
import type { MetricName } from './metrics.ts'
import { meanOf } from './statistics.ts'
import { addUnread, unreadParts } from './unread.ts'

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
  /** What of the replies so far could not be read. */
  readonly unread: readonly Unread[]
}

/** One more of a kind. */
function addOne<K extends string>(counts: Partial<Record<K, number>>, kind: K): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}

/** Counts a reply that came from an endpoint. */
function addReply(counts: ReplyCounts, { finish, assembly, failure, sampled }: Reply): void {
  if (finish === undefined || failure !== undefined || sampled !== undefined) return
  counts.count++
  addOne(counts.finish, finish)
  if (assembly !== undefined) addOne(counts.assembly, assembly)
}

/** Adds the cells of a read grid to the counts. Cells that were left out count as ''; what cannot be read, or is no grid, adds nothing. */
function addCells({ game }: EnvSpec, state: unknown, { perception }: StrictReading, confusion: Confusion): void {
  const { grid } = game.perception
  if (perception === null || grid === undefined) return
  const read = grid(perception)
  for (const [row, cells] of grid(game.perception.of(state)).cells.entries()) {
    for (const [column, label] of cells.entries()) {
      const seen = read.cells[row]?.[column] ?? ''
      const counts = Object.hasOwn(confusion, label) ? (confusion[label] as Record<string, number>) : {}
      confusion[label] = counts
      counts[seen] = (Object.hasOwn(counts, seen) ? (counts[seen] as number) : 0) + 1
    }
  }
}

/** How many replies the lenient reading makes something of. */
interface LenientCounts {
  replies: number
  /** Without an action. */
  unreadable: number
  /** With the true board. */
  exact: number
}

function addLenient(counts: LenientCounts, { game }: EnvSpec, { state, step }: EpisodeStep, strict: StrictReading): void {
  const { action, perception } = lenientReading(game, state, step.reply, strict)
  counts.replies++
  if (action === null) counts.unreadable++
  if (strict.perception !== null) counts.exact += step.score.perceptionExact
  else if (perception !== null && game.perception.agreement(game.perception.of(state), perception) === 1) counts.exact++
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
  const lenient: LenientCounts = { replies: 0, unreadable: 0, exact: 0 }
  const unread: Unread[] = []
  const addReading = (step: EpisodeStep, cells: Confusion): void => {
    const { index, state, read } = step
    const { reply, score } = step.step
    const strict = { ...read, action: score.action }
    addCells(spec, state, strict, cells)
    addLenient(lenient, spec, step, strict)
    for (const part of unreadParts(score, strict.parsed, strict.perception, game.perception.grid !== undefined))
      addUnread(unread, part, index, reply)
  }
  let won: boolean | null = null
  return {
    confusion,
    unread,
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
      const wins = game.rules.won?.(next) ?? null
      if (wins !== null) won = won === true || wins
      if (reply.usage) usages.push(reply.usage)
      if (confusion) addReading(step, confusion)
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
        'unreadable, lenient': lenient.replies === 0 ? null : lenient.unreadable / lenient.replies,
        'illegal moves': share(({ score }) => score.outcome === 'illegal'),
        regret: meanOf(regrets),
        'perception exact': sees ? share(({ score }) => score.perceptionExact) : null,
        'board exact, lenient': lenient.replies === 0 ? null : lenient.exact / lenient.replies,
        'perception cells': sees ? share(({ score }) => score.perceptionCells) : null,
        think: sees && game.teacher?.share !== undefined ? share(({ score }) => score.think) : null,
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
