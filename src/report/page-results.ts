/**
 * Results as HTML: two tables a game (play, then sight and thought), a row a policy and decoding, so that every column is on the page; the
 * best model of each column and decoding is marked.
 */

import { LENIENT, METRICS, type MetricName } from '../eval/index.ts'
import type { ResultRow } from '../runs/index.ts'
import { type Html, html } from './html.ts'
import { bestOf, isAnchor } from './result-tables.ts'
import { type GameResults, headroomText, lenientColumns, valueText } from './results.ts'

const TABLES: readonly { readonly title: string; readonly metrics: readonly MetricName[] }[] = [
  { title: 'Play', metrics: ['return', 'success', 'regret', 'wasted', 'parse failures', 'unreadable, lenient', 'illegal moves'] },
  {
    title: 'Sight and thought',
    metrics: ['perception exact', 'board exact, lenient', 'perception cells', 'think', 'good given perception'],
  },
]

const DECODINGS = ['sampled', 'greedy'] as const

function valueCell(row: ResultRow | null, metric: MetricName, best: boolean): Html {
  const name = best ? 'best' : ''
  if (row === null || row.mean === null) return html`<td class="${name} none">–</td>`
  const range =
    row.low === null || row.high === null || row.low === row.high
      ? null
      : html`<span class="range">${valueText(metric, row.low, false)} to ${valueText(metric, row.high, false)}</span>`
  return html`<td class="${name}" title="${row.episodes} episodes">${valueText(metric, row.mean, false)}${range}</td>`
}

/** One row a decoding; the policy's name spans them. */
function policyRows(results: GameResults, policy: string, metrics: readonly MetricName[]): Html[] {
  const anchor = isAnchor(results, policy)
  const decodings = anchor
    ? (['scripted'] as const)
    : DECODINGS.filter((decoding) => metrics.some((metric) => results.cell(policy, decoding, metric) !== null))
  const gloss = results.names.gloss(policy)
  return decodings.map((decoding, i) => {
    const cells = metrics.map((metric) => {
      const row = results.cell(policy, decoding, metric)
      const best = !anchor && row !== null && row.mean !== null && row.mean === bestOf(results, decoding, metric)
      return valueCell(row, metric, best)
    })
    const head =
      i === 0
        ? html`<th scope="row" rowspan="${decodings.length}">${policy}${gloss === '' ? null : html`<span class="gloss">${gloss}</span>`}</th>`
        : null
    return html`<tr class="${anchor ? 'anchor' : 'model'}">${head}<td class="how">${anchor ? '–' : decoding}</td>${cells}</tr>\n`
  })
}

/** A table has the metrics that any of its policies has; those of the lenient reading where they differ from the strict ones. */
function resultsTable(results: GameResults, title: string, metrics: readonly MetricName[]): Html | null {
  const decodings = ['sampled', 'greedy', 'scripted'] as const
  const lenient: readonly MetricName[] = Object.values(LENIENT)
  const shown = metrics.filter((metric) => !lenient.includes(metric) || lenientColumns(results).includes(metric))
  const used = shown.filter((metric) =>
    results.policies.some((policy) => decodings.some((decoding) => (results.cell(policy, decoding, metric)?.mean ?? null) !== null)),
  )
  if (used.length === 0) return null
  const unit = (metric: MetricName): string => (METRICS[metric].unit === 'share' ? ', %' : '')
  const policies = results.policies.filter(
    (policy) => !isAnchor(results, policy) || used.some((metric) => (results.cell(policy, 'scripted', metric)?.mean ?? null) !== null),
  )
  return html`<h3>${title}</h3>
<div class="scroll"><table class="data"><thead>
<tr><th class="first">Policy</th><th class="how">replies</th>${used.map((metric) => html`<th title="${METRICS[metric].summary}">${METRICS[metric].title}${unit(metric)} ${METRICS[metric].better === 'higher' ? '↑' : '↓'}</th>`)}</tr>
</thead><tbody>
${policies.map((policy) => policyRows(results, policy, used))}</tbody></table></div>
<p class="note">${used.map((metric, i) => `${i === 0 ? '' : '; '}${METRICS[metric].title}: ${METRICS[metric].summary}`)}.</p>`
}

/** The section of one game; a warning stands above it if episodes failed. */
export function resultsSection(results: GameResults): Html {
  const failed = results.policies.flatMap((policy) =>
    (['sampled', 'greedy', 'scripted'] as const).flatMap((decoding) => {
      const mean = results.cell(policy, decoding, 'failed')?.mean ?? 0
      return mean > 0 ? [`${policy} (${decoding}): ${valueText('failed', mean)}`] : []
    }),
  )
  const warning =
    failed.length === 0
      ? null
      : html`<p><b>Episodes stopped by a failed endpoint or engine, of which only the replies that were had count:</b> ${failed.join(', ')}.</p>`
  const room = headroomText(results)
  return html`${warning}${room === null ? null : html`<p>${room}</p>`}${TABLES.map(({ title, metrics }) => resultsTable(results, title, metrics))}`
}
