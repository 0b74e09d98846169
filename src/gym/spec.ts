/**
 * What is played and how it looks, once. An `EnvSpec` holds the game itself; a `SpecConfig` is the same as plain data, with the game by its
 * id: what a config embeds, and what a worker gets.
 *
 *     const spec = envSpec({ game })                                              // all defaults
 *     const same = specFrom({ game: '2048', config: { size: 3 }, horizon: 100 }, gameNamed)
 *     specConfigOf(same)                                                          // plain JSON again, complete
 */
import * as z from 'zod'
import { checkConfig } from '../checks.ts'
import { ConfigError } from '../errors.ts'
import type { AnyGame, PromptStyle } from '../game.ts'
import { themeNamed } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { didYouMean } from '../suggest.ts'
import { OBSERVATION_MODES, type ObservationMode } from './observation-mode.ts'
import { REPLY_TAGS, type ReplyTags } from './protocol.ts'
import { paperReward, type RewardSpec, rewardConfig } from './rewards.ts'
import { PLAIN_SKIN, skinFields } from './skin.ts'

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

/** The fields of a spec as schemas, without defaults, for configs that embed them under names and defaults of their own. */
export const specFields = {
  game: z.string().describe('registered game'),
  config: z.record(z.string(), z.unknown()).describe('its knobs; absent ones keep their default'),
  prompt: z.enum(['full', 'brief']).describe('style of the prompts'),
  feedback: z.boolean().describe('whether a prompt ends with what the last move did'),
  mode: z.enum(OBSERVATION_MODES).describe('what is given of a board'),
  tags: z.enum(REPLY_TAGS).describe('of full prompts and worked examples'),
  horizon: z.number().int().min(1).describe('replies an episode at most'),
  restart: z.boolean().describe('a game that ends before the horizon is followed by a fresh one, and the points go on'),
} as const

/** A spec as plain data. Only the game must be named. */
export const specConfig = z.strictObject({
  game: specFields.game,
  config: specFields.config.default({}),
  skin: z
    .strictObject({
      ...skinFields,
      theme: skinFields.theme.default(PLAIN_SKIN.theme),
      tile: skinFields.tile.default(PLAIN_SKIN.tile),
      layout: skinFields.layout.default(PLAIN_SKIN.layout),
    })
    .prefault({}),
  prompt: specFields.prompt.default('full'),
  feedback: specFields.feedback.default(true),
  mode: specFields.mode.default('image'),
  tags: specFields.tags.default('paper'),
  horizon: specFields.horizon.nullable().default(null),
  restart: specFields.restart.default(false),
  reward: rewardConfig.prefault({}),
})
export type SpecConfig = z.output<typeof specConfig>

/** A game by its id, such as `gameNamed`. Throws ConfigError. */
export type GameByName = (id: string) => AnyGame

/** The spec of plain data. Throws ConfigError that names what is wrong. */
export function specFrom(given: z.input<typeof specConfig>, lookup: GameByName): EnvSpec {
  const { game, prompt, ...rest } = checkConfig(specConfig, given, 'the spec of what is played')
  return envSpec({ ...rest, game: lookup(game), promptStyle: prompt })
}

/** A spec as plain data, complete; `specFrom` gives the same spec back. */
export function specConfigOf({ game, config, promptStyle, ...rest }: EnvSpec): SpecConfig {
  return { ...rest, game: game.id, config: config as SpecConfig['config'], prompt: promptStyle }
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
