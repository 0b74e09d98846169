/**
 * Gym servers that play and score the replies of training (`POST /v1/groups`), with the numbers of this process. The servers keep nothing, so any of
 * them may be asked: one that fails is left out, what it was asked goes to the others, and it is tried again after a while. Scores, next states and
 * the expert's scores come over the wire; how a reply reads, which credit wants to know, is found here.
 */
import { ConfigError, StateError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import {
  type DecodedState,
  decodeState,
  type EnvSpec,
  encodeState,
  formatReply,
  type PlayedReply,
  type PlayGroups,
  playGroup,
  playReply,
  type ReplyGroup,
  type RewardSpec,
  readReply,
  rewardScores,
  truthOf,
} from '../gym/index.ts'
import { canonicalJson } from '../gym/token.ts'
import { connectionReason } from '../policies/endpoint-errors.ts'
import { type HttpAnswer, type Post, poster } from '../policies/http.ts'
import { urlOf } from '../policies/url.ts'
import type { Reply } from '../policy.ts'
import { printable } from '../printable.ts'
import { nodeDigest } from '../server/gym/digest.ts'
import { type RowsResponse, rowsResponse } from '../server/gym/groups.ts'
import { readScore } from '../server/gym/session.ts'
import { rewardSpecOf } from '../train/config.ts'
import { mixOf, type TrainConfig } from '../train/index.ts'
import { Fault, Pool, type PoolServer } from './scorer-pool.ts'

/** Replies of a request, and characters of their texts, at most. */
const MOST_REPLIES = 64
const MOST_CHARACTERS = 1 << 20
export interface ScorersOptions {
  /** Addresses of gym servers, such as http://127.0.0.1:8765. */
  readonly urls: readonly string[]
  /** What the servers ask for. */
  readonly key?: string | undefined
  /** Is told which server is left out, and which is back. */
  readonly onNote?: (text: string) => void
  /** Milliseconds without an answer of any server after which there is an error. Default 30,000. */
  readonly patience?: number
  /** Milliseconds that a request may take. Default 60,000. */
  readonly timeout?: number
}

export interface Scorers {
  /** Plays groups as this process does. Throws ScorerError once no server has answered for too long, or all have refused. */
  readonly play: PlayGroups
  /**
   * Whether each server gives the numbers of this process for the games of a config, which must be loaded: it is asked for two replies to a state of
   * each. Throws ConfigError that names the first that does not.
   */
  check(config: TrainConfig): Promise<void>
}

/** Throws ConfigError for a text that is no address of a server. */
export function createScorers({ urls, key, onNote, patience = 30_000, timeout = 60_000 }: ScorersOptions): Scorers {
  if (urls.length === 0) throw new ConfigError('no scorer is named; give the address of a gym server, such as http://127.0.0.1:8765')
  const servers = [...new Set(urls)].map((url) => serverAt(url, key, timeout))
  const pool = new Pool(servers, patience, onNote ?? (() => {}))
  return {
    play: (groups) => playBy((request) => pool.send(request), groups),
    check: async (config) => {
      const probes = probesOf(config)
      for (const { url, ask } of servers) {
        const played = await playBy(ask, probes).catch((error: unknown) => {
          if (!(error instanceof Fault)) throw error
          throw new ConfigError(`the scorer ${url} cannot be used: ${error.message}; start it (vlm-gym serve), or leave it out`)
        })
        const wrong = probes.find((probe, i) => toldOf(played[i] as PlayedReply[]) !== toldOf(playedHere(probe)))
        if (wrong !== undefined)
          throw new ConfigError(
            `the scorer ${url} gives other numbers for ${wrong.spec.game.id} than this process; let it run the same version of vlm-gym, with the same --plugin`,
          )
      }
    },
  }
}

/** Pieces of groups that are rewarded alike. */
interface Request {
  readonly body: string
  /** What the answer says of the replies: [piece][reply]. Throws Fault. */
  readonly read: (answer: RowsResponse) => PlayedReply[][]
}

/** Sends a request. Throws Fault. */
type Ask = (request: Request) => Promise<PlayedReply[][]>

function serverAt(url: string, key: string | undefined, timeout: number): PoolServer<Request, PlayedReply[][]> {
  const base = urlOf(url)
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new ConfigError(`the scorer ${printable(url)} is no address; write it like http://127.0.0.1:8765`)
  if (base.username !== '' || base.password !== '')
    throw new ConfigError(
      `the address of the scorer at ${base.host} holds a key, which every user of this machine could read; put it into the environment variable VLM_GYM_KEY`,
    )
  const post = poster(`${base.origin}${base.pathname.replace(/\/*$/, '')}/v1/groups`)
  const headers = { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) }
  return { url, ask: async ({ body, read }) => read(answerIn(await responseOf(post, headers, body, timeout))) }
}

async function responseOf(post: Post, headers: HttpAnswer['headers'], body: string, timeout: number): Promise<HttpAnswer> {
  try {
    return await post({ headers, body, signal: AbortSignal.timeout(timeout) })
  } catch (error) {
    const late = (error as Error).name === 'TimeoutError'
    throw new Fault(late ? `no answer within ${timeout / 1000} s` : connectionReason(error), false)
  }
}

function answerIn({ status, body }: HttpAnswer): RowsResponse {
  const json = jsonOf(body)
  if (status === 200) {
    const read = rowsResponse.safeParse(json)
    if (read.success) return read.data
    throw unreadable()
  }
  const detail = (json as { detail?: unknown } | undefined)?.detail
  const said = typeof detail === 'string' ? `: ${printable(detail).slice(0, 300)}` : ''
  const remedy = status === 401 ? ' (put the key into the environment variable VLM_GYM_KEY)' : ''
  throw new Fault(`it answers with status ${status}${said}${remedy}`, status < 500 && ![408, 425, 429].includes(status))
}

