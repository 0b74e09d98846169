/**
 * Teaching: games are played side by side, every state is put to the teacher together with its true perception, the teacher's move is
 * played, and what passes the filters is kept. A round is one reply for each game. What a round kept is appended, then the place is saved,
 * so a killed session goes on with the round it was in, and a teacher whose replies depend on (seed, state) gives the same data set.
 */
import { readdir, rm } from 'node:fs/promises'
import { z } from 'zod'
import { contentHash, EXAMPLES, type Example, messagesOf } from '../datasets/index.ts'
import { EngineError, StorageError } from '../errors.ts'
import {
  advance,
  drawPng,
  type EnvSnapshot,
  type EnvSpec,
  encodeState,
  observationOf,
  playReply,
  startSnapshot,
  stateHash,
} from '../gym/index.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { RunFolder } from '../runs/index.ts'
import { writeCard } from './card.ts'
import { specsOf, type TeachConfig } from './config.ts'
import { judge, REASONS, type Reason } from './filters.ts'
import { writeParquet } from './parquet.ts'

/** Replies without a legal move in a row after which a game is given up: a teacher that is stuck would be asked the same for ever. */
const PATIENCE = 3

const counter = z.number().int().nonnegative()
const progress = z.object({
  round: counter,
  /** Examples that were appended to examples.jsonl. */
  lines: counter,
  /** Id of the last of them. */
  last: z.string().nullable().default(null),
  counts: z.object(
    Object.fromEntries(['kept', ...Object.keys(REASONS)].map((name) => [name, counter])) as Record<'kept' | Reason, typeof counter>,
  ),
  slots: z.array(
    z.object({
      snapshot: z.object({ state: z.unknown(), last: z.unknown(), steps: counter, return: z.number() }),
      /** Games begun before this one. */
      games: counter,
      /** Replies in a row without a legal move. */
      refused: counter,
    }),
  ),
})

/** What became of the replies so far, by reason. */
export type Counts = Record<'kept' | Reason, number>

/** Replies asked for so far. */
export const repliesOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

interface Slot {
  readonly snapshot: EnvSnapshot
  readonly games: number
  readonly refused: number
}
interface Progress {
  readonly round: number
  readonly lines: number
  readonly last: string | null
  readonly counts: Counts
  readonly slots: readonly Slot[]
}

export interface TeachOptions {
  readonly folder: RunFolder
  readonly config: TeachConfig
  /** The teacher. A privileged policy is handed the states; any other gets the true perception as the observation's caption. */
  readonly policy: Policy
  /** Told after every round. */
  readonly onRound?: (counts: Counts) => void
  /** When it aborts, the round that is being asked is dropped, and `teach` returns 'stopped'. */
  readonly signal?: AbortSignal
}

/** Makes a data set, or what is left of it; at the end the Parquet files and the card are written. */
export async function teach(options: TeachOptions): Promise<{ end: 'finished' | 'stopped'; counts: Counts }> {
  const { folder, config, policy, signal } = options
  const specs = specsOf(config, policy.privileged ? 'image' : 'image+caption')
  let at = await startOf(folder, config, specs)
  const { seen, kept } = await cutExamples(folder, at)
  // An example whose line was damaged is replaced by another.
  at = { ...at, counts: { ...at.counts, kept } }
  options.onRound?.(at.counts)
  while (at.counts.kept < config.examples && repliesOf(at.counts) < config.maxReplies) {
    if (signal?.aborted) return { end: 'stopped', counts: at.counts }
    const observations = at.slots.map(({ snapshot }, i) => observationOf(specOf(specs, i), snapshot))
    const replies = await askRound(options, at, observations)
    if (replies === null) return { end: 'stopped', counts: at.counts }
    at = await playRound(options, specs, at, observations, replies, seen)
    await folder.write('progress.json', at)
    options.onRound?.(at.counts)
  }
  const examples = await folder.linesOf(EXAMPLES)
  await prunePictures(folder, examples)
  await writeParquet(folder, examples)
  await writeCard(folder, config, policy, at.counts, examples)
  return { end: 'finished', counts: at.counts }
}

const specOf = (specs: readonly EnvSpec[], slot: number): EnvSpec => specs[slot % specs.length] as EnvSpec

function freshSlot(config: TeachConfig, specs: readonly EnvSpec[], slot: number, games: number): Slot {
  return { snapshot: startSnapshot(specOf(specs, slot), deriveSeed(config.seed, 'game', slot, games)), games, refused: 0 }
}

/** Where the folder's work stands. Throws StorageError if that is not possible in this data set. */
async function startOf(folder: RunFolder, config: TeachConfig, specs: readonly EnvSpec[]): Promise<Progress> {
  const stored = await folder.read('progress.json', progress)
  if (stored === null) {
    const counts = Object.fromEntries(['kept', ...Object.keys(REASONS)].map((name) => [name, 0])) as Counts
    return {
      round: 0,
      lines: 0,
      last: null,
      counts,
      slots: Array.from({ length: config.parallel }, (_, i) => freshSlot(config, specs, i, 0)),
    }
  }
  try {
    if (stored.slots.length !== config.parallel) throw new Error(`it has ${stored.slots.length} games, the data set ${config.parallel}`)
    for (const [i, { snapshot }] of stored.slots.entries()) specOf(specs, i).game.parseState(snapshot.state)
  } catch (error) {
    const reason = (error as Error).message
    throw new StorageError(`${folder.file('progress.json')} is damaged: ${reason}; restore it or start a new data set`, { cause: error })
  }
  return stored as Progress
}

