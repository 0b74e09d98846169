/**
 * A chat request as the embedded model can read it: one picture, then a prompt of its own words. The last message counts; what the model
 * cannot take is refused by the name of the parameter, so that nothing a caller asked for is dropped in silence. (Earlier messages are
 * the exception: a client may send its history, and this model has no use for it.)
 */
import * as z from 'zod'
import { type Chunk, chunkLength, type Engine, type ModelInput } from '../../engine.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import { userMessage } from '../../messages.ts'
import { decodePng, pngSize } from '../../render/index.ts'
import type { Frame } from '../../scene.ts'
import { ApiError } from '../api-error.ts'

/** Choices of a request at most. */
const MAX_CHOICES = 128
/** Below this, probabilities to the power of 1/temperature leave the range of numbers. */
const LEAST_TEMPERATURE = 0.01

const text = z.object({ type: z.literal('text'), text: z.string() })
/** Some clients leave the object around the address out. */
const image = z.object({
  type: z.literal('image_url'),
  image_url: z.union([z.string(), z.object({ url: z.string(), detail: z.enum(['auto', 'low', 'high', 'original']).nullish() })]),
})
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
})

/** Parameters that this model can only leave as they are, by the values that clients send to say so. */
const neutral = {
  top_p: z.literal(1),
  top_k: z.literal([-1, 0]),
  min_p: z.literal(0),
  typical_p: z.literal(1),
  repetition_penalty: z.literal(1),
  length_penalty: z.literal(1),
  best_of: z.literal(1),
  use_beam_search: z.literal(false),
  ignore_eos: z.literal(false),
  skip_special_tokens: z.literal(true),
  echo: z.literal(false),
  functions: z.tuple([]),
  function_call: z.literal(['none', 'auto']),
  reasoning_effort: z.literal('none'),
  frequency_penalty: z.literal(0),
  presence_penalty: z.literal(0),
  top_logprobs: z.literal(0),
  logit_bias: z.strictObject({}),
  response_format: z.strictObject({ type: z.literal('text') }),
  modalities: z.tuple([z.literal('text')]),
  tools: z.tuple([]),
  tool_choice: z.literal(['none', 'auto']),
  min_tokens: z.literal(0),
  repeat_penalty: z.literal(1),
  tfs_z: z.literal(1),
  mirostat: z.literal(0),
  add_generation_prompt: z.literal(true),
  spaces_between_special_tokens: z.literal(true),
  enable_thinking: z.literal(false),
  chat_template_kwargs: z.strictObject({ enable_thinking: z.literal(false).optional(), thinking: z.literal(false).optional() }),
  thinking: z.strictObject({ type: z.literal('disabled') }),
  reasoning: z.union([z.strictObject({ enabled: z.literal(false) }), z.strictObject({ effort: z.literal('none') })]),
}
/** Parameters that decide nothing here. */
const ignored = [
  'user',
  'metadata',
  'store',
  'service_tier',
  'parallel_tool_calls',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'verbosity',
  'priority',
  'keep_alive',
  'cache_prompt',
  'include_reasoning',
  'usage',
  'provider',
  'route',
] as const

/** −1 is how some clients say that there is no limit. */
const limit = z.union([z.literal(-1), z.number().int().min(1)])

const schema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  n: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  seed: z.number().int().nullish(),
  max_tokens: limit.nullish(),
  max_completion_tokens: limit.nullish(),
  logprobs: z.boolean().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  ...(Object.fromEntries(Object.entries(neutral).map(([name, only]) => [name, only.nullish()])) as Record<string, z.ZodType>),
  ...Object.fromEntries(ignored.map((name) => [name, z.unknown().optional()])),
})

/** A request, checked and read. */
export interface ChatRequest {
  readonly model: string
  readonly prompt: ModelInput
  /** Of the prompt, picture included. */
  readonly promptTokens: number
  readonly n: number
  /** 0 or 0.01..2. */
  readonly temperature: number
  /** null: the server chooses. */
  readonly seed: number | null
  /** Reply tokens at most: what the caller allows, and what the model has room for. */
  readonly maxTokens: number
  /** Reply tokens that the model has room for behind this prompt. */
  readonly room: number
  readonly logprobs: boolean
  readonly stop: readonly string[]
  readonly stream: boolean
  /** Whether a stream ends with the usage. */
  readonly includeUsage: boolean
}

