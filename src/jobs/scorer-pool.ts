/** Servers that are all alike, asked side by side: one that fails is left out for a while, and what it was asked goes to the others. */
import { ScorerError } from '../errors.ts'

/** Requests that a server is sent at once. */
const AT_ONCE = 2
/** Milliseconds until a server that failed is tried again: the first time, and at most. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 5000

/** Why a server did not do what it was asked. */
export class Fault extends Error {
  /** It would fail on the same request again. */
  readonly lasting: boolean

  constructor(message: string, lasting: boolean) {
    super(message)
    this.lasting = lasting
  }
}

/** A server that answers requests Q with A. */
export interface PoolServer<Q, A> {
  readonly url: string
  /** Throws Fault where another server may do better. */
  readonly ask: (request: Q) => Promise<A>
}

/** A server, and how it stands. Times in milliseconds. */
interface Place<Q, A> extends PoolServer<Q, A> {
  open: number
  /** Why it is left out, until when, and how long that is; null while it answers. */
  away: { readonly reason: string; readonly until: number; readonly wait: number } | null
}

interface Job<Q, A> {
  readonly request: Q
  readonly resolve: (answer: A) => void
  readonly reject: (error: Error) => void
}

/** Hands requests to servers as they have room. The clock decides who is asked and when, never what comes out. */
export class Pool<Q, A> {
  readonly #places: readonly Place<Q, A>[]
  readonly #patience: number
  readonly #note: (text: string) => void
  #queue: Job<Q, A>[] = []
  /** When the first request failed after the last that did not. */
  #silentSince: number | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(servers: readonly PoolServer<Q, A>[], patience: number, note: (text: string) => void) {
    this.#places = servers.map((server) => ({ ...server, open: 0, away: null }))
    this.#patience = patience
    this.#note = note
  }

  send(request: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject })
      this.#handOut()
    })
  }

  #handOut(): void {
    const now = performance.now()
    for (;;) {
      // A server that was left out is tried with one request.
      const [place] = this.#places
        .filter(({ open, away }) => (away === null ? open < AT_ONCE : open === 0 && away.until <= now))
        .sort((a, b) => Number(a.away !== null) - Number(b.away !== null) || a.open - b.open)
      if (place === undefined || this.#queue.length === 0) break
      void this.#give(place, this.#queue.shift() as Job<Q, A>)
    }
    if (this.#queue.length > 0 && this.#places.every(({ open }) => open === 0)) this.#waitOrGiveUp(now)
  }

  async #give(place: Place<Q, A>, job: Job<Q, A>): Promise<void> {
    place.open++
    try {
      job.resolve(await place.ask(job.request))
      if (place.away !== null) this.#note(`the scorer ${place.url} answers again`)
      place.away = null
      this.#silentSince = null
    } catch (error) {
      if (error instanceof Fault) {
        this.#queue.unshift(job)
        this.#leaveOut(place, error)
      } else job.reject(error as Error)
    }
    place.open--
    this.#handOut()
  }

  #leaveOut(place: Place<Q, A>, { message: reason, lasting }: Fault): void {
    const now = performance.now()
    this.#silentSince ??= now
    if (place.away !== null && place.away.until > now) return
    if (place.away === null) this.#note(`the scorer ${place.url} is left out${lasting ? '' : ' for now'}: ${reason}`)
    const wait = lasting ? Number.POSITIVE_INFINITY : Math.min(LONGEST_WAIT, 2 * (place.away?.wait ?? FIRST_WAIT / 2))
    place.away = { reason, until: now + wait, wait }
  }

  /** Every server is left out. */
  #waitOrGiveUp(now: number): void {
    const next = Math.min(...this.#places.map(({ away }) => away?.until ?? now))
    clearTimeout(this.#timer)
    if (next <= (this.#silentSince ?? now) + this.#patience) {
      this.#timer = setTimeout(() => this.#handOut(), Math.max(0, next - now))
      return
    }
    const reasons = this.#places.map(({ url, away }) => `${url} (${away?.reason})`).join(', ')
    const error = new ScorerError(
      `no scorer answers: ${reasons}; the run is saved as it was before this step: start one of them and go on with --resume and --scorers, or without`,
    )
    const jobs = this.#queue
    this.#queue = []
    this.#silentSince = null
    for (const { reject } of jobs) reject(error)
  }
}
