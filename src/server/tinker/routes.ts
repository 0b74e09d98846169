/** The routes of the Tinker API, and those that tell what the embedded engine is: its words, its pictures, its limits. */
import type { Context, Hono } from 'hono'
import * as z from 'zod'
import { checkConfig } from '../../checks.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import {
  cancelFutureRequest,
  createModelRequest,
  createSessionRequest,
  forwardBackwardOutput,
  forwardBackwardRequest,
  futureToJson,
  heartbeatRequest,
  loadWeightsRequest,
  modelRequest,
  optimStepRequest,
  PROTOBUF,
  readJson as read,
  retrieveFutureRequest,
  sampleRequest,
  sampleResponse,
  samplingSessionRequest,
  saveForSamplerRequest,
  saveWeightsRequest,
  weightsInfoRequest,
} from '../../tinker/wire/index.ts'
import { ApiError } from '../api-error.ts'
import { jsonBody } from '../json-body.ts'
import { type Checkpoint, pathOf, type Run } from './checkpoints.ts'
import type { Future } from './futures.ts'
import type { Host } from './host.ts'
import { digestOf } from './ledger.ts'
import { pictureSizes, wordsOf } from './words.ts'
import { unpackedBody } from './zstd.ts'

export interface RouteOptions {
  /** Milliseconds that retrieve_future waits at most. */
  readonly poll: number
  readonly maxBody: number
  /** Settings of the model; null: not told. */
  readonly model: object | null
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
}

const texts = (metadata: Record<string, unknown> | null | undefined): Record<string, string> | null =>
  metadata
    ? Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]))
    : null

const taken = (c: Context, { id, sequences }: Future, modelId?: string): Response =>
  c.json({ request_id: id, ...(modelId !== undefined && { model_id: modelId }), ...(sequences && { sample_sequence_ids: sequences }) })