type Parsed = z.output<typeof schema>

/** Reads a request body. Throws ApiError naming the parameter, the reason and the remedy. */
export function readChatRequest(body: unknown, engine: Engine): ChatRequest {
  const request = parsed(body)
  const temperature = request.temperature ?? 1
  if (temperature > 0 && temperature < LEAST_TEMPERATURE)
    throw new ApiError(400, `temperature is ${temperature}; give 0 (greedy) or ${LEAST_TEMPERATURE} to 2`, 'temperature')
  const { prompt, picture, words } = readPrompt(request, engine)
  const room = (engine.info.maxText ?? engine.info.maxSequence - picture) - words
  if (room < 1) {
    const reason = `the prompt has ${words} tokens, which leaves this model no room for a reply; shorten it`
    throw new ApiError(400, reason, 'messages', 'context_length_exceeded')
  }
  const { stop } = request
  const most = request.max_completion_tokens ?? request.max_tokens ?? -1
  return {
    model: request.model,
    prompt,
    promptTokens: picture + words,
    n: request.n ?? 1,
    temperature,
    seed: request.seed ?? null,
    maxTokens: most === -1 ? room : Math.min(room, most),
    room,
    logprobs: request.logprobs ?? false,
    stop: (typeof stop === 'string' ? [stop] : (stop ?? [])).filter((word) => word !== ''),
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
  }
}

function parsed(body: unknown): Parsed {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ApiError(400, 'the body must be a JSON object')
  const result = schema.safeParse(Object.fromEntries(Object.entries(body).filter(([name, value]) => !saysNothing(name, value))))
  if (result.success) return result.data
  const [issue] = result.error.issues as [z.core.$ZodIssue]
  if (issue.code === 'unrecognized_keys') {
    const [name] = issue.keys
    throw new ApiError(400, `${name} is not a parameter that this server knows; leave it out`, name, 'unknown_parameter')
  }
  const param = nameOf(issue.path)
  const top = String(issue.path[0])
  const given = JSON.stringify(issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], body))
  if (given === undefined) throw new ApiError(400, `${param} is missing; give it`, param, 'missing_required_parameter')
  const remedy = top in neutral ? 'this model samples plain text from its whole distribution; leave it out' : remedyOf(issue)
  throw new ApiError(400, `${param} cannot be ${given.slice(0, 60)}: ${remedy}`, param, 'invalid_value')
}

/** Null says of any parameter that it is left out; of one that is not known, so do what is empty and a switch that is off. */
function saysNothing(name: string, value: unknown): boolean {
  if (value === null || Object.hasOwn(schema.shape, name)) return value === null
  return value === false || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0)
}

/** What to give instead of a value that does not pass. */
function remedyOf(issue: z.core.$ZodIssue): string {
  const many = 'origin' in issue && (issue.origin === 'array' || issue.origin === 'string') ? ' in number' : ''
  if (issue.code === 'too_small') return `give ${issue.minimum} or more${many}`
  if (issue.code === 'too_big') return `give ${issue.maximum} or less${many}`
  if (issue.code === 'invalid_type') return `give ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
  return issue.code === 'invalid_value'
    ? `give one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    : 'give a value of its kind'
}

/** 'messages[0].content' */
const nameOf = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')

