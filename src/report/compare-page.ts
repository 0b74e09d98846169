/** A comparison as a page shows it: plain JSON with a chart, tables, tests and confusion matrices, and the same as files to save. */
import type { Interval } from '../eval/index.ts'
import { printableLine } from '../printable.ts'
import type { MetricLine } from '../runs/index.ts'
import type { ComparedGroup, ComparedRow } from './compare.ts'
import {
  type ComparedColumn,
  columnsOf,
  comparisonCsv,
  comparisonText,
  misreadings,
  TEST_HEAD,
  testCells,
  titleOf,
} from './compare-text.ts'
import { type ChartInfo, gamesIn, RL_CHARTS, type StageColumns, SUPERVISED_CHARTS, stageColumns } from './curves.ts'
import { pointsText } from './results.ts'
import type { RunFindings } from './run-page.ts'
import { type Mark, type Panel, panelOf, type ScaleRow } from './scale-chart.ts'
import { type SeedsPage, seedsPage } from './seeds-page.ts'
import { gameTitle, seedFamilies, seedsText } from './seeds-text.ts'
import { type Table, type TableCell, textCell } from './table.ts'
import type { UnreadText } from './unread-text.ts'

/** How a player reads the cells of boards: counts by true label (rows) and by what was read (columns; '': left out). */
export interface ConfusionPage {
  readonly label: string
  readonly truths: readonly string[]
  readonly reads: readonly string[]
  readonly counts: readonly (readonly number[])[]
}

/** One game under one set-up. */
export interface GroupPage {
  /** 'Swap', for links. */
  readonly name: string
  /** 'swap: rows 5, …; 20 replies' */
  readonly title: string
  readonly panels: readonly Panel[]
  readonly legend: string
  readonly tables: readonly Table[]
  /** What happened to requests and replies on their way. */
  readonly notes: readonly string[]
  readonly unread: readonly ({ readonly label: string } & UnreadText)[]
  readonly confusions: readonly ConfusionPage[]
}

/** The curves of a training run. */
export interface RunCurves {
  readonly run: string
  readonly games: readonly string[]
  readonly columns: readonly StageColumns[]
}

/** All that the page shows. */
export interface ComparePage {
  readonly names: readonly string[]
  /** A line on what ran, for each run that knows it. */
  readonly about: readonly string[]
  /** Recipes with several training seeds. */
  readonly families: readonly SeedsPage[]
  readonly findings: RunFindings
  readonly groups: readonly GroupPage[]
  readonly curves: readonly RunCurves[]
  readonly charts: { readonly rl: readonly ChartInfo[]; readonly supervised: readonly ChartInfo[] }
  /** The same for other programs. */
  readonly files: { readonly csv: string; readonly markdown: string }
}

/** Most points of a curve. */
const POINTS = 400

/** Indices of the palette: models by the place of their run, scripted policies, the results of others. */
const RUNS = [0, 1, 3, 4, 5]
const [SCRIPTED, OTHERS] = [6, 2]

/** Policies that are the ends of the scale. */
const ENDS = ['random', 'solver']

const LEGEND =
  'Filled: sampled, or scripted; hollow: greedy (numbers: sampled / greedy). Lines through the dots: 95 % over games. A colour a run; scripted policies and results of others in their own. Shaded: fewer points than random legal moves.'

const said = (label: string, { mean, low, high }: Interval): string =>
  `${label}: ${pointsText(mean)} (${pointsText(low)} to ${pointsText(high)})`

/** A row a policy of a run, those of models first, then one for each result of others. */
function groupPanel({ rows, unit, game }: ComparedGroup, names: readonly string[]): Panel[] {
  const end = (policy: string): Interval | null =>
    rows.find((row) => row.policy === policy && row.decoding === 'scripted')?.cells.return ?? null
  const shown = rows.filter(({ policy, decoding, cells }) => cells.return && !(decoding === 'scripted' && ENDS.includes(policy)))
  const keyOf = ({ policy, run }: ComparedRow): string => JSON.stringify([policy, run])
  const panelRows = [...new Set(shown.map(keyOf))].map((key): ScaleRow => {
    const own = shown.filter((row) => keyOf(row) === key)
    const { policy, run, decoding, source } = own[0] as ComparedRow
    const twins = shown.some((row) => row.policy === policy && row.run !== run)
    const order = ['sampled', 'scripted', 'greedy']
    return {
      label: twins && run !== null ? `${policy} (${run})` : policy,
      colour: source !== 'run' ? OTHERS : decoding === 'scripted' ? SCRIPTED : (RUNS[names.indexOf(run as string) % RUNS.length] as number),
      marks: own
        .toSorted((a, b) => order.indexOf(a.decoding ?? '') - order.indexOf(b.decoding ?? ''))
        .map(({ label, decoding, cells }): Mark => {
          const { mean, low, high } = cells.return as Interval
          return { mean, low, high, look: decoding === 'greedy' ? 'hollow' : 'full', title: said(label, { mean, low, high }) }
        }),
    }
  })
  const panel = panelOf({ title: gameTitle(game), note: unit, random: end('random'), expert: end('solver'), rows: panelRows })
  return panel === null ? [] : [panel]
}

