/** The way to a Tinker server: one request, one answer. Retrying is the caller's. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch } from 'undici'
import { ConfigError, EngineError } from '../../errors.ts'
import { PROTOBUF } from '../wire/index.ts'

/** Bytes of an answer that are read. */
const MOST_BYTES = 1024 ** 3

export interface Answer {
  readonly status: number
  /** Whether the body is protobuf. */
  readonly isProto: boolean
  /** Seconds after which the server wants to be asked again; null: it does not say. */
  readonly retryAfter: number | null
  readonly body: Uint8Array
}

export interface SendOptions {
  /** JSON, or protobuf as bytes; absent: none. */
  readonly body?: object | Uint8Array
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly accept?: 'json' | 'proto'
  readonly signal: AbortSignal
  /** Milliseconds for the whole exchange. */
  readonly timeout: number
  /** The same for every sending of one request. */
  readonly idempotencyKey?: string
}

export interface Http {
  readonly url: string
  /** Rejects if nobody answers, if the answer is cut, on abort and after the timeout. */
  send(path: string, options: SendOptions): Promise<Answer>
  /** Ends what is open. */
  close(): Promise<void>
}

/** `url`: of the server, without /api/v1. Throws ConfigError for what is no such address. */
export function httpOf(url: string, key: string | undefined): Http {
  const base = URL.canParse(url) ? new URL(url) : null
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new ConfigError(`${JSON.stringify(url)} is no address of a Tinker server; write it like tinker:http://127.0.0.1:8010`)
  const root = base.href.replace(/\/$/, '')
  const dispatcher = dispatcherOf(base)
  return {
    url: root,
    send: async (path, { body, method = body === undefined ? 'GET' : 'POST', accept = 'json', signal, timeout, idempotencyKey }) => {
      const isProto = body instanceof Uint8Array
      const response = await fetch(`${root}/api/v1/${path}`, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': isProto ? PROTOBUF : 'application/json' }),
          accept: accept === 'proto' ? `${PROTOBUF}, application/json` : 'application/json',
          ...(key !== undefined && { 'x-api-key': key }),
          ...(idempotencyKey !== undefined && { 'x-idempotency-key': idempotencyKey }),
        },
        ...(body !== undefined && { body: isProto ? body : JSON.stringify(body) }),
        ...{ dispatcher, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]) },
      })
      const after = Number(response.headers.get('retry-after') ?? Number.NaN)
      return {
        status: response.status,
        isProto: (response.headers.get('content-type') ?? '').startsWith(PROTOBUF),
        retryAfter: Number.isFinite(after) && after >= 0 ? after : null,
        body: await bytesOf(response.body as AsyncIterable<Uint8Array> | null),
      }
    },
    close: () => dispatcher.destroy(),
  }
}

/** Proxies of the environment are used, except for this machine. Answers may take as long as the caller waits. */
function dispatcherOf({ hostname }: URL): Dispatcher {
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 30_000 } }
  const isLoopback = ['localhost', '[::1]'].includes(hostname) || /^127(\.\d+){3}$/.test(hostname)
  return isLoopback ? new Agent(options) : new EnvHttpProxyAgent(options)
}

async function bytesOf(body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > MOST_BYTES) throw new EngineError(`the answer is longer than ${MOST_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
