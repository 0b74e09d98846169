/** Runs of one recipe with several training seeds as a page: the chart with every seed in it, what it comes to, and the tables. */
import type { Interval } from '../eval/index.ts'
import type { StageInfo } from '../runs/index.ts'
import { type Compared, findingsOf, type Verdict } from './findings.ts'
import type { Policies } from './policies.ts'
import { type ProbesPage, probesPage } from './probes-page.ts'
import { pointsText } from './results.ts'
import { type Mark, type Panel, panelOf, type ScaleRow } from './scale-chart.ts'
import type { SeedGroup, SeedRow } from './seeds.ts'
import {
  gameTitle,
  SEED_NOTES,
  type SeedFamily,
  seedHead,
  seedLabel,
  seedLines,
  seedTestLabel,
  seedVerdict,
  shortPoints,
  signedRange,
} from './seeds-text.ts'
import { type Table, type TableCell, type TableRow, textCell } from './table.ts'

/** A recipe with its seeds. */
export interface SeedsPage {
  /** 'Seeds 0, 1, 2 of one recipe' */
  readonly title: string
  readonly seeds: readonly number[]
  /** Names of the runs, in the order of the seeds. */
  readonly runs: readonly string[]
  readonly stages: readonly (StageInfo & { readonly colour: number })[]
  readonly findings: { readonly sentences: readonly string[]; readonly how: string }
  readonly panels: readonly Panel[]
  readonly legend: string
  readonly tables: readonly Table[]
  readonly probes: ProbesPage | null
}

const DECODINGS = ['sampled', 'greedy'] as const
/** Policies that are lines of the chart, or that its readers do not look for: they stand in the tables. */
const NO_ROWS = ['random', 'uniform', 'solver']
const SCRIPTED = 6

const meansOf = ({ bySeed }: SeedRow): number[] => bySeed.flatMap((interval) => interval?.mean ?? [])

function markOf(names: Policies, row: SeedRow): Mark[] {
  const interval = row.same ? (row.bySeed[0] ?? null) : row.overSeeds
  if (interval === null) return []
  const dots = row.same ? [] : meansOf(row)
  const said = `${pointsText(interval.mean)} (${pointsText(interval.low)} to ${pointsText(interval.high)})`
  const title = `${seedLabel(names, row)}: ${said}${dots.length === 0 ? '' : `; seeds ${dots.map(pointsText).join(', ')}`}`
  return [{ ...interval, look: row.decoding === 'greedy' ? 'hollow' : 'full', title, dots }]
}

function gamePanel(names: Policies, { group, own }: SeedFamily['games'][number]): Panel | null {
  const anchor = (policy: string): Interval | null =>
    own.rows.find((row) => row.policy === policy && row.decoding === 'scripted')?.bySeed[0] ?? null
  const policies = [...new Set(own.rows.map(({ policy }) => policy))].filter((policy) => !NO_ROWS.includes(policy))
  const rows = policies.map((policy): ScaleRow => {
    const all = own.rows.filter((row) => row.policy === policy)
    const colour = all.some(({ decoding }) => decoding !== 'scripted') ? names.colour(policy) : SCRIPTED
    return { label: names.called(policy).split(',')[0] as string, colour, marks: all.flatMap((row) => markOf(names, row)) }
  })
  const { setup } = group
  const note = setup ? `${setup.counts} in ${setup.horizon} replies` : 'points an episode'
  return panelOf({ title: gameTitle(group.game), note, random: anchor('random'), expert: anchor('solver'), rows })
}

/** Above or below only if every seed is, by its own interval over games. */
function verdictOf({ tests }: SeedGroup, policy: string, decoding: string, other: string): Verdict {
  const test = tests.find((one) => one.policy === policy && one.other === other && one.decoding === decoding)
  if (test === undefined) return null
  if (test.bySeed.every(({ low }) => low > 0)) return 'above'
  return test.bySeed.every(({ high }) => high < 0) ? 'below' : 'open'
}

