/**
 * `replies.jsonl` of a data set: every reply of the teacher as it came, before it is read, judged or written anew. A session that goes on
 * takes from it what its round had before the stop, so that nothing is asked, and paid for, twice.
 */
import * as z from 'zod'
import type { Reply } from '../policy.ts'
import { type KeptReply, keptFields, type LinesFile, type ReplyCounts, type RunFolder, replyFields, replyOf } from '../runs/index.ts'

const counter = z.number().int().nonnegative()
const line = z.object({
  round: counter,
  /** Which of the games side by side. */
  place: counter,
  game: z.string(),
  /** Token of the state that was put to the teacher. */
  state: z.string(),
  ...replyFields,
})
type ReplyLine = z.output<typeof line>

/** The replies, in the order they came. */
export const TAUGHT: LinesFile<ReplyLine> = { name: 'replies.jsonl', schema: line, loss: 'its reply is asked again if it is needed' }

/** What a reply answers. */
export type Question = Pick<ReplyLine, 'round' | 'place' | 'game' | 'state'>

/** The replies of a folder that this process holds. */
export interface TaughtReplies {
  /** The reply to a question that was asked before the last stop. */
  known(question: Question): Reply | undefined
  keep(question: Question, reply: Reply): Promise<void>
  /** Of all replies that say why they stopped. */
  counts(): ReplyCounts
}

const keyOf = ({ round, place, game, state }: Question): string => JSON.stringify([round, place, game, state])

/** Opens the file for a session that goes on with round `from`. */
export async function openReplies(folder: RunFolder, from: number): Promise<TaughtReplies> {
  const known = new Map<string, KeptReply>()
  const counts: ReplyCounts = { count: 0, finish: {}, assembly: {} }
  const add = ({ finish, assembly }: Pick<Reply, 'finish' | 'assembly'>): void => {
    if (finish === undefined) return
    counts.count++
    counts.finish[finish] = (counts.finish[finish] ?? 0) + 1
    if (assembly) counts.assembly[assembly] = (counts.assembly[assembly] ?? 0) + 1
  }
  await folder.openLines(TAUGHT, ({ value }) => {
    add(replyOf(value))
    if (value.round >= from) known.set(keyOf(value), value)
  })
  // One write at a time, so that only the last line can be torn.
  let last: Promise<void> = Promise.resolve()
  return {
    known: (question) => {
      const kept = known.get(keyOf(question))
      return kept && replyOf(kept)
    },
    keep: (question, reply) => {
      if (known.has(keyOf(question))) return Promise.resolve()
      add(reply)
      const next = last.then(() => folder.append(TAUGHT.name, { ...question, ...keptFields(reply) }))
      last = next.catch(() => {})
      return next
    },
    counts: () => counts,
  }
}
