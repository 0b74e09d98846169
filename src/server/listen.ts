/** Listening at an address, with a limit to the patience with clients that stall, and closing in an orderly way. */
import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { serve } from '@hono/node-server'
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

/** How long a server waits for its clients, and for how many. */
export interface Patience {
  /** Milliseconds in which a client must have sent its request, and in which it must take some of an answer. Default 60,000. */
  readonly patience?: number | undefined
  /** Connections at most; more are dropped. Default 8,192. */
  readonly maxConnections?: number | undefined
}

/** Milliseconds that a connection may wait for its next request: longer than the usual minute of load balancers. */
const KEEP_ALIVE = 65_000

/** A server that listens. */
export interface Listening {
  readonly server: Server
  /** Its port. */
  readonly at: number
  /** Says that a connection speaks HTTP no more, and is ended by whoever took it over. */
  release(connection: Duplex): void
  /** Takes no more requests and lets the open ones end, for `grace` ms at most. */
  close(grace: number): Promise<void>
}

/** Starts listening. Port 0 picks a free one. Throws ConfigError if the address is taken or not ours. */
export function listening(
  app: Hono,
  hostname: string,
  port: number,
  { patience = 60_000, maxConnections = 8192 }: Patience = {},
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const serverOptions = {
      ...{ headersTimeout: patience, requestTimeout: patience, connectionsCheckingInterval: Math.max(50, patience / 4) },
      keepAliveTimeout: KEEP_ALIVE,
    }
    const server = serve({ fetch: app.fetch, hostname, port, serverOptions }, ({ port: at }) =>
      resolve({ server, at, release: (one) => busy.delete(one), close: (grace) => closed(server, busy, grace) }),
    ) as Server
    server.maxConnections = maxConnections
    const busy = busyConnections(server)
    // Ends connections on which nothing has moved though an answer waits to be taken, or no request is open. An answer that is being made may take longer.
    server.setTimeout(patience, (socket: Socket) => {
      if (socket.writableLength > 0 || !busy.get(socket)) socket.destroy()
    })
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

/** The connections of a server, each with the requests that are open on it: until all of the answer is sent. */
function busyConnections(server: Server): Map<Duplex, number> {
  const busy = new Map<Duplex, number>()
  server.on('connection', (socket: Socket) => {
    busy.set(socket, 0)
    socket.once('close', () => busy.delete(socket))
  })
  const count = (socket: Socket, by: number): void => {
    const open = busy.get(socket)
    if (open !== undefined) busy.set(socket, open + by)
  }
  server.on('request', ({ socket }, response) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })
  return busy
}

/** Ends a server. `close` of Node's HTTP server would cut answers that are made but not yet sent. */
function closed(server: Server, busy: Map<Duplex, number>, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const endIdle = (): void => {
      for (const [socket, open] of busy) if (open === 0) socket.destroy()
    }
    const late = setTimeout(() => server.closeAllConnections(), grace)
    const sweep = setInterval(endIdle, 20)
    NetServer.prototype.close.call(server, () => {
      clearTimeout(late)
      clearInterval(sweep)
      resolve()
    })
    endIdle()
  })
}
