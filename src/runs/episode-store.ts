/**
 * What an evaluation has done, kept so that a killed one goes on and pays for nothing twice. `replies.jsonl`: every reply as it comes in,
 * before it is played. `episodes.jsonl`: every episode as it ends. Play is a function of the replies, so an episode that was under way is
 * played again from its kept replies and asks only for what is missing; one that failed goes on from where it failed.
 */
import type { z } from 'zod'
import { StorageError } from '../errors.ts'
import type { Reply } from '../policy.ts'
import { type Contestant, type EpisodeRecord, episodeRecord, type ReplyLine, replyLine } from './episode-records.ts'
import type { RunFolder } from './run-folder.ts'

export const REPLIES = 'replies.jsonl'
export const EPISODES = 'episodes.jsonl'

export interface EpisodeStore {
  /** Episodes that are done, by number. */
  finished(who: Contestant): ReadonlyMap<number, EpisodeRecord>
  /** Kept replies of an episode that is not done, by step. */
  replies(who: Contestant, episode: number): ReadonlyMap<number, Reply>
  keepReply(who: Contestant, episode: number, step: number, reply: Reply): Promise<void>
  keepEpisode(record: EpisodeRecord): Promise<void>
}

const keyOf = ({ game, policy, decoding }: Contestant, episode?: number): string =>
  JSON.stringify([game, policy, decoding, episode ?? null])

/** All complete lines of a file; a torn last one is cut off, so that the next line does not run into it. */
async function linesOf<T>(folder: RunFolder, name: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = await folder.lines(name)
  await folder.keepLines(name, lines.length)
  return lines.map((line, index) => {
    const parsed = schema.safeParse(line)
    if (parsed.success) return parsed.data
    throw new StorageError(`${folder.file(name)} is damaged in line ${index + 1}; restore it or start a new run with another --out`)
  })
}

/** Episodes of a run for reading: of an evaluation that may still be going. */
export async function episodeRecords(folder: RunFolder): Promise<EpisodeRecord[]> {
  return (await folder.lines(EPISODES)).map((line, index) => {
    const parsed = episodeRecord.safeParse(line)
    if (parsed.success) return parsed.data
    throw new StorageError(`${folder.file(EPISODES)} is damaged in line ${index + 1}; restore it or start a new run`)
  })
}

function replyOf({ text, usage, finish, assembly, raw }: ReplyLine): Reply {
  return {
    text,
    ...(finish && { finish }),
    ...(assembly && { assembly }),
    ...(raw && { raw: { ...raw, content: raw.content === undefined ? text : raw.content } }),
    ...(usage && { usage }),
  }
}

/** The fields of a reply that are kept: a content that is the text is written once. */
function keptFields({ text, finish, assembly, raw, usage }: Reply): object {
  const { content, ...rest } = raw ?? {}
  return {
    text,
    ...(finish && { finish }),
    ...(assembly && { assembly }),
    ...(raw && { raw: content === text ? rest : raw }),
    ...(usage && { usage }),
  }
}

/** Opens the store of a run folder that this process holds. Episodes that failed are taken out, to be tried again. */
export async function openEpisodeStore(folder: RunFolder): Promise<EpisodeStore> {
  const all = await linesOf(folder, EPISODES, episodeRecord)
  const done = all.filter(({ stopReason }) => stopReason !== 'failed')
  if (done.length < all.length) await folder.write(EPISODES, done.map((record) => `${JSON.stringify(record)}\n`).join(''))
  const finished = new Map<string, Map<number, EpisodeRecord>>()
  const ofWho = (who: Contestant): Map<number, EpisodeRecord> => {
    const known = finished.get(keyOf(who)) ?? new Map<number, EpisodeRecord>()
    finished.set(keyOf(who), known)
    return known
  }
  for (const record of done) ofWho(record).set(record.episode, record)

  const kept = new Map<string, Map<number, Reply>>()
  const ofEpisode = (who: Contestant, episode: number): Map<number, Reply> => {
    const key = keyOf(who, episode)
    const known = kept.get(key) ?? new Map<number, Reply>()
    kept.set(key, known)
    return known
  }
  for (const line of await linesOf(folder, REPLIES, replyLine)) {
    if (!ofWho(line).has(line.episode)) ofEpisode(line, line.episode).set(line.step, replyOf(line))
  }

  // One write at a time, so that only the last line of a file can be torn.
  let last: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
  return {
    finished: ofWho,
    replies: (who, episode) => kept.get(keyOf(who, episode)) ?? new Map(),
    keepReply: (who, episode, step, reply) => {
      const { game, policy, decoding } = who
      ofEpisode(who, episode).set(step, reply)
      return inTurn(() => folder.append(REPLIES, { game, policy, decoding, episode, step, ...keptFields(reply) }))
    },
    keepEpisode: (record) =>
      inTurn(async () => {
        await folder.append(EPISODES, record)
        ofWho(record).set(record.episode, record)
        kept.delete(keyOf(record, record.episode))
      }),
  }
}
