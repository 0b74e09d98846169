/** What the results of a run come to, in sentences that claim no more than the intervals bear. */
import type { ResultRow } from '../runs/index.ts'
import { type GameResults, pointsText } from './results.ts'

/** A cell with all of its numbers. */
type Known = ResultRow & { readonly mean: number; readonly low: number; readonly high: number }

function known(row: ResultRow | null): Known | null {
  return row !== null && row.mean !== null && row.low !== null && row.high !== null ? (row as Known) : null
}

const said = (row: Known): string => `${pointsText(row.mean)} points, ${pointsText(row.low)} to ${pointsText(row.high)}`

/** Whether the intervals of two rows are apart, and which lies higher. */
export function verdict(a: Known, b: Known): 'above' | 'below' | 'open' {
  if (a.low > b.high) return 'above'
  return a.high < b.low ? 'below' : 'open'
}

const VERDICTS = {
  above: 'plays clearly above',
  below: 'plays clearly below',
  open: 'is not told apart (the intervals overlap) from',
} as const

/** Pairs worth a sentence: a policy, what it is held against, and how that is called. */
const PAIRS: readonly (readonly [string, string, string])[] = [
  ['g1', 'teacher', 'its teacher'],
  ['g1', 'g0', 'G0'],
  ['g1', 'cold-start', 'its cold start'],
  ['g1', 'greedy-1', 'the most points in one move'],
  ['g0', 'base', 'its base'],
]

/** Like is held against like: sampled against sampled, greedy against greedy; a scripted policy stands against both. */
const DECODINGS = ['sampled', 'greedy'] as const

/** Sentences on the returns of one game with 95 % intervals. Empty when there is nothing to compare. */
export function findingsOf(results: GameResults): string[] {
  return PAIRS.flatMap(([policy, other, called]) =>
    DECODINGS.flatMap((decoding) => {
      const own = known(results.cell(policy, decoding, 'return'))
      const its = known(results.cell(other, decoding, 'return') ?? results.cell(other, 'scripted', 'return'))
      if (own === null || its === null) return []
      return [`${policy.toUpperCase()}, ${decoding} (${said(own)}), ${VERDICTS[verdict(own, its)]} ${called} (${said(its)}).`]
    }),
  )
}
