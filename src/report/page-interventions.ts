/** The interventions as HTML: a table a game and metric, a column a mode, below each share how it differs from the picture alone. */
import type { InterventionRow } from '../runs/index.ts'
import { type Html, html } from './html.ts'
import type { Policies } from './policies.ts'

const MODES: readonly { readonly mode: string; readonly title: string; readonly note: string }[] = [
  { mode: 'image', title: 'Picture', note: 'as trained' },
  { mode: 'image+caption', title: 'Picture, true caption', note: 'told the true board' },
  { mode: 'caption', title: 'True caption alone', note: 'the picture is grey' },
  { mode: 'wrong-caption', title: 'Picture, wrong caption', note: 'told another board' },
]

const METRICS = [
  { metric: 'good', title: 'Good moves, %' },
  { metric: 'legal', title: 'Legal moves, %' },
] as const

const per = (value: number): string => (value * 100).toFixed(1)
const change = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}`

function cell(row: InterventionRow | undefined): Html {
  if (row === undefined) return html`<td class="start none">–</td>`
  const { difference } = row
  const clear = difference !== null && (difference.low > 0 || difference.high < 0)
  const changeNote =
    difference === null
      ? null
      : html`<span class="${clear ? 'change clear' : 'change'}">${change(difference.mean)} <small>(${change(difference.low)} to ${change(difference.high)})</small></span>`
  return html`<td class="start" title="${row.states} states">${per(row.mean)}<span class="range">${per(row.low)} to ${per(row.high)}</span>${changeNote}</td>`
}

function table(names: Policies, rows: readonly InterventionRow[], title: string): Html | null {
  if (rows.length === 0) return null
  const policies = [...new Set(rows.map(({ policy }) => policy))].sort(names.compare)
  const lines = policies.flatMap((policy) =>
    (['sampled', 'greedy', 'scripted'] as const).flatMap((decoding) => {
      const own = rows.filter((row) => row.policy === policy && row.decoding === decoding)
      if (own.length === 0) return []
      return html`<tr><th scope="row">${policy}<span class="gloss">${decoding}</span></th>${MODES.map(({ mode }) => cell(own.find((row) => row.mode === mode)))}</tr>\n`
    }),
  )
  return html`<h3>${title}</h3>
<div class="scroll"><table class="data"><thead><tr><th class="first">Policy</th>${MODES.map(({ title: name, note }) => html`<th class="start">${name}<span class="gloss">${note}</span></th>`)}</tr></thead><tbody>
${lines}</tbody></table></div>`
}

/** The section of the report; null without rows. */
export function interventionsSection(rows: readonly InterventionRow[], names: Policies): Html | null {
  if (rows.length === 0) return null
  const games = [...new Set(rows.map(({ game }) => game))]
  const states = Math.max(...rows.map((row) => row.states))
  return html`<h2>What the models act on</h2>
<p>One decision on each of ${states} fixed states from random play, the same for all. A caption is a board as text, put in the model’s mouth as its own perception. Below each share its 95 % bootstrap interval, then the difference from the picture alone on the same states, bold where its interval leaves zero out.</p>
<p class="note">A model that acts on what it says it sees gains by a true caption where it misreads, plays as well without a picture, and loses by a wrong one. A model that plays the same whatever it is told does not use its own perception.</p>
${games.map((game) =>
  METRICS.map(({ metric, title }) =>
    table(
      names,
      rows.filter((row) => row.game === game && row.metric === metric),
      `${game}: ${title}`,
    ),
  ),
)}`
}
