/** MCP over streamable HTTP: what answers the requests of one path. Each conversation has a session of its own; idle ones end. */
import { randomUUID } from 'node:crypto'
import type { SessionLimits } from '../gym/sessions.ts'
import { urlOf } from '../listen.ts'
import { JsonTransport } from './json-transport.ts'
import { mcpGame } from './mcp-game.ts'
import type { McpHost } from './mcp-host.ts'

/** Largest request body, bytes. */
export const MAX_MCP_BODY = 1024 * 1024

/** The conversations of a server. */
export interface McpTalks {
  /** Conversations that are open now. */
  readonly open: number
  /** Answers a request. `names`: hosts, with their ports, under which the server may be called; null: any. */
  answer(request: Request, names: readonly string[] | null): Promise<Response>
  /** Ends what is idle; called at a steady interval. */
  sweep(): void
  close(): Promise<void>
}

/** A conversation with its last use, ms. */
interface Talk {
  readonly transport: JsonTransport
  used: number
}

/** Names of a server at an address: a request for another name comes from a page that has bent a name to this machine. */
export function namesAt(host: string, port: number): readonly string[] {
  return [...new Set([new URL(urlOf(host, port)).host, `127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])]
}

/** Conversations, none yet. `now`: milliseconds, for idle time alone. */
export function mcpTalks(host: McpHost, { maxSessions, idleTimeout }: SessionLimits, now: () => number): McpTalks {
  const talks = new Map<string, Talk>()
  const refused = (code: string, status: number, message: string): Response => {
    host.metrics?.refused(code)
    return refusal(status, message)
  }
  const begin = async (): Promise<JsonTransport> => {
    const transport: JsonTransport = new JsonTransport({
      ...{ sessionIdGenerator: randomUUID, maxRequestBodySize: MAX_MCP_BODY },
      onsessioninitialized: (id) => {
        talks.set(id, { transport, used: now() })
      },
      onsessionclosed: (id) => {
        talks.delete(id)
      },
    })
    await mcpGame(host).connect(transport)
    return transport
  }
  return {
    get open() {
      return talks.size
    },
    async answer(request, names) {
      const { headers } = request
      const [name, origin, id] = [headers.get('host') ?? '', headers.get('origin'), headers.get('mcp-session-id')]
      if (names !== null && (!names.includes(name) || (origin !== null && !names.includes(origin.replace(/^https?:\/\//, '')))))
        return refused(
          'ORIGIN_REFUSED',
          403,
          `requests for ${JSON.stringify(name)} from ${JSON.stringify(origin ?? 'no page')} are not answered; use ${names[0]}`,
        )
      if (id === null) {
        if (talks.size < maxSessions) return (await begin()).handleRequest(request)
        return refused(
          'CAPACITY_REACHED',
          503,
          `all ${maxSessions} conversations are open; close one, or start the server with a larger --max-sessions`,
        )
      }
      const talk = talks.get(id)
      if (talk === undefined)
        return refused('SESSION_NOT_FOUND', 404, 'there is no such conversation; it was closed or sat idle: initialize again')
      talk.used = now()
      return talk.transport.handleRequest(request)
    },
    sweep() {
      for (const [id, { transport, used }] of talks) {
        if (used >= now() - idleTimeout) continue
        talks.delete(id)
        void transport.close()
      }
    },
    async close() {
      for (const { transport } of talks.values()) await transport.close()
      talks.clear()
    },
  }
}

/** A refusal as JSON-RPC words it. */
export function refusal(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, { status })
}
