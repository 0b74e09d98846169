/** How fast a connection may send: a bucket of tokens for each. What comes too fast waits; nothing is refused and nothing is lost. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MiddlewareHandler } from 'hono'

/** Seconds of the rate that may come at once. */
const BURST = 1

/** The messages of one connection. */
export class Pace {
  readonly #every: number
  readonly #now: () => number
  /** When the bucket is full again, ms. */
  #full: number

  /** `rate`: messages a second, above 0. `now`: milliseconds; it decides nothing but waiting. */
  constructor(rate: number, now: () => number) {
    this.#every = 1000 / rate
    this.#now = now
    this.#full = now()
  }

  /** Takes a token for the next message; gives the milliseconds that it has to wait, 0 if none. */
  take(): number {
    const now = this.#now()
    this.#full = Math.max(this.#full, now) + this.#every
    return Math.max(0, this.#full - this.#every - now - 1000 * BURST)
  }
}

/** Lets every connection of HTTP send so many requests a second, and has the rest of them wait. */
export function paced(rate: number, now: () => number): MiddlewareHandler {
  const paces = new WeakMap<object, Pace>()
  return async (c, next) => {
    // An application that is called without a connection has none.
    const { incoming } = (c.env ?? {}) as { readonly incoming?: IncomingMessage }
    if (incoming !== undefined) {
      const pace = paces.get(incoming.socket) ?? new Pace(rate, now)
      paces.set(incoming.socket, pace)
      const wait = pace.take()
      if (wait > 0) await sleep(wait)
    }
    return next()
  }
}