/** Cuts off the examples of a round that was not saved. Returns how many are left, and their ids and hashes. */
async function cutExamples(folder: RunFolder, { lines, last }: Progress): Promise<{ kept: number; seen: Set<string> }> {
  const ids: string[] = []
  await folder.readLines(EXAMPLES, ({ value: { id } }) => ids.push(id))
  const seen = new Set<string>()
  // Where the last line that was saved is damaged itself, its number is all that is known of it.
  const saved = last === null ? -1 : ids.lastIndexOf(last)
  let [read, kept] = [0, 0]
  await folder.cutLines(EXAMPLES, ({ value: { id, hash }, number }) => {
    const over = saved >= 0 ? read++ > saved : number > lines
    if (!over) {
      seen.add(id).add(hash)
      kept++
    }
    return over
  })
  return { kept, seen }
}

/** A reply for each game; null if it was interrupted. Throws EngineError if nobody could be asked. */
async function askRound(
  { folder, config, policy, signal }: TeachOptions,
  at: Progress,
  observations: readonly Observation[],
): Promise<Reply[] | null> {
  const privileged = policy.privileged ? { states: at.slots.map(({ snapshot }) => snapshot.state) } : undefined
  const options = { n: 1, seed: deriveSeed(config.seed, 'round', at.round), ...(privileged && { privileged }), ...(signal && { signal }) }
  let replies: Reply[]
  try {
    replies = (await policy.reply(observations, options)).map(([reply]) => reply as Reply)
  } catch (error) {
    if (signal?.aborted) return null
    throw error
  }
  if (signal?.aborted) return null
  const failures = replies.flatMap(({ failure }) => (failure ? [failure.reason] : []))
  if (failures.length < replies.length) return replies
  const goOn = at.round === 0 ? '' : `; what was kept is saved, go on with: vlm-gym teach --resume ${folder.path}`
  throw new EngineError(`the teacher ${policy.name} cannot be asked: ${failures[0]}${goOn}`)
}

/** Scores, keeps and plays the replies of a round, in the order of the games, until there are enough examples. */
async function playRound(
  { folder, config }: TeachOptions,
  specs: readonly EnvSpec[],
  at: Progress,
  observations: readonly Observation[],
  replies: readonly Reply[],
  seen: Set<string>,
): Promise<Progress> {
  const counts = { ...at.counts }
  const slots = [...at.slots]
  let { lines, last: lastId } = at
  for (const [i, slot] of at.slots.entries()) {
    if (counts.kept >= config.examples || repliesOf(counts) >= config.maxReplies) break
    const spec = specOf(specs, i)
    const { state, last } = slot.snapshot
    const reply = replies[i] as Reply
    const { score, result } = playReply(spec.game, state, reply)
    const verdict = judge(spec.game, state, reply.text, score, config)
    if (verdict.keep) {
      const { prompt } = observations[i] as Observation
      const png = drawPng(spec.game, state, spec.skin, { rgb: true })
      const picture = contentHash(png)
      const id = contentHash(JSON.stringify([spec.game.id, spec.game.version, prompt, picture]))
      const hash = stateHash(spec.game, state)
      if (seen.has(id) || seen.has(hash)) counts.duplicate++
      else {
        seen.add(id).add(hash)
        counts.kept++
        lines++
        const images: Example['images'] = [`pictures/${picture}.png`]
        await folder.write(images[0], png)
        const example: Example = {
          ...{ id, split: splitOf(spec, state, config.heldOut), game: spec.game.id, hash, state: encodeState(spec.game, state, last) },
          ...{ action: score.action as string, reward: score.gameReward, regret: verdict.regret },
          ...{ images, messages: messagesOf(prompt, verdict.reply) },
        }
        await folder.append(EXAMPLES.name, example)
        lastId = id
      }
    } else counts[verdict.reason]++
    if (reply.failure !== undefined) continue
    slots[i] = nextSlot(config, specs, i, {
      ...slot,
      snapshot: advance(slot.snapshot, result),
      refused: result.legal ? 0 : slot.refused + 1,
    })
  }
  return { round: at.round + 1, lines, last: lastId, counts, slots }
}

/** The game as it is, or a fresh one after its end, the horizon, or too many refused replies. */
function nextSlot(config: TeachConfig, specs: readonly EnvSpec[], i: number, slot: Slot): Slot {
  const { snapshot, refused, games } = slot
  const over = specOf(specs, i).game.terminated(snapshot.state) || snapshot.steps >= config.horizon || refused >= PATIENCE
  return over ? freshSlot(config, specs, i, games + 1) : slot
}

/** Decided by the board alone, so that equal boards never stand on both sides. */
function splitOf({ game }: EnvSpec, state: unknown, heldOut: number): Example['split'] {
  const key = contentHash(JSON.stringify([game.id, game.version, game.perceive(state).cells]))
  return Number.parseInt(key.slice(0, 8), 16) / 2 ** 32 < heldOut ? 'test' : 'train'
}

/** Takes away the pictures of examples that a killed session did not get to keep. */
async function prunePictures(folder: RunFolder, examples: readonly Example[]): Promise<void> {
  const used = new Set(examples.map(({ images }) => images[0]))
  for (const name of await readdir(folder.file('pictures'))) {
    if (!used.has(`pictures/${name}`)) await rm(folder.file(`pictures/${name}`))
  }
}
