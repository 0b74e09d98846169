/**
 * Runs side by side: who played the same games, how well, and whether a difference is more than chance. Like is held against like: rows
 * stand together only if game, config, horizon, restarts and counting are the same, and pairs are made by the seed of the game.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Confusion, MetricName } from '../eval/index.ts'
import { holm, type Interval, meanOf, normalisedScore, pairedDifference, resultRowsOf, signFlipTest } from '../eval/index.ts'
import type { Protocol } from '../game-presets.ts'
import { findGame } from '../games/registry.ts'
import type { EndpointLine, EpisodeRecord, ProbeRow, ResultRow } from '../runs/index.ts'
import { isHeldAgainst, isTested } from './pairs.ts'
import { knownRows } from './protocol.ts'
import { replyNotes } from './reply-notes.ts'
import { returnsOf as bySeed, type SeedGroup, type SeedPlayer, seedGroupsOf } from './seeds.ts'
import type { Setup, Training } from './training-run.ts'
import { type UnreadText, unreadTexts } from './unread-text.ts'

/** A run to compare. */
export interface ComparedRun {
  readonly name: string
  readonly seed: number
  /** Null: unknown, as of a run of another version; such a run stands alone. */
  readonly setups: readonly Setup[] | null
  /** How the models of a training run came about; absent: an evaluation. */
  readonly training?: Training | null
  readonly episodes: readonly EpisodeRecord[]
  /** How the models behind HTTP were asked; absent: none was, or the run is of an earlier version. */
  readonly endpoints?: readonly EndpointLine[]
  /** What ran, in a line; absent: unknown. */
  readonly about?: string
  /** Of a training run; absent: none. */
  readonly probes?: readonly ProbeRow[]
  /** Used where there are no episodes. */
  readonly rows: readonly ResultRow[]
}

/** One player in one group. */
export interface ComparedRow {
  readonly label: string
  readonly run: string | null
  /** Name of the policy, and how its replies were picked; null for the results of others. */
  readonly policy: string
  readonly decoding: ResultRow['decoding'] | null
  /** Training seed of the run; null for scripted policies, evaluations and the results of others. */
  readonly trainingSeed: number | null
  readonly source: 'run' | 'measured' | 'published'
  readonly episodes: number | null
  readonly cells: Readonly<Partial<Record<MetricName, Interval>>>
  /** 0 = random, 100 = solver; an interval of no width for others' results. */
  readonly normalised: Interval | null
  /** Of all episodes; null if unknown. */
  readonly cost: number | null
  readonly confusion: Confusion | null
  /** What of the replies could not be read, and why. */
  readonly unread: readonly UnreadText[]
  /** What happened to requests and replies of an endpoint on their way, a sentence each. */
  readonly notes: readonly string[]
}

/** Whether two players differ in the return of the same games. */
export interface PairedTest {
  readonly a: string
  readonly b: string
  readonly pairs: number
  /** Of a − b. */
  readonly difference: Interval
  /** Two-sided sign-flip test, and the same corrected for all tests of the group by Holm. */
  readonly p: number
  readonly corrected: number
}

export interface ComparedGroup {
  readonly game: string
  /** Null: unknown. */
  readonly setup: Setup | null
  /** What is counted. */
  readonly unit: string
  /** Best mean first, then the results of others. */
  readonly rows: readonly ComparedRow[]
  readonly tests: readonly PairedTest[]
  /** Recipes that were trained with several seeds, taken together. */
  readonly seeds: readonly SeedGroup[]
}

interface Player extends SeedPlayer {
  /** How it was asked; null for one that is not behind HTTP. */
  readonly endpoint: EndpointLine | null
  /** Seed of the evaluation. */
  readonly seed: number
}

interface Group {
  readonly game: string
  readonly setup: Setup | null
  readonly players: Player[]
}

/** Puts runs together by what they played. */
export const compareRuns = (runs: readonly ComparedRun[]): ComparedGroup[] => groupsOf(runs).map(groupOf)

/** The tests of `compareRuns` alone, which is quicker: nothing else is drawn by chance. */
export const compareTests = (runs: readonly ComparedRun[]): Pick<ComparedGroup, 'game' | 'tests'>[] =>
  groupsOf(runs).map(({ game, players }) => {
    const seeded = new Set(seedGroupsOf(players, players[0]?.seed ?? 0).flatMap((group) => group.runs))
    return { game, tests: testsOf(players, labelsOf(players), seeded) }
  })

function groupsOf(runs: readonly ComparedRun[]): Group[] {
  const groups: Group[] = []
  for (const run of runs) {
    const games = [...new Set([...run.episodes, ...run.rows].map(({ game }) => game))]
    for (const game of games) {
      const setup = run.setups?.find((one) => one.game === game) ?? null
      const known = setup === null ? undefined : groups.find((group) => isDeepStrictEqual(group.setup, setup))
      const group = known ?? { game, setup, players: [] }
      if (known === undefined) groups.push(group)
      for (const player of playersOf(run, game)) if (!group.players.some((other) => isSame(other, player))) group.players.push(player)
    }
  }
  return groups
}

