/**
 * The gym behind HTTP and WebSockets, for trainers in any language: every game that is registered, chosen at reset. OpenEnv's protocol
 * (openenv-socket.ts, openenv-routes.ts), and what trainers want beyond it (v1-routes.ts).
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { WebSocketServer } from 'ws'
import { ConfigError } from '../../errors.ts'
import { gameEntries, loadGames } from '../../games/registry.ts'
import { deriveSeed } from '../../rng.ts'
import { ApiError, asApiError } from '../api-error.ts'
import { CHALLENGE, type Guard, type GuardOptions, guardOf } from '../guard.ts'
import { bodyText, readJson } from '../json-body.ts'
import { type Listening, listening, type Patience, urlOf } from '../listen.ts'
import { mcpTalks, namesAt } from '../mcp/mcp-talks.ts'
import { paced } from '../pace.ts'
import { GymMetrics } from './gym-metrics.ts'
import { openApi, openApiPage } from './openapi.ts'
import { openEnvRoutes } from './openenv-routes.ts'
import { type SocketRoom, socketRoom } from './openenv-socket.ts'
import { gameOf, type Offer } from './plan.ts'
import { type SessionLimits, Sessions, sweepEvery } from './sessions.ts'
import { v1Routes } from './v1-routes.ts'

/** How long open requests may take to end after `close`, ms. */
const GRACE = 5000
/** Connections beyond one and a socket for each session. */
const SPARE_CONNECTIONS = 256
/** Largest WebSocket message, bytes: a reply and a state token with room to spare. */
const MAX_MESSAGE = 1024 * 1024

export interface GymServerOptions extends Partial<SessionLimits>, GuardOptions, Pick<Patience, 'patience'> {
  /** Game of resets that name none. Default: the first that is registered. */
  readonly game?: string
  /** Replies an episode at most, of resets that name no horizon; null: none. Default 100. */
  readonly horizon?: number | null
  /** Decides the seeds of resets that name none, in the order they come. Default 0. */
  readonly seed?: number
  /** Deals games of seeds that are kept for evaluation (`HIDDEN_SEEDS`), for a server that no training uses. Default false. */
  readonly hiddenSeeds?: boolean
  /** Messages or requests a second of a connection; more wait. Default 1,000. */
  readonly rate?: number
  /** Pixels of a picture at most. Default 4,194,304. */
  readonly maxPixels?: number
  /** Largest request body, bytes. Default 16 MiB. */
  readonly maxBody?: number
  /** 0 picks a free one. */
  readonly port: number
  /** Milliseconds, for idle time alone. Default: the clock. */
  readonly now?: () => number
  /** Takes errors that were not foreseen. Default: standard error. */
  readonly log?: (error: unknown) => void
}

/** A server that listens. */
export interface GymServer {
  /** Base URL for clients, such as 'http://127.0.0.1:8765'. */
  readonly url: string
  /** Ids of the games. */
  readonly games: readonly string[]
  /** Sessions that are open now. */
  readonly sessions: number
  /** Takes no more requests, tells the clients, and lets open requests end (five seconds at most). */
  close(): Promise<void>
}

/** What the server defaults to. */
export const GYM_SERVER_DEFAULTS = {
  ...{ horizon: 100, maxSessions: 4096, idleTimeout: 600_000, rate: 1000, maxPixels: 4 * 1024 * 1024 },
  maxBody: 16 * 1024 * 1024,
} as const

/** Starts listening. Throws ConfigError if the address is taken or not ours or needs a key, or a game has no such name. */
export async function serveGym(options: GymServerOptions): Promise<GymServer> {
  const { host = '127.0.0.1', now = () => performance.now(), log = (error: unknown) => console.error(error) } = options
  const guard = guardOf(options)
  const { maxSessions, idleTimeout, rate, maxBody } = { ...GYM_SERVER_DEFAULTS, ...options }
  const offer = await offerOf(options)
  const metrics = new GymMetrics()
  const sessions = new Sessions(offer, { maxSessions, idleTimeout }, options.seed ?? 0, now, metrics)
  let games = 0
  const nextSeed = (): number => deriveSeed(options.seed ?? 0, 'mcp', games++)
  const talks = mcpTalks({ offer, nextSeed, metrics }, { maxSessions, idleTimeout }, now)
  metrics.gauge('vlm_gym_sessions', 'sessions that are open, sockets and named ones together', () => sessions.open)
  metrics.gauge('vlm_gym_mcp_conversations', 'conversations of MCP that are open', () => talks.open)
  // Whoever shows the key may call by any name: no page knows it.
  let names: readonly string[] | null = null
  const app = gymApp(sessions, guard, paced(rate, now), maxBody, log)
  app.all('/mcp', (c) => mcpAnswer(c.req.raw, (request) => talks.answer(request, names)))
  const { patience } = options
  const { server, at, release, close } = await listening(app, host, options.port, {
    patience,
    maxConnections: 2 * maxSessions + SPARE_CONNECTIONS,
  })
  metrics.watch(server)
  if (!guard.asks) names = namesAt(host, at)
  const room = socketRoom({ sessions, rate, now, log, mcp: noMcp })
  acceptSockets(server, release, room, guard, metrics)
  const sweep = setInterval(() => {
    sessions.endIdle()
    talks.sweep()
    room.sweep()
  }, sweepEvery(idleTimeout)).unref()
  return {
    url: urlOf(host, at),
    games: offer.games.map(({ id }) => id),
    get sessions() {
      return sessions.open
    },
    async close() {
      clearInterval(sweep)
      room.goAway()
      await talks.close()
      await close(GRACE)
    },
  }
}

