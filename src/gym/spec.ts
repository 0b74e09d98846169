/**
 * What is played and how it looks, once. As plain data: spec-config.ts.
 *
 *     const spec = envSpec({ game })                                              // all defaults
 */
import { checkConfig } from '../checks.ts'
import { ConfigError } from '../errors.ts'
import type { AnyGame, PromptStyle } from '../game.ts'
import { themeNamed } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { didYouMean } from '../suggest.ts'
import { OBSERVATION_MODES, type ObservationMode } from './observation-mode.ts'
import { REPLY_TAGS, type ReplyTags } from './protocol.ts'
import { paperReward, type RewardSpec } from './rewards.ts'
import { PLAIN_SKIN } from './skin.ts'

/** What is played and how it looks. */
export interface EnvSpec {
  readonly game: AnyGame
  /** The game's own config, complete. */
  readonly config: unknown
  readonly skin: Skin
  readonly promptStyle: PromptStyle
  /** Whether the prompt ends with feedback on the last move. */
  readonly feedback: boolean
  /** What is given of a board; 'image' but for analyses. */
  readonly mode: ObservationMode
  /** The tags that full prompts ask for and worked examples show. Replies are read in either set. */
  readonly tags: ReplyTags
  /** Replies an episode at most, 1 or more; null: as many as its game takes. */
  readonly horizon: number | null
  /** A game that ends before the horizon is followed by a fresh one in the same episode, whose counters go on. */
  readonly restart: boolean
  /** What a reply is worth in training. Plays no part in what happens. */
  readonly reward: RewardSpec
}

/**
 * A spec with the config completed by the game's defaults. Throws ConfigError. Defaults: `PLAIN_SKIN`, prompt style 'full', feedback on, mode
 * 'image', tags 'paper', no horizon, no restart, the paper's reward.
 */
export function envSpec(options: Pick<EnvSpec, 'game'> & Partial<EnvSpec>): EnvSpec {
  const { game, skin = PLAIN_SKIN, promptStyle = 'full', feedback = true, mode = 'image', tags = 'paper' } = options
  const { horizon = null, restart = false, reward = paperReward } = options
  themeNamed(skin.theme)
  oneOf('observation mode', mode, OBSERVATION_MODES)
  oneOf('reply tags', tags, REPLY_TAGS)
  if (horizon !== null && !(Number.isInteger(horizon) && horizon >= 1))
    throw new ConfigError(`the horizon is ${horizon}; give a whole number of replies, 1 or more, or null for none`)
  const config = checkConfig(game.config, options.config ?? {}, `the config of ${game.id}`)
  return { game, config, skin, promptStyle, feedback, mode, tags, horizon, restart, reward }
}

function oneOf(what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  const none = what.endsWith('s') ? `there are no ${what}` : `there is no ${what}`
  throw new ConfigError(`${none} ${JSON.stringify(value)}${didYouMean(value, known)}; choose one of ${known.join(', ')}`)
}
