/** A server of MCP alone: /mcp over streamable HTTP. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { packageVersion } from '../../version.ts'
import { type GuardOptions, guardOf } from '../guard.ts'
import { GymMetrics } from '../gym/gym-metrics.ts'
import { type SessionLimits, sweepEvery } from '../gym/sessions.ts'
import { listening, type Patience, urlOf } from '../listen.ts'
import { paced } from '../pace.ts'
import type { McpHost } from './mcp-host.ts'
import { MAX_MCP_BODY, mcpTalks, namesAt, refusal } from './mcp-talks.ts'

/** How long open requests may take to end after `close`, ms. */
const GRACE = 1000

export interface McpServerOptions extends Omit<McpHost, 'metrics'>, SessionLimits, GuardOptions, Pick<Patience, 'patience'> {
  /** Requests a second of a connection; more wait. Default 1,000. */
  readonly rate?: number
  /** 0 picks a free one. */
  readonly port: number
  /** Milliseconds, for idle time alone. Default: the clock. */
  readonly now?: () => number
}

/** A server that listens. */
export interface McpServerRunning {
  /** Address for clients, such as 'http://127.0.0.1:8766/mcp'. */
  readonly url: string
  /** Conversations that are open now. */
  readonly sessions: number
  /** Ends the conversations and takes no more. */
  close(): Promise<void>
}

/** Starts listening. Throws ConfigError if the address is taken or not ours, or needs a key. */
export async function serveMcp(options: McpServerOptions): Promise<McpServerRunning> {
  const { host = '127.0.0.1', port, idleTimeout, rate = 1000, patience, now = () => performance.now() } = options
  const guard = guardOf(options)
  const metrics = new GymMetrics()
  const talks = mcpTalks({ ...options, metrics }, options, now)
  metrics.gauge('vlm_gym_mcp_conversations', 'conversations that are open', () => talks.open)
  // Whoever shows the key may call by any name: no page knows it.
  let names: readonly string[] | null = null
  const app = new Hono()
  const refused = (code: string, status: number, message: string): Response => {
    metrics.refused(code)
    return refusal(status, message)
  }
  app.use(metrics.middleware)
  app.use(guard.middleware(({ status, message }) => refused('KEY_REFUSED', status, message)))
  app.use(paced(rate, now))
  app.use(
    bodyLimit({ maxSize: MAX_MCP_BODY, onError: () => refused('TOO_LARGE', 413, `the body is over ${MAX_MCP_BODY} bytes; send less`) }),
  )
  app.get('/health', (c) =>
    c.json({ status: 'healthy', version: packageVersion(), sessions: talks.open, max_sessions: options.maxSessions }),
  )
  app.get('/metrics', metrics.handler)
  app.all('/mcp', (c) => talks.answer(c.req.raw, names))
  app.notFound((c) => refused('NOT_FOUND', 404, `there is no ${c.req.method} ${c.req.path} here; MCP is at /mcp`))
  const { server, at, close } = await listening(app, host, port, { patience })
  metrics.watch(server)
  if (!guard.asks) names = namesAt(host, at)
  const sweep = setInterval(() => talks.sweep(), sweepEvery(idleTimeout)).unref()
  return {
    url: `${urlOf(host, at)}/mcp`,
    get sessions() {
      return talks.open
    },
    async close() {
      clearInterval(sweep)
      await talks.close()
      await close(GRACE)
    },
  }
}