/** Loads every game that is registered. Throws ConfigError for a game that has no such name. */
export async function offerOf({
  game,
  horizon = GYM_SERVER_DEFAULTS.horizon,
  maxPixels = GYM_SERVER_DEFAULTS.maxPixels,
  hiddenSeeds = false,
}: Pick<GymServerOptions, 'game' | 'horizon' | 'maxPixels' | 'hiddenSeeds'>): Promise<Offer> {
  const games = await loadGames()
  const [first] = games
  if (first === undefined) throw new ConfigError('there is no game to serve; register one first')
  const offer = { games, game: first, horizon, maxPixels, hiddenSeeds }
  try {
    return { ...offer, game: gameOf(offer, game ?? gameEntries()[0]?.id) }
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error })
  }
}

/** The HTTP application without a socket. */
export function gymApp(sessions: Sessions, guard: Guard, pace: MiddlewareHandler, maxBody: number, log: (error: unknown) => void): Hono {
  const app = new Hono()
  const { metrics } = sessions
  const answer = (error: ApiError): Response => {
    const body = bodyOf(error)
    metrics.refused(body.code)
    return Response.json(body, { status: error.status })
  }
  app.use(metrics.middleware)
  app.use(async (c, next) => {
    if (c.req.header('origin') !== undefined) return answer(FROM_A_PAGE)
    return next()
  })
  app.use(guard.middleware(answer))
  app.use(pace)
  const tooLarge = new ApiError(413, `the body is over ${maxBody} bytes; send fewer replies in one request`, null, 'TOO_LARGE')
  const limited = bodyLimit({ maxSize: maxBody, onError: () => answer(tooLarge) })
  // Node holds a body to the length that its header gives; only a body without one must be counted, which costs a stream of its own.
  app.use((c, next) => (Number(c.req.header('content-length')) <= maxBody ? next() : limited(c, next)))
  app.onError((error) => answer(asApiError(error, log)))
  app.notFound((c) =>
    answer(new ApiError(404, `there is no ${c.req.method} ${c.req.path} here; GET /docs lists what there is`, null, 'NOT_FOUND')),
  )
  openEnvRoutes(app, sessions)
  v1Routes(app, sessions)
  // Made once, when somebody asks: both are the work of some milliseconds.
  let document: ReturnType<typeof openApi> | undefined
  let page: string | undefined
  app.get('/openapi.json', (c) => {
    document ??= openApi()
    return c.json(document)
  })
  app.get('/docs', (c) => {
    page ??= openApiPage()
    return c.html(page)
  })
  app.get('/metrics', metrics.handler)
  return app
}

/** Requests of web pages carry an origin. A page of any site could reach a server on loopback. */
const FROM_A_PAGE = new ApiError(403, 'requests of web pages are not answered; call from a program', null, 'ORIGIN_REFUSED')

/** The body of an error: `detail` as FastAPI has it, so that OpenEnv's tools show it. */
function bodyOf({ message, code, param }: ApiError): { detail: string; code: string; param: string | null } {
  return { detail: message, code: code ?? 'VALIDATION_ERROR', param }
}

/** The answer to a request for /mcp. What is no JSON-RPC is told so with status 200, as OpenEnv wants it. */
async function mcpAnswer(request: Request, answer: (request: Request) => Promise<Response>): Promise<Response> {
  if (request.method !== 'POST') return answer(request)
  const text = await bodyText(request)
  const body = parsed(text)
  if (typeof body !== 'object' || body === null || !(Array.isArray(body) || 'method' in body || 'result' in body || 'error' in body))
    return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_600, message: NO_JSON_RPC } })
  return answer(new Request(request.url, { method: 'POST', headers: request.headers, body: text }))
}

const NO_JSON_RPC = 'the message is no JSON-RPC request; give jsonrpc, id and method'

function parsed(text: string): unknown {
  try {
    return readJson(text, 'message', 'a JSON-RPC request')
  } catch {
    return null
  }
}

/** The answer to a JSON-RPC message over a socket of OpenEnv. */
function noMcp(message: unknown): unknown {
  const { id } = (message ?? {}) as { readonly id?: unknown }
  return {
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: { code: -32_601, message: 'MCP is spoken at /mcp over streamable HTTP; play over this socket by reset and step' },
  }
}

/** Upgrades of /ws become sockets; any other is refused. */
function acceptSockets(server: Server, release: Listening['release'], room: SocketRoom, guard: Guard, metrics: GymMetrics): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    release(socket)
    const refusal = refusalOf(request, guard)
    if (refusal === null) return sockets.handleUpgrade(request, socket, head, (ws) => room.welcome(ws))
    const [code, status] = refusal
    metrics.refused(code)
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  })
}

/** Code of the reason, and the status line with what belongs to it; null: it may come in. */
function refusalOf({ url = '', headers }: IncomingMessage, guard: Guard): readonly [string, string] | null {
  if (headers.origin !== undefined) return ['ORIGIN_REFUSED', '403 Forbidden']
  if (!guard.admits(headers.authorization)) return ['KEY_REFUSED', `401 Unauthorized\r\nWWW-Authenticate: ${CHALLENGE}`]
  return url.split('?')[0] === '/ws' ? null : ['NOT_FOUND', '404 Not Found']
}
