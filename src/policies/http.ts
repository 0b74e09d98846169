/**
 * The way to an endpoint: one POST of JSON, one answer of limited size. Proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) are
 * used, except for this machine itself. Redirects are answers: what was meant for one address is not sent to another. The only limits in time
 * are those of the caller.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch } from 'undici'
import { ConfigError } from '../errors.ts'
import { urlOf } from './url.ts'

/** Bytes of a body that are read; the longest honest completion is far below. */
export const maxBodyBytes = 8 * 1024 * 1024

/** Longest wait for a connection, ms. */
const CONNECT = 30_000

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** UTF-8, without a byte order mark. */
  readonly body: string
}

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/** Sends a request. Rejects if nobody answers, if the body is longer than `maxBodyBytes` or cut short, and on abort. */
export type Post = (request: HttpRequest) => Promise<HttpAnswer>

type Env = Readonly<Record<string, string | undefined>>

/** A way of sending to an address, by the proxies of an environment. Throws ConfigError for a proxy on the way that is no address. */
export function poster(url: string, env: Env = process.env): Post {
  // Answers may take as long as the caller waits: undici's own limit of 300 s is taken away.
  const options = { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT } }
  const dispatcher = proxyNamed(url, env) === null ? new Agent(options) : proxyAgent(options, env)
  return async ({ headers, body, signal }) => {
    const response = await fetch(url, { method: 'POST', headers, body, signal, dispatcher, redirect: 'manual' })
    return {
      status: response.status,
      headers: Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value])),
      body: await limitedText(response.body as AsyncIterable<Uint8Array> | null),
    }
  }
}

/** Variables of the environment in the order in which they are looked at. */
const PROXIES = { 'http:': ['http_proxy', 'HTTP_PROXY'], 'https:': ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] } as const

function proxyVariable(env: Env, protocol: string): string | null {
  return PROXIES[protocol === 'https:' ? 'https:' : 'http:'].find((name) => env[name]) ?? null
}

function proxyAgent(options: Agent.Options, env: Env): Dispatcher {
  const [http, https] = ['http:', 'https:'].map((protocol) => proxyVariable(env, protocol))
  for (const name of [http, https]) {
    if (name && !/^https?:$/.test(urlOf(env[name] as string)?.protocol ?? ''))
      throw new ConfigError(`the environment variable ${name} is not the address of a proxy; write it like http://proxy.example:3128`)
  }
  // Plain HTTP is handed to the proxy as it is; a tunnel is for HTTPS.
  return new EnvHttpProxyAgent({
    ...options,
    proxyTunnel: false,
    httpProxy: http ? (env[http] as string) : '',
    httpsProxy: https ? (env[https] as string) : '',
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
  })
}

/** Whether a host is this machine. */
function isLoopback(host: string): boolean {
  return ['localhost', '[::1]', '0.0.0.0', '[::]'].includes(host) || host.endsWith('.localhost') || /^127(\.\d+){3}$/.test(host)
}

/** The variable of the environment whose proxy requests to an address take, for messages; null if there is none. */
export function proxyNamed(url: string, env: Env = process.env): string | null {
  const { protocol, hostname } = new URL(url)
  return isLoopback(hostname) ? null : proxyVariable(env, protocol)
}

async function limitedText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (body === null) return ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > maxBodyBytes) throw new Error(`the answer is longer than ${maxBodyBytes} bytes`)
    parts.push(part)
  }
  return new TextDecoder().decode(Buffer.concat(parts))
}
