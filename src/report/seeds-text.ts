/** Runs of one recipe with several training seeds as text: a table a kind of chance, and the tests. Every game is a column. */

import type { Interval } from '../eval/index.ts'
import { gameEntries } from '../games/registry.ts'
import type { ComparedGroup } from './compare.ts'
import { markdownTable } from './markdown.ts'
import { type Policies, policiesOf } from './policies.ts'
import { probesText } from './probes-text.ts'
import type { SeedGroup, SeedRow, SeedTest } from './seeds.ts'

/** A recipe with its seeds, on all of its games. */
export interface SeedFamily {
  readonly seeds: readonly number[]
  readonly runs: readonly string[]
  /** How its policies are called. */
  readonly names: Policies
  readonly games: readonly { readonly group: ComparedGroup; readonly own: SeedGroup }[]
}

/** The recipes with several seeds among compared groups. */
export function seedFamilies(groups: readonly ComparedGroup[]): SeedFamily[] {
  const parts = groups.flatMap((group) => group.seeds.map((own) => ({ group, own })))
  const keyOf = ({ own }: (typeof parts)[number]): string => JSON.stringify(own.runs)
  return [...new Set(parts.map(keyOf))].map((key) => {
    const games = parts.filter((part) => keyOf(part) === key)
    const { seeds, runs, stages } = (games[0] as (typeof parts)[number]).own
    return { seeds, runs, names: policiesOf(stages), games }
  })
}

