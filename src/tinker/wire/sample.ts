/** Sampling: the request, which is JSON alone, and what was sampled. */
import * as z from 'zod'
import { ConfigError } from '../../errors.ts'
import { chunksFromJson, chunksToJson, defined, modelInputSchema, nonEmpty, type WireChunk } from './chunk.ts'
import { type Codec, type JsonCodec, readJson } from './codec.ts'
import { decodeProto, encodeProto, type SampleResponseProto, STOP_REASON, type TopkProto } from './proto.ts'
import {
  jsonFloats,
  jsonNumbers,
  packed,
  tensorFromJson,
  tensorFromProto,
  tensorSchema,
  tensorToJson,
  tensorToProto,
  unpacked,
  type WireTensor,
} from './tensor.ts'

export interface SampleRequest {
  /** One of these three says which weights. */
  readonly samplingSessionId?: string
  readonly baseModel?: string
  readonly modelPath?: string
  /** Place among the requests of the sampling session, from 0. */
  readonly seqId?: number
  /** Replies, 1 or more. */
  readonly numSamples: number
  readonly prompt: readonly WireChunk[]
  readonly params: WireSamplingParams
  /** Also the log-probs of the prompt's tokens. */
  readonly promptLogprobs: boolean
  /** Of the last so many tokens of the prompt only. Absent: of all. */
  readonly promptLogprobsLastN?: number
  /** So many of the likeliest tokens of each position; 0: none. */
  readonly topkPromptLogprobs: number
  readonly topkSampleLogprobs: number
  readonly promptAltTokensK: number
  readonly targetPromptLogprobs?: WireTensor
  /** Extension of the embedded profile: place of the prompt in a call of many prompts with one seed. */
  readonly promptIndex?: number
  /** Extension of the embedded profile: place in a call of `callSize` requests with consecutive `seqId`, which are carried out as one. With `promptLogprobs`, nothing is sampled in it. */
  readonly callIndex?: number
  readonly callSize?: number
}

export interface WireSamplingParams {
  readonly maxTokens?: number
  readonly seed?: number
  /** Tokens or texts that end a reply. Absent: the model's own; []: none. */
  readonly stop?: readonly number[] | readonly string[]
  readonly temperature: number
  /** -1: no limit. */
  readonly topK: number
  readonly topP: number
}

/** The likeliest tokens of each position: two tables of [length][k], likeliest first. An empty cell is token 0 with EMPTY_LOGPROB. */
export interface TopkLogprobs {
  readonly k: number
  readonly length: number
  readonly tokens: readonly number[]
  readonly logprobs: Float32Array
}
export const EMPTY_LOGPROB = -99999

export interface WireSequence {
  readonly stopReason: 'stop' | 'length'
  readonly tokens: readonly number[]
  /** In protobuf rounded to float32; in JSON as they are. */
  readonly logprobs: readonly number[] | null
  readonly topkLogprobs?: TopkLogprobs
}

export interface SampleResponse {
  readonly sequences: readonly WireSequence[]
  /** One a position of the prompt, NaN where there is none. */
  readonly promptLogprobs?: Float32Array
  readonly topkPromptLogprobs?: TopkLogprobs
  /** Tokens of the prompt that the server had already read. */
  readonly promptCacheHitTokens: number
  readonly targetPromptLogprobs?: WireTensor
  readonly promptAltTokens?: { readonly tokens: WireTensor; readonly logprobs: WireTensor }
}

