/** Which token of a reply answers for what: sections, the parts of the perception, the statements of the thoughts. */
import type { Statement } from '../game.ts'
import { placesOfSections, type ReplyReading, type SectionPlaces } from '../gym/index.ts'
import type { ReplyAdvantages } from './advantages.ts'

/** A reply's text, how it was read, and where in the text each of its tokens ends. */
export interface ReplyTokens {
  readonly text: string
  readonly read: ReplyReading
  readonly ends: readonly number[]
}

/** The parts of a reply that answer for themselves, in the order of its text; a section without parts answers as one. */
export interface ReplyParts {
  readonly cells: readonly Statement[]
  readonly statements: readonly Statement[]
}

/**
 * Each token's advantage: its section's (a token that closes a section belongs to the next), or that of the part whose last character it
 * writes; other tokens of a section with parts have none. With `downstream` a token of the perception answers for that share of what thoughts
 * and answer are worth too, and a token of the thoughts of what the answer is worth.
 */
export function tokenShares(
  { text, read, ends }: ReplyTokens,
  advantage: ReplyAdvantages,
  { cells, statements }: ReplyParts,
  downstream = 0,
): number[] {
  const places = placesOfSections(text, read.parsed)
  const seen = partShares(cells, advantage.cells)
  const thought = partShares(statements, advantage.statements)
  const afterThink = downstream * advantage.answer
  const afterPerception = downstream * (advantage.think + advantage.answer)
  return ends.map((end) => {
    const section = sectionAt(places, end)
    if (section === 'answer') return advantage.answer
    if (section === 'perception') return (cells.length === 0 ? advantage.perception : seen(end)) + afterPerception
    return (statements.length === 0 ? advantage.think : thought(end)) + afterThink
  })
}

type Section = 'perception' | 'think' | 'answer'

function sectionAt({ perceptionEnd, thinkEnd }: SectionPlaces, end: number): Section {
  if (end >= thinkEnd) return 'answer'
  return end < perceptionEnd ? 'perception' : 'think'
}

/** For rising places in the text: the sum of the parts that have ended since the last one asked for. */
function partShares(parts: readonly Statement[], values: readonly number[]): (end: number) => number {
  let next = 0
  return (end) => {
    let sum = 0
    for (; (parts[next]?.end ?? Number.POSITIVE_INFINITY) <= end; next++) sum += values[next] ?? 0
    return sum
  }
}

/** What each token's share of the loss is multiplied by so that the sections of a reply weigh alike; the mean over the tokens is 1. */
export function sectionWeights({ text, parsed, ends }: Pick<ReplyTokens, 'text' | 'ends'> & Pick<ReplyReading, 'parsed'>): number[] {
  const places = placesOfSections(text, parsed)
  const sections = ends.map((end) => sectionAt(places, end))
  const counts = new Map<Section, number>()
  for (const section of sections) counts.set(section, (counts.get(section) ?? 0) + 1)
  return sections.map((section) => ends.length / counts.size / (counts.get(section) as number))
}
