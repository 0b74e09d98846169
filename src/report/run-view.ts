/** A training run as plain JSON: all that a report, a server or a page shows of it. What is not there yet is left empty. */
import { StorageError } from '../errors.ts'
import { meanOf, quantile } from '../eval/index.ts'
import {
  ABOUT,
  type EpisodeRecord,
  type GeneralisationRow,
  generalisationRows,
  type InterventionRow,
  interventionRows,
  METRICS_FILE,
  type MetricLine,
  type ProbeRow,
  probeRows,
  type Replay,
  type ResultRow,
  type RunReader,
  readEpisodes,
  replayList,
  resultRows,
  type StageInfo,
  sessions,
  trainHeader,
} from '../runs/index.ts'
import { type TrainConfig, trainConfig } from '../train/index.ts'
import { aboutText } from './about-text.ts'
import { findingsOf } from './findings.ts'
import { policiesOf } from './policies.ts'
import { loadTrained } from './training-run.ts'
import { comparedOf } from './verdicts.ts'

/** A stage as far as it went. */
export interface StageView extends StageInfo {
  /** Index of the palette in which its curves are drawn. */
  readonly colour: number
  /** Seconds over all steps. */
  readonly seconds: number
  /** Median over steps; null where no tokens were logged. */
  readonly tokensPerSecond: number | null
  /** Mean over the last ten steps at most: the reward in RL, the loss otherwise; null before the first step. */
  readonly last: number | null
  readonly lines: readonly MetricLine[]
}

export interface RunView {
  /** 'G0 and G1 on 2048, swap' */
  readonly title: string
  /** Program, date and machine, in a line; '' where unknown. */
  readonly about: string
  /** As it was written. */
  readonly config: unknown
  /** Every stage that is planned, in order. */
  readonly stages: readonly StageView[]
  /** Two or three sentences on what came out; none before the evaluation. */
  readonly findings: readonly string[]
  readonly results: readonly ResultRow[]
  readonly probes: readonly ProbeRow[]
  readonly interventions: readonly InterventionRow[]
  readonly generalisation: readonly GeneralisationRow[]
  readonly replays: readonly Replay[]
  /** Every evaluated episode. */
  readonly episodes: readonly EpisodeRecord[]
}

/** What a training run says of itself. Throws StorageError where there is none. */
export async function readHeader(reader: RunReader): Promise<{ readonly config: unknown; readonly stages: readonly StageInfo[] }> {
  const header = await reader.read('run.json', trainHeader)
  if (header === null) throw new StorageError('there is no run.json, so this is no training run; give the folder that vlm-gym train wrote')
  return header
}

/** Reads a run, also one that is going. Throws StorageError where there is no training run. */
export async function runView(reader: RunReader): Promise<RunView> {
  const { config, stages } = await readHeader(reader)
  const lines = await reader.lines(METRICS_FILE)
  const results = (await reader.read('results.json', resultRows)) ?? []
  const episodes = await readEpisodes(reader)
  await loadTrained(config)
  const compared = comparedOf({ config, stages, results, episodes })
  return {
    title: titleOf(trainConfigOf(config), stages),
    about: aboutText((await reader.read(ABOUT, sessions))?.sessions ?? []),
    config,
    stages: stageViews(stages, lines),
    findings: findingsOf(compared),
    results,
    probes: (await reader.read('probes.json', probeRows)) ?? [],
    interventions: (await reader.read('interventions.json', interventionRows)) ?? [],
    generalisation: (await reader.read('generalisation.json', generalisationRows)) ?? [],
    replays: (await reader.read('replays.json', replayList)) ?? [],
    episodes,
  }
}

/** The config of a training run; null if it is of another version. */
export function trainConfigOf(config: unknown): TrainConfig | null {
  const parsed = trainConfig.safeParse(config)
  return parsed.success ? parsed.data : null
}

/** 'G0 and G1 on 2048, swap'. */
export function titleOf(config: TrainConfig | null, stages: readonly StageInfo[]): string {
  const ends = stages.filter(({ name }) => !stages.some(({ from }) => from === name)).map(({ label }) => label)
  const what = ends.length < 2 ? (ends[0] ?? 'A run') : `${ends.slice(0, -1).join(', ')} and ${ends.at(-1)}`
  return config === null ? what : `${what} on ${config.games.map(({ id }) => id).join(', ')}`
}

/** Figures of a stage by its own lines. */
export function stageFigures(
  { kind }: Pick<StageInfo, 'kind'>,
  lines: readonly MetricLine[],
): Pick<StageView, 'seconds' | 'tokensPerSecond' | 'last'> {
  const speeds = lines.flatMap(({ seconds, values }) => (values.tokens && seconds > 0 ? [values.tokens / seconds] : []))
  const figure = kind === 'rl' ? 'reward' : 'loss'
  return {
    seconds: lines.reduce((sum, { seconds }) => sum + seconds, 0),
    tokensPerSecond:
      speeds.length === 0
        ? null
        : quantile(
            speeds.sort((a, b) => a - b),
            0.5,
          ),
    last: meanOf(lines.slice(-10).flatMap(({ values }) => values[figure] ?? [])),
  }
}

function stageViews(stages: readonly StageInfo[], lines: readonly MetricLine[]): StageView[] {
  const { colour } = policiesOf(stages)
  return stages.map((stage) => {
    const own = lines.filter((line) => line.stage === stage.name)
    return { ...stage, colour: colour(stage.name), ...stageFigures(stage, own), lines: own }
  })
}
