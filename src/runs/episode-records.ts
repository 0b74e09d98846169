/** Lines of the files that an evaluation appends to while it runs, checked on reading. */
import { z } from 'zod'

const count = z.number().int().nonnegative()

/** Whose line it is: one game, one policy, one decoding. */
export interface Contestant {
  readonly game: string
  readonly policy: string
  readonly decoding: string
}

const contestant = { game: z.string(), policy: z.string(), decoding: z.enum(['sampled', 'greedy', 'scripted']) }

const usage = z.object({
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  cost: z.number().nullable(),
  seconds: z.number(),
  requests: count,
})

/** A line of replies.jsonl: a reply that was had, kept before it was played. */
export const replyLine = z.object({ ...contestant, episode: count, step: count, text: z.string(), usage: usage.optional() })
export type ReplyLine = z.output<typeof replyLine>

/**
 * A line of episodes.jsonl. `values`: a metric's value in this episode, null where undefined. `confusion`: how often a cell with the
 * first label was read as the second ('' if it was left out); null for policies that see nothing. `boundary`: where it failed.
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
})
export type EpisodeRecord = z.output<typeof episodeRecord>
