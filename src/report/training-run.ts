/**
 * A training run as comparisons see it: what it played, by which recipe, with which seed. Its config is read by name, as evaluation knows no
 * trainer.
 */
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Protocol } from '../game.ts'
import { gameList } from '../games/index.ts'

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
  /** The config without the fields that decide no number a reader would compare; see `SEED_FREE`. */
  readonly recipe: Readonly<Record<string, unknown>>
}

/**
 * Fields in which two runs of one recipe may differ: the seed itself; the name of the preset and the steps between checkpoints, which decide
 * nothing; the threads, which decide the last digits only.
 */
export const SEED_FREE: readonly string[] = ['seed', 'preset', 'saveEvery', 'threads']

const trained = z.object({
  seed: z.number().int(),
  recipes: z.array(z.string()),
  games: z.array(
    z.object({
      id: z.string(),
      config: z.record(z.string(), z.unknown()).default({}),
      horizon: z.number().int(),
      restart: z.boolean().default(false),
    }),
  ),
})

type TrainedGame = z.output<typeof trained>['games'][number]

/** Seed and recipe of a run's config; null if it is not the config of a training run. */
export function trainingOf(config: unknown): Training | null {
  const parsed = trained.safeParse(config)
  if (!parsed.success) return null
  const { seed, games, ...rest } = config as { seed: number; games: object[] }
  const completed = games.map((entry, i) => ({ ...entry, config: completeConfig(parsed.data.games[i] as TrainedGame) }))
  const recipe = { ...rest, games: completed }
  return { seed, recipe: Object.fromEntries(Object.entries(recipe).filter(([name]) => !SEED_FREE.includes(name))) }
}

/** The knobs of a game with its defaults filled in, so that a default that was written out is no difference; as they are where the game is unknown here. */
function completeConfig({ id, config }: TrainedGame): unknown {
  const full = gameList()
    .find((one) => one.id === id)
    ?.config.safeParse(config)
  return full?.success ? full.data : config
}

/** What a training run evaluates its policies on; null if the config says it no more, or a game of it is unknown here. */
export function trainingSetups(config: unknown): Setup[] | null {
  const parsed = trained.safeParse(config)
  if (!parsed.success) return null
  const setups = parsed.data.games.map(({ id, config: knobs, horizon, restart }): Setup | null => {
    const game = gameList().find((one) => one.id === id)
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
