/**
 * Requests that survive a bad line. A request is sent until it is answered, always with the same number and the same bytes, so that a server that
 * has it already answers with the same future. The result of a future is asked for until it comes whole.
 */
import { EngineError, VlmGymError } from '../../errors.ts'
import { type FutureState, futureFromJson, readFuture } from '../wire/index.ts'
import type { Answer, Http } from './http.ts'

export interface Patience {
  /** Milliseconds for which a server that does not answer, or answers 429 or 5xx, is asked again. */
  readonly patience: number
  /** Longest pause between two of these attempts, ms. */
  readonly longestPause: number
}

/** Milliseconds of one attempt to send a request, and of one long poll. */
const SEND_TIMEOUT = 120_000
const POLL_TIMEOUT = 60_000
/** Times that a result which cannot be read is asked for, and that a request whose future was lost is sent. */
const TIMES = 4
/** Long polls that wait at once. */
const POLLS = 96

/** A request: the path under /api/v1/, and its body. */
export interface Request {
  readonly path: string
  readonly body: object | Uint8Array
  readonly key: string
}

/** Reads a result; throws where it is none, such as a cut one. */
export type ReadResult<T> = (answer: { readonly proto: Uint8Array } | { readonly json: unknown }) => T

/** Waits at a server that answers nothing for `patience` ms in all, since it last answered. */
class Attempts {
  readonly #patience: Patience
  #count = 0
  #since: number | undefined

  constructor(patience: Patience) {
    this.#patience = patience
  }

  answered(): void {
    this.#count = 0
    this.#since = undefined
  }

