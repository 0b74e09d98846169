/** What a training config plays: its games as they are evaluated, and as training draws from them. */
import { gameNamed } from '../games/registry.ts'
import { type EnvSpec, envSpec, specFrom, withLevels } from '../gym/index.ts'
import type { TrainConfig } from './config.ts'
import type { MixEntry } from './states.ts'

type GameConfig = TrainConfig['games'][number]

/** A game of a config as the embedded model sees it. Throws ConfigError. */
function specOf({ skin, prompt }: TrainConfig, { id: game, config, horizon, restart }: GameConfig): EnvSpec {
  return specFrom({ game, config, skin, prompt, horizon, restart }, gameNamed)
}

/** The games of a config, which must be loaded, as they are evaluated, in its order. `levels` do not touch these. Throws ConfigError. */
export function gamesOf(config: TrainConfig): { spec: EnvSpec; horizon: number; restart: boolean; episodes: number }[] {
  return config.games.map((entry) => {
    const { horizon, restart, episodes = config.evaluation.episodes } = entry
    return { spec: specOf(config, entry), horizon, restart, episodes }
  })
}

/** What training draws from: an entry per game, or per level of a game that has levels; the games must be loaded. Throws ConfigError. */
export function mixOf(config: TrainConfig): MixEntry[] {
  return config.games.flatMap((entry) => {
    const { weight, horizon, levels, expert, regretScale } = entry
    const spec = specOf(config, entry)
    const judge = { ...(expert && { expert }), ...(regretScale && { regretScale }) }
    if (levels.length === 0) return [{ spec, weight, horizon, ...judge }]
    return levels.map((level) => {
      const { config: knobs, skin } = withLevels(spec, level)
      return { spec: envSpec({ ...spec, config: knobs, skin }), weight: weight / levels.length, horizon, ...judge }
    })
  })
}
