/** What a server counts, for Prometheus. Labels come from short lists of this program, never from a request. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Bounds of the buckets of durations, seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Processor time, memory, event loop and garbage collection: of the process, whatever servers it runs. */
let ofProcess: Registry | undefined

/** The counters that every server has. */
export class ServerMetrics {
  readonly registry = new Registry()
  readonly #refused = new Counter({
    name: 'vlm_gym_refused_total',
    help: 'requests and messages that were refused, by the code of the reason',
    labelNames: ['reason'],
    registers: [this.registry],
  })
  readonly #seconds = new Histogram({
    name: 'vlm_gym_request_seconds',
    help: 'time from a request to its answer, by route; messages of sockets by their type',
    labelNames: ['route', 'status'],
    buckets: BUCKETS,
    registers: [this.registry],
  })

  constructor() {
    if (ofProcess !== undefined) return
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }

  /** Counts a refusal. `code`: of an ApiError. */
  refused(code: string): void {
    this.#refused.inc({ reason: code })
  }

  /** Notes how long an answer took. */
  answered(route: string, status: number | string, seconds: number): void {
    this.#seconds.observe({ route, status }, seconds)
  }

  /** Notes how long every request takes. */
  readonly middleware: MiddlewareHandler = async (c, next) => {
    const began = performance.now()
    await next()
    this.answered(routeOf(c), c.res.status, (performance.now() - began) / 1000)
  }

  /** Answers GET /metrics, in Prometheus's text format. */
  readonly handler: Handler = async (c) => {
    const all = Registry.merge([this.registry, ofProcess as Registry])
    return c.body(await all.metrics(), 200, { 'content-type': all.contentType })
  }

  /** Counts the bytes of every connection of a server, those of its sockets, too. */
  watch(server: Server): void {
    const open = new Set<Socket>()
    const gone = { bytesRead: 0, bytesWritten: 0 }
    server.on('connection', (socket: Socket) => {
      open.add(socket)
      socket.once('close', () => {
        open.delete(socket)
        gone.bytesRead += socket.bytesRead
        gone.bytesWritten += socket.bytesWritten
      })
    })
    const count = (name: string, help: string, which: keyof typeof gone): void => {
      const counter = new Counter({
        ...{ name, help, registers: [this.registry] },
        collect() {
          counter.reset()
          counter.inc([...open].reduce((sum, socket) => sum + socket[which], gone[which]))
        },
      })
    }
    count('vlm_gym_received_bytes_total', 'bytes that clients have sent', 'bytesRead')
    count('vlm_gym_sent_bytes_total', 'bytes that were sent to clients', 'bytesWritten')
  }

  /** A number that is looked up whenever it is asked for. */
  gauge(name: string, help: string, value: () => number): void {
    const gauge = new Gauge({
      ...{ name, help, registers: [this.registry] },
      collect() {
        gauge.set(value())
      },
    })
  }

  /** A counter of its own. */
  counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] })
  }
}

/** The pattern of the route that answered; `other` where there is none. */
function routeOf(c: Context): string {
  const path = matchedRoutes(c).at(-1)?.path ?? '*'
  return path.includes('*') ? 'other' : path
}
