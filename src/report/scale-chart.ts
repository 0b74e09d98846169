/**
 * Policies × games as one chart in HTML: a panel a game, a row a policy, marks with their 95 % intervals. Random legal moves and the expert
 * are lines through each panel, and everything left of random legal moves is shaded: that is the zero line of play. Text keeps its size on
 * any screen, so there is no SVG.
 */

import type { Interval } from '../eval/index.ts'
import { type Html, html } from './html.ts'
import { pointsText } from './results.ts'

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

/** A game. Null: it was not played. */
export interface Panel {
  readonly title: string
  readonly note: string
  readonly random: Interval | null
  readonly expert: Interval | null
  readonly rows: readonly ScaleRow[]
}

interface Scale {
  /** Per cent of the width. */
  at(value: number): number
}

/** From 0, or the least mean, to the highest interval of those that do not leave the field of the means by far (few seeds: very wide). */
function scaleOf({ random, expert, rows }: Panel): Scale {
  const marks = rows.flatMap((row) => row.marks)
  const anchors = [random, expert].filter((one) => one !== null)
  const means = [...marks.flatMap(({ mean, dots = [] }) => [mean, ...dots]), ...anchors.map(({ mean }) => mean)]
  const top = Math.max(1e-9, ...means)
  const bottom = Math.min(0, ...means)
  const reach = 0.12 * (top - bottom)
  const ends = [...marks, ...anchors]
  const high = Math.min(top + reach, Math.max(top, ...ends.map((one) => one.high)))
  const low = Math.max(bottom - reach, Math.min(bottom, ...ends.map((one) => one.low)))
  return { at: (value) => Math.min(100, Math.max(0, (100 * (value - low)) / (high - low))) }
}

const per = (value: number): string => `${value.toFixed(2)}%`

/** The lines of the two ends, through a row; `below`: the field left of random legal moves. */
function ground({ random, expert }: Panel, { at }: Scale): Html {
  return html`${random && html`<i class="below" style="width:${per(at(random.mean))}"></i><i class="end" style="left:${per(at(random.mean))}"></i>`}${expert && html`<i class="end expert" style="left:${per(at(expert.mean))}"></i>`}`
}

function markOf({ mean, low, high, look, title, dots = [] }: Mark, { at }: Scale): Html {
  const [from, to] = [at(low), at(high)]
  return html`<span class="mark ${look}" title="${title}"><i class="span" style="left:${per(from)};width:${per(to - from)}"></i>${dots.map((dot) => html`<i class="seed" style="left:${per(at(dot))}"></i>`)}<i class="dot" style="left:${per(at(mean))}"></i></span>`
}

/** Names of the ends above their lines; one name where the lines are so near that two would overlap. */
function ends(panel: Panel, scale: Scale): Html {
  const { random, expert } = panel
  const place = (interval: Interval): number => scale.at(interval.mean)
  const name = (text: string, at: number): Html => {
    const shift = at > 70 ? '-100%' : at < 30 ? '0' : '-50%'
    return html`<span style="left:${per(at)};transform:translateX(${shift})">${text}</span>`
  }
  if (random && expert && Math.abs(place(random) - place(expert)) < 34) {
    const [one, other] = place(random) <= place(expert) ? [random, expert] : [expert, random]
    const texts = one === random ? ['random legal', 'solver'] : ['solver', 'random legal']
    return html`<div class="ends">${name(`${texts[0]} ${pointsText(one.mean)}, ${texts[1]} ${pointsText(other.mean)}`, place(other))}</div>`
  }
  return html`<div class="ends">${random && name(`random legal ${pointsText(random.mean)}`, place(random))}${expert && name(`solver ${pointsText(expert.mean)}`, place(expert))}</div>`
}

function panelOf(panel: Panel): Html {
  const scale = scaleOf(panel)
  const rows = panel.rows.map(
    ({ label, colour, marks }) =>
      html`<tr><th scope="row">${label}</th><td class="track k${colour}${marks.length > 1 ? '' : ' one'}">${ground(panel, scale)}${marks.map((mark) => markOf(mark, scale))}</td><td class="value">${marks.map(({ mean }) => pointsText(mean)).join(' / ')}</td></tr>\n`,
  )
  return html`<figure class="panel"><figcaption>${panel.title}<small>${panel.note}</small></figcaption>
<table class="scale"><thead><tr><th></th><td>${ends(panel, scale)}</td><td></td></tr></thead><tbody>
${rows}</tbody></table></figure>`
}

/** The chart; null without a mark. `legend`: what the marks are. */
export function scaleChart(panels: readonly Panel[], legend: string): Html | null {
  const shown = panels.filter(({ rows }) => rows.some(({ marks }) => marks.length > 0))
  if (shown.length === 0) return null
  return html`<div class="panels">${shown.map(panelOf)}</div><p class="note">${legend}</p>`
}
