/** What `show` and `play` start from: a game, its knobs, a seed or a state token, and how it looks. */
import type { Command } from 'commander'
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { gameEntries, loadGame, loadGames } from '../games/registry.ts'
import {
  decodeState,
  difficulty,
  type EnvSnapshot,
  type EnvSpec,
  envSpec,
  LEVELS,
  skinSchema,
  skinSettings,
  startSnapshot,
} from '../gym/index.ts'
import { THEMES } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { applySettings, type ConfigObject, gameConfig } from '../settings.ts'
import { withPictures, withPlugins } from './extras-options.ts'
import { checkConfig, choiceOption, collect, wholeNumber, withSeed, withSet } from './options.ts'

/** The options that say where a game starts. */
export interface StartOptions {
  readonly seed: number
  readonly set?: string[]
  readonly state?: string
  readonly theme: string
  readonly preset?: 'laptop' | 'paper'
  readonly perception?: number
  readonly reasoning?: number
  readonly skin?: string[]
}

/** Adds --seed, --preset, --set, --state, --theme, --plugin and --pictures. */
export function withStart(command: Command): Command {
  withSeed(command, 'the game and every random move')
  command.addOption(choiceOption('--preset <name>', 'knobs as the training preset laptop has them, or as published', ['laptop', 'paper']))
  withSet(command, 'a knob of the game, as `vlm-gym games` lists them')
  withPlugins(command)
  withPictures(command)
  return command
    .option('--state <token>', 'start from a state token instead of a fresh game')
    .addOption(choiceOption('--theme <name>', 'colours', Object.keys(THEMES)).default('classic'))
}

/** Adds --tile, --layout, --perception, --reasoning and --skin. `tile`: its default, pixels. */
export function withSkin(command: Command, tile: number = 48): Command {
  return command
    .option('--tile <pixels>', 'side of a tile, 8 to 256', wholeNumber(8, 256), tile)
    .addOption(choiceOption('--layout <name>', 'board: tiles only; full: margins and a score line', ['board', 'full']).default('full'))
    .option('--perception <level>', 'how hard it is to see: 0, easy, to 5', wholeNumber(0, LEVELS - 1))
    .option('--reasoning <level>', 'how hard it is to play: 0, easy, to 5', wholeNumber(0, LEVELS - 1))
    .option('--skin <key=value>', `of the picture alone: ${Object.keys(skinSettings).join(', ')}; may be given many times`, collect)
}

/** The spec and the moment to start from. `id` may be absent when a token says which game. Throws ConfigError or StateError. */
export async function startOf(
  id: string | undefined,
  options: StartOptions,
  skin: Partial<Skin> = {},
): Promise<{ spec: EnvSpec; start: EnvSnapshot }> {
  const look: Skin = { tile: 48, layout: 'full', theme: options.theme, ...skin }
  if (options.state === undefined) {
    const known = gameEntries().map((entry) => entry.id)
    if (id === undefined) throw new ConfigError(`name a game (${known.join(', ')}) or give a token with --state`)
    const game = await loadGame(id)
    const at = levelsOf(game, options, look)
    const spec = envSpec({ game, skin: skinWith(at.skin, options.skin), config: gameConfig(game, options.set, at.config) })
    return { spec, start: startSnapshot(spec, options.seed) }
  }
  if (options.perception !== undefined || options.reasoning !== undefined)
    throw new ConfigError('levels and --state do not go together: the token already holds the knobs; --skin changes the picture')
  const knobs = options.set !== undefined ? '--set' : options.preset !== undefined ? '--preset' : undefined
  if (knobs !== undefined) throw new ConfigError(`${knobs} and --state do not go together: the token already holds the knobs`)
  const { game, state, last } = decodeState(options.state, await loadGames())
  if (id !== undefined && (await loadGame(id)) !== game)
    throw new ConfigError(`the token of --state is of the game ${game.id}, not of ${id}`)
  return {
    spec: envSpec({ game, skin: skinWith(look, options.skin), config: game.rules.configOf(state) }),
    start: { state, last, steps: 0, return: 0 },
  }
}

/** Knobs and look of the preset or the levels asked for; without any, the defaults and the look as it is. */
function levelsOf(game: AnyGame, { preset, perception, reasoning }: StartOptions, look: Skin): { config: ConfigObject; skin: Skin } {
  const hasLevels = perception !== undefined || reasoning !== undefined
  if (preset !== undefined) {
    if (hasLevels) throw new ConfigError('--preset and levels do not go together: both choose the knobs; give one of the two')
    const gamePreset = game.presets?.[preset]
    if (gamePreset === undefined) throw new ConfigError(`the game ${game.id} has no preset ${preset}; choose its knobs with --set`)
    return { config: { ...gamePreset.config }, skin: look }
  }
  if (!hasLevels) return { config: {}, skin: look }
  const { config, skin } = difficulty(game, { perception: perception ?? 0, reasoning: reasoning ?? 0 }, look)
  return { config: config as ConfigObject, skin }
}

/** The skin with the settings of --skin. */
function skinWith(skin: Skin, settings: readonly string[] = []): Skin {
  return checkConfig(skinSchema, applySettings({ ...skin }, settings, '--skin'), 'the skin')
}
