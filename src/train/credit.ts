/** Which token of a reply answers for what: sections, and the statements of the thoughts. */
import type { Statement } from '../game.ts'
import { placesOfSections, type ReplyReading } from '../gym/index.ts'
import type { ReplyAdvantages } from './advantages.ts'

/** A reply's text, how it was read, and where in the text each of its tokens ends. */
export interface ReplyTokens {
  readonly text: string
  readonly read: ReplyReading
  readonly ends: readonly number[]
}

/**
 * Each token's advantage: its section's (a token that closes a section belongs to the next), or that of the statement whose last character
 * it writes; other tokens of a think section with statements have none.
 */
export function tokenShares({ text, read, ends }: ReplyTokens, advantage: ReplyAdvantages, statements: readonly Statement[]): number[] {
  const places = placesOfSections(text, read.parsed)
  let next = 0
  return ends.map((end) => {
    if (end >= places.thinkEnd) return advantage.answer
    if (end < places.perceptionEnd) return advantage.perception
    if (statements.length === 0) return advantage.think
    let sum = 0
    for (; (statements[next]?.end ?? Number.POSITIVE_INFINITY) <= end; next++) sum += advantage.statements[next] ?? 0
    return sum
  })
}
