/** Results as tables of plain JSON: two a game (play, then sight and thought), a row a policy and decoding, the best model of each column marked. */
import { LENIENT, METRICS, type MetricName } from '../eval/index.ts'
import type { ResultRow } from '../runs/index.ts'
import { type GameResults, lenientColumns, valueText } from './results.ts'
import { type Table, type TableCell, type TableColumn, type TableRow, textCell } from './table.ts'

const TABLES: readonly { readonly title: string; readonly metrics: readonly MetricName[] }[] = [
  { title: 'Play', metrics: ['return', 'success', 'regret', 'wasted', 'parse failures', 'unreadable, lenient', 'illegal moves'] },
  {
    title: 'Sight and thought',
    metrics: ['perception exact', 'board exact, lenient', 'perception cells', 'think', 'good given perception'],
  },
  { title: 'Requests', metrics: ['failed', 'input tokens', 'output tokens', 'cost', 'latency'] },
]

const MODEL_DECODINGS = ['sampled', 'greedy'] as const
const ALL_DECODINGS = ['sampled', 'greedy', 'scripted'] as const

/** A policy without replies of a model. */
export const isAnchor = (results: GameResults, policy: string): boolean =>
  MODEL_DECODINGS.every((decoding) => results.cell(policy, decoding, 'return') === null)

/** A policy that wastes more of its replies than this is not called best in regret: it is judged on few moves of short games. */
const WASTE = 0.1

/** The best of the means of the policies that are no anchors, if two or more are known. */
export function bestOf(results: GameResults, decoding: ResultRow['decoding'], metric: MetricName): number | null {
  const means = results.policies.flatMap((policy) => {
    const wasted = results.cell(policy, decoding, 'wasted')?.mean ?? 0
    return metric === 'regret' && wasted > WASTE ? [] : (results.cell(policy, decoding, metric)?.mean ?? [])
  })
  if (means.length < 2 || Math.max(...means) === Math.min(...means)) return null
  return METRICS[metric].better === 'higher' ? Math.max(...means) : Math.min(...means)
}

function cellOf(results: GameResults, policy: string, decoding: ResultRow['decoding'], metric: MetricName): TableCell | null {
  const row = results.cell(policy, decoding, metric)
  if (row === null || row.mean === null) return null
  const { mean, low, high, episodes } = row
  const note = low === null || high === null || low === high ? '' : `${valueText(metric, low, false)} to ${valueText(metric, high, false)}`
  const best = !isAnchor(results, policy) && mean === bestOf(results, decoding, metric)
  return {
    text: valueText(metric, mean, false),
    value: mean,
    title: `${episodes} ${episodes === 1 ? 'episode' : 'episodes'}`,
    ...(note !== '' && { note }),
    ...(best && { look: 'best' as const }),
  }
}

/** The tables of one game: the metrics that any of its policies has, those of the lenient reading where they differ from the strict ones. */
export function resultTables(results: GameResults): Table[] {
  const lenient: readonly MetricName[] = Object.values(LENIENT)
  const differing = lenientColumns(results)
  return TABLES.flatMap(({ title, metrics }) => {
    const used = metrics.filter(
      (metric) =>
        (!lenient.includes(metric) || differing.includes(metric)) &&
        results.policies.some((policy) =>
          ALL_DECODINGS.some((decoding) => (results.cell(policy, decoding, metric)?.mean ?? null) !== null),
        ),
    )
    const rows = results.policies.flatMap((policy) =>
      ALL_DECODINGS.flatMap((decoding): TableRow[] => {
        const cells = used.map((metric) => cellOf(results, policy, decoding, metric))
        if (cells.every((cell) => cell === null)) return []
        const { called, gloss } = results.names
        return [
          {
            head: called(policy),
            gloss: gloss(policy),
            anchor: isAnchor(results, policy),
            cells: [textCell(decoding === 'scripted' ? '–' : decoding), ...cells],
          },
        ]
      }),
    )
    // Figures of requests say nothing where nobody was behind HTTP.
    if (title === 'Requests' && !rows.some(({ cells }) => cells.slice(2).some((cell) => cell !== null))) return []
    if (rows.length === 0) return []
    const columns = used.map((metric): TableColumn => {
      const info = METRICS[metric]
      return { title: info.unit === 'share' ? `${info.title}, %` : info.title, summary: info.summary, better: info.better }
    })
    return [
      {
        title,
        first: 'Policy',
        columns: [{ title: 'Replies' }, ...columns],
        rows,
        notes: [`${used.map((metric) => `${METRICS[metric].title}: ${METRICS[metric].summary}`).join('; ')}.`],
      },
    ]
  })
}

/** Episodes that a failed endpoint or engine stopped, as a sentence; null if there are none. */
export function failedText(results: GameResults): string | null {
  const failed = results.policies.flatMap((policy) =>
    ALL_DECODINGS.flatMap((decoding) => {
      const mean = results.cell(policy, decoding, 'failed')?.mean ?? 0
      return mean > 0 ? [`${policy} (${decoding}): ${valueText('failed', mean)}`] : []
    }),
  )
  return failed.length === 0
    ? null
    : `Episodes stopped by a failed endpoint or engine, of which only the replies that were had count: ${failed.join(', ')}.`
}
