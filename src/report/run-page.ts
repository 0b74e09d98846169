/**
 * A training run as a page shows it: plain JSON, with every sentence, colour and table decided. It comes in parts, because they cost
 * differently: the head takes milliseconds, the findings seconds of statistics, and a run that is going changes its metrics alone.
 */
import {
  ABOUT,
  generalisationRows,
  interventionRows,
  type MetricLine,
  probeRows,
  type ResultRow,
  type RunReader,
  readEpisodes,
  replayList,
  resultRows,
  type StageInfo,
  sessions,
} from '../runs/index.ts'
import { aboutText } from './about-text.ts'
import { type BootstrappingPage, bootstrappingPage } from './bootstrapping-page.ts'
import { type ChartInfo, gamesIn, RL_CHARTS, type StageColumns, SUPERVISED_CHARTS, stageColumns } from './curves.ts'
import { findingsOf } from './findings.ts'
import { type GeneralisationPage, generalisationPage } from './generalisation-page.ts'
import { headPanels, PANELS_LEGEND, verdictNote } from './head-panels.ts'
import { type InterventionsPage, interventionsPage } from './interventions-page.ts'
import { policiesOf } from './policies.ts'
import { probeTables } from './probes.ts'
import { type ProbesPage, probesPage } from './probes-page.ts'
import { type ReplaysPage, replaysPage } from './replays-page.ts'
import { failedText, resultTables } from './result-tables.ts'
import { headroomText, resultsByGame } from './results.ts'
import { type RunView, readHeader, titleOf, trainConfigOf } from './run-view.ts'
import type { Panel } from './scale-chart.ts'
import { gameTitle } from './seeds-text.ts'
import type { Table } from './table.ts'
import { loadTrained, trainingSetups } from './training-run.ts'
import { comparedOf } from './verdicts.ts'
import { runFacts, stageTable } from './what-ran.ts'

/** A stage and the index of the palette in which its curves are drawn. */
export type StageHead = StageInfo & { readonly colour: number }

/** What a run is, and its results. */
export interface RunHead {
  readonly title: string
  /** 'preset laptop, seed 0. G0: RL from the base. …' */
  readonly what: string
  /** Program, date and machine; '' where unknown. */
  readonly about: string
  readonly stages: readonly StageHead[]
  /** The first chart, a panel a game; none before the evaluation. */
  readonly panels: readonly Panel[]
  /** What its marks are. */
  readonly legend: string
  /** Null before the evaluation. */
  readonly results: {
    readonly note: string
    readonly games: readonly {
      readonly title: string
      /** Episodes that failed, and what the game measures: a sentence each. */
      readonly sentences: readonly string[]
      readonly tables: readonly Table[]
    }[]
  } | null
  /** What a reader has to know of the results of single stages. */
  readonly notes: readonly string[]
  readonly charts: { readonly rl: readonly ChartInfo[]; readonly supervised: readonly ChartInfo[] }
  /** Name and value; null where the config is of another version. */
  readonly facts: readonly (readonly [string, string])[] | null
  /** As it was written. */
  readonly config: unknown
}

/** The metrics, all or from a place on. */
export interface RunMetrics {
  /** Lines before the first of `columns`, and lines in all. */
  readonly from: number
  readonly total: number
  /** Steps that each stage has done, in the order of the stages. */
  readonly done: readonly number[]
  readonly table: Table
  /** Games whose values are logged apart, as '<game>.<value>'. */
  readonly games: readonly string[]
  readonly columns: readonly StageColumns[]
}

/** What came out, in two or three sentences, and how their verdicts are made; no sentence before the evaluation. */
export interface RunFindings {
  readonly sentences: readonly string[]
  readonly how: string
}

/** What follows the evaluation; null where it was not made. */
export interface RunAnalyses {
  readonly probes: ProbesPage | null
  readonly interventions: InterventionsPage | null
  readonly generalisation: GeneralisationPage | null
}

/** All parts. */
export interface RunPage {
  readonly head: RunHead
  readonly metrics: RunMetrics
  readonly findings: RunFindings
  readonly bootstrapping: BootstrappingPage | null
  readonly analyses: RunAnalyses
  readonly replays: ReplaysPage | null
}

