/**
 * The JSON bodies of the Tinker API as schemas: what a server reads (`…Request`) and what a client reads (`…Response`). Fields that are not known
 * are left out. `z.infer` gives the types. Absent and null mean the same.
 */
import * as z from 'zod'

const text = z.string()
const optionalText = z.string().nullish()
const seqId = z.int().min(0).nullish()
const ttl = z.int().min(1).nullish()
const metadata = z.record(z.string(), z.unknown()).nullish()

/** POST client/config and client/dynamic_config. */
export const clientConfigRequest = z.object({ sdk_version: optionalText })
/** Settings of a client that its server decides. */
export const clientConfigResponse = z.object({
  pjwt_auth_enabled: z.boolean().default(false),
  parallel_fwdbwd_chunks: z.boolean().default(true),
  proto_compress_fwdbwd: z.boolean().default(false),
  /** Most data of a forward_backward request, and most bytes of them. */
  fwdbwd_max_chunk_len: z.int().min(1).default(1024),
  fwdbwd_max_chunk_bytes_count: z.int().min(1).default(5_000_000),
  /** Most bytes of requests on their way at once. */
  fwdbwd_dispatch_bytes_semaphore_size: z.int().min(1).default(50_000_000),
  sample_dispatch_bytes_semaphore_size: z.int().min(1).default(10_485_760),
  inflight_response_bytes_semaphore_size: z.int().min(1).default(52_428_800),
  sample_max_concurrent_requests: z.int().min(1).default(2000),
  billing_exception_max_pause_duration_sec: z.number().default(3600),
})
export type ClientConfig = z.infer<typeof clientConfigResponse>

/** GET get_server_capabilities. */
export const capabilitiesResponse = z.object({
  supported_models: z.array(z.object({ model_name: optionalText, max_context_length: z.int().nullish() })),
})

/** POST create_session. */
export const createSessionRequest = z.object({
  tags: z.array(text).default([]),
  user_metadata: metadata,
  sdk_version: optionalText,
  project_id: optionalText,
})
export const createSessionResponse = z.object({
  session_id: text,
  info_message: optionalText,
  warning_message: optionalText,
  error_message: optionalText,
})
/** POST session_heartbeat. */
export const heartbeatRequest = z.object({ session_id: text })

const loraConfig = z.object({
  /** 0: all weights are trained. */
  rank: z.int().min(0).default(32),
  seed: z.int().nullish(),
  train_unembed: z.boolean().nullish(),
  train_mlp: z.boolean().nullish(),
  train_attn: z.boolean().nullish(),
})
const optimizerConfig = z.looseObject({ type: text }).nullish()

/** POST create_model; a future. */
export const createModelRequest = z.object({
  session_id: text,
  model_seq_id: z.int().min(0).default(0),
  base_model: text,
  user_metadata: metadata,
  lora_config: loraConfig.nullish(),
  optimizer_config: optimizerConfig,
})
export const createModelResponse = z.object({ model_id: text })
/** POST unload_model (a future) and get_info. */
export const modelRequest = z.object({ model_id: text })
export const infoResponse = z.object({
  model_id: text,
  model_data: z.object({ arch: optionalText, model_name: optionalText, tokenizer_id: optionalText }),
  is_lora: z.boolean().nullish(),
  lora_rank: z.int().nullish(),
})

/** Settings of a step: of Adam, or of another optimiser by its type (`embedded`: type 'muon'). */
export const adamParams = z.object({
  learning_rate: z.number().min(0).default(1e-4),
  beta1: z.number().default(0.9),
  beta2: z.number().default(0.95),
  eps: z.number().default(1e-12),
  weight_decay: z.number().default(0),
  grad_clip_norm: z.number().default(0),
})
/** POST optim_step; a future. One of the two is given. */
export const optimStepRequest = z.object({
  model_id: text,
  seq_id: seqId,
  adam_params: adamParams.nullish(),
  optimizer_params: adamParams.extend({ type: text }).nullish(),
})
export const optimStepResponse = z.object({ metrics: z.record(z.string(), z.number()).nullish() })

/** POST save_weights; a future. `path`: the name of the checkpoint. */
export const saveWeightsRequest = z.object({
  model_id: text,
  path: optionalText,
  seq_id: seqId,
  ttl_seconds: ttl,
  overwrite: z.boolean().nullish(),
  user_metadata: metadata,
})
export const saveWeightsResponse = z.object({ path: text })
/** POST load_weights; a future. Into a model, or (with a session) into a new one. */
export const loadWeightsRequest = z.object({
  model_id: optionalText,
  seq_id: seqId,
  session_id: optionalText,
  model_seq_id: z.int().min(0).nullish(),
  base_model: optionalText,
  user_metadata: metadata,
  path: text,
  optimizer: z.boolean(),
  optimizer_config: optimizerConfig,
  weights_access_token: optionalText,
})
export const loadWeightsResponse = z.object({ path: optionalText, model_id: optionalText })
/** POST save_weights_for_sampler; a future. With `path`: a checkpoint of that name. Without: a sampling session, which lives as long as the server keeps it. */
export const saveForSamplerRequest = z.object({
  model_id: text,
  path: optionalText,
  sampling_session_seq_id: z.int().min(0).nullish(),
  kind: z.enum(['snapshot', 'inflight']).default('snapshot'),
  seq_id: seqId,
  ttl_seconds: ttl,
  user_metadata: metadata,
})
export const saveForSamplerResponse = z.object({ path: optionalText, sampling_session_id: optionalText })

/** POST create_sampling_session, of a base model or of saved weights. */
export const samplingSessionRequest = z.object({
  session_id: text,
  sampling_session_seq_id: z.int().min(0).default(0),
  base_model: optionalText,
  model_path: optionalText,
})
export const samplingSessionResponse = z.object({ sampling_session_id: text })
/** GET samplers/{id}. */
export const samplerResponse = z.object({ sampler_id: text, base_model: text, model_path: optionalText })

/** POST weights_info. */
export const weightsInfoRequest = z.object({ tinker_path: text })
export const weightsInfoResponse = z.object({ base_model: text, is_lora: z.boolean(), lora_rank: z.int().nullish() })

/** GET training_runs/{id}/checkpoints. */
export const checkpointsResponse = z.object({
  checkpoints: z.array(
    z.object({
      checkpoint_id: text,
      checkpoint_type: z.enum(['training', 'sampler']),
      /** ISO 8601. */
      time: text,
      tinker_path: text,
      size_bytes: z.number().nullish(),
      public: z.boolean().nullish(),
      expires_at: optionalText,
    }),
  ),
})
