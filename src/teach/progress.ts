/** Where the making of a data set stands: `progress.json`, and how examples are shared among the games. */
import * as z from 'zod'
import { StorageError } from '../errors.ts'
import { type EnvSnapshot, type EnvSpec, startSnapshot } from '../gym/index.ts'
import { deriveSeed } from '../rng.ts'
import type { RunFolder } from '../runs/index.ts'
import type { TeachConfig } from './config.ts'
import { REASONS, type Reason } from './filters.ts'

const counter = z.number().int().nonnegative()
const progress = z.object({
  round: counter,
  lines: counter,
  last: z.string().nullable(),
  mended: counter,
  counts: z.object(
    Object.fromEntries(['kept', ...Object.keys(REASONS)].map((name) => [name, counter])) as Record<'kept' | Reason, typeof counter>,
  ),
  games: z.array(z.object({ asked: counter, kept: counter })),
  slots: z.array(
    z.object({
      game: counter,
      snapshot: z.object({ state: z.unknown(), last: z.unknown(), steps: counter, return: z.number() }),
      begun: counter,
      refused: counter,
      failed: counter,
    }),
  ),
})

/** What became of the replies so far, by reason; `failed` counts requests that brought none. */
export type Counts = Record<'kept' | Reason, number>

/** Replies that came so far. */
export const repliesOf = ({ failed, ...counts }: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/** One of the games that are played side by side. */
export interface Slot {
  /** Index in the config's games. */
  readonly game: number
  readonly snapshot: EnvSnapshot
  /** Games begun in this place before this one. */
  readonly begun: number
  /** Replies in a row without a legal move. */
  readonly refused: number
  /** Requests in a row that failed. */
  readonly failed: number
}

/** Where the work stands after a round. */
export interface TeachProgress {
  readonly round: number
  /** Examples that were appended to examples.jsonl. */
  readonly lines: number
  /** Id of the last of them. */
  readonly last: string | null
  /** Kept replies that were not as they should be, but could be read; see reading.ts. */
  readonly mended: number
  readonly counts: Counts
  /** Of each entry of the config's games: requests, and examples that were kept. */
  readonly games: readonly { readonly asked: number; readonly kept: number }[]
  readonly slots: readonly Slot[]
}

/** Examples wanted of each game: by weight, whole numbers with the config's sum. */
export function quotasOf({ games, examples }: Pick<TeachConfig, 'games' | 'examples'>): number[] {
  const total = games.reduce((sum, { weight }) => sum + weight, 0)
  let [below, given] = [0, 0]
  return games.map(({ weight }) => {
    below += weight
    const upTo = Math.round((examples * below) / total)
    const quota = upTo - given
    given = upTo
    return quota
  })
}

/** Where the folder's work stands; a fresh start, which takes its replies from those that were kept, if nothing was saved. Throws StorageError if that is not possible in this data set. */
export async function progressOf(folder: RunFolder, config: TeachConfig, specs: readonly EnvSpec[]): Promise<TeachProgress> {
  const stored = await folder.readDerived('progress.json', z.looseObject({ slots: z.array(z.unknown()) }))
  if (stored === null) return freshProgress(config, specs)
  const file = folder.file('progress.json')
  if (!('games' in stored))
    throw new StorageError(`${file} is of an earlier version of vlm-gym; finish the data set with that version, or start a new one`)
  const parsed = progress.safeParse(stored)
  const reason = parsed.success ? faultOf(parsed.data as TeachProgress, config, specs) : parsed.error.issues[0]?.message
  if (reason !== null || !parsed.success) throw new StorageError(`${file} is damaged: ${reason}; restore it or start a new data set`)
  return parsed.data as TeachProgress
}

function faultOf({ slots, games }: TeachProgress, config: TeachConfig, specs: readonly EnvSpec[]): string | null {
  if (slots.length !== config.parallel) return `it has ${slots.length} games side by side, the data set ${config.parallel}`
  if (games.length !== specs.length) return `it counts ${games.length} games, the data set has ${specs.length}`
  try {
    for (const { game, snapshot } of slots) {
      const spec = specs[game]
      if (spec === undefined) return `there is no game ${game}`
      spec.game.rules.parseState(snapshot.state)
    }
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function freshProgress(config: TeachConfig, specs: readonly EnvSpec[]): TeachProgress {
  const counts = Object.fromEntries(['kept', ...Object.keys(REASONS)].map((name) => [name, 0])) as Counts
  const games = specs.map(() => ({ asked: 0, kept: 0 }))
  const slots: Slot[] = []
  for (let i = 0; i < config.parallel; i++) slots.push(freshSlot(config, specs, { games, slots }, i, 0))
  return { round: 0, lines: 0, last: null, mended: 0, counts, games, slots }
}

/** A fresh game for a place: of the entry that still wants examples and has had the least of its share of requests. */
export function freshSlot(
  config: TeachConfig,
  specs: readonly EnvSpec[],
  { games, slots }: Pick<TeachProgress, 'games' | 'slots'>,
  place: number,
  begun: number,
): Slot {
  const quotas = quotasOf(config)
  const open = quotas.map((_, game) => slots.filter((slot, i) => i !== place && slot.game === game).length)
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (const [game, { weight }] of config.games.entries()) {
    const { asked, kept } = games[game] as TeachProgress['games'][number]
    const load = (asked + (open[game] as number)) / weight
    if (kept < (quotas[game] as number) && load < least) [best, least] = [game, load]
  }
  const snapshot = startSnapshot(specs[best] as EnvSpec, deriveSeed(config.seed, 'game', place, begun))
  return { game: best, snapshot, begun, refused: 0, failed: 0 }
}

/** Gives the places of games that have all their examples to others. */
export function reassigned(config: TeachConfig, specs: readonly EnvSpec[], at: TeachProgress): TeachProgress {
  const quotas = quotasOf(config)
  const slots = [...at.slots]
  for (const [place, { game, begun }] of slots.entries()) {
    if ((at.games[game] as TeachProgress['games'][number]).kept < (quotas[game] as number)) continue
    slots[place] = freshSlot(config, specs, { games: at.games, slots }, place, begun + 1)
  }
  return { ...at, slots }
}

/**
 * The places that are asked in this round: no more of a game than it still wants examples, no more in all than replies are left, and no more
 * than `most`. So no reply is paid for that could not be kept.
 */
export function askedPlaces(config: TeachConfig, at: TeachProgress, most: number): number[] {
  const wanted = quotasOf(config).map((quota, game) => quota - (at.games[game] as TeachProgress['games'][number]).kept)
  let left = Math.min(most, config.maxReplies - repliesOf(at.counts))
  return at.slots.flatMap(({ game }, place) => {
    if (left <= 0 || (wanted[game] as number) <= 0) return []
    left--
    wanted[game]!--
    return [place]
  })
}
