/** MCP over streamable HTTP: POST, GET and DELETE /mcp. Each conversation has a session of its own; idle ones end. */
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { SessionLimits } from '../gym/sessions.ts'
import { closed, listening, urlOf } from '../listen.ts'
import { mcpGame } from './mcp-game.ts'
import type { McpHost } from './mcp-host.ts'

/** How long open requests may take to end after `close`, ms. */
const GRACE = 1000
/** Largest request body, bytes. */
const MAX_BODY = 1024 * 1024

/** A conversation with its last use, ms. */
interface Talk {
  readonly transport: WebStandardStreamableHTTPServerTransport
  used: number
}

export interface McpServerOptions extends McpHost, SessionLimits {
  readonly host: string
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

/** Starts listening. Throws ConfigError if the address is taken or not ours. */
export async function serveMcp(options: McpServerOptions): Promise<McpServerRunning> {
  const { host, port, maxSessions, idleTimeout, now = () => performance.now() } = options
  const talks = new Map<string, Talk>()
  // Filled in when the port is known: a request for another name comes from a page that has bent a name to this machine.
  const names: string[] = []
  const begin = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const transport: WebStandardStreamableHTTPServerTransport = new WebStandardStreamableHTTPServerTransport({
      ...{ sessionIdGenerator: randomUUID, enableJsonResponse: true, maxRequestBodySize: MAX_BODY },
      onsessioninitialized: (id) => {
        talks.set(id, { transport, used: now() })
      },
      onsessionclosed: (id) => {
        talks.delete(id)
      },
    })
    await mcpGame(options).connect(transport)
    return transport
  }
  const app = new Hono()
  app.use(bodyLimit({ maxSize: MAX_BODY, onError: () => refusal(413, `the body is over ${MAX_BODY} bytes; send less`) }))
  app.all('/mcp', async (c) => {
    const { origin, host: name = '' } = c.req.header()
    if (!names.includes(name) || (origin !== undefined && !names.includes(origin.replace(/^https?:\/\//, ''))))
      return refusal(
        403,
        `requests for ${JSON.stringify(name)} from ${JSON.stringify(origin ?? 'no page')} are not answered; use ${names[0]}`,
      )
    const id = c.req.header('mcp-session-id')
    if (id === undefined) {
      if (talks.size >= maxSessions)
        return refusal(503, `all ${maxSessions} conversations are open; close one, or start the server with a larger --max-sessions`)
      return (await begin()).handleRequest(c.req.raw)
    }
    const talk = talks.get(id)
    if (talk === undefined) return refusal(404, 'there is no such conversation; it was closed or sat idle: initialize again')
    talk.used = now()
    return talk.transport.handleRequest(c.req.raw)
  })
  app.notFound((c) => refusal(404, `there is no ${c.req.method} ${c.req.path} here; MCP is at /mcp`))
  const { server, at } = await listening(app, host, port)
  names.push(...new Set([new URL(urlOf(host, at)).host, `127.0.0.1:${at}`, `localhost:${at}`, `[::1]:${at}`]))
  const sweep = setInterval(
    () => {
      for (const [id, { transport, used }] of talks) {
        if (used >= now() - idleTimeout) continue
        talks.delete(id)
        void transport.close()
      }
    },
    Math.max(50, Math.min(30_000, idleTimeout / 4)),
  ).unref()
  return {
    url: `${urlOf(host, at)}/mcp`,
    get sessions() {
      return talks.size
    },
    async close() {
      clearInterval(sweep)
      for (const { transport } of talks.values()) await transport.close()
      talks.clear()
      await closed(server as Server, GRACE)
    },
  }
}

/** A refusal as JSON-RPC words it. */
function refusal(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, { status })
}
