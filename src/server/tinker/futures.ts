/** Futures: a request that takes long is answered by an id at once, and its outcome is fetched by that id. */
import { randomUUID } from 'node:crypto'
import { ConfigError, EngineError, VlmGymError } from '../../errors.ts'
import type { ForwardBackwardOutput, FutureState, SampleResponse } from '../../tinker/wire/index.ts'
import { ApiError } from '../api-error.ts'

/** What a request comes to: passes and samples have a protobuf form, the rest is JSON alone. */
export type Outcome =
  | { readonly kind: 'pass'; readonly output: ForwardBackwardOutput }
  | { readonly kind: 'sample'; readonly response: SampleResponse }
  | { readonly kind: 'json'; readonly value: object }

export type Failure = Extract<FutureState, { state: 'failed' }>

/** A request that was taken. */
export interface Future {
  readonly id: string
  /** The model or sampling session that it belongs to; what belongs to it ends with it. */
  readonly owner: string
  /** Ids of the samples of an asample request. */
  readonly sequences: readonly string[] | undefined
  readonly ended: Promise<Outcome | Failure>
  /** Why it has not begun; null once it has. */
  readonly waitsFor: () => string | null
  /** Gives it up if it has not begun. */
  readonly cancel: () => void
  done: boolean
  /** When its outcome was first fetched, ms. */
  fetched: number | null
}

export interface NewFuture {
  readonly owner: string
  readonly sequences?: readonly string[]
  readonly work: Promise<Outcome>
  readonly waitsFor?: () => string | null
  readonly cancel?: () => void
}

/** Milliseconds for which an outcome that was fetched can be fetched again: its answer may have been cut. */
const KEEP = 60_000

/** All futures of a server. `most`: futures whose outcome was not fetched yet. `now`: milliseconds, for tidying alone. */
export class Futures {
  /** Ids begin with it, so that those of an earlier server are known as such. */
  readonly #boot = randomUUID().slice(0, 8)
  readonly #most: number
  readonly #now: () => number
  readonly #log: (error: unknown) => void
  readonly #all = new Map<string, Future>()
  #count = 0
  #open = 0

  constructor(most: number, now: () => number, log: (error: unknown) => void) {
    this.#most = most
    this.#now = now
    this.#log = log
  }

  /** Futures whose outcome was not fetched yet. */
  get open(): number {
    return this.#open
  }

  /** Throws ApiError 429 if no further request can be taken. Asked before the work begins. */
  checkRoom(): void {
    if (this.#open >= this.#most)
      throw new ApiError(
        429,
        `${this.#open} requests wait or were not fetched, the most that this server takes; fetch their results, or start it with a larger --max-queue`,
        null,
        'QUEUE_FULL',
      )
  }

  add({ owner, sequences, work, waitsFor = () => null, cancel = () => {} }: NewFuture): Future {
    const ended = work.then(
      (outcome) => outcome,
      (error: unknown) => failureOf(error, this.#log),
    )
    const future: Future = { id: `${this.#boot}-${++this.#count}`, owner, sequences, ended, waitsFor, cancel, done: false, fetched: null }
    void ended.then(() => {
      future.done = true
    })
    this.#all.set(future.id, future)
    this.#open++
    return future
  }

  /** Throws ApiError: 410 for one that is gone, 404 for one that never was. */
  get(id: string): Future {
    const known = this.#all.get(id)
    if (known !== undefined) return known
    const [boot = '', count = ''] = id.split('-')
    const name = JSON.stringify(id.slice(0, 80))
    if (boot === this.#boot && Number(count) >= 1 && Number(count) <= this.#count)
      throw new ApiError(410, `the result of ${name} was fetched or its session has ended, and it is no longer kept`, 'request_id', 'GONE')
    if (/^[0-9a-f]{8}-\d+$/.test(id))
      throw new ApiError(
        410,
        `${name} is a request of an earlier start of this server; load a checkpoint into a new model and send it again`,
        'request_id',
        'GONE',
      )
    throw new ApiError(404, `there is no request ${name}; give the request_id of an answer`, 'request_id', 'REQUEST_NOT_FOUND')
  }

  /** Notes that an outcome was sent. */
  fetched(future: Future): void {
    if (future.fetched !== null) return
    future.fetched = this.#now()
    this.#open--
  }

  /** Lets go of all that belongs to an owner. */
  drop(owner: string): void {
    for (const future of this.#all.values()) if (future.owner === owner) this.#remove(future)
  }

  /** Lets go of what was fetched long enough ago. */
  sweep(): void {
    const before = this.#now() - KEEP
    for (const future of this.#all.values()) if (future.fetched !== null && future.fetched < before) this.#remove(future)
  }

  #remove(future: Future): void {
    this.#all.delete(future.id)
    if (future.fetched === null) this.#open--
  }
}

/** A mistake of the caller is category 'user', all else 'server'; what was not foreseen goes to the log alone. */
function failureOf(error: unknown, log: (error: unknown) => void): Failure {
  if (error instanceof ConfigError || error instanceof EngineError || error instanceof ApiError)
    return { state: 'failed', error: error.message, category: 'user' }
  if (error instanceof VlmGymError) return { state: 'failed', error: error.message, category: 'server' }
  log(error)
  return { state: 'failed', error: 'the server failed on this request; its log has the reason', category: 'server' }
}