/** Most points of a curve in a page that holds its data. */
const POINTS = 800

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function headOf(config: unknown, stages: readonly StageInfo[], about: string, rows: readonly ResultRow[]): RunHead {
  const parsed = trainConfigOf(config)
  const names = policiesOf(stages)
  const results = resultsByGame(rows, names)
  const episodes = Math.max(0, ...rows.map((row) => row.episodes))
  const recipes = stages.flatMap(({ label, about, from }) => (from === null ? [] : [`${capital(label)}: ${about}.`]))
  return {
    title: titleOf(parsed, stages),
    what: [...(parsed === null ? [] : [`Preset ${parsed.preset}, seed ${parsed.seed}.`]), ...recipes].join(' '),
    about,
    stages: stages.map((stage) => ({ ...stage, colour: names.colour(stage.name) })),
    panels: headPanels(results, trainingSetups(config)),
    legend: PANELS_LEGEND,
    results:
      results.length === 0
        ? null
        : {
            note: `Means over up to ${episodes} episodes, the same seeds for all; below each its 95 % bootstrap interval. The best model of a column is marked; shaded rows are anchors, which are handed the board and read no picture.`,
            games: results.map((one) => ({
              title: gameTitle(one.game),
              sentences: [failedText(one), headroomText(one)].filter((sentence) => sentence !== null),
              tables: resultTables(one),
            })),
          },
    notes: stages.flatMap(({ note }) => (note === '' ? [] : [note])),
    charts: { rl: RL_CHARTS, supervised: SUPERVISED_CHARTS },
    facts: parsed === null ? null : runFacts(parsed),
    config,
  }
}

/** The metrics of a run whose lines are at hand. `from`: lines that the page has; `most`: points of a curve. */
export function runMetrics(stages: readonly StageInfo[], lines: readonly MetricLine[], from = 0, most?: number): RunMetrics {
  return {
    from,
    total: lines.length,
    done: stages.map(({ name }) => lines.filter(({ stage }) => stage === name).length),
    table: stageTable(stages, lines),
    games: gamesIn(linesOf(stages, lines)),
    columns: stageColumns(lines.slice(from), most),
  }
}

function linesOf(stages: readonly StageInfo[], lines: readonly MetricLine[]) {
  const { colour } = policiesOf(stages)
  return stages.map(({ name, label, kind }) => ({
    name,
    label,
    kind,
    colour: colour(name),
    lines: lines.filter(({ stage }) => stage === name),
  }))
}

/** All that a page shows of a run. */
export function runPage(view: RunView): RunPage {
  const names = policiesOf(view.stages)
  const stages = view.stages.map(({ colour: _, seconds: __, tokensPerSecond: ___, last: ____, lines: _____, ...stage }) => stage)
  const lines = view.stages.flatMap((stage) => stage.lines)
  return {
    head: headOf(view.config, stages, view.about, view.results),
    metrics: runMetrics(stages, lines, 0, POINTS),
    findings: { sentences: view.findings, how: verdictNote(view.episodes.length > 0) },
    bootstrapping: bootstrappingPage(view.stages),
    analyses: {
      probes: probesPage(probeTables([view.probes], stages), stages),
      interventions: interventionsPage(view.interventions, names),
      generalisation: generalisationPage(view.generalisation, names, trainConfigOf(view.config)?.themes ?? null),
    },
    replays: replaysPage(view.replays, names),
  }
}

/** The head of a run, also one that is going. Throws StorageError where there is no training run. */
export async function runHead(reader: RunReader): Promise<RunHead> {
  const { config, stages } = await readHeader(reader)
  await loadTrained(config)
  const about = aboutText((await reader.read(ABOUT, sessions))?.sessions ?? [])
  return headOf(config, stages, about, (await reader.read('results.json', resultRows)) ?? [])
}

/** The findings of a run. */
export async function runFindings(reader: RunReader): Promise<RunFindings> {
  const { config, stages } = await readHeader(reader)
  await loadTrained(config)
  const results = (await reader.read('results.json', resultRows)) ?? []
  if (results.length === 0) return { sentences: [], how: '' }
  const episodes = await readEpisodes(reader)
  return { sentences: findingsOf(comparedOf({ config, stages, results, episodes })), how: verdictNote(episodes.length > 0) }
}

/** The analyses of a run. */
export async function runAnalyses(reader: RunReader): Promise<RunAnalyses> {
  const { config, stages } = await readHeader(reader)
  const names = policiesOf(stages)
  const probes = (await reader.read('probes.json', probeRows)) ?? []
  const interventions = (await reader.read('interventions.json', interventionRows)) ?? []
  const generalisation = (await reader.read('generalisation.json', generalisationRows)) ?? []
  return {
    probes: probesPage(probeTables([probes], stages), stages),
    interventions: interventionsPage(interventions, names),
    generalisation: generalisationPage(generalisation, names, trainConfigOf(config)?.themes ?? null),
  }
}

/** The bootstrapping view of a run whose lines are at hand. */
export const runBootstrapping = (stages: readonly StageInfo[], lines: readonly MetricLine[]): BootstrappingPage | null =>
  bootstrappingPage(linesOf(stages, lines))

/** The replays of a run. */
export async function runReplays(reader: RunReader): Promise<ReplaysPage | null> {
  const { stages } = await readHeader(reader)
  return replaysPage((await reader.read('replays.json', replayList)) ?? [], policiesOf(stages))
}
