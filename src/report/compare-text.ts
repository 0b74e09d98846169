/** A comparison as text: the table and a plot for the terminal and Markdown, and CSV. */

import type { Interval } from '../eval/index.ts'
import { LENIENT, METRICS, type MetricName } from '../eval/index.ts'
import { printableLine } from '../printable.ts'
import type { ComparedGroup, ComparedRow, PairedTest } from './compare.ts'
import { markdownTable } from './markdown.ts'
import { pointsText, valueText } from './results.ts'
import { unreadLines } from './unread-text.ts'

/** A column: its head, and the text of a row; null where there is nothing to say. */
export interface ComparedColumn {
  readonly head: string
  readonly text: (row: ComparedRow) => string | null
  /** What a sort goes by; null: the text. */
  readonly value: (row: ComparedRow) => number | null
}

const range = ({ mean, low, high }: Interval, text: (value: number) => string): string =>
  low === high ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`

const METRIC_COLUMNS: readonly MetricName[] = [
  'success',
  'parse failures',
  'unreadable, lenient',
  'illegal moves',
  'perception exact',
  'board exact, lenient',
  'perception cells',
  'think',
  'good given perception',
  'regret',
  'failed',
  'input tokens',
  'output tokens',
  'latency',
]

const whole = (value: number): string => value.toFixed(0)

/** Columns that any row of the group has something in; those of the lenient reading where they differ from the strict ones. Return, normalised score and success with their intervals. */
export function columnsOf({ rows, unit }: ComparedGroup): ComparedColumn[] {
  const metric = (name: MetricName): ComparedColumn => ({
    head: METRICS[name].title.toLowerCase(),
    text: ({ cells }) => {
      const cell = cells[name]
      if (cell === undefined || (name === 'failed' && cell.mean === 0)) return null
      return name === 'success' ? range(cell, (value) => valueText(name, value)) : valueText(name, cell.mean)
    },
    value: ({ cells }) => cells[name]?.mean ?? null,
  })
  const all: ComparedColumn[] = [
    {
      head: 'source',
      text: ({ source }) => (source === 'run' ? null : source === 'measured' ? 'reference, measured' : 'published'),
      value: () => null,
    },
    { head: 'episodes', text: ({ episodes }) => (episodes === null ? null : String(episodes)), value: ({ episodes }) => episodes },
    {
      head: unit,
      text: ({ cells }) => (cells.return ? range(cells.return, pointsText) : null),
      value: ({ cells }) => cells.return?.mean ?? null,
    },
    {
      head: '0 random, 100 solver',
      text: ({ normalised }) => (normalised ? range(normalised, whole) : null),
      value: ({ normalised }) => normalised?.mean ?? null,
    },
    ...METRIC_COLUMNS.map(metric),
    { head: 'cost', text: ({ cost }) => (cost === null ? null : valueText('cost', cost)), value: ({ cost }) => cost },
  ]
  const same = Object.entries(LENIENT).flatMap(([strict, lenient]) =>
    rows.every(({ cells }) => cells[lenient] === undefined || cells[lenient].mean === cells[strict as MetricName]?.mean)
      ? [METRICS[lenient].title.toLowerCase()]
      : [],
  )
  return all.filter(({ head, text }) => !same.includes(head) && rows.some((row) => text(row) !== null))
}

/** '2048: size 4, goal 0; 100 replies, restarts'. */
export function titleOf({ game, setup }: ComparedGroup): string {
  if (setup === null) return `${game}, as in its own run`
  const knobs = Object.entries((setup.config ?? {}) as Record<string, unknown>).map(([key, value]) => `${key} ${String(value)}`)
  return `${game}: ${knobs.join(', ')}; ${setup.horizon} replies${setup.restart ? ', restarts' : ''}`
}

/** '< 0.001' or three digits. */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3))

/** 'a − b', its interval, its p-value. */
export function testCells({ a, b, pairs, difference, corrected }: PairedTest): string[] {
  const sign = (value: number): string => `${value < 0 ? '−' : '+'}${pointsText(Math.abs(value))}`
  return [`${a} − ${b}`, String(pairs), range(difference, sign), pText(corrected), corrected < 0.05 ? 'differ' : 'not told apart']
}

export const TEST_HEAD: readonly string[] = ['difference, same games', 'games', 'mean [95 %]', 'p, corrected', 'verdict']

/** The commonest misreadings of a row: label, what it was read as, share of the label's cells. */
export function misreadings(
  { confusion }: ComparedRow,
  most = 5,
): { readonly truth: string; readonly read: string; readonly share: number }[] {
  return Object.entries(confusion ?? {})
    .flatMap(([truth, reads]) => {
      const total = Object.values(reads).reduce((sum, count) => sum + count, 0)
      return Object.entries(reads).flatMap(([read, count]) => (read === truth ? [] : [{ truth, read, share: count / total, count }]))
    })
    .sort((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ truth, read, share }) => ({ truth, read, share }))
}

const WIDTH = 48

/** Means as dots on their intervals, on one scale from 0 (or the least) on. */
export function plotLines({ rows }: ComparedGroup): string[] {
  const shown = rows.flatMap(({ label, cells }) => (cells.return ? [{ label, ...cells.return }] : []))
  const top = Math.max(1e-9, ...shown.map(({ high }) => high))
  const bottom = Math.min(0, ...shown.map(({ low }) => low))
  const at = (value: number): number => Math.round(((value - bottom) / (top - bottom)) * (WIDTH - 1))
  const names = Math.max(0, ...shown.map(({ label }) => label.length))
  const lines = shown.map(({ label, mean, low, high }) => {
    const line: string[] = Array.from({ length: WIDTH }, (_, x): string =>
      x < at(low) || x > at(high) ? ' ' : x === at(low) ? '├' : x === at(high) ? '┤' : '─',
    )
    line[at(mean)] = '●'
    return `${label.padEnd(names)}  ${line.join('')}  ${pointsText(mean)}`
  })
  return [...lines, `${' '.repeat(names)}  ${pointsText(bottom).padEnd(WIDTH - pointsText(top).length)}${pointsText(top)}`]
}

/** A block of text in Markdown, whatever it holds. */
function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map(({ length }) => length + 1)))
  return `${fence}text\n${text}\n${fence}`
}

/** Markdown that reads well in a terminal too. `heading`: '## ' for documents. */
export function comparisonText(groups: readonly ComparedGroup[], heading = ''): string {
  return groups
    .map((group) => {
      const columns = columnsOf(group)
      const table = [
        ['policy', ...columns.map(({ head }) => head)],
        ...group.rows.map((row) => [row.label, ...columns.map(({ text }) => text(row) ?? '–')]),
      ]
      const plot = heading === '' ? plotLines(group).join('\n') : fenced(plotLines(group).join('\n'))
      const tests = group.tests.length === 0 ? [] : [markdownTable([TEST_HEAD, ...group.tests.map(testCells)], [4])]
      const misread = group.rows.flatMap((row) => {
        const list = misreadings(row).map(
          ({ truth, read, share }) => `${truth} as ${read === '' ? 'nothing' : read} ${valueText('wasted', share)}`,
        )
        return list.length === 0 ? [] : [`${row.label} most often reads ${list.join(', ')}.`]
      })
      const unread = group.rows.flatMap(({ label, unread: texts }) => {
        const lines = unreadLines(label, texts).join('\n').trimEnd()
        return lines === '' ? [] : [heading === '' ? lines : fenced(lines)]
      })
      return [
        `${heading}${titleOf(group)}`,
        markdownTable(table, columns[0]?.head === 'source' ? [1] : []),
        plot,
        ...tests,
        ...misread,
        ...group.rows.flatMap(({ label, notes }) => notes.map((note) => `${label}: ${printableLine(note)}`)),
        ...unread,
      ].join('\n\n')
    })
    .join('\n\n')
}

/** A field of CSV; quoted where it must be, and never a formula to a spreadsheet. */
function csvField(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line per player and metric, with full precision. */
export function comparisonCsv(groups: readonly ComparedGroup[]): string {
  const head = ['game', 'setup', 'run', 'policy', 'source', 'metric', 'mean', 'low', 'high', 'episodes', 'training seed']
  const lines: (string | number | null)[][] = [head]
  for (const { game, setup, rows, seeds } of groups) {
    const rules = setup === null ? null : JSON.stringify(setup)
    for (const { run, label, source, episodes, cells, normalised, trainingSeed } of rows) {
      const all = [...Object.entries(cells), ...(normalised ? [['normalised', normalised] as const] : [])]
      for (const [metric, { mean, low, high }] of all)
        lines.push([game, rules, run, label, source, metric, mean, low, high, episodes, trainingSeed])
    }
    for (const { runs, rows: own } of seeds) {
      for (const { policy, decoding, overSeeds } of own) {
        if (overSeeds === null) continue
        const { mean, low, high } = overSeeds
        lines.push([game, rules, runs.join(' '), `${policy}, ${decoding}`, 'over seeds', 'return', mean, low, high, null, null])
      }
    }
  }
  return `${lines.map((line) => line.map(csvField).join(',')).join('\n')}\n`
}
