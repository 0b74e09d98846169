/** A small scatter plot of gains as SVG: both axes in percentage points, on one scale, zero in the middle. */
import type { Bootstrapping } from './bootstrapping.ts'
import { type Html, html } from './html.ts'

const WIDTH = 340
const HEIGHT = 210
const MARGIN = 26

/** Null without points. `colour`: index of the page's palette. */
export function scatter(gains: Bootstrapping['gains'], colour: number, title: string): Html | null {
  if (gains.length === 0) return null
  const reach = (of: (gain: (typeof gains)[number]) => number): number => Math.max(0.01, ...gains.map((gain) => Math.abs(of(gain)))) * 1.1
  const across = reach(({ perception }) => perception)
  const up = reach(({ reasoning }) => reasoning)
  const x = (value: number): string => (WIDTH / 2 + (value / across) * (WIDTH / 2 - MARGIN)).toFixed(1)
  const y = (value: number): string => (HEIGHT / 2 - (value / up) * (HEIGHT / 2 - MARGIN)).toFixed(1)
  const points = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}`
  return html`<figure class="scatter"><figcaption>${title}<small>change in percentage points; a dot a window</small></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" role="img" aria-label="${title}">
<line class="zero" x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/><line class="zero" x1="${WIDTH / 2}" x2="${WIDTH / 2}" y1="${MARGIN}" y2="${HEIGHT - MARGIN}"/>
${gains.map(({ perception, reasoning }) => html`<circle class="f${colour}" cx="${x(perception)}" cy="${y(reasoning)}" r="4.5"/>`)}
<text x="${WIDTH - MARGIN}" y="${HEIGHT / 2 - 6}" text-anchor="end">perception ${points(across)}</text><text x="${MARGIN}" y="${HEIGHT / 2 - 6}">${points(-across)}</text>
<text x="${WIDTH / 2 + 6}" y="${MARGIN - 8}">reasoning ${points(up)}</text><text x="${WIDTH / 2 + 6}" y="${HEIGHT - 10}">${points(-up)}</text>
</svg></figure>`
}
