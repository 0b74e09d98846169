/** Results put in order: by game, cells by policy, decoding and metric, numbers as text, and the short table. */

import { LENIENT, METRICS, type MetricName } from '../eval/index.ts'
import type { ResultRow, StageInfo } from '../runs/index.ts'
import { markdownTable } from './markdown.ts'
import { type Policies, policiesOf } from './policies.ts'

/** The results of one game. */
export interface GameResults {
  readonly game: string
  /** How policies are called and ordered. */
  readonly names: Policies
  /** In report order. */
  readonly policies: readonly string[]
  cell(policy: string, decoding: ResultRow['decoding'], metric: MetricName): ResultRow | null
}

/** Results by game, in the order of the rows. The last row of a cell counts. */
export function resultsByGame(rows: readonly ResultRow[], names: Policies = policiesOf([])): GameResults[] {
  const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts)
  const cells = new Map(rows.map((row) => [keyOf(row.game, row.policy, row.decoding, row.metric), row]))
  return [...new Set(rows.map(({ game }) => game))].map((game) => ({
    game,
    names,
    policies: [...new Set(rows.filter((row) => row.game === game).map(({ policy }) => policy))].sort(names.compare),
    cell: (policy, decoding, metric) => cells.get(keyOf(game, policy, decoding, metric)) ?? null,
  }))
}

/** Points with thousands separated: whole from 100 on, else one digit, two below 10. */
export function pointsText(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Points of one game or step: whole numbers as they are. */
export function wholeText(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : pointsText(value)
}

/** A value in its metric's unit: points, or per cent with one digit (its sign, and that of seconds, only if asked for). */
export function valueText(metric: MetricName, value: number, sign = true): string {
  const { unit } = METRICS[metric]
  if (unit === 'points' || unit === 'tokens') return pointsText(value)
  if (unit === 'money') return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumSignificantDigits: 3 })
  if (unit === 'seconds') return `${pointsText(value)}${sign ? ' s' : ''}`
  return `${(value * 100).toFixed(1)}${sign ? ' %' : ''}`
}

/** Random legal moves that reach this share of the solver's mean leave a game little but seeing and legality. */
export const LITTLE = 0.95

/**
 * What a game measures beyond seeing the board and keeping to the rules, as a sentence, by the anchors of the run itself: random legal moves and
 * the solver. Null where one is missing.
 */
export function headroomText(results: GameResults): string | null {
  const [random, solver] = ['random', 'solver'].map((policy) => results.cell(policy, 'scripted', 'return'))
  if (!random || !solver || random.mean === null || solver.mean === null || random.high === null || solver.low === null) return null
  const means = `random legal moves reach ${pointsText(random.mean)} of the solver’s ${pointsText(solver.mean)}`
  const apart = random.high < solver.low
  if (random.mean >= LITTLE * solver.mean)
    return apart
      ? `This game measures little but seeing and legality here: ${means}.`
      : `This game measures seeing and legality only here: ${means}, and their intervals overlap.`
  if (apart) return `Choosing among legal moves pays here: ${means}.`
  return `Whether choosing among legal moves pays here, ${random.episodes} episodes do not tell: ${means}, and their intervals overlap.`
}

const SHORT_METRICS: readonly MetricName[] = [
  'parse failures',
  LENIENT['parse failures'],
  'illegal moves',
  'perception exact',
  LENIENT['perception exact'],
  'perception cells',
  'good given perception',
  'regret',
]

/** Of a policy's decodings, the one a single column shows: sampled, else scripted, else greedy. */
export function firstCell(results: GameResults, policy: string, metric: MetricName): ResultRow | null {
  const cells = (['sampled', 'scripted', 'greedy'] as const).map((decoding) => results.cell(policy, decoding, metric))
  return cells.find((cell) => cell !== null) ?? null
}

function withInterval(row: ResultRow | null): string {
  if (row?.mean === null || row?.low === null || row?.high === null || row === null) return '–'
  return `${pointsText(row.mean)} [${pointsText(row.low)}, ${pointsText(row.high)}]`
}

/** The metrics of the lenient reading that say something else than the strict ones beside them, of any policy. */
export function lenientColumns(results: GameResults): MetricName[] {
  const mean = (policy: string, decoding: ResultRow['decoding'], metric: MetricName): number | null =>
    results.cell(policy, decoding, metric)?.mean ?? null
  return (Object.keys(LENIENT) as (keyof typeof LENIENT)[]).flatMap((strict) => {
    const differs = results.policies.some((policy) =>
      (['sampled', 'greedy', 'scripted'] as const).some((decoding) => {
        const lenient = mean(policy, decoding, LENIENT[strict])
        return lenient !== null && lenient !== mean(policy, decoding, strict)
      }),
    )
    return differs ? [LENIENT[strict]] : []
  })
}

function shortRow(results: GameResults, policy: string, metrics: readonly MetricName[]): string[] {
  const returns = [firstCell(results, policy, 'return'), results.cell(policy, 'greedy', 'return')].map(withInterval)
  const others = metrics.map((metric) => {
    const mean = firstCell(results, policy, metric)?.mean ?? null
    return mean === null ? '–' : valueText(metric, mean)
  })
  return [policy, ...returns, ...others]
}

/**
 * Markdown table that also reads well in a terminal: a row per policy. Shares are those of sampled replies where there are such. `lenient`: with
 * the columns of the lenient reading, which are else left out where they say the same as the strict ones. `stages`: of the run.
 */
export function resultTable(
  rows: readonly ResultRow[],
  { lenient = false, stages = [] }: { readonly lenient?: boolean; readonly stages?: readonly StageInfo[] } = {},
): string {
  if (rows.length === 0) return 'No results yet.\n'
  return resultsByGame(rows, policiesOf(stages))
    .map((results) => {
      const left = lenient ? [] : Object.values(LENIENT).filter((metric) => !lenientColumns(results).includes(metric))
      const metrics = SHORT_METRICS.filter((metric) => !(left as readonly MetricName[]).includes(metric))
      const head = ['policy', 'return', 'return, greedy', ...metrics.map((metric) => METRICS[metric].title.toLowerCase())]
      const room = headroomText(results)
      const table = markdownTable([head, ...results.policies.map((policy) => shortRow(results, policy, metrics))])
      return `${results.game}\n\n${table}\n${room === null ? '' : `\n${room}\n`}`
    })
    .join('\n')
}
