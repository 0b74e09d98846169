/**
 * Do perception and reasoning rise together in RL? Means over windows of ten steps, gains from window to window, and the correlation of
 * the gains: the question of the paper's "mutual bootstrapping", with a warning where there is nothing to correlate.
 */

import { correlationInterval, type Interval, meanOf, pearson } from '../eval/index.ts'
import type { StageLines } from './curves.ts'

/** Steps a window. */
export const WINDOW = 10
/** A window's perception at or above this has nothing left to gain. */
const CEILING = 0.95
/** Windows that differ by less than this have not moved. */
const STILL = 0.03

/** Means over a window; null where undefined. `from`, `to`: first and last step. */
export interface Window {
  readonly from: number
  readonly to: number
  readonly perception: number | null
  readonly reasoning: number | null
}

/** 'ceiling': perception was at its ceiling for most of the stage; 'still': it hardly moved; 'short': too few windows. */
export type Doubt = 'ceiling' | 'still' | 'short'

/** The analysis of one RL stage. `correlation`: of the gains, by Pearson; null if undefined. */
export interface Bootstrapping {
  readonly stage: string
  readonly windows: readonly Window[]
  readonly gains: readonly { readonly perception: number; readonly reasoning: number }[]
  readonly correlation: number | null
  readonly interval: Interval | null
  readonly doubt: Doubt | null
  /** The finding in a sentence or two. */
  readonly sentence: string
}

/** Non-overlapping windows of ten lines; what is left over at the end is dropped. */
export function windowsOf(stage: StageLines): Window[] {
  return Array.from({ length: Math.floor(stage.lines.length / WINDOW) }, (_, i) => {
    const lines = stage.lines.slice(i * WINDOW, (i + 1) * WINDOW)
    const mean = (key: string): number | null => meanOf(lines.flatMap(({ values }) => values[key] ?? []))
    return { from: lines[0]!.step, to: lines.at(-1)!.step, perception: mean('perceptionExact'), reasoning: mean('reasoning') }
  })
}

/** Changes from each window to the next where both have both values. */
function gainsOf(windows: readonly Window[]): Bootstrapping['gains'] {
  return windows.slice(1).flatMap((now, i) => {
    const before = windows[i] as Window
    if (now.perception === null || before.perception === null || now.reasoning === null || before.reasoning === null) return []
    return [{ perception: now.perception - before.perception, reasoning: now.reasoning - before.reasoning }]
  })
}

const isFull = ({ perception }: Window): boolean => perception !== null && perception >= CEILING

function doubtOf(windows: readonly Window[], pairs: number): Doubt | null {
  const seen = windows.flatMap(({ perception }) => perception ?? [])
  if (seen.length >= 2 && windows.filter(isFull).length * 2 > windows.length) return 'ceiling'
  if (seen.length >= 2 && Math.max(...seen) - Math.min(...seen) < STILL) return 'still'
  return pairs < 4 ? 'short' : null
}

const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'undefined' : `${(value * 100).toFixed(0)} %`

/** What a correlation shows, in words. */
function linkOf({ low, high }: Interval): string {
  if (low > 0) return 'where one gains more, so does the other'
  return high < 0 ? 'where one gains more, the other gains less' : 'the interval holds zero, so no link is shown'
}

function reasoningPath(first: number | null, last: number | null): string {
  if (first === null && last === null) return 'is undefined at both, as no board was read rightly'
  return `goes from ${percent(first)} to ${percent(last)}`
}

/** What the numbers of a stage come to. */
function sentenceOf(windows: readonly Window[], correlation: number | null, interval: Interval | null, doubt: Doubt | null): string {
  const [first, last] = [windows[0], windows.at(-1)]
  if (first === undefined || last === undefined) return `Fewer than ${WINDOW} steps: too few for a window.`
  const path = `Perception is exact in ${percent(first.perception)} of the replies at the start and in ${percent(last.perception)} at the end; reasoning ${reasoningPath(first.reasoning, last.reasoning)}.`
  const found = correlation === null ? '' : ` (here r = ${correlation.toFixed(2)})`
  if (doubt === 'ceiling') {
    const full = windows.filter(isFull).length
    return `${path} Perception is saturated: ${CEILING * 100} % or more in ${full} of ${windows.length} windows. It has almost nothing left to gain, so the correlation of gains${found} is mostly noise and means little.`
  }
  if (doubt === 'still') return `${path} Perception hardly moves over the whole stage, so the correlation of gains${found} means little.`
  if (doubt === 'short' || correlation === null || interval === null) {
    return `${path} There are too few windows in which both are defined to correlate their gains.`
  }
  return `${path} Their gains correlate with r = ${correlation.toFixed(2)} (95 % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}): ${linkOf(interval)}.`
}

/** Of one RL stage. */
export function bootstrapping(stage: StageLines): Bootstrapping {
  const windows = windowsOf(stage)
  const gains = gainsOf(windows)
  const correlation = pearson(
    gains.map(({ perception }) => perception),
    gains.map(({ reasoning }) => reasoning),
  )
  const interval = correlation === null ? null : correlationInterval(correlation, gains.length)
  const doubt = doubtOf(windows, gains.length)
  return {
    stage: stage.name,
    windows,
    gains,
    correlation,
    interval,
    doubt,
    sentence: sentenceOf(windows, correlation, interval, doubt),
  }
}
