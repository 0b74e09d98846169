/** Metric lines as curves: stages, smoothing, and charts that lay the stages of a kind over each other. */

import { meanOf } from '../eval/index.ts'
import type { MetricLine, StageInfo } from '../runs/index.ts'

/** The metric lines of one stage, in order. */
export interface StageLines extends Pick<StageInfo, 'name' | 'label' | 'kind'> {
  /** Index of the page's palette. */
  readonly colour: number
  readonly lines: readonly MetricLine[]
}

/** A value per step; null where undefined. */
export type Curve = readonly (number | null)[]

/** One line of a chart, as logged and smoothed. `colour`: index of the page's palette. */
export interface ChartSeries {
  readonly label: string
  readonly colour: number
  readonly raw: Curve
  readonly smooth: Curve
}

/** Plain JSON for the page's script. 'share': 0..1, shown in per cent. `group`: charts of one group share their cursor. */
export interface Chart {
  readonly title: string
  readonly note: string
  readonly unit: 'share' | 'number'
  readonly group: string
  readonly x: readonly number[]
  readonly series: readonly ChartSeries[]
}

/** What a chart of one logged value says. */
export interface ChartInfo {
  readonly key: string
  readonly title: string
  readonly note: string
  readonly unit: Chart['unit']
}

const info = (key: string, title: string, note: string, unit: Chart['unit'] = 'share'): ChartInfo => ({ key, title, note, unit })

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
export function gamesIn(stages: readonly StageLines[]): string[] {
  const keys = stages.flatMap(({ lines }) => Object.keys(lines[0]?.values ?? {}))
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

const known = (values: Curve): number[] => values.filter((value) => value !== null)

/** Centred moving mean over 2 * half + 1 points, fewer at the ends; null where fewer than a third of them are defined. */
export function smoothed(values: Curve, half: number): (number | null)[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - half), i + half + 1)
    return known(near).length * 3 < near.length ? null : meanOf(known(near))
  })
}

/** Half width of the smoothing of a curve: a fortieth of its points, at least 1. */
export function smoothingHalf(points: number): number {
  return Math.max(1, Math.round(points / 40))
}

/** Most points of a curve; longer ones are averaged in equal runs of steps. */
const POINTS = 800

/** Four significant digits: enough for a picture, and a third of the bytes. */
const short = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(4)))

interface Points {
  readonly steps: readonly number[]
  readonly raw: Curve
  readonly smooth: Curve
}

/** The points of a value in a stage's lines; steps as logged. */
function pointsOf(lines: readonly MetricLine[], key: string): Points {
  const run = Math.ceil(lines.length / POINTS)
  const parts = Array.from({ length: Math.ceil(lines.length / run) }, (_, i) => lines.slice(i * run, (i + 1) * run))
  const values = parts.map((part) => meanOf(known(part.map((line) => line.values[key] ?? null))))
  return {
    steps: parts.map((part) => (part.at(-1) as MetricLine).step),
    raw: values.map(short),
    smooth: smoothed(values, smoothingHalf(values.length)).map(short),
  }
}

/** Several curves on one axis of steps; absent points are null. Null if no curve has a point. */
export function chartOf(
  head: Omit<Chart, 'x' | 'series'>,
  curves: readonly { readonly label: string; readonly colour: number; readonly stage: StageLines; readonly key: string }[],
): Chart | null {
  const all = curves
    .map((curve) => ({ ...curve, points: pointsOf(curve.stage.lines, curve.key) }))
    .filter(({ points }) => known(points.raw).length > 0)
  if (all.length === 0) return null
  const x = [...new Set(all.flatMap(({ points }) => points.steps))].sort((a, b) => a - b)
  const series = all.map(({ label, colour, points }): ChartSeries => {
    const place = new Map(points.steps.map((step, i) => [step, i]))
    const on = (values: Curve): (number | null)[] => x.map((step) => values[place.get(step) ?? -1] ?? null)
    return { label, colour, raw: on(points.raw), smooth: on(points.smooth) }
  })
  return { ...head, x, series }
}

/** A chart per logged value, all stages of the kind overlaid. */
export function stageCharts(stages: readonly StageLines[], kind: StageLines['kind'], infos: readonly ChartInfo[]): Chart[] {
  const kindStages = stages.filter((stage) => stage.kind === kind)
  return infos.flatMap(({ key, title, note, unit }) => {
    const curves = kindStages.map((stage) => ({ label: stage.label, colour: stage.colour, stage, key }))
    return chartOf({ title, note, unit, group: kind }, curves) ?? []
  })
}
