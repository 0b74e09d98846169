/**
 * OpenEnv over a WebSocket: text frames of JSON, each answered in its order, one episode a connection. Message types: reset, step, state, close. A
 * message that cannot be read is answered with an error, and the connection and its episode go on. Messages that come too fast, or before
 * the answers are read, wait: nothing more is taken from the connection until then.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RawData, WebSocket } from 'ws'
import { ApiError, asApiError } from '../api-error.ts'
import { readJson } from '../json-body.ts'
import { Pace } from '../pace.ts'
import { checked, readReset } from './reset-request.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'
import { actionSchema } from './wire.ts'

/** Bytes that wait for a client to read them before it is asked for more messages. */
const MOST_WAITING = 256 * 1024
/** Close codes of RFC 6455. */
const [GOING_AWAY, TRY_LATER] = [1001, 1013]

/** A message to the client. */
interface Answer {
  readonly type: 'observation' | 'state' | 'error' | 'mcp'
  readonly data: unknown
}

/** What a server does with its sockets. */
export interface SocketRoom {
  /** Takes a new connection in. */
  welcome(socket: WebSocket): void
  /** Looks for sockets that are idle or no longer there; called at a steady interval. */
  sweep(): void
  /** Tells every client that the server ends. */
  goAway(): void
}

/** A connection: whether anything has come since the last ping, and when it last said something, ms. */
interface Line {
  alive: boolean
  used: number
}

/** What sockets need of their server. */
export interface SocketHost {
  readonly sessions: Sessions
  /** Messages a second of a connection. */
  readonly rate: number
  /** Milliseconds, for idle time alone. */
  readonly now: () => number
  /** Answers a JSON-RPC message. */
  readonly mcp: (message: unknown) => unknown
  /** Takes errors that were not foreseen. */
  readonly log: (error: unknown) => void
}

/** The sockets of a server. */
export function socketRoom(host: SocketHost): SocketRoom {
  const { sessions, now } = host
  const lines = new Map<WebSocket, Line>()
  return {
    welcome(socket) {
      try {
        sessions.enterSocket()
      } catch (error) {
        send(socket, errorAnswer(error, host))
        socket.close(TRY_LATER, 'full')
        return
      }
      const line: Line = { alive: true, used: now() }
      lines.set(socket, line)
      const take = inTurn(socket, host, conversation(host))
      socket.on('pong', () => {
        line.alive = true
      })
      // Each is answered by a pong, which waits with the answers.
      socket.on('ping', () => {
        if (socket.bufferedAmount > MOST_WAITING) socket.terminate()
      })
      socket.on('message', (raw, binary) => {
        line.alive = true
        line.used = now()
        take(raw, binary)
      })
      // A broken frame ends the connection; 'close' follows.
      socket.on('error', () => {})
      socket.once('close', () => {
        lines.delete(socket)
        sessions.leaveSocket()
      })
    },
    sweep() {
      const least = now() - sessions.limits.idleTimeout
      for (const [socket, line] of lines) {
        if (!line.alive) socket.terminate()
        else if (line.used < least) socket.close(GOING_AWAY, 'idle')
        else {
          line.alive = false
          socket.ping()
        }
      }
    },
    goAway() {
      for (const socket of lines.keys()) socket.close(GOING_AWAY, 'the server ends')
    },
  }
}

const send = (socket: WebSocket, answer: Answer, taken?: () => void): void => socket.send(JSON.stringify(answer), taken)

/** Takes a message of a connection. */
type Take = (raw: RawData, binary: boolean) => void
/** Answers a message; null: the client wants to close. */
type Respond = (raw: RawData, binary: boolean) => Answer | null

/** Has the messages of a connection answered one after another, no faster than its pace and than its client reads. */
function inTurn(socket: WebSocket, { rate, now, log, sessions: { metrics } }: SocketHost, respond: Respond): Take {
  const pace = new Pace(rate, now)
  // What has come in one piece with the message that waits.
  const waiting: Parameters<Take>[] = []
  let working = false
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && socket.readyState === socket.OPEN; next = waiting.shift()) {
      const wait = pace.take()
      if (wait > 0) {
        socket.pause()
        await sleep(wait)
      }
      const began = performance.now()
      const answer = respond(...next)
      if (answer !== null) metrics.answered('/ws', answer.type, (performance.now() - began) / 1000)
      if (answer === null) socket.close()
      else if (socket.bufferedAmount <= MOST_WAITING) send(socket, answer)
      else {
        socket.pause()
        await new Promise<void>((read) => send(socket, answer, read))
      }
    }
    working = false
    socket.resume()
  }
  return (raw, binary) => {
    waiting.push([raw, binary])
    if (working) return
    working = true
    work().catch((error) => {
      log(error)
      socket.terminate()
    })
  }
}

/** What answers the messages of one connection. */
function conversation(host: SocketHost): Respond {
  const { sessions, mcp } = host
  let session: Session | undefined
  return (raw, binary) => {
    try {
      const { type, data } = messageOf(raw, binary)
      if (type === 'close') return null
      if (type === 'mcp') return { type: 'mcp', data: mcp(data) }
      if (type === 'reset') {
        session = sessions.start(readReset(data))
        return { type: 'observation', data: session.begin() }
      }
      if (type === 'state') return { type: 'state', data: session?.state() ?? EMPTY_STATE }
      if (type !== 'step')
        throw new ApiError(400, `type cannot be ${shown(type)}; give reset, step, state or close`, 'type', 'UNKNOWN_TYPE')
      const { text } = checked(actionSchema, data, 'data')
      if (session === undefined) throw new ApiError(400, 'there is no episode yet; send a reset first', null, 'EXECUTION_ERROR')
      sessions.metrics.steps.inc()
      return { type: 'observation', data: session.step(text) }
    } catch (error) {
      return errorAnswer(error, host)
    }
  }
}

/** The state of a connection without an episode. */
export const EMPTY_STATE = {
  ...{ episode_id: null, step_count: 0, game: null, seed: null, return: 0, terminated: false, truncated: false },
  ...{ state: null, hash: null, snapshot: null },
} as const

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, 60)

function messageOf(raw: RawData, binary: boolean): { readonly type: unknown; readonly data: unknown } {
  if (binary) throw new ApiError(400, 'the frame is binary; send JSON in a text frame', null, 'INVALID_JSON')
  const value = readJson(raw.toString(), 'message', 'an object such as {"type":"state"}')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ApiError(400, `the message is ${shown(value)}; send an object such as {"type":"state"}`, null, 'INVALID_JSON')
  const { type, data } = value as { type?: unknown; data?: unknown }
  return { type, data }
}

function errorAnswer(error: unknown, { log, sessions }: SocketHost): Answer {
  const { message, code: given, param } = asApiError(error, log)
  const code = given ?? 'EXECUTION_ERROR'
  sessions.metrics.refused(code)
  return { type: 'error', data: { message, code, ...(param !== null && { param }) } }
}