const requestSchema = z.object({
  sampling_session_id: z.string().nullish(),
  base_model: z.string().nullish(),
  model_path: z.string().nullish(),
  seq_id: z.int().nullish(),
  num_samples: z.int().min(1).default(1),
  prompt: modelInputSchema,
  sampling_params: z.object({
    max_tokens: z.int().min(1).nullish(),
    seed: z.int().nullish(),
    stop: z.union([z.string(), z.array(z.int()), z.array(z.string())]).nullish(),
    temperature: z.number().min(0).default(1),
    top_k: z.int().default(-1),
    top_p: z.number().default(1),
  }),
  prompt_logprobs: z.boolean().nullish(),
  prompt_logprobs_last_n: z.int().min(1).nullish(),
  topk_prompt_logprobs: z.int().min(0).default(0),
  topk_sample_logprobs: z.int().min(0).default(0),
  prompt_alt_tokens_k: z.int().min(0).default(0),
  target_prompt_logprobs: tensorSchema.nullish(),
  prompt_index: z.int().min(0).nullish(),
  call_index: z.int().min(0).nullish(),
  call_size: z.int().min(1).nullish(),
})

/** Request of asample. */
export const sampleRequest: JsonCodec<SampleRequest> = {
  toJson: ({ prompt, params, numSamples, targetPromptLogprobs: targets, ...given }) => ({
    ...defined({ sampling_session_id: given.samplingSessionId, base_model: given.baseModel, model_path: given.modelPath }),
    ...defined({ seq_id: given.seqId, prompt_index: given.promptIndex, call_index: given.callIndex, call_size: given.callSize }),
    num_samples: numSamples,
    prompt: chunksToJson(prompt),
    sampling_params: {
      ...defined({ max_tokens: params.maxTokens, seed: params.seed, stop: params.stop }),
      ...{ temperature: params.temperature, top_k: params.topK, top_p: params.topP },
    },
    ...(given.promptLogprobs && { prompt_logprobs: true }),
    ...defined({ prompt_logprobs_last_n: given.promptLogprobsLastN }),
    // Old servers know none of these.
    ...(given.topkPromptLogprobs > 0 && { topk_prompt_logprobs: given.topkPromptLogprobs }),
    ...(given.topkSampleLogprobs > 0 && { topk_sample_logprobs: given.topkSampleLogprobs }),
    ...(given.promptAltTokensK > 0 && { prompt_alt_tokens_k: given.promptAltTokensK }),
    ...(targets !== undefined && { target_prompt_logprobs: tensorToJson(targets) }),
  }),
  fromJson: (value) => {
    const body = readJson(requestSchema, value, 'The asample request')
    const { max_tokens, seed, stop, temperature, top_k, top_p } = body.sampling_params
    const some = <T>(given: T | null | undefined): T | undefined => given ?? undefined
    return {
      ...defined({
        samplingSessionId: some(body.sampling_session_id),
        baseModel: some(body.base_model),
        modelPath: some(body.model_path),
        seqId: some(body.seq_id),
        promptLogprobsLastN: some(body.prompt_logprobs_last_n),
        promptIndex: some(body.prompt_index),
        callIndex: some(body.call_index),
        callSize: some(body.call_size),
      }),
      numSamples: body.num_samples,
      prompt: chunksFromJson(body.prompt),
      params: {
        ...defined({ maxTokens: some(max_tokens), seed: some(seed), stop: typeof stop === 'string' ? [stop] : some(stop) }),
        ...{ temperature, topK: top_k, topP: top_p },
      },
      promptLogprobs: body.prompt_logprobs ?? false,
      topkPromptLogprobs: body.topk_prompt_logprobs,
      topkSampleLogprobs: body.topk_sample_logprobs,
      promptAltTokensK: body.prompt_alt_tokens_k,
      ...(body.target_prompt_logprobs != null && { targetPromptLogprobs: tensorFromJson(body.target_prompt_logprobs) }),
    }
  },
}

const logprobs = z.array(z.number().nullable())
const topkSchema = z.array(z.array(z.tuple([z.int(), z.number()])).nullable())

const responseSchema = z.object({
  sequences: z.array(
    z.object({
      stop_reason: z.enum(['stop', 'length']),
      tokens: z.array(z.int()),
      logprobs: logprobs.nullish(),
      topk_logprobs: topkSchema.nullish(),
    }),
  ),
  prompt_logprobs: logprobs.nullish(),
  topk_prompt_logprobs: topkSchema.nullish(),
  prompt_cache_hit_tokens: z.int().nullish(),
  target_prompt_logprobs: tensorSchema.nullish(),
  prompt_alt_tokens: z.object({ tokens: tensorSchema, logprobs: tensorSchema }).nullish(),
})

