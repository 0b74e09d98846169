/**
 * Teaching: games are played side by side, every state is put to the teacher together with its true perception, the teacher's move is
 * played, and what passes the filters is kept. A round is a reply for each game that still wants examples. Replies are kept as they come;
 * what a round kept is appended, then the place is saved, so a killed session goes on with the round it was in, and a teacher whose replies
 * depend on (seed, state) gives the same data set.
 */

import { readdir, rm } from 'node:fs/promises'
import { contentHash, EXAMPLES, type Example, messagesOf } from '../datasets/index.ts'
import { EngineError } from '../errors.ts'
import { loadGames } from '../games/registry.ts'
import { gridOf } from '../games/shared/grid-perception.ts'
import { advance, drawPng, type EnvSpec, encodeState, endingOf, playReply, promptAfter, type ReplyScore, stateHash } from '../gym/index.ts'
import type { Policy } from '../policy.ts'
import { shellWord } from '../printable.ts'
import type { Line, ReplyCounts, RunFolder } from '../runs/index.ts'
import { type AnsweredState, askRound } from './ask.ts'
import { writeCard } from './card.ts'
import { specsOf, type TeachConfig } from './config.ts'
import { judge, type Reason, type Verdict } from './filters.ts'
import { writeParquet } from './parquet.ts'
import { askedPlaces, type Counts, freshSlot, progressOf, reassigned, repliesOf, type Slot, type TeachProgress } from './progress.ts'
import { taughtReply } from './reading.ts'
import { openReplies } from './replies.ts'

/**
 * Replies in a row without a legal move, or failed requests in a row, after which a game is given up: a teacher that is stuck would be asked
 * the same for ever.
 */
const PATIENCE = 3

/** A reply that was dropped, for people to look at. */
export interface DroppedReply {
  readonly reason: Reason
  /** What exactly is wrong with it; null if the reason says all. */
  readonly problem: string | null
  readonly text: string
}

export interface TeachOptions {
  readonly folder: RunFolder
  readonly config: TeachConfig
  /** The teacher. A privileged policy is handed the states; any other gets the true perception as the observation's caption. */
  readonly policy: Policy
  /** Whether each question is a call of its own, so that its reply is kept as soon as it is there: for endpoints. Default false. */
  readonly oneByOne?: boolean
  /** While nothing is kept, the work ends once this many replies of a session were all dropped for one reason; 0: never. Default 20. */
  readonly patience?: number
  /** Told after every round. */
  readonly onRound?: (counts: Counts) => void
  /** When it aborts, `teach` returns 'stopped'; the replies that had come are kept for the next session. */
  readonly signal?: AbortSignal
}

/**
 * How it ended. 'finished': the data set is written. 'empty': all replies were asked for and none could be kept; there is no data set.
 * 'dropped': it was ended early, see `patience`. 'stopped': interrupted. In the last two more can come of it.
 */
export interface Taught {
  readonly end: 'finished' | 'empty' | 'dropped' | 'stopped'
  readonly counts: Counts
  /** Kept replies that were not as they should be, but could be read; see reading.ts. */
  readonly mended: number
  /** The first reply of this session that was dropped. */
  readonly firstDropped: DroppedReply | null
  /** Of endpoints, all sessions together: why replies stopped, and how their texts were put together. */
  readonly replies: ReplyCounts
}

/** What a session has seen. */
interface Session {
  readonly options: TeachOptions
  readonly specs: readonly EnvSpec[]
  /** Ids and hashes of the examples. */
  readonly seen: Set<string>
  /** Replies so far by what became of them. */
  readonly fates: Map<'kept' | Reason, number>
  firstDropped: DroppedReply | null
  /** Failed requests in a row. */
  failures: number
}

