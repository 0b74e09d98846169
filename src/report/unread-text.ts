/** What could not be read and why, as lines for people: in the terminal after an evaluation, and in comparisons. */

import { LENIENT, type MetricName, meanOf, type UnreadSum, unreadOf } from '../eval/index.ts'
import { printable } from '../printable.ts'
import type { EpisodeRecord, Unread } from '../runs/index.ts'
import { valueText } from './results.ts'

/** Reasons that are listed of a part. */
const REASONS = 3
/** Lines of an example, and characters of a line. */
const LINES = 14
const WIDTH = 110

const WORDS: Readonly<Record<Unread['part'], { readonly what: string; readonly metric: keyof typeof LENIENT; readonly less: string }>> = {
  answer: { what: 'had no readable answer', metric: 'parse failures', less: 'are unreadable' },
  board: { what: 'had no readable board', metric: 'perception exact', less: 'have an exact perception' },
}

/** One part of a player's replies that could not be read. */
export interface UnreadText {
  /** '50 of 50 replies had no readable answer' */
  readonly head: string
  /** '50 × The answer … is not one digit from 0 to 3.' */
  readonly reasons: readonly string[]
  /** 'the first, in episode 1, reply 1' */
  readonly place: string
  /** Lines of the reply, safe to show. */
  readonly example: readonly string[]
  /** What the lenient reading makes of it; null if the same. */
  readonly lenient: string | null
}

/** The start of a reply, safe to show. */
function exampleLines(text: string): string[] {
  if (text.trim() === '') return ['(an empty reply)']
  const lines = printable(text).split('\n')
  const shown = lines.slice(0, LINES).map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line))
  return lines.length > LINES ? [...shown, '…'] : shown
}

function lenientText(records: readonly EpisodeRecord[], part: Unread['part']): string | null {
  const { metric, less } = WORDS[part]
  const of = (name: MetricName): number | null => meanOf(records.flatMap(({ values }) => values[name] ?? []))
  const [strict, lenient] = [of(metric), of(LENIENT[metric])]
  if (strict === null || lenient === null || strict === lenient) return null
  return `Read leniently, ${valueText(metric, lenient)} ${less} instead of ${valueText(metric, strict)}; play and all other scores keep to the strict reading.`
}

function partText(records: readonly EpisodeRecord[], sums: readonly UnreadSum[], part: Unread['part']): UnreadText[] {
  const own = sums.filter((one) => one.part === part)
  if (own.length === 0) return []
  const first = own.reduce((a, b) => (b.episode < a.episode || (b.episode === a.episode && b.step < a.step) ? b : a))
  const count = own.reduce((sum, one) => sum + one.count, 0)
  const replies = records.reduce((sum, { steps }) => sum + steps, 0)
  const more = own.length > REASONS ? [`${own.slice(REASONS).reduce((sum, one) => sum + one.count, 0)} × other reasons`] : []
  return [
    {
      head: `${count.toLocaleString('en-US')} of ${replies.toLocaleString('en-US')} replies ${WORDS[part].what}`,
      reasons: [...own.slice(0, REASONS).map((one) => `${one.count.toLocaleString('en-US')} × ${printable(one.reason)}`), ...more],
      place: `the first, in episode ${first.episode + 1}, reply ${first.step + 1}`,
      example: exampleLines(first.example),
      lenient: lenientText(records, part),
    },
  ]
}

/** Of the episodes of one player; empty if every reply was read. */
export function unreadTexts(records: readonly EpisodeRecord[]): UnreadText[] {
  const sums = unreadOf(records)
  return [...partText(records, sums, 'answer'), ...partText(records, sums, 'board')]
}

/** The same as lines; `label`: who plays. */
export function unreadLines(label: string, texts: readonly UnreadText[]): string[] {
  return texts.flatMap(({ head, reasons, place, example, lenient }, i) => [
    `${label}: ${head}`,
    ...reasons.map((reason) => `  ${reason}`),
    // The example of the answer often shows the board, too.
    ...(i > 0 && texts[0]?.place === place ? [] : [`  ${place}:`, ...example.map((line) => `    ${line}`.trimEnd())]),
    ...(lenient === null ? [] : [`  ${lenient}`]),
    '',
  ])
}
