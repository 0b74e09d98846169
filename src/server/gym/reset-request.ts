/**
 * What a client asks for when it starts an episode: what is played, from where, and what of it is sent. A snapshot of a session is such a request,
 * so that going back, moving to another server and branching are all a reset.
 */
import * as z from 'zod'
import { schemaReasons } from '../../checks.ts'
import { LEVELS, rewardConfig, skinFields, specFields } from '../../gym/index.ts'
import { ApiError } from '../api-error.ts'

const level = (of: string): z.ZodOptional<z.ZodNumber> =>
  z
    .number()
    .int()
    .min(0)
    .max(LEVELS - 1)
    .optional()
    .describe(`how hard it is to ${of}: 0, easy, to ${LEVELS - 1}`)

/** Longest episode id, characters. */
export const MAX_ID = 255

/** What of an episode is sent. */
const viewFields = {
  image: z.enum(['base64', 'data_url', 'none']).default('base64').describe('how the PNG is sent; none: not drawn at all'),
  rgb: z.boolean().default(false).describe('PNG in 8-bit RGB instead of a palette where the picture has one'),
  legal_actions: z.boolean().default(false).describe('observations list the legal actions as canonical answers'),
  tokens: z.boolean().default(true).describe('metadata has the state token and hash after every step'),
} as const

/** The schema of `ResetRequest`; everything may be left out. */
export const resetRequest = z.strictObject({
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('decides the game; absent: the server draws one'),
  episode_id: z.string().min(1).max(MAX_ID).optional().describe('name of the episode; absent: the server gives one'),
  game: specFields.game.optional(),
  preset: z.string().optional().describe('named knobs and horizon of the game, such as paper'),
  perception: level('see'),
  reasoning: level('play'),
  config: specFields.config.optional(),
  skin: z
    .strictObject(skinFields)
    .partial()
    .optional()
    .describe('how it looks; absent settings are those of the level, else the plain ones'),
  prompt: specFields.prompt.default('full'),
  feedback: specFields.feedback.default(true),
  mode: specFields.mode.default('image'),
  tags: specFields.tags.default('paper'),
  horizon: specFields.horizon
    .nullable()
    .optional()
    .describe('replies an episode at most, null for no limit; absent: the preset’s, else the server’s'),
  restart: specFields.restart.default(false),
  reward: rewardConfig.prefault({}),
  state: z.string().optional().describe('state token to start from instead of a fresh game'),
  injected_state: z.string().optional().describe('OpenEnv’s name for state'),
  steps: z.number().int().min(0).default(0).describe('replies played before that state'),
  return: z.number().default(0).describe('environment rewards earned before that state'),
  ...viewFields,
})

/** A checked request. */
export type ResetRequest = Omit<z.output<typeof resetRequest>, 'injected_state'>
/** What of an episode is sent. */
export type View = Pick<ResetRequest, keyof typeof viewFields>

/** Fields that say something by being null. */
const NULLABLE: readonly string[] = ['horizon']

/** The request in a value from outside; fields that are null count as left out. Throws ApiError that names the field. `at`: path of the value, '' or 'resets[0]'. */
export function readReset(value: unknown, at: string = ''): ResetRequest {
  const { injected_state, ...request } = checked(resetRequest, withoutNulls(value), at)
  if (injected_state === undefined) return request
  if (request.state === undefined) return { ...request, state: injected_state }
  throw new ApiError(422, 'injected_state and state are two names for one thing; give one of them', 'injected_state', 'VALIDATION_ERROR')
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? {}
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => one !== null || NULLABLE.includes(key)))
}

/** A value by its schema. Throws ApiError 422 with one sentence for every wrong field; `at`: path of the value. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, at: string = ''): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = [...(at === '' ? [] : [at]), ...(issue?.path ?? []).map(String)].join('.')
  const reasons = schemaReasons(schema as never, parsed.error, value).join('; ')
  throw new ApiError(422, at === '' ? reasons : `${at}: ${reasons}`, path === '' ? null : path, 'VALIDATION_ERROR')
}
