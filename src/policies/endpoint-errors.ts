/**
 * What a failed request means, by status, code and what has passed before; never by a word alone.
 *
 * 'retry': the next try may go well (429, 5xx, timeouts, cut connections, a body that is no completion). 'state': the server refuses this
 * request and would again, but others may pass. 'setup': nothing has passed yet, and nothing will (wrong key, address or model, a model
 * without vision); the message says what to do. Once a request has passed, the key, the address and the model are right: what is refused then
 * fails its own episode.
 */
import { jsonOf, quoted, wordsOf, wordsOfText } from './endpoint-answer.ts'
import type { HttpAnswer } from './http.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { urlOf } from './url.ts'
import { objectsOf } from './wire.ts'

export type EndpointProblem =
  | { readonly kind: 'retry'; readonly reason: string; readonly waitMs: number | null }
  | { readonly kind: 'state'; readonly reason: string }
  /** `doubtful`: the words of the server were judged too, so the same request is sent once more before everything stops. */
  | { readonly kind: 'setup'; readonly reason: string; readonly doubtful?: true }

/** What messages name. */
export interface EndpointPlace {
  readonly id: string
  /** The address that is asked. */
  readonly address: string
  /** Where the address was given: '--base-url'. */
  readonly from: string
  /** Environment variable of the key. */
  readonly variable: string
  /** There is a key. */
  readonly keyed: boolean
  /** Environment variable of the proxy on the way; null if there is none. */
  readonly proxy: string | null
  /** Seconds that a request may take. */
  readonly seconds: number
}

/** What this evaluation has seen of the endpoint so far. */
export interface EndpointHistory {
  /** A request has passed. */
  readonly proven: boolean
  /** One with a picture has. */
  readonly pictures: boolean
}

/** A request as far as its refusal is concerned. */
export interface Refused {
  readonly place: EndpointPlace
  readonly history: EndpointHistory
  /** The request held a picture. */
  readonly picture: boolean
}

/** Longest wait that a server may ask for, s. */
export const LONGEST_ASKED = 600

/** Statuses below 500 after which the same request may pass. */
const RETRIED = [408, 409, 425, 429]
/** Statuses from 500 on after which it will not. */
const FINAL = [501, 505]

