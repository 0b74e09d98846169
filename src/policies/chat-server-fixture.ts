/** A small chat server on loopback for tests: OpenAI's wire, answers from a script, faults on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a client asked. */
export interface ChatRequest {
  readonly model: string
  readonly messages: readonly { readonly role: string; readonly content: string | readonly ChatPart[] }[]
  readonly seed?: number
  readonly temperature?: number
  readonly max_tokens?: number
}

export interface ChatPart {
  readonly type: 'text' | 'image_url'
  readonly text?: string
  readonly image_url?: { readonly url: string }
}

/** How a server may misbehave instead of answering. */
export const FAULTS = ['429', '500', 'timeout', 'cut', 'malformed', 'empty', 'megabyte'] as const
export type Fault = (typeof FAULTS)[number]

export interface ChatServerOptions {
  /** The text of the reply. */
  readonly answer: (request: ChatRequest) => string
  /** A fault instead of an answer. `count`: requests so far, from 0. */
  readonly fault?: (request: ChatRequest, count: number) => Fault | null
  /** Full control: true when the response has been sent. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse, body: string) => boolean
}

export interface ChatServer {
  readonly url: string
  /** Everything asked, in order, faults included. */
  readonly requests: ChatRequest[]
  /** Answers given. */
  answered(): number
  /** Faults so far, by kind. */
  readonly faults: Map<Fault, number>
  close(): Promise<void>
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** A completion as OpenAI writes it; tokens are counted as characters / 4. */
export function completion(text: string, promptTokens = 100): string {
  const usage = { prompt_tokens: promptTokens, completion_tokens: Math.ceil(text.length / 4), total_tokens: 0 }
  return JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  })
}

/** Faults that are a whole response: status, body, headers. */
const BROKEN: { readonly [fault in Fault]?: readonly [number, string, Record<string, string>?] } = {
  '429': [429, '{"error":{"message":"slow down"}}', { 'retry-after-ms': '1' }],
  '500': [500, '{"error":{"message":"oops"}}'],
  malformed: [200, completion('cut in the middle').slice(0, 60)],
  empty: [200, ''],
  megabyte: [200, 'x'.repeat(1 << 20)],
}

function misbehave(fault: Fault, response: ServerResponse): void {
  if (fault === 'timeout') return
  const whole = BROKEN[fault]
  if (whole !== undefined) {
    send(response, ...whole)
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"id":')
  response.socket?.destroy()
}

/** Starts a server on a free port of 127.0.0.1. */
export async function chatServer(options: ChatServerOptions): Promise<ChatServer> {
  const requests: ChatRequest[] = []
  const faults = new Map<Fault, number>()
  let answered = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      if (options.intercept?.(request, response, body)) return
      const asked = JSON.parse(body) as ChatRequest
      const fault = options.fault?.(asked, requests.length) ?? null
      requests.push(asked)
      if (fault !== null) {
        faults.set(fault, (faults.get(fault) ?? 0) + 1)
        misbehave(fault, response)
        return
      }
      answered++
      send(response, 200, completion(options.answer(asked)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    answered: () => answered,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
