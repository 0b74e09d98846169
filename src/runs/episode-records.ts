/** Lines of the files that an evaluation appends to while it runs, checked on reading. */
import * as z from 'zod'
import { assembly, finish, replyFields } from './reply-fields.ts'

const count = z.number().int().nonnegative()

/** Whose line it is: one game, one policy, one decoding. */
export interface Contestant {
  readonly game: string
  readonly policy: string
  readonly decoding: string
}

const contestant = { game: z.string(), policy: z.string(), decoding: z.enum(['sampled', 'greedy', 'scripted']) }

/** A line of replies.jsonl: a reply that came, kept before it was played. */
export const replyLine = z.object({
  ...contestant,
  episode: count,
  step: count,
  ...replyFields,
})
export type ReplyLine = z.output<typeof replyLine>

/**
 * Replies of an endpoint in an episode: how many there were, why they stopped, and how their texts were put together.
 */
const replyCounts = z.object({
  count,
  finish: z.partialRecord(finish, count),
  assembly: z.partialRecord(assembly, count),
})
export type ReplyCounts = z.output<typeof replyCounts>

/**
 * Replies of an episode of which a part could not be read, for one reason: how many, and the first of them. `part`: the answer, so that no move
 * was played, or the board. `example`: the start of the reply as it came in.
 */
const unread = z.object({ part: z.enum(['answer', 'board']), reason: z.string(), count, step: count, example: z.string() })
export type Unread = z.output<typeof unread>

/**
 * A line of episodes.jsonl. `values`: a metric's value in this episode, null where undefined. `confusion`: how often a cell with the
 * first label was read as the second ('' if it was left out); null for policies that see nothing. `boundary`: where it failed. `replies`: of
 * endpoints only. `unread`: absent where every reply was read, and for policies that see nothing.
 */
export const episodeRecord = z.object({
  ...contestant,
  episode: count,
  seed: z.number().int(),
  steps: count,
  stopReason: z.enum(['terminated', 'horizon', 'failed']),
  boundary: z.enum(['endpoint', 'engine']).nullable(),
  problem: z.string().nullable(),
  values: z.record(z.string(), z.number().nullable()),
  confusion: z.record(z.string(), z.record(z.string(), count)).nullable(),
  replies: replyCounts.optional(),
  unread: z.array(unread).optional(),
})
export type EpisodeRecord = z.output<typeof episodeRecord>
