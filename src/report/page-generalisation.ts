/** Generalisation as heat maps in HTML: things down, levels of perception across, a map a metric; the colour says again what the number says. */
import type { GeneralisationRow } from '../runs/index.ts'
import { type Html, html } from './html.ts'
import type { Policies } from './policies.ts'
import { reachText, trainedThemesText } from './reach.ts'

const METRICS = [
  { metric: 'perception cells', title: 'Cells read rightly, %' },
  { metric: 'perception exact', title: 'Perception exact, %' },
  { metric: 'legal', title: 'Legal moves, %' },
  { metric: 'good', title: 'Good moves, %' },
] as const

/** Share of the heat's colour in a cell of 100 %: text must stay readable on it, in light and dark. */
const DEEPEST = 45

const per = (value: number): string => (value * 100).toFixed(0)

function cell(row: GeneralisationRow | undefined): Html {
  if (row === undefined) return html`<td class="none">–</td>`
  const cellTitle = `${(row.mean * 100).toFixed(1)} % (${(row.low * 100).toFixed(1)} to ${(row.high * 100).toFixed(1)}), ${row.states} states${row.seen ? ', as in training' : ''}`
  const style = `background: color-mix(in srgb, var(--c6) ${(row.mean * DEEPEST).toFixed(0)}%, var(--card))`
  return html`<td class="${row.seen ? 'seen' : ''}" style="${style}" title="${cellTitle}">${per(row.mean)}</td>`
}

function heatMap(rows: readonly GeneralisationRow[], title: string): Html | null {
  if (rows.length === 0) return null
  const things = [...new Set(rows.map(({ thing }) => thing))]
  const levels = [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b)
  const line = (thing: string): Html =>
    html`<tr><th scope="row">${thing}</th>${levels.map((level) => cell(rows.find((row) => row.thing === thing && row.level === level)))}</tr>\n`
  return html`<figure class="map"><figcaption>${title}</figcaption><div class="plain-scroll"><table class="heat"><thead><tr><th scope="col">level</th>${levels.map((level) => html`<th scope="col">${level}</th>`)}</tr></thead><tbody>
${things.map(line)}</tbody></table></div></figure>`
}

function policyPart(names: Policies, rows: readonly GeneralisationRow[], policy: string, open: boolean): Html {
  const maps = METRICS.map(({ metric, title }) =>
    heatMap(
      rows.filter((row) => row.metric === metric),
      title,
    ),
  )
  const gloss = names.gloss(policy)
  const body = html`<summary>${names.called(policy)}${gloss === '' ? null : `: ${gloss}`}</summary><div class="heats">${maps}</div>`
  return open ? html`<details open>${body}</details>` : html`<details>${body}</details>`
}

/** The section of the report; null without rows. `themes`: random ones that training drew in; null if unknown. The last policy of a game is unfolded. */
export function generalisationSection(rows: readonly GeneralisationRow[], names: Policies, themes: number | null): Html | null {
  if (rows.length === 0) return null
  const games = [...new Set(rows.map(({ game }) => game))]
  const states = Math.max(...rows.map((row) => row.states))
  return html`<h2>What they generalise to</h2>
<p>One greedy decision on each of ${states} fixed states a cell. Across: the levels of perception 0 (as designed) to 5 (faint, noisy, covered, shifted). Down: the theme of training, other themes, other knobs on a board of the same size, pictures held out. Framed: what training showed. Point at a cell for its 95 % interval.${themes === null ? '' : ` ${trainedThemesText(themes)}`}</p>
${games.map((game) => {
  const own = rows.filter((row) => row.game === game)
  const policies = [...new Set(own.map(({ policy }) => policy))].sort(names.compare)
  const rowsOf = (policy: string): GeneralisationRow[] => own.filter((row) => row.policy === policy)
  const last = policies.at(-1) as string
  return html`<h3>${game}</h3><p>${reachText(names.called(last), rowsOf(last))}</p>${policies.map((policy) =>
    policyPart(names, rowsOf(policy), policy, policy === last),
  )}`
})}`
}
