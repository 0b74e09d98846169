/**
 * What a failed request means. 'retry': the next try may go well (429, 5xx, timeouts, cut connections, a body that is no completion).
 * 'state': the server refuses this request and would again, but others may pass. 'setup': no request can pass (wrong key, address, model,
 * a model without vision); the message says what to do.
 */
import { APICallError } from 'ai'

export type EndpointProblem =
  | { readonly kind: 'retry'; readonly reason: string; readonly waitMs: number | null; readonly refused: boolean }
  | { readonly kind: 'state'; readonly reason: string }
  | { readonly kind: 'setup'; readonly reason: string }

/** What messages name. */
export interface EndpointPlace {
  readonly id: string
  readonly baseUrl: string | null
  readonly variable: string
}

/** Longest piece of a server's own words in a reason, characters. */
const QUOTED = 200

const RETRIED = [408, 409, 425, 429]

/** Codes of a broken or refused connection, and how they are called. */
const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host could not be looked up',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'the answer did not come',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped',
}

/** Codes for which the address is to blame, until a request has passed. */
const NOBODY = ['ECONNREFUSED', 'ENOTFOUND']

/** Sorts an error of a request. `redact` has the last word on every reason. */
export function endpointProblem(error: unknown, place: EndpointPlace, redact: (text: string) => string): EndpointProblem {
  const problem = sorted(error, place)
  return { ...problem, reason: redact(problem.reason) }
}

function sorted(error: unknown, place: EndpointPlace): EndpointProblem {
  if (!APICallError.isInstance(error)) return retry(connectionReason(error))
  const { statusCode: status } = error
  if (status === undefined) return retry(connectionReason(error.cause ?? error), null, NOBODY.includes(codeOf(error.cause ?? error) ?? ''))
  if (status >= 200 && status < 300) return retry(`HTTP ${status} with a body that is no completion`)
  const said = saidBy(error)
  const reason = `HTTP ${status}${said === '' ? '' : `: ${said}`}`
  if (status === 402 || /insufficient_quota|billing/i.test(said)) {
    return { kind: 'setup', reason: `${place.id} cannot be paid for (${reason}); fill up the account of ${place.variable}` }
  }
  if (RETRIED.includes(status) || status >= 500)
    return refusesPictures(said) ? blind(place, reason) : retry(reason, waitOf(error.responseHeaders))
  return refusal(status, reason, said, place)
}

function retry(reason: string, waitMs: number | null = null, refused = false): EndpointProblem {
  return { kind: 'retry', reason, waitMs, refused }
}

const blind = (place: EndpointPlace, reason: string): EndpointProblem => ({
  kind: 'setup',
  reason: `${place.id} takes no pictures (${reason}); choose a model with vision, or play without pictures by --mode caption`,
})

function refusal(status: number, reason: string, said: string, place: EndpointPlace): EndpointProblem {
  const where = place.baseUrl ?? 'the provider'
  if (status === 401 || status === 403 || /api.?key.*(not valid|invalid)|invalid.*api.?key/i.test(said)) {
    return {
      kind: 'setup',
      reason: `${where} refuses the key (${reason}); put the right one into the environment variable ${place.variable}`,
    }
  }
  if (status === 404 || status === 405) {
    return {
      kind: 'setup',
      reason: `${where} does not know ${place.id} (${reason}); check the model's name, and that --base-url ends like http://localhost:8000/v1`,
    }
  }
  if (refusesPictures(said)) return blind(place, reason)
  if (status < 400) return { kind: 'setup', reason: `${where} answers with ${reason}; give the final address with --base-url` }
  return { kind: 'state', reason }
}

/** Words of servers (vLLM, Ollama, llama.cpp, OpenAI, OpenRouter …) about a model that cannot see. */
function refusesPictures(said: string): boolean {
  return (
    /(image|vision|multi-?modal|image_url)/i.test(said) &&
    /(not (a )?(support|multi-?modal|accept|available|allow)|does ?n.t support|unsupported|only supported by|no endpoints|missing|cannot|at most 0)/i.test(
      said,
    )
  )
}

/** The server's own words in one short line: its error message, or the head of the body. */
function saidBy(error: APICallError): string {
  const data = error.data as { error?: { message?: unknown; code?: unknown; type?: unknown } } | undefined
  const parts = [data?.error?.message, data?.error?.code].filter((part) => typeof part === 'string')
  const text = parts.length > 0 ? parts.join(' ') : (error.responseBody ?? '')
  return text.replace(/\s+/g, ' ').trim().slice(0, QUOTED)
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; milliseconds, 0 or more. */
function waitOf(headers: Readonly<Record<string, string>> | undefined): number | null {
  const exact = Number(headers?.['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(exact)) return Math.max(0, exact)
  const text = headers?.['retry-after']
  if (text === undefined || text === '') return null
  const seconds = Number(text)
  if (Number.isFinite(seconds)) return Math.max(0, 1000 * seconds)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (code !== undefined) return code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0])
  }
  return undefined
}

function connectionReason(error: unknown): string {
  const { name, message = String(error) } = (error ?? {}) as Error
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer within the time limit'
  const code = codeOf(error)
  const said = code === undefined ? undefined : CONNECTION[code]
  return said === undefined ? message.replace(/\s+/g, ' ').slice(0, QUOTED) : `${said} (${code})`
}
