/**
 * What is played, as plain data with a schema: what a config embeds, and what a worker gets. Apart from spec.ts, so that a
 * page that plays loads no schemas of configs.
 *
 *     const spec = specFrom({ game: '2048', config: { size: 3 }, horizon: 100 }, gameNamed)
 *     specConfigOf(spec)                                                          // plain JSON again, complete
 */
import * as z from 'zod'
import { checkConfig } from '../checks.ts'
import type { AnyGame } from '../game.ts'
import { OBSERVATION_MODES } from './observation-mode.ts'
import { REPLY_TAGS } from './protocol.ts'
import { rewardConfig } from './reward-config.ts'
import { PLAIN_SKIN } from './skin.ts'
import { skinFields } from './skin-config.ts'
import { type EnvSpec, envSpec } from './spec.ts'

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