/** Result of asample. */
export const sampleResponse: Codec<SampleResponse> = {
  toProto: ({ sequences, promptLogprobs, topkPromptLogprobs, promptCacheHitTokens, targetPromptLogprobs, promptAltTokens }) =>
    encodeProto('SampleResponse', {
      sequences: sequences.map(sequenceToProto),
      ...(promptLogprobs !== undefined && { promptLogprobs: packed('float32', promptLogprobs) }),
      ...(topkPromptLogprobs !== undefined && { topkPromptLogprobs: topkToProto(topkPromptLogprobs) }),
      ...(promptCacheHitTokens !== 0 && { promptCacheHitTokens }),
      ...(targetPromptLogprobs !== undefined && { targetPromptLogprobs: tensorToProto(targetPromptLogprobs) }),
      ...(promptAltTokens !== undefined && {
        promptAltTokens: { tokens: tensorToProto(promptAltTokens.tokens), logprobs: tensorToProto(promptAltTokens.logprobs) },
      }),
    }),
  fromProto: (bytes) => {
    const { sequences = [], promptLogprobs, topkPromptLogprobs: topk, ...rest } = decodeProto('SampleResponse', bytes)
    const { promptCacheHitTokens = 0, targetPromptLogprobs: targets, promptAltTokens: alternatives } = rest
    return {
      sequences: sequences.map(sequenceFromProto),
      ...(promptLogprobs !== undefined && { promptLogprobs: unpacked('float32', promptLogprobs) }),
      ...(topk !== undefined && { topkPromptLogprobs: topkFromProto(topk) }),
      promptCacheHitTokens,
      ...(targets !== undefined && { targetPromptLogprobs: tensorFromProto(targets) }),
      ...(alternatives !== undefined && {
        promptAltTokens: { tokens: tensorFromProto(alternatives.tokens ?? {}), logprobs: tensorFromProto(alternatives.logprobs ?? {}) },
      }),
    }
  },
  toJson: ({ sequences, promptLogprobs, topkPromptLogprobs: topk, promptCacheHitTokens, ...rest }) => ({
    sequences: sequences.map(({ stopReason, tokens, logprobs: sampled, topkLogprobs }) => ({
      stop_reason: stopReason,
      tokens: [...tokens],
      logprobs: sampled === null ? null : jsonNumbers(sampled, 'float64'),
      ...(topkLogprobs !== undefined && { topk_logprobs: topkToJson(topkLogprobs) }),
    })),
    ...(promptLogprobs !== undefined && { prompt_logprobs: jsonNumbers(promptLogprobs) }),
    ...(topk !== undefined && { topk_prompt_logprobs: topkToJson(topk) }),
    prompt_cache_hit_tokens: promptCacheHitTokens,
    ...(rest.targetPromptLogprobs !== undefined && { target_prompt_logprobs: tensorToJson(rest.targetPromptLogprobs) }),
    ...(rest.promptAltTokens !== undefined && {
      prompt_alt_tokens: { tokens: tensorToJson(rest.promptAltTokens.tokens), logprobs: tensorToJson(rest.promptAltTokens.logprobs) },
    }),
    type: 'sample',
  }),
  fromJson: (value) => {
    const body = readJson(responseSchema, value, 'The result of asample')
    const { target_prompt_logprobs: targets, prompt_alt_tokens: alternatives } = body
    return {
      sequences: body.sequences.map(({ stop_reason, tokens, logprobs: sampled, topk_logprobs }) => ({
        ...{ stopReason: stop_reason, tokens, logprobs: sampled == null ? null : sampled.map((value) => value ?? Number.NaN) },
        ...(topk_logprobs != null && { topkLogprobs: topkFromJson(topk_logprobs) }),
      })),
      ...(body.prompt_logprobs != null && { promptLogprobs: jsonFloats(body.prompt_logprobs) }),
      ...(body.topk_prompt_logprobs != null && { topkPromptLogprobs: topkFromJson(body.topk_prompt_logprobs) }),
      promptCacheHitTokens: body.prompt_cache_hit_tokens ?? 0,
      ...(targets != null && { targetPromptLogprobs: tensorFromJson(targets) }),
      ...(alternatives != null && {
        promptAltTokens: { tokens: tensorFromJson(alternatives.tokens), logprobs: tensorFromJson(alternatives.logprobs) },
      }),
    }
  },
}