/** Makes a data set, or what is left of it; at the end the Parquet files and the card are written. Throws EngineError if nobody can be asked. */
export async function teach(options: TeachOptions): Promise<Taught> {
  const { folder, config, policy, signal, oneByOne = false, patience = 20 } = options
  await loadGames(config.games.map(({ id }) => id))
  const specs = specsOf(config, policy.privileged ? 'image' : 'image+caption')
  const saved = await progressOf(folder, config, specs)
  const { seen, kept } = await cutExamples(folder, saved)
  const session: Session = { options, specs, seen, fates: new Map(), firstDropped: null, failures: 0 }
  let at = recounted(config, saved, kept)
  const replies = await openReplies(folder, at.round)
  const ended = (end: Taught['end']): Taught => ({
    end,
    counts: at.counts,
    mended: at.mended,
    firstDropped: session.firstDropped,
    replies: replies.counts(),
  })
  options.onRound?.(at.counts)
  while (at.counts.kept < config.examples && repliesOf(at.counts) < config.maxReplies) {
    const left = patience === 0 || at.counts.kept > 0 ? Number.POSITIVE_INFINITY : patience - sameFate(session)
    if (left <= 0) return ended('dropped')
    if (signal?.aborted) return ended('stopped')
    at = reassigned(config, specs, at)
    const answered = await askRound({ policy, seed: config.seed, oneByOne, replies, signal }, specs, at, askedPlaces(config, at, left))
    if (answered === null) return ended('stopped')
    checkFailures(session, at, answered)
    at = await playRound(session, at, answered)
    await folder.write('progress.json', at)
    options.onRound?.(at.counts)
  }
  if (at.counts.kept === 0) return ended('empty')
  await finish(options, at)
  return ended('finished')
}

/** Replies of the session, if all of them were dropped for one reason; else 0, which is no reason to stop. */
function sameFate({ fates }: Session): number {
  const [only, ...more] = fates
  return only === undefined || more.length > 0 || only[0] === 'kept' ? 0 : only[1]
}

/** Writes Parquet and the card. The examples are read one at a time: together they may be more than memory holds. */
async function finish({ folder, config, policy }: TeachOptions, at: TeachProgress): Promise<void> {
  const places: Pick<Line<Example>, 'start' | 'end'>[] = []
  const pictures = new Set<string>()
  const games = new Map<string, number>()
  await folder.readLines(EXAMPLES, ({ value: { game, images }, start, end }) => {
    places.push({ start, end })
    pictures.add(images[0])
    games.set(game, (games.get(game) ?? 0) + 1)
  })
  await prunePictures(folder, pictures)
  const parts = await writeParquet(folder, examplesAt(folder, places))
  await writeCard(folder, config, policy, at, { parts, games })
}

async function* examplesAt(folder: RunFolder, places: readonly Pick<Line<Example>, 'start' | 'end'>[]): AsyncGenerator<Example> {
  for (const place of places) yield await folder.lineAt(EXAMPLES, place)
}

/** Throws EngineError once so many requests in a row have failed that the teacher must be taken for unreachable. */
function checkFailures(session: Session, { counts }: TeachProgress, answered: readonly AnsweredState[]): void {
  const { folder, config, policy } = session.options
  let reason = ''
  for (const { reply } of answered) {
    session.failures = reply.failure ? session.failures + 1 : 0
    reason ||= reply.failure?.reason ?? ''
  }
  if (session.failures < Math.max(PATIENCE, config.parallel)) return
  const goOn = repliesOf(counts) === 0 ? '' : `; what was kept is saved, go on with: vlm-gym teach --resume ${shellWord(folder.path)}`
  throw new EngineError(`the teacher ${policy.name} cannot be asked: ${reason}${goOn}`)
}

/** The progress with the examples that are there, where a line of them was damaged: another example takes its place. */
function recounted(config: TeachConfig, at: TeachProgress, kept: ReadonlyMap<string, number>): TeachProgress {
  const lost = new Map<string, number>()
  for (const [i, { id }] of config.games.entries()) lost.set(id, (lost.get(id) ?? 0) + (at.games[i]?.kept ?? 0))
  for (const [id, count] of kept) lost.set(id, (lost.get(id) ?? 0) - count)
  const games = at.games.map(({ asked, kept: before }, i) => {
    const id = config.games[i]?.id ?? ''
    const less = Math.min(before, Math.max(0, lost.get(id) ?? 0))
    lost.set(id, (lost.get(id) ?? 0) - less)
    return { asked, kept: before - less }
  })
  const total = [...kept.values()].reduce((sum, count) => sum + count, 0)
  return { ...at, games, counts: { ...at.counts, kept: total } }
}

/** Cuts off the examples of a round that was not saved. Returns how many are left of each game, and their ids and hashes. */
async function cutExamples(folder: RunFolder, { lines, last }: TeachProgress): Promise<{ kept: Map<string, number>; seen: Set<string> }> {
  const ids: string[] = []
  await folder.readLines(EXAMPLES, ({ value: { id } }) => ids.push(id))
  const seen = new Set<string>()
  // Where the last line that was saved is damaged itself, its number is all that is known of it.
  const saved = last === null ? -1 : ids.lastIndexOf(last)
  const kept = new Map<string, number>()
  let read = 0
  await folder.cutLines(EXAMPLES, ({ value: { id, hash, game }, number }) => {
    const over = saved >= 0 ? read++ > saved : number > lines
    if (!over) {
      seen.add(id).add(hash)
      kept.set(game, (kept.get(game) ?? 0) + 1)
    }
    return over
  })
  return { kept, seen }
}

