/** What a training config plays: its games as they are evaluated, and as training draws from them. */
import { gameNamed } from '../games/registry.ts'
import { type EnvSpec, envSpec, specFrom, withLevels } from '../gym/index.ts'
import { randomThemeName } from '../render/index.ts'
import type { TrainConfig } from './config.ts'
import type { MixEntry } from './states.ts'

type GameConfig = TrainConfig['games'][number]

/** A game of a config as the model sees it. Throws ConfigError. */
function specOf({ skin, prompt, observation: mode }: TrainConfig, { id: game, config, horizon, restart }: GameConfig): EnvSpec {
  return specFrom({ game, config, skin, prompt, mode, horizon, restart }, gameNamed)
}

/** The games of a config, which must be loaded, as they are evaluated, in its order. `levels` do not touch these. Throws ConfigError. */
export function gamesOf(config: TrainConfig): { spec: EnvSpec; episodes: number }[] {
  return config.games.map((entry) => ({ spec: specOf(config, entry), episodes: entry.episodes ?? config.evaluation.episodes }))
}

/** Seeds of the random themes of training: others than the base has. */
const FIRST_THEME = 1000

/**
 * What training draws from: an entry per game, or per level of a game that has levels, and per theme where training draws themes; the games
 * must be loaded. Throws ConfigError.
 */
export function mixOf(config: TrainConfig): MixEntry[] {
  const themes = [config.skin.theme, ...Array.from({ length: config.themes }, (_, i) => randomThemeName(FIRST_THEME + i))]
  return config.games.flatMap((entry) => {
    const { weight, horizon, levels, expert, regretScale } = entry
    const judge = { ...(expert && { expert }), ...(regretScale && { regretScale }) }
    const levelled = levelSpecs(specOf(config, entry), levels)
    const specs = levelled.flatMap((spec) => themes.map((theme) => ({ ...spec, skin: { ...spec.skin, theme } })))
    return specs.map((spec) => ({ spec, weight: weight / specs.length, horizon, ...judge }))
  })
}

/** The spec at each of the levels; as it is without levels. */
function levelSpecs(spec: EnvSpec, levels: GameConfig['levels']): EnvSpec[] {
  if (levels.length === 0) return [spec]
  return levels.map((level) => {
    const { config, skin } = withLevels(spec, level)
    return envSpec({ ...spec, config, skin })
  })
}
