/** The columns of results: names as they stand in results.json, how they read, and which way is better. Formulas: docs/metrics.md. */

/** Metric names of results.json, in the order of reports. */
export const METRIC_NAMES = [
  'return',
  'success',
  'wasted',
  'parse failures',
  'unreadable, lenient',
  'illegal moves',
  'regret',
  'perception exact',
  'board exact, lenient',
  'perception cells',
  'think',
  'good given perception',
  'failed',
  'input tokens',
  'output tokens',
  'cost',
  'latency',
] as const

export type MetricName = (typeof METRIC_NAMES)[number]

/** Metrics by the strict reading that have a second one by the lenient reading. */
export const LENIENT = { 'parse failures': 'unreadable, lenient', 'perception exact': 'board exact, lenient' } as const satisfies {
  readonly [strict in MetricName]?: MetricName
}

/** How a metric is shown. */
export interface MetricInfo {
  readonly title: string
  readonly summary: string
  /** 'share': 0..1, shown in per cent; 'money': in the currency of the prices given. */
  readonly unit: 'points' | 'share' | 'tokens' | 'money' | 'seconds'
  readonly better: 'higher' | 'lower'
}

const points = (title: string, better: MetricInfo['better'], summary: string): MetricInfo => ({ title, summary, unit: 'points', better })
const share = (title: string, better: MetricInfo['better'], summary: string): MetricInfo => ({ title, summary, unit: 'share', better })

/** Of every metric. */
export const METRICS: Readonly<Record<MetricName, MetricInfo>> = {
  return: points('Return', 'higher', 'points gained in an episode'),
  success: share('Success', 'higher', 'episodes in which a game was won'),
  wasted: share('Wasted', 'lower', 'replies that were no legal move'),
  'parse failures': share('Unreadable', 'lower', 'replies without a readable action'),
  'unreadable, lenient': share('Unreadable, lenient', 'lower', 'the same, where usual decorations of an answer are taken off first'),
  'illegal moves': share('Illegal', 'lower', 'moves that the rules refused'),
  regret: points('Regret', 'lower', 'points lost per legal move against the best over two moves'),
  'perception exact': share('Perception exact', 'higher', 'replies whose perception is wholly right: every cell of a board'),
  'board exact, lenient': share('Perception exact, lenient', 'higher', 'the same, where usual decorations of a board are taken off first'),
  'perception cells': share('Cells', 'higher', 'cells of the board read rightly'),
  think: share('Thoughts', 'higher', 'statements of the reasoning that are true'),
  'good given perception': share('Good if seen', 'higher', 'best moves among replies whose perception is exact'),
  failed: share('Failed', 'lower', 'episodes stopped by a failed endpoint or engine'),
  'input tokens': { title: 'Tokens in', summary: 'tokens of a request', unit: 'tokens', better: 'lower' },
  'output tokens': { title: 'Tokens out', summary: 'tokens of a reply', unit: 'tokens', better: 'lower' },
  cost: { title: 'Cost', summary: 'of an episode, by the prices given', unit: 'money', better: 'lower' },
  latency: { title: 'Latency', summary: 'seconds to a reply', unit: 'seconds', better: 'lower' },
}