function comparedOf({ games, names }: SeedFamily): Compared {
  const groupOf = (game: number): SeedGroup => (games[game] as SeedFamily['games'][number]).own
  return {
    names,
    games: games.map(({ group }) => gameTitle(group.game)),
    decodings: DECODINGS.filter((decoding) => games.some(({ own }) => own.rows.some((row) => row.decoding === decoding))),
    verdict: (game, policy, decoding, other) => verdictOf(groupOf(game), policy, decoding, other),
    solverAbove: (game) => {
      const [random, solver] = ['random', 'solver'].map(
        (policy) => groupOf(game).rows.find((row) => row.policy === policy && row.same)?.bySeed[0] ?? null,
      )
      return random && solver ? solver.mean > random.high || random.mean < solver.low : null
    },
  }
}

const ranged = (interval: Interval | null | undefined): TableCell | null =>
  interval
    ? {
        text: shortPoints(interval.mean),
        value: interval.mean,
        note: `${shortPoints(interval.low)} to ${shortPoints(interval.high)}`,
      }
    : null

/** Policy, seed, games: every seed with its interval over games, then the mean over seeds with its interval over seeds. */
function gamesTable(family: SeedFamily): Table {
  const { games, seeds } = family
  const rows = seedLines(family).flatMap(({ label, rows: own }): TableRow[] => {
    if (own.every((row) => row === undefined || row.same))
      return [{ head: label, anchor: true, cells: [textCell('all'), ...own.map((row) => ranged(row?.bySeed[0]))] }]
    const single = seeds.map(
      (seed, i): TableRow => ({
        head: label,
        cells: [textCell(String(seed)), ...own.map((row) => ranged(row?.bySeed[row.same ? 0 : i]))],
      }),
    )
    return [...single, { head: label, cells: [textCell('mean'), ...own.map((row) => ranged(row?.overSeeds))] }]
  })
  return {
    title: 'Points',
    first: 'Policy',
    columns: [{ title: 'Seed' }, ...games.map(({ group }) => ({ title: seedHead(group) }))],
    rows,
    notes: [SEED_NOTES.games, `Rows “mean”: ${SEED_NOTES.seeds}`],
  }
}

function differencesTable({ games, names }: SeedFamily): Table[] {
  const labels = [...new Set(games.flatMap(({ own }) => own.tests.map((test) => seedTestLabel(names, test))))]
  if (labels.length === 0) return []
  const cell = (own: SeedGroup, label: string): TableCell | null => {
    const test = own.tests.find((one) => seedTestLabel(names, one) === label)
    if (test === undefined) return null
    const { mean } = test.overGames
    return {
      text: `${signedRange(test.overGames)}${test.corrected < 0.05 ? '*' : ''}`,
      value: mean,
      note: seedVerdict(test),
      title: `over seeds ${signedRange(test.overSeeds)}; p ${test.corrected.toPrecision(2)}, corrected`,
      ...(test.corrected < 0.05 && { look: 'clear' as const }),
    }
  }
  return [
    {
      title: 'Differences on the same games',
      first: 'Difference',
      columns: games.map(({ group }) => ({ title: gameTitle(group.game) })),
      rows: labels.map((label) => ({ head: label, cells: games.map(({ own }) => cell(own, label)) })),
      notes: [`${SEED_NOTES.tests} Below: in how many seeds that seed’s own interval leaves zero out.`],
    },
  ]
}

/** The part of a comparison's page. */
export function seedsPage(family: SeedFamily): SeedsPage {
  const { seeds, runs, names, games } = family
  const stages = games[0]?.own.stages ?? []
  return {
    title: `Seeds ${seeds.join(', ')} of one recipe`,
    seeds,
    runs,
    stages: stages.map((stage) => ({ ...stage, colour: names.colour(stage.name) })),
    findings: {
      sentences: findingsOf(comparedOf(family)),
      how: `Above and below: in every one of the ${seeds.length} seeds, the 95 % interval of the difference over the same games leaves zero out.`,
    },
    panels: games.flatMap((game) => gamePanel(names, game) ?? []),
    legend:
      'Filled: sampled, or scripted; hollow: greedy. Large dots: means over seeds (numbers: sampled / greedy), with lines of 95 % over training seeds; small dots: each seed. Scripted policies: 95 % over games. Shaded: fewer points than random legal moves.',
    tables: [gamesTable(family), ...differencesTable(family)],
    probes: probesPage(
      games.flatMap(({ own }) => own.probes ?? []),
      stages,
    ),
  }
}
