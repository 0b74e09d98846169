/** Why replies could not be read: counted by reason while an episode is played, with the first reply of each; summed over episodes for reports. */

import type { ParsedReply, ReplyScore } from '../gym/index.ts'
import type { EpisodeRecord, Unread } from '../runs/index.ts'

/** Reasons of a part that an episode keeps. */
const MOST = 3
/** Characters of a reply that are kept as an example. */
const EXAMPLE = 500

const NO_GRID = 'The perception is not a grid of the labels that the prompt asks for, in its layout.'
const NOT_READ = 'The perception is not written as the prompt asks for.'

/** A reason without what differs from reply to reply: quoted texts and cells. */
function kindOf(reason: string): string {
  return reason.replace(/"(?:[^"\\]|\\.)*"/g, '…').replace(/\(\d+, \d+\)/g, '(row, column)')
}

/** What of a reply could not be read, and why. `isGrid`: whether the game's perception is a grid. */
export function unreadParts(
  { outcome, boundary, problem }: ReplyScore,
  parsed: ParsedReply,
  perception: unknown,
  isGrid: boolean,
): Pick<Unread, 'part' | 'reason'>[] {
  const answer =
    outcome === 'unreadable' && boundary === 'parse' ? [{ part: 'answer' as const, reason: kindOf(problem ?? 'no answer') }] : []
  const reason = parsed.perception === null ? (parsed.problem ?? 'no perception') : isGrid ? NO_GRID : NOT_READ
  return [...answer, ...(perception === null ? [{ part: 'board' as const, reason }] : [])]
}

/** One more reply; a reason beyond the most that are kept counts with the last of them. */
export function addUnread(all: Unread[], { part, reason }: Pick<Unread, 'part' | 'reason'>, step: number, reply: string): void {
  const own = all.filter((one) => one.part === part)
  const known = own.find((one) => one.reason === reason) ?? (own.length < MOST ? undefined : own.at(-1))
  if (known !== undefined) known.count++
  else all.push({ part, reason, count: 1, step, example: reply.length > EXAMPLE ? `${reply.slice(0, EXAMPLE)}…` : reply })
}

/** Why replies of a player could not be read, the commonest first; the example is of the first episode and step. */
export interface UnreadSum extends Unread {
  /** From 0. */
  readonly episode: number
}

/** Over the episodes of one player. */
export function unreadOf(records: readonly EpisodeRecord[]): UnreadSum[] {
  const sums = new Map<string, UnreadSum>()
  for (const { episode, unread = [] } of [...records].sort((a, b) => a.episode - b.episode)) {
    for (const one of unread) {
      const key = JSON.stringify([one.part, one.reason])
      const known = sums.get(key)
      sums.set(key, known === undefined ? { ...one, episode } : { ...known, count: known.count + one.count })
    }
  }
  return [...sums.values()].sort((a, b) => (a.part === b.part ? b.count - a.count : a.part === 'answer' ? -1 : 1))
}
