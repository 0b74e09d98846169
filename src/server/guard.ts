/**
 * Who may call a server: anybody on loopback, and whoever shows the key. One guard for every server here, over HTTP and for the handshake of a
 * WebSocket alike. The key is in no message, no log and no answer.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { ConfigError } from '../errors.ts'
import { ApiError } from './api-error.ts'

/** Where a server listens, and what opens it. */
export interface GuardOptions {
  /** Default 127.0.0.1. Any address but loopback needs a key. */
  readonly host?: string | undefined
  /** What clients must show, 16 to 1,024 visible ASCII characters; absent: nobody is asked. */
  readonly key?: string | undefined
  /** Whether another address than loopback may go without a key: in a container whose network lets nobody else in. Default false. */
  readonly allowKeyless?: boolean | undefined
}

/** How a server's clients show the key, beside the header `Authorization`. */
export interface GuardWays {
  /** A header that holds the key alone, such as 'x-api-key'. */
  readonly header?: string
  /** The one path that answers everybody. Default '/health'. */
  readonly open?: string
}

/** Decides on requests by their `Authorization` header. */
export interface Guard {
  /** Whether a key is asked for. */
  readonly asks: boolean
  /** Whether a request with this header may come in. */
  admits(authorization: string | null | undefined): boolean
  /** Lets in what the guard admits, and the open path; the rest gets status 401 with the body that `refuse` makes. */
  middleware(refuse: (error: ApiError) => Response): MiddlewareHandler
}

/** The guard of a server. Throws ConfigError for an address that needs a key and has none, and for a text that cannot be a key. */
export function guardOf(
  { host = '127.0.0.1', key, allowKeyless = false }: GuardOptions,
  { header, open = '/health' }: GuardWays = {},
): Guard {
  if (key !== undefined) checkKey(key)
  else if (!isLoopback(host) && !allowKeyless)
    throw new ConfigError(
      `${host} lets other machines in, which needs a key: put one of 16 characters or more into the environment variable VLM_GYM_KEY or a file for --key-file, or listen on 127.0.0.1`,
    )
  const wanted = key === undefined ? null : digest(key)
  const admits = (authorization: string | null | undefined): boolean => {
    if (wanted === null) return true
    return isKey(shownKey(authorization ?? ''))
  }
  const isKey = (shown: string | null): boolean => wanted === null || (shown !== null && timingSafeEqual(digest(shown), wanted))
  return {
    asks: wanted !== null,
    admits,
    middleware: (refuse) => async (c, next) => {
      if (c.req.path === open || admits(c.req.header('authorization'))) return next()
      if (header !== undefined && isKey(c.req.header(header) ?? null)) return next()
      const answer = refuse(KEY_WANTED)
      answer.headers.set('www-authenticate', CHALLENGE)
      return answer
    },
  }
}

const KEY_WANTED = new ApiError(401, 'this server asks for its key; send the header Authorization: Bearer KEY', null, 'KEY_REFUSED')
/** What a refusal says in the header WWW-Authenticate. */
export const CHALLENGE = 'Bearer realm="vlm-gym"'

/** Throws ConfigError, without the key in it, for a text that cannot stand in a header or is guessed too easily. */
function checkKey(key: string): void {
  if (/^[!-~]{16,1024}$/.test(key)) return
  throw new ConfigError(
    `the key has ${key.length} characters and must have 16 to 1,024, letters, digits and signs without spaces; make one by: openssl rand -hex 32`,
  )
}

/** Whether an address or name is this machine alone. A name counts only if it is `localhost`: others may lead elsewhere tomorrow. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return LOOPBACK.check(host, 'ipv4')
  if (isIPv6(host)) return LOOPBACK.check(host, 'ipv6')
  return /^localhost\.?$/i.test(host)
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Digests are of one length, so the comparison takes one time whatever is shown. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The key that a header shows: `Bearer KEY`, or the password of `Basic`, which is how clients send what stands in an address before the host. */
function shownKey(authorization: string): string | null {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization) ?? []
  if (scheme === '') return null
  if (scheme.toLowerCase() === 'bearer') return value
  const text = Buffer.from(value, 'base64').toString()
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : null
}