/** What an answer with a status of a failure says, keys taken out. */
export interface FailedAnswer {
  readonly status: number
  /** The server's own words, in one line. */
  readonly words: string
  /** The error as JSON; undefined if the body was none. */
  readonly error: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** Reads the body of a failure. */
export function failedAnswer({ status, body, headers }: HttpAnswer, redact: (text: string) => string): FailedAnswer {
  const json = jsonOf(body, redact)
  const error = isObject(json) && isObject(json.error) ? json.error : Array.isArray(json) ? json[0] : json
  return { status, words: json === undefined ? wordsOfText(redact(body)) : wordsOf(Array.isArray(json) ? json[0] : json), error, headers }
}

/** Sorts an answer with a status of 300 or more, or one that calls itself so. `shown` names it where the status is not that of HTTP. */
export function statusProblem(answer: FailedAnswer, about: Refused, shown = `HTTP ${answer.status}`): EndpointProblem {
  const { status, words, error, headers } = answer
  const { place, history } = about
  const reason = `${shown}${words === '' ? '' : `: ${words}`}`
  if (status < 400) return redirected(reason, headers.location, place, history)
  if (isUnpaid(status, error)) return refusal(history, reason, `${place.id} cannot be paid for`, `fill up the account of ${place.variable}`)
  if (about.picture && !history.pictures && refusesPictures(status, words)) return blind(place, reason)
  if (RETRIED.includes(status) || (status >= 500 && !FINAL.includes(status))) return retry(reason, waitOf(headers, error))
  if (status === 401 || isWrongKey(status, words, error)) {
    const [what, one] = place.keyed ? ['the key', 'the right one'] : ['the keyless request', 'a key']
    return refusal(history, reason, `${place.address} refuses ${what}`, `put ${one} into the environment variable ${place.variable}`)
  }
  if (status === 403) {
    const remedy = `check the key in the environment variable ${place.variable}, and what it may be used for`
    return refusal(history, reason, `${place.address} refuses access`, remedy)
  }
  if (status === 404 || status === 405) return unknown(reason, place, history)
  if (/plain HTTP request was sent to (an )?HTTPS|client sent an HTTP request to an HTTPS/i.test(words))
    return refusal(history, reason, `${place.address} speaks HTTPS`, `begin ${place.from} with https:`)
  return { kind: 'state', reason }
}

/** Sorts a body of status 200 that is an error, or no completion at all. */
export function bodyProblem(
  body: { readonly kind: 'error' | 'foreign' | 'broken'; readonly words: string; readonly code?: number; readonly error?: unknown },
  headers: Readonly<Record<string, string>>,
  about: Refused,
): EndpointProblem {
  const { kind, words, code = 0, error } = body
  if (kind === 'broken') return retry(`HTTP 200 with a body that is no completion: ${words}`)
  if (kind === 'foreign') return unknown(`HTTP 200 with a body that is no completion: ${words}`, about.place, about.history, SILENT)
  if (code > 0) return statusProblem({ status: code, words, error, headers }, about, `an error ${code} in a body of HTTP 200`)
  const reason = `HTTP 200 with an error: ${words}`
  if (about.picture && !about.history.pictures && refusesPictures(400, words)) return blind(about.place, reason)
  // There is no status to go by, so what the server calls it has to do.
  const type = isObject(error) ? `${error.type} ${error.code} ${words}` : words
  if (/overload|rate.?limit|time.?out|timed out|temporar|try again|unavailable|busy|loading|internal|server_error|failed while/i.test(type))
    return retry(reason, waitOf(headers, error))
  return unknown(reason, about.place, about.history, SILENT)
}

const SILENT = 'gives no completion'

const retry = (reason: string, waitMs: number | null = null): EndpointProblem => {
  if (waitMs === null || waitMs <= 1000 * LONGEST_ASKED) return { kind: 'retry', reason, waitMs }
  return { kind: 'state', reason: `${reason}; the server asks to wait ${Math.round(waitMs / 1000)} s, and ${LONGEST_ASKED} s is the most` }
}

/** Stops everything while nothing has passed; afterwards it is a matter of one request. */
function refusal({ proven }: EndpointHistory, reason: string, what: string, remedy: string): EndpointProblem {
  return proven ? { kind: 'state', reason } : { kind: 'setup', reason: `${what} (${reason}); ${remedy}` }
}

function unknown(
  reason: string,
  { address, id, from }: EndpointPlace,
  history: EndpointHistory,
  what = `does not know ${id}`,
): EndpointProblem {
  return refusal(history, reason, `${address} ${what}`, `check the model's name, and that ${from} ends like http://localhost:8000/v1`)
}

const blind = ({ id }: EndpointPlace, reason: string): EndpointProblem => ({
  kind: 'setup',
  doubtful: true,
  reason: `it seems that ${id} takes no pictures (${reason}); choose a model with vision, or play without pictures by --mode caption`,
})

function redirected(reason: string, location: string | undefined, place: EndpointPlace, history: EndpointHistory): EndpointProblem {
  const target = location === undefined ? null : urlOf(location, place.address)
  if (target === null)
    return refusal(history, reason, `${place.address} answers with a redirect`, `give the final address with ${place.from}`)
  const final = `${target.origin}${target.pathname.replace(/\/(chat\/completions|messages|models\/[^/]*)\/?$/, '')}`
  return refusal(
    history,
    reason,
    `${place.address} redirects to ${target.origin}${target.pathname}`,
    `give the final address with ${place.from}, perhaps ${final}`,
  )
}

/** By status, or by OpenAI's code of an account that is used up. */
function isUnpaid(status: number, error: unknown): boolean {
  return status === 402 || (isObject(error) && (error.code === 'insufficient_quota' || error.type === 'insufficient_quota'))
}

/** Google refuses keys with status 400. */
function isWrongKey(status: number, words: string, error: unknown): boolean {
  const reasons = isObject(error) ? objectsOf(error.details).map(({ reason }) => reason) : []
  return (
    status === 400 &&
    (reasons.includes('API_KEY_INVALID') || /^(incorrect|invalid) api.?key|api.?key (is )?(not valid|invalid)/i.test(words))
  )
}

/** Words of servers (vLLM, Ollama, llama.cpp, OpenAI, OpenRouter, serde, pydantic …) about a model or server that takes no pictures. */
function refusesPictures(status: number, words: string): boolean {
  const about = /image|vision|visual|picture|multi-?modal/i.test(words)
  const denied =
    /not (a )?(support|multi-?modal|accept|available|allow|known|able|recogni|valid)|n.t support|unsupported|unknown|only (supported|support|text)|no endpoints|missing|cannot|unable|at most 0|expected|invalid|unexpected/i
  if (status >= 500)
    return about && /not (a )?(support|multi-?modal)|n.t support|unsupported|mmproj|missing.{0,30}(image|vision)/i.test(words)
  if (![400, 404, 415, 422].includes(status)) return false
  return (about && denied.test(words)) || /content.{0,40}(must be|should be|expected|not|invalid).{0,20}(str\b|string|text)/i.test(words)
}

/** `retry-after-ms`, `retry-after` in seconds or as a date, or Google's retryDelay; milliseconds, 0 or more. */
function waitOf(headers: Readonly<Record<string, string>>, error: unknown): number | null {
  const exact = Number(headers['retry-after-ms'] || Number.NaN)
  if (Number.isFinite(exact)) return Math.max(0, exact)
  const text = headers['retry-after'] ?? retryDelay(error)
  if (text === undefined || text === '') return null
  const seconds = Number(text.replace(/ ?s(ec(onds?)?)?$/i, ''))
  if (Number.isFinite(seconds)) return Math.max(0, 1000 * seconds)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

function retryDelay(error: unknown): string | undefined {
  const details: JsonObject[] = isObject(error) ? objectsOf(error.details) : []
  const delay = details.map(({ retryDelay: asked }) => asked).find((asked) => typeof asked === 'string')
  return typeof delay === 'string' ? delay : undefined
}

/** Codes of a connection that did not come about or broke, and how they are called. */
const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the host is not known',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EAI_AGAIN: 'the host could not be looked up',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  Z_DATA_ERROR: 'the body is not compressed as its header says, or was cut short',
  Z_BUF_ERROR: 'the body is not compressed as its header says, or was cut short',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
}

/** Codes for which the address is to blame, until a request has passed. */
const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']

/** Certificates that are not trusted. */
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|INVALID_CA)/
/** Certificates that are trusted and wrong. */
const WRONG_CERTIFICATE = /^(CERT_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/

/** Sorts an error of a request that got no answer, or half of one. */
export function connectionProblem(error: unknown, about: Refused): EndpointProblem {
  const { place, history } = about
  const { name, message = String(error) } = (error ?? {}) as Error
  if (name === 'TimeoutError' || name === 'AbortError') return retry(`no answer within the time limit of ${place.seconds} s (--timeout)`)
  const code = codeOf(error)
  const cause = quoted(innermost(error)?.message || message)
  const reason = connectionReason(error)
  const unreachable = (remedy: string): EndpointProblem =>
    history.proven ? retry(reason) : { kind: 'setup', reason: `${place.address} cannot be reached: ${reason}; ${remedy}` }
  if (/proxy response|proxy auth/i.test(cause))
    return unreachable(`check the proxy of the environment variable ${place.proxy ?? 'HTTPS_PROXY'}, or name the host in NO_PROXY`)
  if (innermost(error)?.name === 'HTTPParserError')
    return unreachable(`it does not speak HTTP there: check the port, or begin ${place.from} with https:`)
  if (code === undefined) return retry(reason)
  if (UNTRUSTED.test(code)) {
    return unreachable(
      'its certificate is not trusted here: put the file of the authority that signed it into the environment variable NODE_EXTRA_CA_CERTS',
    )
  }
  if (WRONG_CERTIFICATE.test(code)) return unreachable('its certificate is not valid for this address now: check the address and the clock')
  if (/^ERR_SSL_|^EPROTO$/.test(code))
    return unreachable(`it does not speak HTTPS there: check the port, or begin ${place.from} with http:`)
  if (!UNREACHABLE.includes(code)) return retry(reason)
  const via = place.proxy === null ? '' : `; ${place.proxy} names a proxy: unless NO_PROXY names the host, check that one`
  return unreachable(`start the server, or correct ${place.from}${via}`)
}

/** Why a connection did not come about or broke, in words. */
export function connectionReason(error: unknown): string {
  const code = codeOf(error)
  const cause = quoted(innermost(error)?.message || (error as Error).message)
  return code === undefined ? cause : `${CONNECTION[code] ?? cause} (${code})`
}

function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string' && code !== 'UND_ERR_ABORTED') return code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0])
  }
  return undefined
}

function innermost(error: unknown): Error | undefined {
  let at = error instanceof Error ? error : undefined
  while (at?.cause instanceof Error) at = at.cause
  return at
}