/** Points with thousands separated: whole from 10 on, else one digit. */
export function shortPoints(value: number): string {
  const digits = Math.abs(value) >= 9.95 ? 0 : 1
  // No '-0.0'.
  const shown = Math.abs(value) < 0.05 ? 0 : value
  return shown.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

const cell = (interval: Interval | null | undefined): string =>
  interval ? `${shortPoints(interval.mean)} [${shortPoints(interval.low)}, ${shortPoints(interval.high)}]` : '–'

/** 'G1, sampled'. */
export const seedLabel = ({ called }: Policies, { policy, decoding }: Pick<SeedRow, 'policy' | 'decoding'>): string =>
  decoding === 'scripted' ? called(policy) : `${called(policy)}, ${decoding}`

/** The game's title as it stands in headings. */
export function gameTitle(id: string): string {
  return gameEntries().find((game) => game.id === id)?.title ?? id
}

/** 'Swap, points in 20 replies', or the title alone. */
function headOf({ game, setup }: ComparedGroup, long: boolean): string {
  return long && setup ? `${gameTitle(game)}, ${setup.counts} in ${setup.horizon} replies` : gameTitle(game)
}

/** 'Swap, points in 20 replies'. */
export const seedHead = (group: ComparedGroup): string => headOf(group, true)

/** The rows of a family: every policy and decoding that any game has, with its row in each game. */
export function seedLines({ games, names }: SeedFamily): { readonly label: string; readonly rows: readonly (SeedRow | undefined)[] }[] {
  const keyOf = ({ policy, decoding }: SeedRow): string => `${decoding} ${policy}`
  const keys = [...new Map(games.flatMap(({ own }) => own.rows.map((row) => [keyOf(row), row] as const))).entries()]
  return keys.map(([key, first]) => ({
    label: seedLabel(names, first),
    rows: games.map(({ own }) => own.rows.find((row) => keyOf(row) === key)),
  }))
}

/** A row per policy and seed, a column per game: mean and interval over games. `long`: column heads say what is counted. */
export function seedsTable(family: SeedFamily, long = true): string {
  const head = ['policy', 'seed', ...family.games.map(({ group }) => headOf(group, long))]
  const body = seedLines(family).flatMap(({ label, rows }) => {
    if (rows.every((row) => row === undefined || row.same)) return [[label, 'all', ...rows.map((row) => cell(row?.bySeed[0]))]]
    return family.seeds.map((seed, i) => [i === 0 ? label : '', String(seed), ...rows.map((row) => cell(row?.bySeed[row.same ? 0 : i]))])
  })
  return markdownTable([head, ...body])
}

/** A row per trained policy: mean of the seeds' means and its interval over seeds. */
function overSeedsTable(family: SeedFamily): string {
  const lines = seedLines(family).filter(({ rows }) => rows.some((row) => row && !row.same))
  const body = lines.map(({ label, rows }) => [
    label,
    ...rows.map((row) => cell(row?.overSeeds ?? (row?.same ? row.bySeed[0] : undefined))),
  ])
  return markdownTable([['policy', ...family.games.map(({ group }) => headOf(group, false))], ...body])
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${shortPoints(Math.abs(value))}`

/** '+113 [+90, +135]'. */
export const signedRange = ({ mean, low, high }: Interval): string => `${signed(mean)} [${signed(low)}, ${signed(high)}]`

/** 'above in 3 of 3': seeds in which the interval over games leaves zero out. */
export function seedVerdict({ bySeed }: Pick<SeedTest, 'bySeed'>): string {
  const above = bySeed.filter(({ low }) => low > 0).length
  const below = bySeed.filter(({ high }) => high < 0).length
  const of = `of ${bySeed.length}`
  if (above > 0 && below > 0) return `above in ${above}, below in ${below} ${of}`
  if (above > 0) return `above in ${above} ${of}`
  return below > 0 ? `below in ${below} ${of}` : `open in all ${bySeed.length}`
}

/** 'G1 − cold start, sampled'. */
export const seedTestLabel = ({ called }: Policies, { policy, other, decoding }: SeedTest): string =>
  `${called(policy)} − ${called(other)}, ${decoding}`

/** An arrow a seed: above, below, or open where the interval over games holds zero. */
const arrows = ({ bySeed }: SeedTest): string => bySeed.map(({ low, high }) => (low > 0 ? '↑' : high < 0 ? '↓' : '·')).join('')

/** A row per pair, a column per game: the difference, its interval over games, an asterisk where it is more than chance, an arrow a seed. */
function differencesTable({ games, names }: SeedFamily): string {
  const labels = [...new Set(games.flatMap(({ own }) => own.tests.map((test) => seedTestLabel(names, test))))]
  const body = labels.map((label) => [
    label,
    ...games.map(({ own }) => {
      const test = own.tests.find((one) => seedTestLabel(names, one) === label)
      return test ? `${signedRange(test.overGames)}${test.corrected < 0.05 ? '*' : ' '} ${arrows(test)}` : '–'
    }),
  ])
  return markdownTable([['difference', ...games.map(({ group }) => headOf(group, false))], ...body])
}

/** What the intervals of the tables are over. */
export const SEED_NOTES = {
  games:
    'In brackets: 95 % over games, for each seed by itself (bootstrap). It says how the same model would do on other games, not how another seed would do.',
  seeds:
    'Mean of the seeds’ means; in brackets: 95 % over training seeds (Student’s t, so wide for few seeds). It says how another seed of this recipe would do on these games.',
  tests:
    'Mean over the seeds, on the same games for both; in brackets: 95 % over games, for these models (bootstrap). *: p below 0.05 in a two-sided sign-flip test over games, corrected by Holm for all tests of the game.',
  arrows: 'An arrow a seed: above, below, or · where its own interval holds zero.',
} as const

/** Everything about a family. `heading`: '## ' for documents. */
export function seedsText(family: SeedFamily, heading = ''): string {
  const { seeds, runs, games } = family
  const counted = games.map(({ group }) => headOf(group, true))
  return [
    `${heading}Seeds ${seeds.join(', ')} of one recipe (${runs.join(', ')})`,
    ...(heading === '' ? [`Counted: ${counted.join('; ')}.`] : []),
    seedsTable(family, heading !== ''),
    SEED_NOTES.games,
    `${heading === '' ? '' : `#${heading}`}Over seeds`,
    overSeedsTable(family),
    SEED_NOTES.seeds,
    ...(games.every(({ own }) => own.tests.length === 0)
      ? []
      : [`${heading === '' ? '' : `#${heading}`}Differences`, differencesTable(family), `${SEED_NOTES.tests} ${SEED_NOTES.arrows}`]),
    ...games.flatMap(({ own }) => (own.probes === null ? [] : [probesText(own.probes, own.stages, heading === '' ? '' : `#${heading}`)])),
  ].join('\n\n')
}
