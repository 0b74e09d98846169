/** A training run as the studio's page shows it: plain JSON, with every sentence and colour decided. The lines of the metrics travel apart. */
import { METRICS_FILE, type MetricLine, type RunReader } from '../runs/index.ts'
import { type ChartInfo, gamesIn, RL_CHARTS, SUPERVISED_CHARTS } from './curves.ts'
import { headPanels, PANELS_LEGEND, verdictNote } from './head-panels.ts'
import { policiesOf } from './policies.ts'
import { type ResultTable, resultTables } from './result-tables.ts'
import { headroomText, resultsByGame } from './results.ts'
import { runView, type StageView } from './run-view.ts'
import type { Panel } from './scale-chart.ts'
import { gameTitle } from './seeds-text.ts'
import { trainingSetups } from './training-run.ts'

/** All that the page shows of a run, without the lines of its metrics. */
export interface RunPage {
  readonly title: string
  /** Program, date and machine; '' where unknown. */
  readonly about: string
  /** Two or three sentences; none before the evaluation. */
  readonly findings: readonly string[]
  /** How their verdicts are made. */
  readonly how: string
  /** The first chart, a panel a game; none before the evaluation. */
  readonly panels: readonly Panel[]
  /** What its marks are. */
  readonly legend: string
  readonly stages: readonly Omit<StageView, 'lines'>[]
  /** Steps that each stage has done, in the order of `stages`. */
  readonly done: readonly number[]
  /** Games whose values are logged apart, as '<game>.<value>'. */
  readonly games: readonly string[]
  readonly charts: { readonly rl: readonly ChartInfo[]; readonly supervised: readonly ChartInfo[] }
  readonly tables: readonly { readonly title: string; readonly headroom: string | null; readonly tables: readonly ResultTable[] }[]
  readonly config: unknown
}

/** Reads a run, also one that is going. Throws StorageError where there is no training run. */
export async function runPage(reader: RunReader): Promise<RunPage> {
  const view = await runView(reader)
  const results = resultsByGame(view.results, policiesOf(view.stages))
  return {
    title: view.title,
    about: view.about,
    findings: view.findings,
    how: verdictNote(view.episodes.length > 0),
    panels: headPanels(results, trainingSetups(view.config)),
    legend: PANELS_LEGEND,
    stages: view.stages.map(({ lines: _, ...stage }) => stage),
    done: view.stages.map(({ lines }) => lines.length),
    games: gamesIn(view.stages),
    charts: { rl: RL_CHARTS, supervised: SUPERVISED_CHARTS },
    tables: results.map((one) => ({ title: gameTitle(one.game), headroom: headroomText(one), tables: resultTables(one) })),
    config: view.config,
  }
}

/** The lines of a run's metrics from a place in the file on, counted in records. */
export async function runMetrics(reader: RunReader, from: number): Promise<MetricLine[]> {
  return (await reader.lines(METRICS_FILE)).slice(from)
}
