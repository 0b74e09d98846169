/**
 * What an evaluation has done, kept so that a killed one goes on and pays for nothing twice. `replies.jsonl`: every reply as it comes in,
 * before it is played. `episodes.jsonl`: every episode as it ends. Play is a function of the replies, so an episode that was under way is
 * played again from its kept replies and asks only for what is missing; one that failed goes on from where it failed.
 */
import type { Reply } from '../policy.ts'
import { type Contestant, type EpisodeRecord, episodeRecord, type ReplyLine, replyLine } from './episode-records.ts'
import type { Line, LinesFile } from './lines.ts'
import { keptFields, replyOf } from './reply-fields.ts'
import type { RunFolder } from './run-folder.ts'

export const REPLIES: LinesFile<ReplyLine> = { name: 'replies.jsonl', schema: replyLine, loss: 'its reply is asked again' }
export const EPISODES: LinesFile<EpisodeRecord> = {
  name: 'episodes.jsonl',
  schema: episodeRecord,
  loss: 'its episode is played again from the replies that were kept',
}

export interface EpisodeStore {
  /** Episodes that are done, by number. */
  finished(who: Contestant): ReadonlyMap<number, EpisodeRecord>
  /** The kept reply to a step of an episode that is not done. */
  reply(who: Contestant, episode: number, step: number): Promise<Reply | undefined>
  keepReply(who: Contestant, episode: number, step: number, reply: Reply): Promise<void>
  keepEpisode(record: EpisodeRecord): Promise<void>
}

const keyOf = ({ game, policy, decoding }: Contestant, episode?: number): string =>
  JSON.stringify([game, policy, decoding, episode ?? null])

/** Episodes as they ended last: one that was tried again stands in the file more than once. */
export function lastEpisodes(records: Iterable<EpisodeRecord>): EpisodeRecord[] {
  const last = new Map<string, EpisodeRecord>()
  for (const record of records) last.set(keyOf(record, record.episode), record)
  return [...last.values()]
}

/** Episodes of a run for reading: of an evaluation that may still be going. */
export const episodeRecords = async (folder: RunFolder): Promise<EpisodeRecord[]> => lastEpisodes(await folder.linesOf(EPISODES))

/** A kept reply: of this process, or where it stands in the file. Texts of earlier processes may be more than memory holds. */
type Kept = Reply | Pick<Line<ReplyLine>, 'start' | 'end'>

/** Opens the store of a run folder that this process holds. Episodes that failed are tried again. */
export async function openEpisodeStore(folder: RunFolder): Promise<EpisodeStore> {
  const finished = new Map<string, Map<number, EpisodeRecord>>()
  const ofWho = (who: Contestant): Map<number, EpisodeRecord> => {
    const known = finished.get(keyOf(who)) ?? new Map<number, EpisodeRecord>()
    finished.set(keyOf(who), known)
    return known
  }
  await folder.openLines(EPISODES, ({ value }) => {
    if (value.stopReason !== 'failed') ofWho(value).set(value.episode, value)
  })

  const kept = new Map<string, Map<number, Kept>>()
  const ofEpisode = (who: Contestant, episode: number): Map<number, Kept> => {
    const key = keyOf(who, episode)
    const known = kept.get(key) ?? new Map<number, Kept>()
    kept.set(key, known)
    return known
  }
  await folder.openLines(REPLIES, ({ value, start, end }) => {
    if (!ofWho(value).has(value.episode)) ofEpisode(value, value.episode).set(value.step, { start, end })
  })

  // One write at a time, so that only the last line of a file can be torn.
  let last: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
  return {
    finished: ofWho,
    reply: async (who, episode, step) => {
      const known = kept.get(keyOf(who, episode))?.get(step)
      return known === undefined || 'text' in known ? known : replyOf(await folder.lineAt(REPLIES, known))
    },
    keepReply: (who, episode, step, reply) => {
      const { game, policy, decoding } = who
      ofEpisode(who, episode).set(step, reply)
      return inTurn(() => folder.append(REPLIES.name, { game, policy, decoding, episode, step, ...keptFields(reply) }))
    },
    keepEpisode: (record) =>
      inTurn(async () => {
        await folder.append(EPISODES.name, record)
        ofWho(record).set(record.episode, record)
        kept.delete(keyOf(record, record.episode))
      }),
  }
}
