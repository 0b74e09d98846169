/** The sessions of a server: those that HTTP requests name, and the count of all. Idle ones end by themselves. */
import { randomUUID } from 'node:crypto'
import { deriveSeed } from '../../rng.ts'
import { ApiError } from '../api-error.ts'
import type { GymMetrics } from './gym-metrics.ts'
import { type Offer, planOf } from './plan.ts'
import type { ResetRequest } from './reset-request.ts'
import { Session } from './session.ts'

/** How much a server takes on. */
export interface SessionLimits {
  /** Open sessions at most, sockets and named ones together. */
  readonly maxSessions: number
  /** Milliseconds without a message after which a session ends. */
  readonly idleTimeout: number
}

/** Milliseconds between two looks at what is idle: often enough for the time-out, but not all the time. */
export const sweepEvery = (idleTimeout: number): number => Math.min(30_000, Math.max(50, idleTimeout / 4))

/** A session with its last use, ms. */
interface Entry {
  readonly session: Session
  used: number
}

/** All sessions of a server. `now`: milliseconds, for idle time alone. `seed`: decides the seeds of episodes that name none. */
export class Sessions {
  readonly offer: Offer
  readonly limits: SessionLimits
  readonly metrics: GymMetrics
  readonly #seed: number
  readonly #now: () => number
  readonly #named = new Map<string, Entry>()
  #sockets = 0
  #unseeded = 0
  #ended = 0

  constructor(offer: Offer, limits: SessionLimits, seed: number, now: () => number, metrics: GymMetrics) {
    this.offer = offer
    this.limits = limits
    this.#seed = seed
    this.#now = now
    this.metrics = metrics
  }

  /** Sessions that are open now. */
  get open(): number {
    return this.#named.size + this.#sockets
  }

  /** Sessions that the idle time-out has ended so far. */
  get ended(): number {
    return this.#ended
  }

  /** An episode that no request can name. Throws ApiError. */
  start(request: ResetRequest): Session {
    const fresh = request.seed === undefined && request.state === undefined
    const seed = fresh ? deriveSeed(this.#seed, 'episode', this.#unseeded++) : (request.seed ?? 0)
    const plan = planOf(this.offer, request, seed)
    this.metrics.resets.inc()
    return new Session(request.episode_id ?? randomUUID(), plan, request, request.seed ?? (fresh ? seed : null))
  }

  /** Starts an episode that requests can name from now on; one of the same id is replaced. Throws ApiError. */
  begin(request: ResetRequest): Session {
    const session = this.start(request)
    this.#keep(session)
    return session
  }

  /** The session of that id. Throws ApiError 404. `at`: the field that names it. */
  get(id: string, at: string): Session {
    const entry = this.#named.get(id)
    if (entry === undefined)
      throw new ApiError(
        404,
        `there is no session ${JSON.stringify(id.slice(0, 64))}; it was closed or sat idle: reset again`,
        at,
        'SESSION_NOT_FOUND',
      )
    entry.used = this.#now()
    return entry.session
  }

  /** Starts many, or none if one of them cannot be started. Throws ApiError that names it. */
  beginAll(requests: readonly ResetRequest[]): Session[] {
    // A reset of a session that is open replaces it and takes no room.
    const fresh = new Set(requests.map(({ episode_id: id }, at) => id ?? at))
    this.#makeRoom([...fresh].filter((id) => typeof id === 'number' || !this.#named.has(id)).length)
    const started = requests.map((request, at) => placed(`resets[${at}]`, () => this.start(request)))
    checkAnswer(started)
    for (const session of started) this.#keep(session)
    return started
  }

  /** Sessions that go on from the moment of one, each by itself. Throws ApiError. */
  fork(id: string, count: number): Session[] {
    const source = this.get(id, 'id')
    this.#makeRoom(count)
    checkAnswer([source], count)
    const copies = Array.from({ length: count }, () => source.fork(randomUUID()))
    for (const copy of copies) this.#keep(copy)
    return copies
  }

  /** Ends a session. Throws ApiError 404. */
  close(id: string): void {
    this.get(id, 'id')
    this.#named.delete(id)
  }

  /** Counts a socket in. Throws ApiError 503 when the server is full. */
  enterSocket(): void {
    this.#makeRoom()
    this.#sockets++
  }

  /** Counts a socket out. */
  leaveSocket(): void {
    this.#sockets--
  }

  /** Ends the sessions that no request has named for too long. */
  endIdle(): void {
    const least = this.#now() - this.limits.idleTimeout
    for (const [id, { used }] of this.#named) {
      if (used >= least) continue
      this.#named.delete(id)
      this.#ended++
    }
  }

  #keep(session: Session): void {
    if (!this.#named.has(session.id)) this.#makeRoom()
    this.#named.set(session.id, { session, used: this.#now() })
  }

  #makeRoom(count: number = 1): void {
    const { maxSessions } = this.limits
    if (this.open + count <= maxSessions) return
    const reason = `${this.open} of at most ${maxSessions} sessions are open, which leaves no room for ${count} more; close one, wait for idle ones to end, or start the server with a larger --max-sessions`
    throw new ApiError(503, reason, null, 'CAPACITY_REACHED')
  }
}

/** Bytes of the pictures of one answer at most. */
const MOST_PICTURE_BYTES = 256 * 1024 * 1024

/** Throws ApiError 413 where the pictures of these sessions, `times` over, may be too much for one answer: before any of them has moved. */
export function checkAnswer(sessions: readonly Session[], times: number = 1): void {
  const bytes = times * sessions.reduce((sum, { pictureBytes }) => sum + pictureBytes, 0)
  if (bytes <= MOST_PICTURE_BYTES) return
  const reason = `the pictures of this answer may take ${bytes} bytes and may take ${MOST_PICTURE_BYTES} at most; name fewer sessions in one request, or choose smaller pictures`
  throw new ApiError(413, reason, null, 'TOO_LARGE')
}

/** What `work` gives; an error of it says where. */
function placed<T>(at: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.status, `${at}: ${error.message}`, [at, ...(error.param === null ? [] : [error.param])].join('.'), error.code)
  }
}
