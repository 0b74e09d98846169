/** What tests of the gym server share: the command on a free port, a WebSocket client, and the same episodes played in this process. */
import { createPolicy, deriveSeed, Env, type EnvSpec, encodePng, promptOf } from 'vlm-gym'
import { drawPng, encodeState, rewardOf, rewardScores, stateHash } from 'vlm-gym/gym'
import { WebSocket } from 'ws'
import { type Running, startServer } from './running-server.ts'

/** Starts the gym server on a free port. */
export const serveGame = (...args: string[]): Promise<Running> => startServer('serve', ...args)

/** An answer of the server; its fields are compared, not relied on. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of it, it expects
export type Answer = any

/** A connection that sends a message and waits for its answer. */
export interface Talk {
  ask(message: unknown): Promise<Answer>
  /** Sends text or bytes as they are. */
  raw(message: string | Buffer): Promise<Answer>
  readonly socket: WebSocket
  /** Code and reason of the end of the connection. */
  readonly closed: Promise<{ code: number; reason: string }>
}

/** Connects to /ws. */
export async function talk(url: string, options: object = {}): Promise<Talk> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, options)
  const waiting: ((answer: Answer) => void)[] = []
  const early: Answer[] = []
  socket.on('message', (data) => {
    const answer = JSON.parse(data.toString())
    const next = waiting.shift()
    if (next) next(answer)
    else early.push(answer)
  })
  const closed = new Promise<{ code: number; reason: string }>((end) =>
    socket.once('close', (code, reason) => end({ code, reason: reason.toString() })),
  )
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const raw = (message: string | Buffer): Promise<Answer> =>
    new Promise((resolve) => {
      const known = early.shift()
      if (known !== undefined) return resolve(known)
      waiting.push(resolve)
      socket.send(message)
    })
  return { raw, ask: (message) => raw(JSON.stringify(message)), socket, closed }
}

/** Replies that are no reply at all. */
const RUBBISH = [
  '',
  'left',
  '<answer>0</answer>',
  '<perception>\n?\n</perception>\n<think>\u0000\n</think>\n<answer>99</answer>',
  '\ud800 ✓',
]

/** An episode played in this process: every reply, and what the server must say to each. */
export interface Script {
  readonly replies: readonly string[]
  /** [0] after the reset, then after each reply: what `told` gives of an answer. */
  readonly expected: readonly unknown[]
}

/** Plays the solver's and unreadable replies with `Env`, for `count` steps at most. */
export async function script(spec: EnvSpec, seed: number, count: number, rubbish: readonly string[] = RUBBISH): Promise<Script> {
  const env = new Env(spec, seed)
  const solver = createPolicy('solver')
  const replies: string[] = []
  const expected: unknown[] = [tell(env, null, false, false)]
  for (let turn = 0; turn < count; turn++) {
    const { state } = env.snapshot()
    const [[reply]] = (await solver.reply([env.observe()], { n: 1, seed: turn, privileged: { states: [state] } })) as [[{ text: string }]]
    const text = deriveSeed(seed, 'rubbish', turn) % 3 === 0 ? (rubbish[turn % rubbish.length] as string) : reply.text
    const { score, terminated, truncated } = env.step(text)
    const { total } = rewardOf(spec.reward, score, rewardScores(spec.reward, spec.game, state))
    replies.push(text)
    expected.push(tell(env, total, terminated, truncated))
    if (terminated || truncated) break
  }
  return { replies, expected }
}

function tell(env: Env, reward: number | null, terminated: boolean, truncated: boolean): unknown {
  const { spec } = env
  const { state, last, steps, return: earned } = env.snapshot()
  const png = spec.mode === 'caption' ? encodePng(drawn(env)) : drawPng(spec.game, state, spec.skin)
  return {
    ...{ text: promptOf(env.observe()), image: Buffer.from(png).toString('base64'), reward, done: terminated || truncated },
    ...{ terminated, truncated, steps, return: earned, hash: stateHash(spec.game, state), state: encodeState(spec.game, state, last) },
  }
}

function drawn(env: Env): Parameters<typeof encodePng>[0] {
  const image = env
    .observe()
    .messages.at(-1)
    ?.content.find((part) => part.type === 'image')
  if (image?.type !== 'image') throw new Error('no picture')
  return image.frame()
}

/** What an envelope says, in the form of a script. */
export function told({ observation, reward, done, terminated, truncated, metadata }: Answer): unknown {
  const { text, image } = observation
  const { steps, hash, state } = metadata
  return { text, image, reward, done, terminated, truncated, steps, return: metadata.return, hash, state }
}