export function tinkerRoutes(app: Hono, host: Host, { poll, maxBody, model, stopping }: RouteOptions): void {
  const { base } = host.options
  const api = (path: string): string => `/api/v1/${path}`

  app.get(api('healthz'), (c) => c.json({ status: 'ok' }))
  app.get(api('get_server_capabilities'), (c) =>
    c.json({
      supported_models: [{ model_name: base, max_context_length: host.about.info.maxSequence, trainable: true, sampleable: true }],
    }),
  )
  app.post(api('client/config'), (c) => {
    const bytes = Math.floor(maxBody * 0.7)
    return c.json({
      ...{ pjwt_auth_enabled: false, parallel_fwdbwd_chunks: true, proto_compress_fwdbwd: false, fwdbwd_max_chunk_len: 65_536 },
      ...{ fwdbwd_max_chunk_bytes_count: bytes, fwdbwd_dispatch_bytes_semaphore_size: bytes, sample_dispatch_bytes_semaphore_size: bytes },
    })
  })
  app.post(api('client/dynamic_config'), (c) => c.json({ refresh_interval_sec: 300, sample_cancel_enabled: true }))
  app.post(api('telemetry'), (c) => c.json({ status: 'accepted' }))

  app.post(api('create_session'), async (c) => {
    const { user_metadata } = read(createSessionRequest, await jsonBody(c.req.raw), 'the create_session request')
    return c.json({ type: 'create_session', session_id: host.beginSession(texts(user_metadata)).id })
  })
  app.post(api('session_heartbeat'), async (c) => {
    host.session(read(heartbeatRequest, await jsonBody(c.req.raw), 'the session_heartbeat request').session_id)
    return c.json({ type: 'session_heartbeat' })
  })
  app.post(api('sessions/:id/finish'), (c) => {
    host.endSession(param(c, 'id'))
    return c.json({})
  })
  app.get(api('sessions'), (c) => c.json({ sessions: host.sessions.map(({ id }) => id) }))
  app.get(api('sessions/:id'), (c) => {
    const { id, modelIds, metadata } = host.session(param(c, 'id'))
    const samplers = host.samplers.all.filter(({ session }) => session === id)
    return c.json({ training_run_ids: modelIds, sampler_ids: samplers.map((one) => one.id), user_metadata: metadata })
  })

  app.post(api('create_model'), async (c) => {
    const body = read(createModelRequest, await jsonBody(c.req.raw), 'the create_model request')
    checkOptimizer(body.optimizer_config?.type)
    const about = { session: body.session_id, seq: body.model_seq_id, base: body.base_model, metadata: texts(body.user_metadata) }
    const { id, future } = host.createModel(about)
    return taken(c, future, id)
  })
  app.post(api('get_info'), async (c) => {
    const { model_id } = read(modelRequest, await jsonBody(c.req.raw), 'the get_info request')
    host.model(model_id)
    return c.json({
      type: 'get_info',
      model_id,
      model_data: { arch: host.about.info.name, model_name: base },
      is_lora: false,
      lora_rank: 0,
      model_name: base,
    })
  })
  app.post(api('unload_model'), async (c) => {
    const { model_id } = read(modelRequest, await jsonBody(c.req.raw), 'the unload_model request')
    return taken(c, host.unload(model_id), model_id)
  })

  for (const path of ['forward_backward', 'forward'])
    app.post(api(path), async (c) => {
      const type = c.req.header('content-type') ?? 'none'
      const request = type.startsWith(PROTOBUF)
        ? forwardBackwardRequest.fromProto(await unpackedBody(c.req.raw, maxBody))
        : forwardBackwardRequest.fromJson(await jsonBody(c.req.raw))
      return taken(c, host.pass(request), request.modelId)
    })
  app.post(api('optim_step'), async (c) => {
    const body = read(optimStepRequest, await jsonBody(c.req.raw), 'the optim_step request')
    const { model_id, seq_id, adam_params, optimizer_params } = body
    const future = host.model(model_id).submit(seq_id, digestOf(body), {
      kind: 'step',
      begin: (engine) => {
        const type = optimizer_params?.type ?? 'adam'
        checkOptimizer(type)
        const given = adam_params ?? optimizer_params
        if (!given) throw new ConfigError('the optim_step request has neither adam_params nor optimizer_params; give one of them')
        const params = {
          ...{
            learningRate: given.learning_rate,
            optimizer: type === 'muon' ? ('muon' as const) : ('adam' as const),
            beta1: given.beta1,
            beta2: given.beta2,
          },
          ...{ eps: given.eps, weightDecay: given.weight_decay, maxGradNorm: given.grad_clip_norm },
        }
        return engine
          .optimStep(params)
          .then(({ gradNorm }) => ({ kind: 'json', value: { type: 'optim_step', metrics: { 'grad_norm:mean': gradNorm } } }))
      },
    })
    return taken(c, future, model_id)
  })

  app.post(api('save_weights'), async (c) => {
    const body = read(saveWeightsRequest, await jsonBody(c.req.raw), 'the save_weights request')
    const as = { name: body.path ?? `step-${body.seq_id ?? 0}`, ttl: body.ttl_seconds ?? null, overwrite: body.overwrite ?? false }
    return taken(c, host.save(body.model_id, body.seq_id, 'weights', as), body.model_id)
  })
  app.post(api('save_weights_for_sampler'), async (c) => {
    const body = read(saveForSamplerRequest, await jsonBody(c.req.raw), 'the save_weights_for_sampler request')
    const { model_id, seq_id, path, ttl_seconds, sampling_session_seq_id } = body
    const future =
      path == null
        ? host.publish(model_id, seq_id, sampling_session_seq_id ?? null)
        : host.save(model_id, seq_id, 'sampler_weights', { name: path, ttl: ttl_seconds ?? null, overwrite: true })
    return taken(c, future, model_id)
  })
  app.post(api('load_weights'), async (c) => {
    const body = read(loadWeightsRequest, await jsonBody(c.req.raw), 'the load_weights request')
    checkOptimizer(body.optimizer_config?.type)
    const { model_id, seq_id, session_id, model_seq_id, path, optimizer } = body
    if (model_id != null) return taken(c, host.load(model_id, seq_id, path, optimizer), model_id)
    if (session_id == null) throw new ConfigError('the load_weights request has neither model_id nor session_id; give one of them')
    const about = { session: session_id, seq: model_seq_id ?? 0, base: body.base_model ?? null, metadata: texts(body.user_metadata) }
    const { id, future } = host.createModel(about, { path, optimizer })
    return taken(c, future, id)
  })

  app.post(api('create_sampling_session'), async (c) => {
    const body = read(samplingSessionRequest, await jsonBody(c.req.raw), 'the create_sampling_session request')
    const { id } = host.beginSampling(body.session_id, body.sampling_session_seq_id, body.base_model ?? null, body.model_path ?? null)
    return c.json({ type: 'create_sampling_session', sampling_session_id: id })
  })
  app.get(api('samplers/:id'), (c) => {
    const { id, source } = host.samplers.get(param(c, 'id'))
    return c.json({ sampler_id: id, base_model: base, ...('path' in source && { model_path: source.path }) })
  })
  app.post(api('asample'), async (c) => taken(c, host.sample(sampleRequest.fromJson(await jsonBody(c.req.raw)))))

  app.post(api('retrieve_future'), async (c) => {
    const { request_id } = read(retrieveFutureRequest, await jsonBody(c.req.raw), 'the retrieve_future request')
    const future = host.futures.get(request_id)
    const outcome = await Promise.race([future.ended, waited(poll, [c.req.raw.signal, stopping])])
    if (outcome === null) return c.json(futureToJson({ state: 'waiting', queue: 'active', reason: future.waitsFor() }, request_id))
    host.futures.fetched(future)
    if ('state' in outcome) return c.json(futureToJson(outcome, request_id))
    if (outcome.kind === 'json') return c.json(outcome.value)
    const proto = (c.req.header('accept') ?? '').includes(PROTOBUF)
    if (!proto)
      return c.json(outcome.kind === 'pass' ? forwardBackwardOutput.toJson(outcome.output) : sampleResponse.toJson(outcome.response))
    const bytes = outcome.kind === 'pass' ? forwardBackwardOutput.toProto(outcome.output) : sampleResponse.toProto(outcome.response)
    return c.body(Uint8Array.from(bytes), 200, { 'content-type': PROTOBUF })
  })
  app.post(api('cancel_future'), async (c) => {
    host.futures.get(read(cancelFutureRequest, await jsonBody(c.req.raw), 'the cancel_future request').request_id).cancel()
    return c.json({})
  })

  const checkpointOf = (run: Run, one: Checkpoint): object => ({
    ...{ checkpoint_id: `${one.kind}/${one.name}`, checkpoint_type: one.kind === 'weights' ? 'training' : 'sampler', time: one.time },
    ...{ tinker_path: pathOf(run.id, one), public: false, expires_at: one.expires },
  })
  const runOf = (run: Run): object => {
    const last = (kind: Checkpoint['kind']): object | null => {
      const found = run.checkpoints.findLast((one) => one.kind === kind)
      return found === undefined ? null : checkpointOf(run, found)
    }
    return {
      ...{
        training_run_id: run.id,
        base_model: run.base,
        model_owner: 'local',
        is_lora: false,
        corrupted: false,
        last_request_time: run.time,
      },
      ...{ last_checkpoint: last('weights'), last_sampler_checkpoint: last('sampler_weights'), user_metadata: run.metadata },
    }
  }
  const named = (id: string): Run => {
    const run = host.checkpoints.run(id)
    if (run === undefined)
      throw new ApiError(404, `there is no run ${JSON.stringify(id.slice(0, 120))} with a checkpoint`, null, 'RUN_NOT_FOUND')
    return run
  }
  const page = (c: Context, total: number): { offset: number; limit: number; total_count: number } => {
    const query = checkConfig(pageSchema, { offset: c.req.query('offset'), limit: c.req.query('limit') }, 'the query')
    return { ...query, total_count: total }
  }
  app.get(api('training_runs'), (c) => {
    const { runs } = host.checkpoints
    const cursor = page(c, runs.length)
    return c.json({ training_runs: runs.slice(cursor.offset, cursor.offset + cursor.limit).map(runOf), cursor })
  })
  app.get(api('training_runs/:id'), (c) => c.json(runOf(named(param(c, 'id')))))
  app.get(api('training_runs/:id/checkpoints'), (c) => {
    const run = named(param(c, 'id'))
    return c.json({ checkpoints: run.checkpoints.map((one) => checkpointOf(run, one)) })
  })
  app.delete(api('training_runs/:id/checkpoints/:kind/:name'), async (c) => {
    const [id, kind, name] = [param(c, 'id'), param(c, 'kind'), param(c, 'name')]
    await host.delete(`tinker://${id}/${kind}/${name}`)
    return c.body(null, 204)
  })
  app.get(api('checkpoints'), (c) => {
    const all = host.checkpoints.runs.flatMap((run) => run.checkpoints.map((one) => checkpointOf(run, one)))
    const cursor = page(c, all.length)
    return c.json({ checkpoints: all.slice(cursor.offset, cursor.offset + cursor.limit), cursor })
  })
  app.post(api('weights_info'), async (c) => {
    const { tinker_path } = read(weightsInfoRequest, await jsonBody(c.req.raw), 'the weights_info request')
    const found = host.checkpoints.find(tinker_path)
    if (found === undefined)
      throw new ApiError(404, `there is no checkpoint ${tinker_path.slice(0, 300)}`, 'tinker_path', 'CHECKPOINT_NOT_FOUND')
    // Rank 0: all weights are trained. Old SDKs make a model of a checkpoint by what is said here.
    return c.json({ base_model: found.run.base, is_lora: false, lora_rank: 0, train_unembed: true, train_mlp: true, train_attn: true })
  })

  // Beyond the Tinker API.
  const { info, chat } = host.about
  app.get(api('engine'), (c) =>
    c.json({
      base_model: base,
      model,
      seed: host.options.seed,
      info,
      chat: { name: chat.name, stop: chat.stop, vocabulary_size: chat.vocabularySize },
      picture: pictureSizes(chat),
    }),
  )
  app.get(api('tokenizer'), (c) => c.json({ words: wordsOf(chat), stop: chat.stop }))
  app.post(api('encode'), async (c) => {
    const { text } = checkConfig(encodeSchema, await jsonBody(c.req.raw), 'the encode request')
    return c.json({ tokens: chat.reply(text) })
  })
  app.post(api('decode'), async (c) => {
    const { tokens } = checkConfig(decodeSchema, await jsonBody(c.req.raw), 'the decode request')
    const wrong = tokens.find((token) => token >= chat.vocabularySize)
    if (wrong !== undefined) throw new EngineError(`token ${wrong} is outside 0..${chat.vocabularySize - 1}; give tokens of this model`)
    return c.json({ text: chat.read(tokens).text })
  })
}

const encodeSchema = z.object({ text: z.string() })
const decodeSchema = z.object({ tokens: z.array(z.int().min(0)) })
const pageSchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
})

/** Throws ConfigError for an optimiser that is not here. */
function checkOptimizer(type: string | undefined): void {
  if (type !== undefined && !['adamw', 'adam', 'muon'].includes(type))
    throw new ConfigError(`there is no optimiser ${JSON.stringify(type.slice(0, 40))} here; give adamw or muon`)
}

/** A part of the path, which its route has. */
const param = (c: Context, name: string): string => c.req.param(name) as string

/** Null after so many milliseconds, or at once when one of the signals aborts. */
function waited(ms: number, signals: readonly AbortSignal[]): Promise<null> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms)
    function end(): void {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve(null)
    }
    for (const signal of signals) signal.aborted ? end() : signal.addEventListener('abort', end)
  })
}
