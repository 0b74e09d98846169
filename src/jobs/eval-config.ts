/** What an evaluation is, as it stands in the run folder: enough to go on with it. Keys are not part of it. */
import * as z from 'zod'
import { skinFields, specFields } from '../gym/index.ts'
import { keptRequest } from './requests.ts'

const count = z.number().int().nonnegative()
const price = z.number().nonnegative().nullable().default(null)

/** Null: the default of each kind of player. */
export const evalConfig = z.strictObject({
  names: z.array(z.string()).describe('policies, checkpoints and models'),
  preset: z.string().nullable().default(null),
  game: specFields.game,
  set: z.array(z.string()).default([]).describe('knobs of the game'),
  episodes: count.min(1).default(100),
  horizon: specFields.horizon.default(100),
  restart: specFields.restart.default(true),
  decoding: z.enum(['sampled', 'greedy', 'both']).nullable().default(null),
  temperature: z.number().min(0).max(2).nullable().default(null).describe('of sampled replies of endpoints'),
  maxTokens: count.min(1).nullable().default(null),
  theme: skinFields.theme.default('classic'),
  tile: skinFields.tile.nullable().default(null),
  layout: skinFields.layout.nullable().default(null),
  prompt: specFields.prompt.nullable().default(null),
  tags: specFields.tags.default('paper').describe('of prompts and worked examples of models behind HTTP; runs without it had the paper’s'),
  mode: specFields.mode.default('image'),
  feedback: specFields.feedback.default(true),
  history: count.default(0).describe('turns kept in the conversation'),
  examples: count.default(0).describe('worked examples in the prompt'),
  baseUrl: z.string().nullable().default(null).describe('without its query'),
  request: keptRequest,
  priceIn: price.describe('of a million tokens of prompts'),
  priceOut: price.describe('of a million tokens of replies'),
  anchors: z.boolean().default(true).describe('whether random and solver play along'),
  seed: z.number().int().default(0),
  hidden: z.boolean().default(false).describe('games of hidden seeds, which no training plays'),
  engine: z.string().default('@vlm-gym/engine-onnx'),
  plugins: z.array(z.string()).default([]),
  pictures: z.string().nullable().default(null).describe('folder of pictures'),
  given: z.array(z.string()).default([]).describe('options that were given by hand'),
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
