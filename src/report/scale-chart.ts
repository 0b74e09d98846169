/**
 * Policies × games as one chart, plain JSON: a panel a game, a row a policy, marks with their 95 % intervals. Random legal moves and the expert
 * are lines through each panel, and what lies left of random legal moves is shaded: that is the zero line of play.
 */
import type { Interval } from '../eval/index.ts'

/** A mean with its interval. 'hollow' marks are greedy replies; `dots`: means of single seeds, without intervals. */
export interface Mark extends Interval {
  readonly look: 'full' | 'hollow'
  /** Told where a pointer rests. */
  readonly title: string
  readonly dots?: readonly number[]
}

/** A policy in one game. */
export interface ScaleRow {
  readonly label: string
  /** Index of the page's palette. */
  readonly colour: number
  readonly marks: readonly Mark[]
}

/** A game as it is drawn. Null: it was not played. */
export interface Panel {
  readonly title: string
  readonly note: string
  readonly random: Interval | null
  readonly expert: Interval | null
  readonly rows: readonly ScaleRow[]
  /** Values at the left and the right end. */
  readonly scale: { readonly low: number; readonly high: number }
}

/** From 0, or the least mean, to the highest interval of those that do not leave the field of the means by far (few seeds: very wide). */
function scaleOf({ random, expert, rows }: Omit<Panel, 'scale'>): Panel['scale'] {
  const marks = rows.flatMap((row) => row.marks)
  const anchors = [random, expert].filter((one) => one !== null)
  const means = [...marks.flatMap(({ mean, dots = [] }) => [mean, ...dots]), ...anchors.map(({ mean }) => mean)]
  const top = Math.max(1e-9, ...means)
  const bottom = Math.min(0, ...means)
  const reach = 0.12 * (top - bottom)
  const ends = [...marks, ...anchors]
  return {
    low: Math.max(bottom - reach, Math.min(bottom, ...ends.map((one) => one.low))),
    high: Math.min(top + reach, Math.max(top, ...ends.map((one) => one.high))),
  }
}

/** The panel with its scale; null without a mark. */
export function panelOf(panel: Omit<Panel, 'scale'>): Panel | null {
  return panel.rows.some(({ marks }) => marks.length > 0) ? { ...panel, scale: scaleOf(panel) } : null
}
