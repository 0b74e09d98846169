/** What `show` and `play` start from: a game, its knobs, a seed or a state token, and how it looks. */
import type { Command } from 'commander'
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { GAMES, gameNamed } from '../games/index.ts'
import { decodeState, type EnvSnapshot, type EnvSpec, envSpec, startSnapshot } from '../gym/index.ts'
import { THEMES, themeNamed } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { applySettings, checkConfig, wholeNumber, withSeed, withSet } from './options.ts'
import { didYouMean } from './suggest.ts'

/** The options that say where a game starts. */
export interface StartOptions {
  readonly seed: number
  readonly set?: string[]
  readonly state?: string
  readonly theme: string
}

/** Adds --seed, --set, --state and --theme. */
export function withStart(command: Command): Command {
  withSeed(command, 'the game and every random move')
  withSet(command, 'a knob of the game, as `vlm-gym games` lists them')
  return command
    .option('--state <token>', 'start from a state token instead of a fresh game')
    .option('--theme <name>', `colours: ${Object.keys(THEMES).join(', ')}`, 'classic')
}

/** Adds --tile and --layout. */
export function withSkin(command: Command): Command {
  return command
    .option('--tile <pixels>', 'side of a tile, 8 to 256', wholeNumber(8, 256), 48)
    .option('--layout <name>', '"board": tiles only; "full": margins and a score line', 'full')
}

/** A game by name; a mistyped name gets a guess. */
export function findGame(id: string): AnyGame {
  if (Object.hasOwn(GAMES, id)) return gameNamed(id)
  const known = Object.keys(GAMES)
  throw new ConfigError(`no game is called ${JSON.stringify(id)}${didYouMean(id, known)}; choose one of ${known.join(', ')}`)
}

/** The config of a game from settings; unknown knobs and values out of range are refused by name. */
export function gameConfig(game: AnyGame, settings: readonly string[] = []): unknown {
  return checkConfig(game.config, applySettings({}, settings), `the config of ${game.id}`)
}

/** The spec and the moment to start from. `id` may be absent when a token says which game. Throws ConfigError or StateError. */
export function startOf(id: string | undefined, options: StartOptions, skin: Partial<Skin> = {}): { spec: EnvSpec; start: EnvSnapshot } {
  const look = skinOf({ tile: 48, layout: 'full', theme: options.theme, ...skin })
  if (options.state === undefined) {
    if (id === undefined) throw new ConfigError(`name a game (${Object.keys(GAMES).join(', ')}) or give a token with --state`)
    const game = findGame(id)
    const spec = envSpec({ game, skin: look, config: gameConfig(game, options.set) })
    return { spec, start: startSnapshot(spec, options.seed) }
  }
  if (options.set !== undefined) throw new ConfigError('--set and --state do not go together: the token already holds the knobs')
  const { game, state, last } = decodeState(options.state, GAMES)
  if (id !== undefined && findGame(id) !== game) throw new ConfigError(`the token of --state is of the game ${game.id}, not of ${id}`)
  return { spec: envSpec({ game, skin: look, config: game.configOf(state) }), start: { state, last, steps: 0, return: 0 } }
}

function skinOf(skin: Skin): Skin {
  themeNamed(skin.theme)
  if (skin.layout !== 'board' && skin.layout !== 'full') throw new ConfigError(`--layout must be board or full, not "${skin.layout}"`)
  return skin
}
