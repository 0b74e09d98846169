/** How a data set is made: one typed object with a comment on every field, kept in its header. */
import * as z from 'zod'
import { StorageError } from '../errors.ts'
import { gameNamed } from '../games/registry.ts'
import { type EnvSpec, type ObservationMode, skinSchema, specFields, specFrom } from '../gym/index.ts'
import type { RunFolder } from '../runs/index.ts'

const count = z.number().int()
const horizon = specFields.horizon.max(100_000)

export const teachConfig = z.strictObject({
  games: z
    .array(
      z.strictObject({
        id: specFields.game,
        config: specFields.config.default({}),
        weight: z.number().positive().default(1).describe('share of the examples'),
        horizon: horizon.optional().describe('instead of the one for all games'),
        skin: skinSchema.optional().describe('instead of the one for all games'),
      }),
    )
    .min(1)
    .describe('what is played; a game may stand there more than once, with other knobs or pictures'),
  horizon: horizon.describe('moves after which a fresh game begins'),
  skin: skinSchema.describe('how the pictures look'),
  prompt: specFields.prompt,
  tags: specFields.tags.default('paper').describe('of full prompts and of the replies that are kept; sets without it have the paper’s'),
  teacher: z
    .strictObject({
      model: z.string().describe('"scripted", or what --model names'),
      blind: z.boolean().describe('of the scripted teacher: its systematic blind spots'),
      slip: z.number().min(0).max(1).describe('of the scripted teacher: probability of a uniform legal move instead'),
      insight: z
        .number()
        .min(0)
        .max(1)
        .describe('of the scripted teacher: probability that it acts on its thoughts, as if without blind spots'),
      temperature: z.number().min(0).max(2).describe('of a model'),
      maxTokens: count.min(4).describe('of a model: reply tokens at most'),
      baseUrl: z.string().optional().describe('of a model: address of its endpoint, without query'),
      request: z
        .object({
          body: z.record(z.string(), z.unknown()).readonly(),
          headers: z.array(z.string()).readonly(),
          query: z.array(z.string()).readonly(),
        })
        .optional()
        .describe('of a model: changes to every request; of headers the names, of secrets nothing'),
    })
    .describe('who is asked'),
  examples: count.min(1).describe('examples wanted, held-out ones included'),
  maxReplies: count.min(1).describe('replies asked for at most; failed requests are none'),
  parallel: count.min(1).max(4096).describe('games played side by side'),
  heldOut: z.number().min(0).max(0.9).describe('share of the boards that are held out'),
  minReward: z.number().describe('environment reward of a move that is kept, at least'),
  maxRegret: z.number().min(0).nullable().describe('points that a move may lose against the solver; null: any'),
  seed: count.describe('decides the games and all chance of the teacher'),
  plugins: z.array(z.string()).describe('modules that register games'),
  pictures: z.string().min(1).optional().describe('folder with the binary files of CIFAR-10: the picture set "cifar10"'),
})
export type TeachConfig = z.output<typeof teachConfig>

/** The specs of a config's games, which must be loaded. `mode`: what the teacher is given of a board. Throws ConfigError. */
export function specsOf(config: TeachConfig, mode: ObservationMode): EnvSpec[] {
  const { prompt, tags } = config
  return config.games.map(({ id: game, config: knobs, skin = config.skin, horizon = config.horizon }) =>
    specFrom({ game, config: knobs, skin, prompt, mode, tags, horizon }, gameNamed),
  )
}

/** The config in the header of a data set. Throws StorageError. */
export function storedTeachConfig(folder: RunFolder): TeachConfig {
  const parsed = teachConfig.safeParse(folder.config)
  if (parsed.success) return parsed.data
  throw new StorageError(`${folder.file('dataset.json')} is of another version of vlm-gym; use that version, or start a new data set`)
}