const unreadable = (): Fault => new Fault('its answer is none of a gym server of this version', false)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A group, with what its requests have in common, and what has come of its replies so far. */
interface Asked extends ReplyGroup {
  readonly token: string
  readonly truth: ReturnType<typeof truthOf>
  readonly played: PlayedReply[]
}

/** Replies of a group that one request carries. */
interface Piece {
  readonly group: Asked
  /** Their places among the group's replies. */
  readonly places: number[]
}

/** Plays groups by asking servers. */
async function playBy(ask: Ask, groups: readonly ReplyGroup[]): Promise<PlayedReply[][]> {
  const asked = groups.map((group): Asked => {
    const { spec, state } = group
    return { ...group, token: encodeState(spec.game, state), truth: truthOf(spec.game, state), played: [] }
  })
  await Promise.all(
    requestsOf(asked).map(async ([reward, pieces]) => {
      const told = pieces.map(({ group, places }) => ({ state: group.token, replies: places.map((place) => textAt(group, place)) }))
      const played = await ask({
        body: JSON.stringify({ groups: told, reward, expert: true }),
        read: ({ groups: answers }) => pieces.map((piece, i) => playedOf(piece, answers[i])),
      })
      for (const [i, { group, places }] of pieces.entries())
        for (const [k, place] of places.entries()) group.played[place] = played[i]?.[k] as PlayedReply
    }),
  )
  // A reply that failed has no text to score.
  return asked.map(({ spec, state, replies, played }) => replies.map((reply, i) => played[i] ?? playReply(spec.game, state, reply)))
}

const textAt = ({ replies }: Asked, place: number): string => (replies[place] as Reply).text

/** What each request asks: a reward, and pieces of groups that are rewarded so, in their order. */
function requestsOf(groups: readonly Asked[]): (readonly [RewardSpec, readonly Piece[]])[] {
  const byReward = new Map<string, Asked[]>()
  for (const group of groups) {
    const reward = JSON.stringify(group.spec.reward)
    byReward.set(reward, [...(byReward.get(reward) ?? []), group])
  }
  return [...byReward.values()].flatMap((alike) => piecesOf(alike).map((pieces) => [(alike[0] as Asked).spec.reward, pieces] as const))
}

/** The replies of groups in pieces that each fill a request. */
function piecesOf(groups: readonly Asked[]): Piece[][] {
  const requests: Piece[][] = []
  let [replies, characters] = [MOST_REPLIES, 0]
  for (const group of groups)
    for (const [place, { text, failure }] of group.replies.entries()) {
      if (failure !== undefined) continue
      if (replies >= MOST_REPLIES || characters + text.length > MOST_CHARACTERS) {
        requests.push([])
        replies = 0
        characters = 0
      }
      const pieces = requests.at(-1) as Piece[]
      if (pieces.at(-1)?.group === group) pieces.at(-1)?.places.push(place)
      else pieces.push({ group, places: [place] })
      replies++
      characters += text.length
    }
  return requests
}

/** The replies of a piece as if they had been played here. Throws Fault where the answer is not one to it. */
function playedOf({ group, places }: Piece, told: RowsResponse['groups'][number] | undefined): PlayedReply[] {
  const { game } = group.spec
  if (told?.replies.length !== places.length) throw unreadable()
  const expert = told.expert ? new Map(Object.entries(told.expert)) : null
  // Equal moves have one next state.
  const known = new Map<string, DecodedState>()
  return told.replies.map(({ score: wire, terminated, state: token }, k) => {
    const next = known.get(token ?? '') ?? nextState(game, token)
    known.set(token ?? '', next)
    if (next.last === null) throw unreadable()
    const score = readScore(wire)
    return {
      score,
      read: readReply(game, textAt(group, places[k] as number), group.truth),
      result: { state: next.state, reward: score.gameReward, terminated, ...next.last },
      expert,
    }
  })
}

function nextState(game: AnyGame, token: string | null): DecodedState {
  try {
    return decodeState(token ?? '', [game], nodeDigest)
  } catch (error) {
    if (error instanceof StateError) throw unreadable()
    throw error
  }
}

/** Two replies to a state of each game: one that cannot be read, and a true one with a legal move. */
function probesOf(config: TrainConfig): ReplyGroup[] {
  const probes = mixOf(config).map((entry): ReplyGroup => {
    const spec: EnvSpec = { ...entry.spec, reward: rewardSpecOf(config.rl, entry) }
    const { game } = spec
    const state: unknown = game.rules.init(spec.config, 0)
    const { text: perception } = truthOf(game, state)()
    const [action] = game.rules.legalActions(state)
    const texts = ['', formatReply({ perception, think: '', answer: game.answer.format(state, action) })]
    return { spec, state, replies: texts.map((text) => ({ text })) }
  })
  const distinct = new Map(probes.map((probe) => [canonicalJson([probe.spec.game.id, probe.state, probe.spec.reward]), probe]))
  return [...distinct.values()]
}

const playedHere = ({ spec, state, replies }: ReplyGroup): PlayedReply[] => {
  const expert = rewardScores(spec.reward, spec.game, state)
  return playGroup(spec.game, state, replies, { chance: 'shared' }).map((played) => ({ ...played, expert }))
}

/** All that a server says of replies, as one text. */
function toldOf(played: readonly PlayedReply[]): string {
  return canonicalJson(played.map(({ score, result, expert }) => ({ score, result, expert: expert && Object.fromEntries(expert) })))
}
