/** What an evaluation is, as it stands in the run folder: enough to go on with it. Keys are not part of it. */
import * as z from 'zod'
import { skinFields, specFields } from '../gym/index.ts'
import { keptRequest } from './requests.ts'

const count = z.number().int().nonnegative()
const price = z.number().nonnegative().nullable()

/** Null: the default of each kind of player. */
export const evalConfig = z.strictObject({
  names: z.array(z.string()).describe('policies, checkpoints and models'),
  preset: z.string().nullable(),
  game: specFields.game,
  set: z.array(z.string()).describe('knobs of the game'),
  episodes: count.min(1),
  horizon: specFields.horizon,
  restart: specFields.restart,
  decoding: z.enum(['sampled', 'greedy', 'both']).nullable(),
  temperature: z.number().min(0).max(2).nullable().describe('of sampled replies of endpoints'),
  maxTokens: count.min(1).nullable(),
  theme: skinFields.theme,
  tile: skinFields.tile.nullable(),
  layout: skinFields.layout.nullable(),
  prompt: specFields.prompt.nullable(),
  tags: specFields.tags.default('paper').describe('of prompts and worked examples of models behind HTTP; runs without it had the paper’s'),
  mode: specFields.mode,
  feedback: specFields.feedback,
  history: count.describe('turns kept in the conversation'),
  examples: count.describe('worked examples in the prompt'),
  baseUrl: z.string().nullable().describe('without its query'),
  request: keptRequest,
  priceIn: price.describe('of a million tokens of prompts'),
  priceOut: price.describe('of a million tokens of replies'),
  anchors: z.boolean().describe('whether random and solver play along'),
  seed: z.number().int(),
  engine: z.string(),
  plugins: z.array(z.string()),
  pictures: z.string().nullable().describe('folder of pictures'),
  given: z.array(z.string()).describe('options that were given by hand'),
})
export type EvalConfig = z.output<typeof evalConfig>

/** The config in run.json of an evaluation; `games`: what makes two runs play the same. */
export const evalRunConfig = z.object({
  kind: z.literal('eval'),
  eval: evalConfig,
  games: z.array(
    z.object({
      game: z.string(),
      config: z.unknown(),
      horizon: z.number(),
      restart: z.boolean(),
      counts: z.enum(['points', 'legal moves']),
    }),
  ),
})
export type EvalRunConfig = z.output<typeof evalRunConfig>

/** What changes how fast an evaluation goes, and never what comes out; it is kept nowhere. */
export interface EvalPace {
  /** Requests and episodes at once; absent: 8 of endpoints, all others as they come. */
  readonly concurrency?: number
  /** Requests a minute at most. */
  readonly perMinute?: number
  /** Tries after a failed request. */
  readonly retries: number
  /** Seconds a request may take. */
  readonly timeout: number
  /** Threads of the engine of checkpoints. */
  readonly threads: number
}
