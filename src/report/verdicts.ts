/** Which policy of a run is above which, by its results and, where they were kept, by the games that both played. */
import { type Interval, pairedDifference } from '../eval/index.ts'
import type { EpisodeRecord, ResultRow, StageInfo } from '../runs/index.ts'
import { type ComparedGroup, compareTests } from './compare.ts'
import type { Compared, Verdict } from './findings.ts'
import { policiesOf } from './policies.ts'
import { type GameResults, resultsByGame } from './results.ts'
import { returnsOf } from './seeds.ts'
import { gameTitle } from './seeds-text.ts'
import { trainingOf, trainingSetups } from './training-run.ts'

/** What verdicts are made from. */
export interface Evaluated {
  readonly config: unknown
  readonly stages: readonly StageInfo[]
  readonly results: readonly ResultRow[]
  /** Empty: a run that kept none. */
  readonly episodes: readonly EpisodeRecord[]
}

/** Decodings of models, in report order. */
export const DECODINGS = ['sampled', 'greedy'] as const

/** A cell with all of its numbers. */
export function known(row: ResultRow | null): Interval | null {
  return row && row.mean !== null && row.low !== null && row.high !== null ? { mean: row.mean, low: row.low, high: row.high } : null
}

/** Below this, corrected for all tests of a game, a difference is more than chance. */
const CHANCE = 0.05

/** By the paired test where the episodes were kept, else by intervals that do not overlap. */
function verdictOf(
  results: GameResults,
  group: Pick<ComparedGroup, 'tests'> | undefined,
  policy: string,
  decoding: (typeof DECODINGS)[number],
  other: string,
): Verdict {
  const own = known(results.cell(policy, decoding, 'return'))
  const like = known(results.cell(other, decoding, 'return'))
  const its = like ?? known(results.cell(other, 'scripted', 'return'))
  if (own === null || its === null) return null
  const called = like === null ? other : `${other}, ${decoding}`
  const test = group?.tests.find(({ a, b }) => a === `${policy}, ${decoding}` && b === called)
  if (test) return test.corrected >= CHANCE ? 'open' : test.difference.mean > 0 ? 'above' : 'below'
  if (own.low > its.high) return 'above'
  return own.high < its.low ? 'below' : 'open'
}

/** By the games that both played, where they were kept; else by whether each mean lies in the other's interval. */
function solverAbove(results: GameResults, episodes: readonly EpisodeRecord[]): boolean | null {
  const [random, solver] = ['random', 'solver'].map((policy) => known(results.cell(policy, 'scripted', 'return')))
  if (!random || !solver) return null
  const [low, high] = ['random', 'solver'].map((policy) =>
    returnsOf(episodes.filter((one) => one.game === results.game && one.policy === policy)),
  ) as [Map<number, number>, Map<number, number>]
  const seeds = [...low.keys()].filter((seed) => high.has(seed))
  const of = (returns: ReadonlyMap<number, number>): number[] => seeds.map((seed) => returns.get(seed) as number)
  if (seeds.length > 1) return pairedDifference(of(high), of(low), { seed: 0 }).low > 0
  return solver.mean > random.high || random.mean < solver.low
}

/** Verdicts of a run. */
export function comparedOf({ config, stages, results, episodes }: Evaluated): Compared {
  const names = policiesOf(stages)
  const games = resultsByGame(results, names)
  const groups = compareTests([
    {
      name: 'run',
      seed: results[0]?.seed ?? 0,
      setups: trainingSetups(config),
      training: trainingOf(config, stages),
      episodes,
      rows: results,
    },
  ])
  const group = (game: number): Pick<ComparedGroup, 'tests'> | undefined => groups.find((one) => one.game === games[game]?.game)
  return {
    names,
    games: games.map(({ game }) => gameTitle(game)),
    decodings: DECODINGS.filter((decoding) => results.some((row) => row.decoding === decoding)),
    verdict: (game, policy, decoding, other) => verdictOf(games[game] as GameResults, group(game), policy, decoding, other),
    solverAbove: (game) => solverAbove(games[game] as GameResults, episodes),
  }
}
