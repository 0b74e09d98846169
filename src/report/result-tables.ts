/** Results as tables of plain JSON: two a game (play, then sight and thought), a row a policy and decoding, the best model of each column marked. */
import { LENIENT, METRICS, type MetricName } from '../eval/index.ts'
import type { ResultRow } from '../runs/index.ts'
import { type GameResults, lenientColumns, valueText } from './results.ts'

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

/** A cell of a table, as text and as the number that a sort goes by. */
export interface TableCell {
  readonly text: string
  /** '7.6 to 7.9'; '' where there is no interval. */
  readonly range: string
  readonly mean: number
  readonly episodes: number
  readonly best: boolean
}

/** A policy under one decoding; an anchor is handed the board and reads no picture. */
export interface TableRow {
  readonly policy: string
  readonly decoding: ResultRow['decoding']
  readonly anchor: boolean
  /** By column; null where nothing is known. */
  readonly cells: readonly (TableCell | null)[]
}

/** A column: a metric, its unit and which way is better. */
export interface TableColumn {
  readonly metric: string
  readonly title: string
  readonly summary: string
  readonly better: 'higher' | 'lower'
}

/** A table of one game. */
export interface ResultTable {
  readonly title: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}

function cellOf(results: GameResults, policy: string, decoding: ResultRow['decoding'], metric: MetricName): TableCell | null {
  const row = results.cell(policy, decoding, metric)
  if (row === null || row.mean === null) return null
  const { mean, low, high, episodes } = row
  const range = low === null || high === null || low === high ? '' : `${valueText(metric, low, false)} to ${valueText(metric, high, false)}`
  const best = !isAnchor(results, policy) && mean === bestOf(results, decoding, metric)
  return { text: valueText(metric, mean, false), range, mean, episodes, best }
}

/** The tables of one game: the metrics that any of its policies has, those of the lenient reading where they differ from the strict ones. */
export function resultTables(results: GameResults): ResultTable[] {
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
        return cells.every((cell) => cell === null) ? [] : [{ policy, decoding, anchor: isAnchor(results, policy), cells }]
      }),
    )
    // Figures of requests say nothing where nobody was behind HTTP.
    if (title === 'Requests' && !rows.some(({ cells }) => cells.slice(1).some((cell) => cell !== null))) return []
    if (rows.length === 0) return []
    const columns = used.map((metric): TableColumn => {
      const info = METRICS[metric]
      return { metric, title: info.unit === 'share' ? `${info.title}, %` : info.title, summary: info.summary, better: info.better }
    })
    return [{ title, columns, rows }]
  })
}