  /** Resolves when it is time for another attempt. Throws EngineError once patience is at an end. */
  async again(reason: string, what: string, signal: AbortSignal, least = 0): Promise<void> {
    const now = performance.now()
    this.#since ??= now
    const { patience, longestPause } = this.#patience
    if (now - this.#since >= patience)
      throw new EngineError(
        `the engine server did not answer ${what} for ${Math.round((now - this.#since) / 1000)} s (${reason}); see that it runs, and go on from the last checkpoint`,
      )
    await pause(Math.max(Math.min(longestPause, 100 * 2 ** this.#count++), Math.min(least, longestPause)), signal)
  }
}

export class Requests {
  readonly http: Http
  readonly #patience: Patience
  readonly #ended = new AbortController()
  readonly #polls = limiter(POLLS)

  constructor(http: Http, patience: Patience) {
    this.http = http
    this.#patience = patience
  }

  /** Ends all that waits: it rejects. */
  end(): void {
    this.#ended.abort(new EngineError('the engine was closed'))
  }

  /** A GET. Null for 404. */
  async get(path: string): Promise<unknown> {
    const answer = await this.#answered({ path, what: path, send: (signal) => this.http.send(path, { signal, timeout: SEND_TIMEOUT }) })
    if (answer.status === 404) return null
    if (answer.status >= 300) throw refusal(path, answer)
    return jsonOf(answer)
  }

  /** A DELETE; what is gone already, or cannot be deleted there, is no error. */
  async delete(path: string): Promise<void> {
    const send = (signal: AbortSignal): Promise<Answer> => this.http.send(path, { method: 'DELETE', signal, timeout: SEND_TIMEOUT })
    const answer = await this.#answered({ path, what: path, send })
    if (answer.status >= 300 && ![404, 405, 501].includes(answer.status)) throw refusal(path, answer)
  }

  /** The parsed answer of a POST. Throws EngineError where it is refused. */
  async post({ path, body, key }: Request): Promise<unknown> {
    for (let time = 1; ; time++) {
      const send = (signal: AbortSignal): Promise<Answer> =>
        this.http.send(path, { body, signal, timeout: SEND_TIMEOUT, idempotencyKey: key })
      const answer = await this.#answered({ path, what: path, send })
      if (answer.status >= 300) throw refusal(path, answer)
      try {
        return jsonOf(answer)
      } catch (error) {
        if (time === TIMES) throw new EngineError(`the answer to ${path} cannot be read: ${(error as Error).message}`, { cause: error })
      }
    }
  }

  /** Sends a request whose result comes later; resolves with the id of its future. */
  async submit(request: Request): Promise<string> {
    return readFuture(await this.post(request)).request_id
  }

  /** The result of a request that was sent. Throws EngineError for one that failed. */
  async result<T>(request: Request, future: string, read: ReadResult<T>, accept: 'json' | 'proto'): Promise<T> {
    let id = future
    let [lost, unread] = [0, 0]
    for (;;) {
      const answer = await this.#poll(request.path, id, accept)
      // The future is lost, but the request may still be carried out, or was: it is sent again, and known by its number.
      if (answer.status === 410 && ++lost < TIMES) {
        id = await this.submit(request)
        continue
      }
      if (answer.status >= 300) throw refusal(request.path, answer)
      try {
        if (answer.isProto) return read({ proto: answer.body })
        const state = futureFromJson(jsonOf(answer))
        if (state.state === 'failed') throw failureOf(request.path, state)
        if (state.state === 'done') return read({ json: state.result })
      } catch (error) {
        if (error instanceof EngineError) throw error
        if (++unread === TIMES)
          throw new EngineError(`the result of ${request.path} cannot be read: ${(error as Error).message}`, { cause: error })
      }
    }
  }

  /** The next answer of a future that is no 'wait'. */
  async #poll(path: string, request_id: string, accept: 'json' | 'proto'): Promise<Answer> {
    for (;;) {
      const began = performance.now()
      const body = { request_id, allow_metadata_only: false }
      const send = (signal: AbortSignal): Promise<Answer> =>
        this.http.send('retrieve_future', { body, accept, signal, timeout: POLL_TIMEOUT })
      // A poll that nobody has answered is no silence: results may take long.
      const answer = await this.#polls(() => this.#answered({ path: 'retrieve_future', what: path, send, polls: true }))
      const waits = answer.status === 408 || (answer.status === 200 && !answer.isProto && isWaiting(answer))
      if (!waits) return answer
      // A server that does not hold polls is not to be asked without pause.
      if (performance.now() - began < 500) await pause(200, this.#ended.signal)
    }
  }

  /** An answer that is not 429 or 5xx; 408 and 409 of other than long polls are tried again too, a few times. */
  async #answered({
    path,
    what,
    send,
    polls = false,
  }: {
    readonly path: string
    readonly what: string
    readonly send: (signal: AbortSignal) => Promise<Answer>
    readonly polls?: boolean
  }): Promise<Answer> {
    const { signal } = this.#ended
    const attempts = new Attempts(this.#patience)
    let conflicts = 0
    for (;;) {
      signal.throwIfAborted()
      try {
        const answer = await send(signal)
        const { status, retryAfter } = answer
        const isBusy = status === 429 || status === 425 || (status >= 500 && status !== 501)
        const isOdd = !polls && (status === 408 || (status === 409 && ++conflicts < TIMES))
        if (!isBusy && !isOdd) return answer
        await attempts.again(`status ${status} of ${path}: ${detailOf(answer)}`, what, signal, (retryAfter ?? 0) * 1000)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof VlmGymError) throw error
        const { name, message, cause } = error as Error
        if (polls && name === 'TimeoutError') {
          attempts.answered()
          continue
        }
        await attempts.again(cause instanceof Error ? cause.message : message, what, signal)
      }
    }
  }
}

function isWaiting(answer: Answer): boolean {
  try {
    return futureFromJson(jsonOf(answer)).state === 'waiting'
  } catch {
    return false
  }
}

/** Throws for a body that is no JSON. */
const jsonOf = ({ body }: Answer): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))

/** What an answer says in words. */
function detailOf(answer: Answer): string {
  try {
    const { detail, error } = jsonOf(answer) as { detail?: unknown; error?: unknown }
    const said = detail ?? error
    return typeof said === 'string' ? said : JSON.stringify(said)
  } catch {
    return new TextDecoder().decode(answer.body.subarray(0, 300))
  }
}

const GONE =
  'the engine server has lost this run’s model (it was started anew, or the session ended); go on from the last checkpoint with --resume'

function refusal(path: string, answer: Answer): EngineError {
  const { status } = answer
  const said = detailOf(answer)
  if (status === 401 || status === 403)
    return new EngineError(
      `the engine server refuses ${path} (${status}: ${said}); give its key in the environment variable TINKER_API_KEY`,
    )
  if ((status === 404 || status === 410) && path !== 'create_session') return new EngineError(`${GONE} (${path}: ${said})`)
  return new EngineError(`the engine server refuses ${path} (${status}): ${said}`)
}

const failureOf = (path: string, { error, category }: Extract<FutureState, { state: 'failed' }>): EngineError =>
  new EngineError(category === 'user' ? error : `the engine server failed on ${path}: ${error}`)

/** Resolves after so many milliseconds; rejects when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, ms)
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(signal.reason)
      else resolve()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}

/** Lets so many works run at once, the others wait in their order. */
export function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
