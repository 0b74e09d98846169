/**
 * Runs of one recipe with several training seeds, on one game. Two kinds of chance are kept apart: which games are played (intervals over
 * games, for the models as they are) and how training turns out (intervals over seeds, for the recipe).
 */

import { holm, type Interval, meanOf, pairedDifference, signFlipTest, studentInterval } from '../eval/index.ts'
import type { EpisodeRecord, ProbeRow, ResultRow, StageInfo } from '../runs/index.ts'
import { isOneRecipe, type Side } from './pairs.ts'
import { type Policies, policiesOf } from './policies.ts'
import { type ProbeTable, probeTables } from './probes.ts'

/** One policy under one decoding, over seeds. */
export interface SeedRow {
  readonly policy: string
  readonly decoding: ResultRow['decoding']
  /** Mean return with its interval over games, in the order of `seeds`; null where the run has none. One entry if `same`. */
  readonly bySeed: readonly (Interval | null)[]
  /** A scripted policy that played the same in every run. */
  readonly same: boolean
  /** Mean of the seeds' means with its interval over seeds; null if `same`, and below two seeds. */
  readonly overSeeds: Interval | null
}

/** A stage held against another policy on the same games. */
export interface SeedTest {
  readonly policy: string
  readonly other: string
  readonly decoding: ResultRow['decoding']
  readonly pairs: number
  /** policy − other, in the order of `seeds`, with intervals over games. */
  readonly bySeed: readonly Interval[]
  /** Of the mean over seeds: its interval over games, for these models; and its interval over seeds, for the recipe. */
  readonly overGames: Interval
  readonly overSeeds: Interval
  /** Two-sided sign-flip test over games of the mean over seeds, and the same corrected by Holm for all tests of the game. */
  readonly p: number
  readonly corrected: number
}

/** One recipe with its seeds, on one game. */
export interface SeedGroup {
  /** Training seeds, ascending, and the names of their runs. */
  readonly seeds: readonly number[]
  readonly runs: readonly string[]
  /** The stages of the recipe. */
  readonly stages: readonly StageInfo[]
  /** In report order, sampled before greedy. */
  readonly rows: readonly SeedRow[]
  readonly tests: readonly SeedTest[]
  /** What the stages see, think and do, mean of the seeds; null unless all runs have probes of the game. */
  readonly probes: ProbeTable | null
}

/** A player with what it played. */
export interface SeedPlayer extends Side {
  readonly rows: readonly ResultRow[]
  readonly records: readonly EpisodeRecord[]
  /** Of its run, on the same game. */
  readonly probes: readonly ProbeRow[]
}

/** Returns by seed of the game. */
export const returnsOf = (records: readonly EpisodeRecord[]): Map<number, number> =>
  new Map(records.flatMap(({ seed, values }) => (typeof values.return === 'number' ? [[seed, values.return] as const] : [])))

/** The recipes among the players that were trained with two seeds or more, no seed twice. `evaluationSeed` seeds the intervals. */
export function seedGroupsOf(players: readonly SeedPlayer[], evaluationSeed: number): SeedGroup[] {
  const families: SeedPlayer[][] = []
  for (const player of players) {
    const { training } = player
    if (training === null) continue
    const family = families.find(([first]) => first?.training && isOneRecipe(first.training, training))
    if (family) family.push(player)
    else families.push([player])
  }
  return families.flatMap((family) => groupOf(family, players, evaluationSeed) ?? [])
}