/** Scores, keeps and plays the replies of a round, in the order of the games. */
async function playRound(session: Session, before: TeachProgress, answered: readonly AnsweredState[]): Promise<TeachProgress> {
  const { options, specs } = session
  const { config } = options
  const counts = { ...before.counts }
  const games = before.games.map((game) => ({ ...game }))
  const slots = [...before.slots]
  let { lines, last, mended } = before
  const count = (fate: 'kept' | Reason): void => {
    counts[fate]++
    if (fate !== 'failed') session.fates.set(fate, (session.fates.get(fate) ?? 0) + 1)
  }
  for (const { place, slot, spec, reply } of answered) {
    const game = games[slot.game] as { asked: number; kept: number }
    game.asked++
    const { state } = slot.snapshot
    const read = taughtReply(spec.game, state, reply.text)
    const { score, result } = playReply(spec.game, state, { ...reply, text: read.text })
    const verdict = judge(spec.game, state, read.text, score, config)
    const id = verdict.keep ? await keep(session, spec, slot, promptAfter(spec, slot.snapshot.last), score, verdict) : null
    if (id !== null) {
      count('kept')
      game.kept++
      lines++
      last = id
      if (read.mended) mended++
    } else {
      const reason = verdict.keep ? 'duplicate' : verdict.reason
      count(reason)
      if (reason !== 'failed') session.firstDropped ??= { reason, problem: reason === 'duplicate' ? null : score.problem, text: reply.text }
    }
    const next: Slot = reply.failure
      ? { ...slot, failed: slot.failed + 1 }
      : { ...slot, snapshot: advance(slot.snapshot, result), refused: result.legal ? 0 : slot.refused + 1, failed: 0 }
    slots[place] = isOver(spec, next) ? freshSlot(config, specs, { games, slots }, place, slot.begun + 1) : next
  }
  return { round: before.round + 1, lines, last, mended, counts, games, slots }
}

/** Appends an example; its id, or null if the state, or the picture with its prompt, is there already. */
async function keep(
  { options: { folder, config }, seen }: Session,
  spec: EnvSpec,
  { snapshot: { state, last } }: Slot,
  prompt: string,
  score: ReplyScore,
  { reply, regret }: Verdict & { keep: true },
): Promise<string | null> {
  const png = drawPng(spec.game, state, spec.skin, { rgb: true })
  const picture = contentHash(png)
  const id = contentHash(JSON.stringify([spec.game.id, spec.game.version, prompt, picture]))
  const hash = stateHash(spec.game, state)
  if (seen.has(id) || seen.has(hash)) return null
  seen.add(id).add(hash)
  const images: Example['images'] = [`pictures/${picture}.png`]
  await folder.write(images[0], png)
  const example: Example = {
    ...{ id, split: splitOf(spec, state, config.heldOut), game: spec.game.id, hash, state: encodeState(spec.game, state, last) },
    ...{ action: score.action as string, reward: score.gameReward, regret, images, messages: messagesOf(prompt, reply) },
  }
  await folder.append(EXAMPLES.name, example)
  return id
}

/** Whether a fresh game follows: after the end, the horizon, too many refused replies or too many failed requests. */
function isOver(spec: EnvSpec, { snapshot, refused, failed }: Slot): boolean {
  const ending = endingOf(spec, snapshot.steps, spec.game.rules.terminated(snapshot.state))
  return ending !== null || refused >= PATIENCE || failed >= PATIENCE
}

/** Decided by the board alone, so that equal boards never stand on both sides. */
function splitOf({ game }: EnvSpec, state: unknown, heldOut: number): Example['split'] {
  const key = contentHash(JSON.stringify([game.id, game.version, gridOf(game, state)?.cells ?? game.perception.of(state)]))
  return Number.parseInt(key.slice(0, 8), 16) / 2 ** 32 < heldOut ? 'test' : 'train'
}

/** Takes away the pictures of examples that a killed session did not get to keep. */
async function prunePictures(folder: RunFolder, used: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder.file('pictures'))) {
    if (!used.has(`pictures/${name}`)) await rm(folder.file(`pictures/${name}`))
  }
}
