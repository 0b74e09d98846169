/** Metric lines as curves: which values are charted, and the lines as columns. */

import { meanOf } from '../eval/index.ts'
import type { MetricLine, StageInfo } from '../runs/index.ts'

/** The metric lines of one stage, in order. */
export interface StageLines extends Pick<StageInfo, 'name' | 'label' | 'kind'> {
  /** Index of the page's palette. */
  readonly colour: number
  readonly lines: readonly MetricLine[]
}

/** What a chart of one logged value says. */
export interface ChartInfo {
  readonly key: string
  readonly title: string
  readonly note: string
  /** 'share': 0..1, shown in per cent. */
  readonly unit: 'share' | 'number'
}

const info = (key: string, title: string, note: string, unit: ChartInfo['unit'] = 'share'): ChartInfo => ({ key, title, note, unit })

/** Charts of RL stages; keys as logged by the trainer. */
export const RL_CHARTS: readonly ChartInfo[] = [
  info('reward', 'Reward', 'training reward of a reply', 'number'),
  info('perceptionExact', 'Perception exact', 'replies whose perception is wholly right'),
  info('perceptionCells', 'Perception cells', 'cells read rightly'),
  info('think', 'Truth of the thoughts', 'statements that are true'),
  info('reasoning', 'Reasoning', 'best moves among replies with the board right'),
  info('good', 'Good moves', 'best moves among all replies'),
  info('legal', 'Legal moves', 'replies that are a legal move'),
  info('format', 'Format', 'replies in exactly the three sections'),
  info('signal', 'Groups with signal', 'groups whose rewards differ'),
  info('kl', 'KL from the start', 'nats a token', 'number'),
  info('entropy', 'Entropy', 'nats a sampled token', 'number'),
  info('length', 'Reply length', 'tokens', 'number'),
]

/** Charts of supervised stages. */
export const SUPERVISED_CHARTS: readonly ChartInfo[] = [
  info('loss', 'Loss', 'nats a token', 'number'),
  info('gradNorm', 'Gradient norm', 'before clipping', 'number'),
  info('learningRate', 'Learning rate', '', 'number'),
]

/** The games whose values are logged apart, as `<game>.<value>`; none where a run plays one game. */
export function gamesIn(stages: readonly Pick<StageLines, 'lines'>[]): string[] {
  const firsts = stages.flatMap(({ lines }) => [...new Map(lines.map((line) => [line.stage, line])).values()])
  const keys = firsts.flatMap(({ values }) => Object.keys(values))
  return [...new Set(keys.flatMap((key) => /^(.+)\.[^.]+$/.exec(key)?.[1] ?? []))]
}

/** A stage as one game saw it: the values logged under its name, without the name. */
export function stageOfGame(stage: StageLines, game: string): StageLines {
  const prefix = `${game}.`
  const lines = stage.lines.map((line) => {
    const gameValues = Object.entries(line.values).filter(([key]) => key.startsWith(prefix))
    return { ...line, values: Object.fromEntries(gameValues.map(([key, value]) => [key.slice(prefix.length), value])) }
  })
  return { ...stage, lines }
}

/** The charted values of a stage by column. Names: '<value>', and '<game>.<value>' where games are logged apart. */
export interface StageColumns {
  readonly stage: string
  readonly steps: readonly number[]
  /** As long as `steps`; null where undefined. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>
}

const CHARTED = new Set([...RL_CHARTS, ...SUPERVISED_CHARTS].map(({ key }) => key))

/** Four significant digits: enough for a picture, and a third of the bytes. */
const short = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(4)))

/**
 * Lines as columns, stages in the order in which they come. A stage of more than `most` lines is thinned: equal runs of steps are averaged, and
 * stand at their last step.
 */
export function stageColumns(lines: readonly MetricLine[], most = Number.POSITIVE_INFINITY): StageColumns[] {
  return [...new Set(lines.map(({ stage }) => stage))].map((stage) => {
    const own = lines.filter((line) => line.stage === stage)
    const run = Math.max(1, Math.ceil(own.length / most))
    const parts = Array.from({ length: Math.ceil(own.length / run) }, (_, i) => own.slice(i * run, (i + 1) * run))
    const keys = [...new Set(own.flatMap(({ values }) => Object.keys(values)))].filter((key) =>
      CHARTED.has(key.split('.').at(-1) as string),
    )
    const column = (key: string): (number | null)[] => parts.map((part) => short(meanOf(part.flatMap(({ values }) => values[key] ?? []))))
    return {
      stage,
      steps: parts.map((part) => (part.at(-1) as MetricLine).step),
      values: Object.fromEntries(keys.map((key) => [key, column(key)])),
    }
  })
}
