/** A chat server on loopback that answers by a script, and an endpoint policy that asks it once: for tests of what becomes of an answer. */
import type { IncomingHttpHeaders } from 'node:http'
import { ConfigError } from '../errors.ts'
import { envSpec, observationOf, startSnapshot } from '../gym/index.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import type { Observation, Reply } from '../policy.ts'
import { type ChatServer, chatServer } from './chat-server-fixture.ts'
import { endpointPolicy } from './endpoint.ts'
import type { EndpointOptions, EndpointPolicy } from './endpoint-options.ts'

export const KEY = 'sk-secret/of+the=test-0123456789'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 16, layout: 'board' } })
export const seen: Observation = observationOf(spec, startSnapshot(spec, 1))

export type Json = Record<string, unknown>

export interface Asked {
  readonly body: Json
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Requests before this one. */
  readonly count: number
}

export interface Sent {
  readonly status?: number
  /** JSON, or a text as it is. */
  readonly body: unknown
  readonly headers?: Record<string, string>
}

const servers: ChatServer[] = []

/** Closes what the test has opened. */
export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) await server.close()
}

/** A server that answers by a script, and what it was asked. */
export async function scripted(answer: (asked: Asked) => Sent): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const server = await chatServer({
    answer: () => '',
    intercept: (request, response, text) => {
      const one: Asked = { body: JSON.parse(text) as Json, url: request.url ?? '', headers: request.headers, count: asked.length }
      asked.push(one)
      const { status = 200, body, headers = {} } = answer(one)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
      return true
    },
  })
  servers.push(server)
  return { url: server.url, asked }
}

/** A chat completion with one choice. */
export const choice = (message: Json, more: Json = {}): Json => ({
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message }, ...more }],
  usage: { prompt_tokens: 9, completion_tokens: 3 },
})

export const good: Sent = { body: choice({ content: 'fine' }) }

/** An error as OpenAI words it. */
export const says = (status: number, message: string, more: Json = {}): Sent => ({ status, body: { error: { message, ...more } } })

export const policyOf = (baseUrl: string, options: Partial<EndpointOptions> = {}): Promise<EndpointPolicy> =>
  endpointPolicy({ model: 'openai-compatible:m', baseUrl, backoffMs: 1, retries: 2, env: { VLM_GYM_API_KEY: KEY }, ...options })

/** One reply. */
export async function ask(policy: EndpointPolicy, seed = 5): Promise<Reply> {
  return (await policy.reply([seen], { n: 1, seed }))[0]?.[0] as Reply
}

/** The reply to one request, or the message of the ConfigError. */
export async function outcome(answer: (asked: Asked) => Sent, options: Partial<EndpointOptions> = {}) {
  const { url, asked } = await scripted(answer)
  const policy = await policyOf(url, options)
  const reply = await ask(policy).catch((error: unknown) => {
    if (error instanceof ConfigError) return error.message
    throw error
  })
  return { reply, asked, policy }
}
