/** A training run as comparisons see it: what it played, by which recipe, with which seed. */
import { isDeepStrictEqual } from 'node:util'
import type { Protocol } from '../game-presets.ts'
import { findGame, loadKnownGames } from '../games/registry.ts'
import type { StageInfo } from '../runs/index.ts'
import { type TrainConfig, trainConfig } from '../train/index.ts'

/** What is played: equal setups can be compared. */
export interface Setup {
  readonly game: string
  readonly config: unknown
  readonly horizon: number
  readonly restart: boolean
  readonly counts: Protocol['counts']
}

/** How the models of a run were trained. Runs of one recipe differ by seed alone. */
export interface Training {
  readonly seed: number
  /** Its stages, in the order they ran. */
  readonly stages: readonly StageInfo[]
  /** The config without the fields that decide no number a reader would compare; see `SEED_FREE`. */
  readonly recipe: Readonly<Record<string, unknown>>
}

/**
 * Fields in which two runs of one recipe may differ: the seed itself; the name of the preset and the steps between checkpoints, which decide
 * nothing; the threads, which decide the last digits only.
 */
export const SEED_FREE: readonly string[] = ['seed', 'preset', 'saveEvery', 'threads']

/** Loads the games of a run's config that are known here: `trainingOf` and `trainingSetups` need them. */
export async function loadTrained(config: unknown): Promise<void> {
  const parsed = trainConfig.safeParse(config)
  if (parsed.success) await loadKnownGames(parsed.data.games.map(({ id }) => id))
}

/** Seed and recipe of a run's config; null if it is not the config of a training run. */
export function trainingOf(config: unknown, stages: readonly StageInfo[]): Training | null {
  const parsed = trainConfig.safeParse(config)
  if (!parsed.success) return null
  const { seed, games, ...rest } = parsed.data
  const recipe = { ...rest, games: games.map((entry) => ({ ...entry, config: completeConfig(entry) })) }
  return { seed, stages, recipe: Object.fromEntries(Object.entries(recipe).filter(([name]) => !SEED_FREE.includes(name))) }
}

type GameEntry = TrainConfig['games'][number]

/** The knobs of a game with its defaults filled in, so that a default that was written out is no difference; as they are where the game is unknown here. */
function completeConfig({ id, config }: GameEntry): unknown {
  const full = findGame(id)?.config.safeParse(config)
  return full?.success ? full.data : config
}

/** What a training run evaluates its policies on; null if the config says it no more, or a game of it is unknown here. */
export function trainingSetups(config: unknown): Setup[] | null {
  const parsed = trainConfig.safeParse(config)
  if (!parsed.success) return null
  const setups = parsed.data.games.map(({ id, config: knobs, horizon, restart }): Setup | null => {
    const game = findGame(id)
    const full = game?.config.safeParse(knobs)
    return full?.success ? { game: id, config: full.data, horizon, restart, counts: 'points' } : null
  })
  return setups.every((setup) => setup !== null) ? setups : null
}

/** Paths of the fields in which two recipes differ: ['rl.steps', 'games.0.horizon']. Empty: the runs differ by seed alone. */
export function recipeDifferences(a: unknown, b: unknown, path: readonly string[] = []): string[] {
  if (isDeepStrictEqual(a, b)) return []
  const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) return [path.join('.')]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => recipeDifferences(a[key], b[key], [...path, key]))
}
