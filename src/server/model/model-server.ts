/**
 * An engine's model as an OpenAI-compatible chat endpoint: POST /v1/chat/completions, GET /v1/models, GET /health. The same request with
 * a seed gets the same reply, whatever else the server is doing: that of `samplerPolicy` for the observation with that seed.
 */
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { streamSSE } from 'hono/streaming'
import type { Engine } from '../../engine.ts'
import { VlmGymError } from '../../errors.ts'
import { deriveSeed } from '../../rng.ts'
import { packageVersion } from '../../version.ts'
import { ApiError, asApiError } from '../api-error.ts'
import { type GuardOptions, guardOf } from '../guard.ts'
import { jsonBody } from '../json-body.ts'
import { listening, urlOf } from '../listen.ts'
import { ServerMetrics } from '../metrics.ts'
import { createBatcher } from './batcher.ts'
import { choiceOf, chunksOf, completionOf, type ReplyHead } from './chat-reply.ts'
import { type ChatRequest, readChatRequest } from './chat-request.ts'

/** Largest request body, bytes: room for any picture that the model can see, and for a history that it does not read. */
const MAX_BODY = 4 * 1024 * 1024
/** How long open requests may take to end after `close`, ms. */
const GRACE = 5000

export interface ModelServerOptions extends GuardOptions {
  readonly engine: Engine
  /** The name that requests must give. */
  readonly model: string
  /** Decides the replies of requests without a seed, in the order they come. Default 0. */
  readonly seed?: number
  /** Origin whose web pages may call the server; absent: none. */
  readonly cors?: string
  /** Milliseconds since 1970, for the `created` of responses. Default: the clock. */
  readonly now?: () => number
  /** Takes errors that were not foreseen. Default: standard error. */
  readonly log?: (error: unknown) => void
}

/** A server that listens. */
export interface ModelServer {
  /** Base URL for clients, such as 'http://127.0.0.1:8000/v1'. */
  readonly url: string
  /** Engine calls so far; fewer than requests when some were answered together. */
  readonly calls: number
  /** Takes no more requests, lets the open ones end (five seconds at most). The engine stays open. */
  close(): Promise<void>
}

/** The HTTP application without a socket. Throws ConfigError if the address of the options needs a key. */
export function modelApp(options: ModelServerOptions): { app: Hono; calls: () => number; metrics: ServerMetrics } {
  const { engine, model, seed: serverSeed = 0, now = Date.now, log = (error: unknown) => console.error(error) } = options
  const metrics = new ServerMetrics()
  const batcher = createBatcher(engine.sampler())
  const created = Math.floor(now() / 1000)
  const card = { id: model, object: 'model', created, owned_by: 'vlm-gym' }
  let unseeded = 0

  const named = (name: string): typeof card => {
    if (name === model) return card
    const reason = `the model ${JSON.stringify(name)} does not exist; this server has ${JSON.stringify(model)}`
    throw new ApiError(404, reason, 'model', 'model_not_found')
  }
  const sampled = async (request: ChatRequest, signal: AbortSignal) => {
    const { prompt, n, temperature, room } = request
    const seed = request.seed ?? deriveSeed(serverSeed, 'request', unseeded++)
    const sequences = await batcher.sample({ prompt, n, temperature, seed, maxTokens: room }, signal)
    return sequences.map((sequence) => choiceOf(engine.chat, sequence, request))
  }

  const app = new Hono()
  const answer = (error: ApiError): Response => {
    const body = error.body()
    metrics.refused(body.error.code ?? body.error.type)
    return Response.json(body, { status: error.status })
  }
  app.use(metrics.middleware)
  // In front of the key: browsers ask whether they may call without showing it.
  if (options.cors !== undefined) app.use(cors({ origin: options.cors }))
  app.use(guardOf(options).middleware(answer))
  app.use(bodyLimit({ maxSize: MAX_BODY, onError: () => answer(tooLarge) }))
  app.onError((error) => {
    if (error instanceof ApiError) return answer(error)
    if (error instanceof VlmGymError) return answer(new ApiError(500, error.message))
    return answer(asApiError(error, log))
  })
  app.notFound((c) => {
    const reason = `there is no ${c.req.method} ${c.req.path} here; there are POST /v1/chat/completions, GET /v1/models and GET /health`
    return answer(new ApiError(404, reason, null, 'unknown_url'))
  })
  app.get('/health', (c) => c.json({ status: 'ok', version: packageVersion(), model }))
  app.get('/metrics', metrics.handler)
  app.get('/v1/models', (c) => c.json({ object: 'list', data: [card] }))
  app.get('/v1/models/:id', (c) => c.json(named(c.req.param('id'))))
  app.post('/v1/chat/completions', async (c) => {
    const body = await jsonBody(c.req.raw)
    const { model: asked } = (body ?? {}) as { model?: unknown }
    if (typeof asked === 'string') named(asked)
    const request = readChatRequest(body, engine)
    const choices = await sampled(request, c.req.raw.signal)
    const head: ReplyHead = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(now() / 1000), model }
    if (!request.stream) return c.json(completionOf(head, request, choices))
    return streamSSE(c, async (stream) => {
      for (const chunk of chunksOf(head, request, choices)) await stream.writeSSE({ data: JSON.stringify(chunk) })
      await stream.writeSSE({ data: '[DONE]' })
    })
  })
  return { app, calls: () => batcher.calls, metrics }
}

const tooLarge = new ApiError(413, `the body is over ${MAX_BODY} bytes; send a smaller picture`, null, 'request_too_large')

/** Starts listening. `port` 0 picks a free one. Throws ConfigError if the address is taken or not ours, or needs a key. */
export async function serveModel(options: ModelServerOptions & { readonly port: number }): Promise<ModelServer> {
  const { host = '127.0.0.1', port } = options
  const { app, calls, metrics } = modelApp(options)
  const { server, at, close } = await listening(app, host, port)
  metrics.watch(server)
  return {
    url: `${urlOf(host, at)}/v1`,
    get calls() {
      return calls()
    },
    close: () => close(GRACE),
  }
}