/** What the tests of a game come to, in a sentence: of models of different runs where there are such. Null without tests. */
function sentenceOf({ game, rows, tests }: ComparedGroup): string | null {
  if (tests.length === 0) return null
  const modelRun = (name: string): string | null => {
    const row = rows.find(({ label }) => label === name)
    return row === undefined || row.decoding === 'scripted' ? null : row.run
  }
  const across = tests.filter(({ a, b }) => {
    const [one, other] = [modelRun(a), modelRun(b)]
    return one !== null && other !== null && one !== other
  })
  const [asked, of] = across.length > 0 ? [across, 'differences between the runs'] : [tests, 'differences']
  const clear = asked.filter(({ corrected }) => corrected < 0.05)
  const [first] = clear.toSorted((a, b) => Math.abs(b.difference.mean) - Math.abs(a.difference.mean))
  if (first === undefined) return `${gameTitle(game)}: none of ${asked.length} ${of} is told apart from chance.`
  const { a, b, difference } = first
  const [better, worse] = difference.mean > 0 ? [a, b] : [b, a]
  const { mean, low, high } = difference
  const ends = [Math.abs(low), Math.abs(high)].sort((x, y) => x - y)
  return `${gameTitle(game)}: ${clear.length} of ${asked.length} ${of} ${clear.length === 1 ? 'is' : 'are'} more than chance; the largest: ${better} above ${worse} by ${pointsText(Math.abs(mean))} (${ends.map(pointsText).join(' to ')}).`
}

/** Most columns of a table. */
const MOST = 8

/** In each cell the mean, and below it its interval; in two tables where there are many columns, so that every one is on the page. */
function resultsTables(group: ComparedGroup): Table[] {
  const columns = columnsOf(group)
  const half = columns.length > MOST ? Math.ceil(columns.length / 2) : columns.length
  return [columns.slice(0, half), columns.slice(half)]
    .filter(({ length }) => length > 0)
    .map((part, i) => ({
      title: i === 0 ? 'Results' : 'Results, more',
      first: 'Policy',
      columns: part.map(({ head }) => ({ title: head })),
      rows: group.rows.map((row) => ({ head: row.label, anchor: row.source !== 'run', cells: part.map((column) => cellOf(column, row)) })),
      notes: [],
    }))
}

function cellOf({ text, value }: ComparedColumn, row: ComparedRow): TableCell | null {
  const shown = text(row)
  if (shown === null) return null
  const [, mean = shown, range] = /^(.*?)(?: \[(.*)\])?$/s.exec(shown) ?? []
  return { text: mean, value: value(row), ...(range !== undefined && { note: range.replace(', ', ' to ') }) }
}

function testsTable({ tests }: ComparedGroup): Table[] {
  if (tests.length === 0) return []
  const [first = '', ...heads] = TEST_HEAD
  return [
    {
      title: 'Differences on the same games',
      first,
      columns: heads.map((title) => ({ title })),
      rows: tests.map((test) => {
        const [head = '', pairs = '', mean = '', p = '', verdict = ''] = testCells(test)
        const clear = test.corrected < 0.05
        return {
          head,
          cells: [
            { text: pairs, value: test.pairs },
            { text: mean, value: test.difference.mean, ...(clear && { look: 'clear' as const }) },
            { text: p, value: test.corrected },
            textCell(verdict),
          ],
        }
      }),
      notes: [
        'Mean of the differences with a 95 % bootstrap interval; two-sided sign-flip test, corrected by Holm for all tests of this game.',
      ],
    },
  ]
}

function confusionOf(row: ComparedRow): ConfusionPage[] {
  const { confusion, label } = row
  if (confusion === null || misreadings(row).length === 0) return []
  const truths = Object.keys(confusion).sort()
  const reads = [...new Set([...truths, ...Object.values(confusion).flatMap((counts) => Object.keys(counts))])]
  const count = (truth: string, read: string): number => {
    const counts = confusion[truth] ?? {}
    return Object.hasOwn(counts, read) ? (counts[read] as number) : 0
  }
  return [{ label, truths, reads, counts: truths.map((truth) => reads.map((read) => count(truth, read))) }]
}

const groupPage = (group: ComparedGroup, names: readonly string[]): GroupPage => ({
  name: gameTitle(group.game),
  title: titleOf(group),
  panels: groupPanel(group, names),
  legend: LEGEND,
  tables: [...resultsTables(group), ...testsTable(group)],
  notes: group.rows.flatMap(({ label, notes }) => notes.map((note) => `${label}: ${printableLine(note)}`)),
  unread: group.rows.flatMap(({ label, unread }) => unread.map((text) => ({ label, ...text }))),
  confusions: group.rows.flatMap(confusionOf),
})

/** What a comparison is made of besides its groups. */
export interface CompareFacts {
  readonly names: readonly string[]
  readonly about?: readonly string[]
  /** The metrics of training runs, by the names of the runs. */
  readonly metrics?: readonly { readonly run: string; readonly lines: readonly MetricLine[] }[]
}

/** The page; recipes with several seeds come first. */
export function comparePage(groups: readonly ComparedGroup[], { names, about = [], metrics = [] }: CompareFacts): ComparePage {
  const families = seedFamilies(groups)
  return {
    names,
    about,
    families: families.map(seedsPage),
    findings: {
      sentences: groups.flatMap((group) => sentenceOf(group) ?? []),
      how: 'Two-sided sign-flip tests on the same games, corrected by Holm for all tests of a game.',
    },
    groups: groups.map((group) => groupPage(group, names)),
    curves: metrics.map(({ run, lines }) => ({
      run,
      games: gamesIn([{ lines }]),
      columns: stageColumns(lines, POINTS),
    })),
    charts: { rl: RL_CHARTS, supervised: SUPERVISED_CHARTS },
    files: {
      csv: comparisonCsv(groups),
      markdown: `${[comparisonText(groups, '## '), ...families.map((family) => seedsText(family, '## '))].join('\n\n')}\n`,
    },
  }
}