function playersOf(run: ComparedRun, game: string): Player[] {
  const { name, seed, training = null, episodes, endpoints = [], rows } = run
  const probes = (run.probes ?? []).filter((row) => row.game === game)
  const byPlayer = <T extends { game: string; policy: string; decoding: string }>(all: readonly T[]): T[][] => {
    const keys = new Map<string, T[]>()
    for (const one of all) {
      if (one.game !== game) continue
      const key = JSON.stringify([one.policy, one.decoding])
      keys.set(key, [...(keys.get(key) ?? []), one])
    }
    return [...keys.values()]
  }
  const played = byPlayer(episodes).map((records): Player => {
    const { policy, decoding } = records[0] as EpisodeRecord
    const isOwn = (one: { policy: string; decoding: string }): boolean => one.policy === policy && one.decoding === decoding
    const endpoint = endpoints.find(isOwn) ?? null
    const summed = rows.filter((row) => row.game === game && isOwn(row))
    const resultRows = isSumOf(summed, records) ? summed : resultRowsOf(records, seed)
    return { run: name, seed, training, policy, decoding, rows: resultRows, records, endpoint, probes }
  })
  const summed = byPlayer(rows).map((list): Player => {
    const { policy, decoding } = list[0] as ResultRow
    return { run: name, seed, training, policy, decoding, rows: list, records: [], endpoint: null, probes }
  })
  const isPlayed = (one: Player): boolean => played.some(({ policy, decoding }) => policy === one.policy && decoding === one.decoding)
  return [...played, ...summed.filter((one) => !isPlayed(one))]
}

/** Whether kept rows sum up just these episodes: then their intervals need not be drawn again, which takes seconds for many policies. */
function isSumOf(rows: readonly ResultRow[], records: readonly EpisodeRecord[]): boolean {
  const row = rows.find(({ metric }) => metric === 'return')
  const returns = [...bySeed(records).values()]
  if (row === undefined || row.mean === null || returns.length !== row.episodes) return false
  return Math.abs(row.mean - (meanOf(returns) ?? Number.NaN)) <= 1e-9 * Math.max(1, Math.abs(row.mean))
}

/** A scripted policy on the same games is the same player, whichever run it stands in. */
function isSame(a: Player, b: Player): boolean {
  if (a.policy !== b.policy || a.decoding !== 'scripted' || b.decoding !== 'scripted') return false
  if (a.records.length === 0 && b.records.length === 0) return isDeepStrictEqual(a.rows, b.rows)
  return isDeepStrictEqual(bySeed(a.records), bySeed(b.records))
}

function groupOf({ game, setup, players }: Group): ComparedGroup {
  const labels = labelsOf(players)
  const anchor = (policy: string): Map<number, number> | null => {
    const found = players.find((player) => player.policy === policy && player.decoding === 'scripted' && player.records.length > 0)
    return found ? bySeed(found.records) : null
  }
  const anchors = { random: anchor('random'), solver: anchor('solver') }
  const rows = players.map((player, i) => rowOf(player, labels[i] as string, anchors)).sort((a, b) => returnOf(b) - returnOf(a))
  const protocol = protocolOf(setup)
  const seeds = seedGroupsOf(players, players[0]?.seed ?? 0)
  return {
    game,
    setup,
    unit: protocol?.unit ?? setup?.counts ?? 'points',
    rows: [...rows, ...(protocol && setup ? othersOf(protocol, setup.horizon, anchors) : [])],
    tests: testsOf(players, labels, new Set(seeds.flatMap(({ runs }) => runs))),
    seeds,
  }
}

const returnOf = ({ cells }: ComparedRow): number => cells.return?.mean ?? Number.NEGATIVE_INFINITY

/** A policy's name, with its decoding where it has one, and its run where two would be called the same. */
function labelsOf(players: readonly Player[]): string[] {
  const short = players.map(({ policy, decoding }) => (decoding === 'scripted' ? policy : `${policy}, ${decoding}`))
  return short.map((label, i) => (short.indexOf(label) === short.lastIndexOf(label) ? label : `${label} (${players[i]?.run})`))
}

interface Anchors {
  readonly random: Map<number, number> | null
  readonly solver: Map<number, number> | null
}

