/**
 * Compositional difficulty: levels 0 (easiest) to 5 on three axes that compose freely. Perception: what there is to tell apart (the game's
 * knobs) and how hard it is to see (the skin). Reasoning: the rules and the board (the game's knobs), and the look-ahead that a good move is
 * judged by. Horizon: moves a game. Rules never depend on the skin, so one seed is one game under all of them.
 *
 *     const { config, skin, horizon } = difficulty(game, { perception: 3, reasoning: 1 })
 *     const env = new Env(envSpec({ game, config, skin }), 7)
 */
import { ConfigError } from '../errors.ts'
import type { Game } from '../game.ts'
import type { Skin } from '../scene.ts'
import { PLAIN_SKIN } from './skin.ts'
import type { EnvSpec } from './spec.ts'

/** Levels on every axis: 0..LEVELS - 1. */
export const LEVELS = 6

/** What a level of perception does to any picture; `theme`, `tile` and `layout` stay the caller's. Level 0 is as designed, all labels shown. */
export const SKIN_LEVELS: readonly Partial<Skin>[] = [
  { labels: true },
  { labels: true, contrast: 0.9, noise: 0.04, occlusion: 0.04, clutter: 0.1, jitter: 0.04 },
  { labels: true, contrast: 0.8, noise: 0.07, occlusion: 0.09, clutter: 0.25, jitter: 0.07 },
  { labels: false, contrast: 0.7, noise: 0.1, occlusion: 0.15, clutter: 0.4, jitter: 0.1 },
  { labels: false, contrast: 0.6, noise: 0.14, occlusion: 0.21, clutter: 0.6, jitter: 0.12 },
  { labels: false, contrast: 0.5, noise: 0.18, occlusion: 0.28, clutter: 0.8, jitter: 0.15 },
]

/** Own moves that a good move has to foresee, by level of reasoning: the `plies` of a game's `lookahead`. */
export const LOOKAHEAD_LEVELS: readonly number[] = [1, 1, 2, 2, 2, 3]

/** Moves a game, for games that do not say. */
export const HORIZON_LEVELS: readonly number[] = [5, 10, 20, 50, 100, 200]

/** Levels 0..5; absent: 0. */
export interface DifficultyLevels {
  readonly perception?: number
  readonly reasoning?: number
  readonly horizon?: number
}

/** All that a choice of levels decides. `config` is complete and valid. `lookahead`: plies, 1 or more. */
export interface Difficulty<C> {
  readonly config: C
  readonly skin: Skin
  readonly horizon: number
  readonly lookahead: number
}

/**
 * A game at these levels: the perception's knobs over the defaults, the reasoning's over these, then the game's `fit`. `look` gives theme,
 * tile, layout and symbols (default: `PLAIN_SKIN`). Throws ConfigError for a level outside 0..5.
 */
export function difficulty<S, A, C, P>(game: Game<S, A, C, P>, levels: DifficultyLevels, look: Skin = PLAIN_SKIN): Difficulty<C> {
  const perception = levelOf(levels, 'perception')
  const reasoning = levelOf(levels, 'reasoning')
  const horizon = levelOf(levels, 'horizon')
  const gameLevels = game.levels
  const merged: C = { ...game.config.parse({}), ...gameLevels?.perception[perception], ...gameLevels?.reasoning[reasoning] }
  return {
    config: game.config.parse(gameLevels?.fit ? gameLevels.fit(merged) : merged),
    skin: { ...look, ...SKIN_LEVELS[perception] },
    horizon: (gameLevels?.horizon ?? HORIZON_LEVELS)[horizon]!,
    lookahead: LOOKAHEAD_LEVELS[reasoning]!,
  }
}

/** A spec's config and skin with levels of perception or reasoning laid over; an axis without a level stays as it is. Throws ConfigError. */
export function withLevels(
  { game, config, skin }: Pick<EnvSpec, 'game' | 'config' | 'skin'>,
  levels: Omit<DifficultyLevels, 'horizon'>,
): Pick<EnvSpec, 'config' | 'skin'> {
  const perception = levels.perception === undefined ? undefined : levelOf(levels, 'perception')
  const reasoning = levels.reasoning === undefined ? undefined : levelOf(levels, 'reasoning')
  const gameLevels = game.levels
  const merged = {
    ...(config as object),
    ...(perception !== undefined && gameLevels?.perception[perception]),
    ...(reasoning !== undefined && gameLevels?.reasoning[reasoning]),
  }
  return {
    config: game.config.parse(gameLevels?.fit ? gameLevels.fit(merged) : merged),
    skin: perception === undefined ? skin : { ...skin, ...SKIN_LEVELS[perception] },
  }
}

/** A game as one of its presets, under the look given; a game without presets: its defaults. Throws ConfigError for a name that it does not have. */
export function difficultyPreset<S, A, C, P>(game: Game<S, A, C, P>, name: string, look: Skin = PLAIN_SKIN): Difficulty<C> {
  const preset = game.presets?.[name]
  if (game.presets !== undefined && preset === undefined)
    throw new ConfigError(`there is no preset ${JSON.stringify(name)} of ${game.id}; choose one of ${Object.keys(game.presets).join(', ')}`)
  const config = game.config.parse(preset?.config ?? {})
  return { config, skin: look, horizon: preset?.horizon ?? HORIZON_LEVELS[4]!, lookahead: 2 }
}

function levelOf(levels: DifficultyLevels, axis: keyof DifficultyLevels): number {
  const level = levels[axis] ?? 0
  if (Number.isInteger(level) && level >= 0 && level < LEVELS) return level
  throw new ConfigError(`the ${axis} level is ${level}; give a whole number from 0 to ${LEVELS - 1}`)
}
