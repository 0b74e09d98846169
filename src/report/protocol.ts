/**
 * Results under a published protocol (`Protocol` of a game's preset): one's own episodes counted as it says, beside what others got. What is
 * counted and who is known is the game's to declare; nothing here knows a game.
 */

import type { Evaluation, MetricName } from '../eval/index.ts'
import { meanOf, standardError } from '../eval/index.ts'
import type { KnownResult, Protocol } from '../game-presets.ts'
import { markdownTable } from './markdown.ts'
import { pointsText, valueText } from './results.ts'

/** Where a row comes from: 'run' (this evaluation), or see `KnownResult`. */
export type ProtocolSource = 'run' | KnownResult['source']

/** One player under a protocol. */
export interface ProtocolRow {
  readonly player: string
  /** A few words on the player; '' if there is nothing to say. */
  readonly about: string
  readonly source: ProtocolSource
  /** How replies were picked; null for the results of others. */
  readonly decoding: Evaluation['rows'][number]['decoding'] | null
  /** Mean over `games` of what the protocol counts; null if every episode failed. */
  readonly mean: number | null
  /** Standard error of the mean; null if unknown. */
  readonly error: number | null
  /** 95 % bootstrap interval of the mean; null for the results of others. */
  readonly low: number | null
  readonly high: number | null
  /** Episodes behind the mean; null if unknown. */
  readonly games: number | null
  /** Mean over as many of the first episodes as a published mean has (`Protocol.published`); null if there are fewer, and for others' results. */
  readonly asPublished: number | null
  /** Shares of the replies, 0..1; null for the results of others. */
  readonly unreadable: number | null
  /** By the lenient reading; null for policies that see nothing, too. */
  readonly lenient: number | null
  readonly illegal: number | null
}

/** A row of others: its mean is known. */
export type KnownRow = ProtocolRow & { readonly mean: number }

/** The rows of one game: those of this run, measured ones, published ones. */
export interface ProtocolResults {
  readonly game: string
  readonly title: string
  readonly preset: string
  /** Replies an episode. */
  readonly horizon: number
  readonly unit: string
  /** Episodes behind a published mean. */
  readonly published: number
  readonly rows: readonly ProtocolRow[]
}

/** The row of an evaluation of one game that was played and counted by the protocol (`restart` and `counts` of `evaluate`). */
export function protocolRow({ rows, episodes }: Evaluation, protocol: Protocol): ProtocolRow {
  const result = rows.find(({ metric }) => metric === 'return') as Evaluation['rows'][number]
  const of = (metric: MetricName): number[] => episodes.flatMap(({ values }) => values[metric] ?? [])
  const returns = of('return')
  return {
    player: result.policy,
    about: aboutOf(result.policy, protocol),
    source: 'run',
    decoding: result.decoding,
    mean: result.mean,
    error: standardError(returns),
    low: result.low,
    high: result.high,
    games: returns.length,
    asPublished: returns.length < protocol.published ? null : meanOf(returns.slice(0, protocol.published)),
    unreadable: meanOf(of('parse failures')),
    lenient: meanOf(of('unreadable, lenient')),
    illegal: meanOf(of('illegal moves')),
  }
}

/** What is known of others at that horizon: measured rows, then published ones, each in the order of the protocol. */
export function knownRows(protocol: Protocol, horizon: number): KnownRow[] {
  const known = protocol.results.filter((result) => result.horizon === horizon)
  const of = (source: KnownResult['source']): KnownRow[] =>
    known.filter((result) => result.source === source).map((result) => knownRow(result, protocol))
  return [...of('measured'), ...of('published')]
}

function knownRow({ player, source, mean, error }: KnownResult, protocol: Protocol): KnownRow {
  const nothing = { low: null, high: null, asPublished: null, unreadable: null, lenient: null, illegal: null }
  const games = source === 'published' ? protocol.published : null
  return { player, about: aboutOf(player, protocol), source, decoding: null, mean, error, games, ...nothing }
}

function aboutOf(player: string, { anchors }: Protocol): string {
  return Object.hasOwn(anchors, player) ? (anchors[player] as string) : ''
}

const SOURCES: Readonly<Record<ProtocolSource, string>> = { run: 'this run', measured: 'reference, measured', published: 'published' }

/** A table a game, Markdown that reads well in a terminal: mean ± standard error. `lenient`: as in `resultTable`. */
export function protocolTable(results: readonly ProtocolResults[], { lenient = false }: { readonly lenient?: boolean } = {}): string {
  return results
    .map(({ title, unit, horizon, published, rows }) => {
      const both = lenient || rows.some((row) => row.lenient !== null && row.lenient !== row.unreadable)
      const readings = both ? ['unreadable', 'unreadable, lenient'] : ['unreadable']
      const head = ['player', 'source', unit, `first ${published}`, 'games', ...readings, 'illegal', 'what it is']
      const table = [head, ...rows.map((row) => cellsOf(row, both))]
      return `${title}: ${unit} in ${horizon} replies, mean ± standard error\n\n${markdownTable(table, [1, head.length - 1])}\n`
    })
    .join('\n')
}

function cellsOf(row: ProtocolRow, lenient: boolean): string[] {
  const share = (value: number | null): string => (value === null ? '–' : valueText('wasted', value))
  const player = row.decoding === null || row.decoding === 'scripted' ? row.player : `${row.player}, ${row.decoding}`
  return [
    player,
    SOURCES[row.source],
    row.mean === null ? '–' : withError(row.mean, row.error),
    row.asPublished === null ? '–' : pointsText(row.asPublished),
    row.games === null ? '–' : String(row.games),
    share(row.unreadable),
    ...(lenient ? [share(row.lenient)] : []),
    share(row.illegal),
    row.about,
  ]
}

/** '702.8 ± 2.4': as many digits as the error is worth, two if it begins with 1 or 2, else one; without an error as it was reported. */
export function withError(mean: number, error: number | null): string {
  if (error === null || !(error > 0)) return mean.toLocaleString('en-US')
  const power = Math.floor(Math.log10(error))
  const digits = Math.min(6, Math.max(0, (error / 10 ** power < 3 ? 1 : 0) - power))
  const text = (value: number): string => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${text(mean)} ± ${text(error)}`
}