function rowOf(player: Player, label: string, anchors: Anchors): ComparedRow {
  const { rows, records, run, seed, training, policy, decoding, endpoint } = player
  const cells: Partial<Record<MetricName, Interval>> = {}
  for (const { metric, mean, low, high } of rows) {
    if (mean !== null) cells[metric as MetricName] = { mean, low: low ?? mean, high: high ?? mean }
  }
  const costs = records.flatMap(({ values }) => values.cost ?? [])
  return {
    label,
    run,
    policy,
    decoding,
    trainingSeed: decoding === 'scripted' ? null : (training?.seed ?? null),
    source: 'run',
    episodes: rows.find(({ metric }) => metric === 'return')?.episodes ?? null,
    cells,
    normalised: normalisedOf(bySeed(records), anchors, seed),
    cost: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    confusion: confusionOf(records),
    unread: unreadTexts(records),
    notes: [...(endpoint?.notes ?? []), ...replyNotes(records, endpoint)],
  }
}

function normalisedOf(returns: ReadonlyMap<number, number>, { random, solver }: Anchors, seed: number): Interval | null {
  if (random === null || solver === null) return null
  const seeds = [...returns.keys()].filter((one) => random.has(one) && solver.has(one))
  if (seeds.length === 0) return null
  const of = (map: ReadonlyMap<number, number>): number[] => seeds.map((one) => map.get(one) as number)
  return normalisedScore({ values: of(returns), random: of(random), solver: of(solver) }, { seed })
}

function confusionOf(records: readonly EpisodeRecord[]): Confusion | null {
  const total: Confusion = {}
  for (const { confusion } of records) {
    for (const [truth, reads] of Object.entries(confusion ?? {})) {
      const counts = Object.hasOwn(total, truth) ? (total[truth] as Record<string, number>) : {}
      total[truth] = counts
      for (const [read, count] of Object.entries(reads)) counts[read] = (Object.hasOwn(counts, read) ? (counts[read] as number) : 0) + count
    }
  }
  return Object.keys(total).length === 0 ? null : total
}

/** The published protocol that a setup follows, if it does. */
function protocolOf(setup: Setup | null): Protocol | undefined {
  if (setup === null) return undefined
  const game = findGame(setup.game)
  const paper = game?.presets?.paper
  const protocol = paper?.protocol
  if (!game || !paper || !protocol || protocol.restart !== setup.restart || protocol.counts !== setup.counts) return undefined
  return isDeepStrictEqual(game.config.parse(paper.config), setup.config) ? protocol : undefined
}

function othersOf(protocol: Protocol, horizon: number, { random, solver }: Anchors): ComparedRow[] {
  const [low, high] = [random, solver].map((map) => (map ? meanOf([...map.values()]) : null))
  return knownRows(protocol, horizon).map(({ player, source, mean, error, games }) => {
    const reach = 1.96 * (error ?? 0)
    const at = low != null && high != null && high > low ? (100 * (mean - low)) / (high - low) : null
    return {
      label: player,
      run: null,
      policy: player,
      decoding: null,
      trainingSeed: null,
      source,
      episodes: games,
      cells: { return: { mean, low: mean - reach, high: mean + reach } },
      normalised: at === null ? null : { mean: at, low: at, high: at },
      cost: null,
      confusion: null,
      unread: [],
      notes: [],
    }
  })
}

/** The pairs that `isTested` names, on the games that both played. Not those within a run of `seeded`: they are tested over its seeds. */
function testsOf(players: readonly Player[], labels: readonly string[], seeded: ReadonlySet<string>): PairedTest[] {
  const isWithin = (a: Player, b: Player): boolean =>
    (seeded.has(a.run) && (a.run === b.run || b.decoding === 'scripted')) || (seeded.has(b.run) && a.decoding === 'scripted')
  const tests = players.flatMap((one, i) =>
    players.slice(i + 1).flatMap((other, offset): Omit<PairedTest, 'corrected'>[] => {
      if (!isTested(one, other, players) || isWithin(one, other)) return []
      const places = [i, i + 1 + offset]
      if (isHeldAgainst(other, one)) places.reverse()
      const [a, b] = places.map((place) => players[place] as Player) as [Player, Player]
      const [left, right] = [bySeed(a.records), bySeed(b.records)]
      const seeds = [...left.keys()].filter((seed) => right.has(seed))
      if (seeds.length < 2) return []
      const of = (map: ReadonlyMap<number, number>): number[] => seeds.map((seed) => map.get(seed) as number)
      const [x, y] = [of(left), of(right)]
      const p = signFlipTest(
        x.map((value, k) => value - (y[k] as number)),
        { seed: a.seed },
      )
      const difference = pairedDifference(x, y, { seed: a.seed })
      const [first, second] = places.map((place) => labels[place] as string) as [string, string]
      return [{ a: first, b: second, pairs: seeds.length, difference, p }]
    }),
  )
  const corrected = holm(tests.map(({ p }) => p))
  return tests.map((test, i) => ({ ...test, corrected: corrected[i] as number }))
}