type SequenceProto = NonNullable<SampleResponseProto['sequences']>[number]

const sequenceToProto = ({ stopReason, tokens, logprobs: sampled, topkLogprobs }: WireSequence): SequenceProto => ({
  ...(STOP_REASON[stopReason] !== 0 && { stopReason: STOP_REASON[stopReason] }),
  ...nonEmpty('tokens', packed('int32', tokens)),
  ...(sampled !== null && { logprobs: packed('float32', sampled) }),
  ...(topkLogprobs !== undefined && { topkSampledLogprobs: topkToProto(topkLogprobs) }),
})

function sequenceFromProto({ stopReason = 0, tokens, logprobs: sampled, topkSampledLogprobs }: SequenceProto): WireSequence {
  if (stopReason !== STOP_REASON.stop && stopReason !== STOP_REASON.length)
    throw new ConfigError(`A sampled sequence has the stop reason ${stopReason}, which is none of the API's (0 stop, 1 length).`)
  return {
    stopReason: stopReason === STOP_REASON.stop ? 'stop' : 'length',
    tokens: unpacked('int32', tokens ?? new Uint8Array()),
    logprobs: sampled === undefined ? null : Array.from(unpacked('float32', sampled)),
    ...(topkSampledLogprobs !== undefined && { topkLogprobs: topkFromProto(topkSampledLogprobs) }),
  }
}

const topkToProto = ({ k, length, tokens, logprobs: table }: TopkLogprobs): TopkProto => ({
  ...nonEmpty('tokenIds', packed('int32', tokens)),
  ...nonEmpty('logprobs', packed('float32', table)),
  ...(k !== 0 && { k }),
  ...(length !== 0 && { length }),
})

function topkFromProto({ k = 0, length = 0, tokenIds, logprobs: table }: TopkProto): TopkLogprobs {
  const tokens = unpacked('int32', tokenIds ?? new Uint8Array())
  const values = unpacked('float32', table ?? new Uint8Array())
  if (tokens.length !== k * length || values.length !== k * length)
    throw new ConfigError(
      `A table of the ${k} likeliest tokens of ${length} positions has ${tokens.length} tokens and ${values.length} log-probs.`,
    )
  return { k, length, tokens, logprobs: values }
}

/** A position without any token is null, as in the API. */
const topkToJson = ({ k, length, tokens, logprobs: table }: TopkLogprobs): ([number, number][] | null)[] =>
  Array.from({ length }, (_, row) => {
    const cells = Array.from({ length: k }, (_, i): [number, number] => [tokens[row * k + i] as number, table[row * k + i] as number])
    const full = cells.filter(([token, logprob]) => token !== 0 || logprob !== EMPTY_LOGPROB)
    return full.length === 0 ? null : full
  })

function topkFromJson(rows: readonly (readonly [number, number][] | null)[]): TopkLogprobs {
  const k = Math.max(0, ...rows.map((row) => row?.length ?? 0))
  const cells = rows.flatMap((row) => Array.from({ length: k }, (_, i) => row?.[i] ?? ([0, EMPTY_LOGPROB] as const)))
  return { k, length: rows.length, tokens: cells.map(([token]) => token), logprobs: Float32Array.from(cells, ([, logprob]) => logprob) }
}