function groupOf(family: readonly SeedPlayer[], all: readonly SeedPlayer[], evaluationSeed: number): SeedGroup | null {
  const runs = [...new Map(family.map(({ run, training }) => [run, training?.seed as number])).entries()].sort((a, b) => a[1] - b[1])
  const seeds = runs.map(([, seed]) => seed)
  if (runs.length < 2 || new Set(seeds).size < runs.length) return null
  const called = runs.map(([run]) => run)
  const scripted = all.filter(({ decoding }) => decoding === 'scripted')
  const own = family.filter(({ decoding }) => decoding !== 'scripted')
  const keys = [...new Map([...scripted, ...own].map(({ policy, decoding }) => [`${decoding} ${policy}`, { policy, decoding }])).values()]
  const lines = keys.map((key): Line => {
    const of = (list: readonly SeedPlayer[], run?: string): SeedPlayer | undefined =>
      list.find((one) => one.policy === key.policy && one.decoding === key.decoding && (run === undefined || one.run === run))
    const same = key.decoding === 'scripted' && scripted.filter(({ policy }) => policy === key.policy).length === 1
    return { ...key, same, players: same ? [of(scripted)] : called.map((run) => of([...own, ...scripted], run)) }
  })
  const stages = family[0]?.training?.stages ?? []
  const names = policiesOf(stages)
  lines.sort((a, b) => names.compare(a.policy, b.policy) || DECODINGS.indexOf(a.decoding) - DECODINGS.indexOf(b.decoding))
  const probed = called.map((run) => family.find((one) => one.run === run)?.probes ?? [])
  const [probes = null] = probed.every(({ length }) => length > 0) ? probeTables(probed, stages) : []
  return { seeds, runs: called, stages, rows: lines.map(rowOf), tests: testsOf(lines, names, seeds.length, evaluationSeed), probes }
}

const DECODINGS: readonly ResultRow['decoding'][] = ['scripted', 'sampled', 'greedy']

interface Line {
  readonly policy: string
  readonly decoding: ResultRow['decoding']
  readonly same: boolean
  /** By seed; the only one if `same`. */
  readonly players: readonly (SeedPlayer | undefined)[]
}

function rowOf({ players, ...line }: Line): SeedRow {
  const bySeed = players.map((player): Interval | null => {
    const row = player?.rows.find(({ metric }) => metric === 'return')
    return row && row.mean !== null ? { mean: row.mean, low: row.low ?? row.mean, high: row.high ?? row.mean } : null
  })
  const means = bySeed.flatMap((interval) => interval?.mean ?? [])
  return { ...line, bySeed, overSeeds: line.same ? null : studentInterval(means) }
}

function testsOf(lines: readonly Line[], names: Policies, seeds: number, evaluationSeed: number): SeedTest[] {
  const tests = lines.flatMap((a) =>
    lines.flatMap((b): Omit<SeedTest, 'corrected'>[] => {
      if (!names.heldAgainst(a.policy).includes(b.policy) || (b.decoding !== 'scripted' && a.decoding !== b.decoding)) return []
      const test = testOf(a, b, seeds, evaluationSeed)
      return test === null ? [] : [test]
    }),
  )
  const corrected = holm(tests.map(({ p }) => p))
  return tests.map((test, i) => ({ ...test, corrected: corrected[i] as number }))
}

/** Null unless every seed has both on two or more games. */
function testOf(a: Line, b: Line, seeds: number, seed: number): Omit<SeedTest, 'corrected'> | null {
  const of = ({ same, players }: Line): Map<number, number>[] =>
    Array.from({ length: seeds }, (_, i) => returnsOf(players[same ? 0 : i]?.records ?? []))
  const [own, its] = [of(a), of(b)]
  const games = [...(own[0] as Map<number, number>).keys()].filter((game) => [...own, ...its].every((returns) => returns.has(game)))
  if (games.length < 2) return null
  const bySeed = own.map((returns, i) =>
    pairedDifference(
      games.map((game) => returns.get(game) as number),
      games.map((game) => its[i]?.get(game) as number),
      { seed },
    ),
  )
  const across = (all: readonly Map<number, number>[]): number[] =>
    games.map((game) => meanOf(all.map((returns) => returns.get(game) as number)) as number)
  const [x, y] = [across(own), across(its)]
  const p = signFlipTest(
    x.map((value, i) => value - (y[i] as number)),
    { seed },
  )
  const overSeeds = studentInterval(bySeed.map(({ mean }) => mean)) as Interval
  const { policy, decoding } = a
  return { policy, other: b.policy, decoding, pairs: games.length, bySeed, overGames: pairedDifference(x, y, { seed }), overSeeds, p }
}
