/** Listening at an address, and closing in an orderly way. */
import type { Server } from 'node:http'
import { type ServerType, serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { ConfigError } from '../errors.ts'

/** Why a place cannot be listened at, by the system's code. */
const LISTEN_REASONS: { readonly [code: string]: string } = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address; give another --host',
  ENOTFOUND: 'no address belongs to that name; give another --host',
  EACCES: 'you have no permission to listen there; ports below 1024 are kept for the system',
  EAFNOSUPPORT: 'this machine does not speak that kind of address; give another --host',
}

/** The base URL of a server, without a slash at its end. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Starts listening; `at` is the port. Port 0 picks a free one. Throws ConfigError if the address is taken or not ours. */
export function listening(app: Hono, hostname: string, port: number): Promise<{ server: ServerType; at: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, ({ port: at }) => resolve({ server, at }))
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = LISTEN_REASONS[error.code ?? ''] ?? 'the system refuses it'
      reject(
        new ConfigError(
          `cannot listen on ${hostname} port ${port}: ${reason}${/--host/.test(reason) ? '' : '; give another --port (0 picks a free one)'}`,
          { cause: error },
        ),
      )
    })
  })
}

/** Takes no more requests and lets the open ones end, for `grace` ms at most. */
export function closed(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(late)
      resolve()
    })
    server.closeIdleConnections()
  })
}
