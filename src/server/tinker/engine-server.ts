/** An engine behind the Tinker API: other people's Tinker programs train and sample the embedded model, pictures included. */
import { setMaxListeners } from 'node:events'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Engine } from '../../engine.ts'
import { VlmGymError } from '../../errors.ts'
import { lockFolder } from '../../runs/index.ts'
import { ApiError, asApiError } from '../api-error.ts'
import { type GuardOptions, guardOf } from '../guard.ts'
import { listening, type Patience, urlOf } from '../listen.ts'
import { ServerMetrics } from '../metrics.ts'
import { Host, type HostLimits } from './host.ts'
import { tinkerRoutes } from './routes.ts'

/** How long open requests may take to end after `close`, ms. */
const GRACE = 5000
/** Milliseconds that retrieve_future waits; clients wait 45 s. */
const POLL = 20_000

export interface EngineServerOptions extends Partial<HostLimits>, GuardOptions, Pick<Patience, 'patience'> {
  /** A fresh engine, with its saves in that folder: every model is one, all alike. */
  readonly open: (saves: string) => Promise<Engine>
  /** Of the checkpoints, which outlive the server; made if it is not there. */
  readonly folder: string
  /** Name of the model that clients ask for. Default 'embedded'. */
  readonly base?: string
  /** Decides the samples of requests without a seed, in the order they come. Default 0. */
  readonly seed?: number
  /** Settings of the model, which clients are told: their runs have the same. */
  readonly model?: object
  /** Largest request body, bytes. Default 64 MiB. */
  readonly maxBody?: number
  /** 0 picks a free one. */
  readonly port: number
  /** Milliseconds, for idle time alone. Default: the clock. */
  readonly now?: () => number
  /** Takes errors that were not foreseen. Default: standard error. */
  readonly log?: (error: unknown) => void
}

/** A server that listens. */
export interface EngineServer {
  /** Base URL for clients, such as 'http://127.0.0.1:8010'. */
  readonly url: string
  readonly base: string
  /** Takes no more requests, lets what has begun end, and closes the engines. Checkpoints stay. */
  close(): Promise<void>
}

/** What the server defaults to. */
export const ENGINE_SERVER_DEFAULTS = {
  ...{ maxSessions: 64, maxModels: 4, maxQueue: 16_384, idleTimeout: 300_000, keepSamplers: 16 },
  ...{ maxBody: 64 * 1024 * 1024, base: 'embedded' },
} as const

/** Starts listening. Throws ConfigError for an address that is taken or not ours or needs a key, StorageError for a folder that cannot be used. */
export async function serveEngine(options: EngineServerOptions): Promise<EngineServer> {
  const { host: hostname = '127.0.0.1', now = () => performance.now(), log = (error: unknown) => console.error(error) } = options
  const { maxBody, base, ...limits } = { ...ENGINE_SERVER_DEFAULTS, ...options }
  const guard = guardOf(options, { header: 'x-api-key', open: '/api/v1/healthz' })
  const { open, folder, seed = 0, model = null } = options
  const lock = await lockFolder(folder)
  try {
    const host = await Host.open({ open, folder, base, seed, limits, now, log })
    const metrics = new ServerMetrics()
    const stopping = new AbortController()
    // Every result that is waited for listens to it.
    setMaxListeners(0, stopping.signal)
    const app = new Hono()
    const answer = (error: ApiError): Response => {
      metrics.refused(error.code ?? 'VALIDATION_ERROR')
      return Response.json(bodyOf(error), { status: error.status })
    }
    app.use(metrics.middleware)
    app.use(async (c, next) => (c.req.header('origin') === undefined ? next() : answer(FROM_A_PAGE)))
    app.use(guard.middleware(answer))
    app.use(bodyLimit({ maxSize: maxBody, onError: () => answer(tooLarge(maxBody)) }))
    app.onError((error) => answer(error instanceof VlmGymError ? new ApiError(400, error.message) : asApiError(error, log)))
    app.notFound((c) => answer(new ApiError(404, `there is no ${c.req.method} ${c.req.path} here`, null, 'NOT_FOUND')))
    tinkerRoutes(app, host, { poll: POLL, model, maxBody, stopping: stopping.signal })
    app.get('/metrics', metrics.handler)
    metrics.gauge('vlm_gym_sessions', 'sessions that are open', () => host.sessions.length)
    metrics.gauge('vlm_gym_models', 'models that are open', () => host.models.length)
    metrics.gauge('vlm_gym_queue', 'requests that wait or whose result was not fetched', () => host.futures.open)
    const { server, at, close } = await listening(app, hostname, options.port, { patience: options.patience }).catch(async (error) => {
      await host.close()
      throw error
    })
    metrics.watch(server)
    const every = Math.min(30_000, Math.max(50, limits.idleTimeout / 4))
    const sweep = setInterval(() => void host.sweep(new Date().toISOString()).catch(log), every).unref()
    return {
      url: urlOf(hostname, at),
      base,
      close: async () => {
        clearInterval(sweep)
        stopping.abort()
        await close(GRACE)
        await host.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

const tooLarge = (most: number): ApiError =>
  new ApiError(413, `the body is over ${most} bytes; send fewer data in one request`, null, 'TOO_LARGE')

/** Requests of web pages carry an origin. A page of any site could reach a server on loopback. */
const FROM_A_PAGE = new ApiError(403, 'requests of web pages are not answered; call from a program', null, 'ORIGIN_REFUSED')

/** The body of an error: `detail` as other Tinker servers have it, and whose fault it is. */
function bodyOf({ message, code, param, status }: ApiError): object {
  return { detail: message, code: code ?? 'VALIDATION_ERROR', param, category: status >= 500 ? 'server' : 'user' }
}