/** Picture and text of the last message, as the engine reads them. `picture`, `words`: tokens. */
function readPrompt({ messages }: Parsed, engine: Engine): { prompt: ModelInput; picture: number; words: number } {
  const last = messages.length - 1
  const { role, content } = messages[last] as (typeof messages)[number]
  const at = `messages[${last}]`
  if (role !== 'user') throw new ApiError(400, `the last message is of role ${role}; end with a message of role user`, `${at}.role`)
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
  const pictures: PictureUrl[] = []
  let words = ''
  for (const [i, part] of parts.entries()) {
    const param = `${at}.content[${i}]`
    if (part.type === 'text') words += partAs(text, part, param).text
    else if (part.type === 'image_url') pictures.push(pictureOf(partAs(image, part, param).image_url, `${param}.image_url`))
    else throw new ApiError(400, `a part of type ${part.type} cannot be read; give one image_url and text`, `${param}.type`)
  }
  const [only, second] = pictures
  if (only === undefined) throw new ApiError(400, 'the last message has no picture; give one as an image_url part', `${at}.content`)
  if (second !== undefined)
    throw new ApiError(400, `the last message has ${pictures.length} pictures; this model sees one at a time, so give one`, second.param)
  const frame = readPicture(only, engine)
  if (words === '') throw new ApiError(400, 'the last message has no text; give the prompt of the game beside the picture', `${at}.content`)
  try {
    const prompt = engine.chat.prompt({ messages: [userMessage(words, () => frame)] })
    const tokens = (type: Chunk['type']): number =>
      prompt.chunks.filter((chunk) => chunk.type === type).reduce((sum, chunk) => sum + chunkLength(chunk), 0)
    return { prompt, picture: tokens('image'), words: tokens('encoded_text') }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new ApiError(400, `${error.message}; send a game's brief prompt and nothing else`, `${at}.content`, 'unknown_words')
  }
}

function partAs<T>(shape: z.ZodType<T>, part: unknown, param: string): T {
  const result = shape.safeParse(part)
  if (result.success) return result.data
  const [issue] = result.error.issues as [z.core.$ZodIssue]
  throw new ApiError(400, `the part is malformed at ${nameOf(issue.path)}: ${issue.message}`, `${param}.${nameOf(issue.path)}`)
}

interface PictureUrl {
  readonly url: string
  /** Where it stands in the request. */
  readonly param: string
}

const pictureOf = (held: string | { readonly url: string }, param: string): PictureUrl =>
  typeof held === 'string' ? { url: held, param } : { url: held.url, param: `${param}.url` }

/**
 * Type and bytes of a data URL (RFC 2397), as clients write them: parameters in front of `base64`, either case, the data in lines, with or
 * without padding, in the alphabet of Base64 or of addresses, escaped with %. Throws ApiError that names what it is instead.
 */
function dataOf({ url, param }: PictureUrl): { type: string; bytes: Uint8Array } {
  const wrong = (reason: string): ApiError =>
    new ApiError(400, `${reason}; give a data URL: data:image/png;base64,…`, param, 'invalid_image_url')
  // The Base64 of a PNG alone, as some clients send it.
  const text = url.trim().replace(/^(?=iVBORw0KGgo)/, 'data:image/png;base64,')
  if (!/^data:/i.test(text)) throw wrong('pictures are not fetched from addresses')
  const comma = text.indexOf(',')
  const head = text.slice('data:'.length, comma).toLowerCase()
  const [type = '', ...parameters] = head.split(';').map((part) => part.trim())
  if (comma < 0 || !parameters.includes('base64')) throw wrong('the data URL does not say that its data is Base64')
  const data = text.slice(comma + 1).replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const digits = data.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (digits === '') throw wrong('the data URL holds no data')
  if (!/^[A-Za-z0-9+/]+$/.test(digits)) throw wrong('the data of the data URL holds characters that are not Base64')
  return { type, bytes: Uint8Array.from(Buffer.from(digits, 'base64')) }
}

/** The frame of a data URL. Its size is checked before it is decoded. */
function readPicture(picture: PictureUrl, engine: Engine): Frame {
  const { param } = picture
  const { type, bytes } = dataOf(picture)
  const size = pngSize(bytes)
  if (size === null) throw new ApiError(400, `the picture (${type || 'of no type'}) is not a PNG; encode it as one`, param, 'invalid_image')
  try {
    engine.chat.imageTokens(size)
    return decodePng(bytes)
  } catch (error) {
    if (error instanceof EngineError || error instanceof ConfigError) throw new ApiError(400, error.message, param, 'invalid_image')
    throw error
  }
}
