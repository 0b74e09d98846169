/**
 * State tokens: a state as one url-safe word that any process can score or go on from, with no session anywhere.
 *
 *     vg1.<game id>.<game version>.<base64url of a DEFLATE stream of canonical JSON>.<checksum>
 *
 * The JSON (RFC 8785) is { state, last }: the state and the feedback on the last step. A short one is stored in the stream as it is, since
 * compressing it takes twenty times as long and saves a third; any DEFLATE stream is read. The checksum, 8 hex digits of the
 * SHA-256 of all before it, finds accidents; it is no signature. What a token says is believed only after `game.rules.parseState`.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { StateError } from '../errors.ts'
import type { AnyGame, StepResult } from '../game.ts'

/** What feedback needs of the last step; null before the first. */
export type LastStep = Pick<StepResult<unknown>, 'legal' | 'events'> | null

/** A token, read and validated. */
export interface DecodedState {
  readonly game: AnyGame
  readonly state: unknown
  readonly last: LastStep
}

/** Longest token, characters. */
export const maxTokenLength = 32_768
/** Longest JSON inside a token, bytes. */
export const maxTokenBytes = 262_144

const prefix = 'vg1'
const shape = /^vg1\.([a-z0-9-]{1,64})\.(\d{1,9})\.([A-Za-z0-9_-]+)\.([0-9a-f]{8})$/

/** Longest JSON that is stored and not compressed, bytes. */
const storedBytes = 2048

/** Canonical JSON (RFC 8785) of plain data; fields that are undefined are left out. Throws RangeError for numbers that JSON has not. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is no number of JSON`)
    return String(value)
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return Array.isArray(value) ? canonicalList(value) : canonicalRecord(value as Record<string, unknown>)
}

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)

function canonicalList(list: readonly unknown[]): string {
  // Numbers alone, as boards are, have one JSON, which is written fastest at one go.
  if (list.every(isNumber)) return JSON.stringify(list)
  let text = ''
  for (let i = 0; i < list.length; i++) text += i === 0 ? canonicalJson(list[i]) : `,${canonicalJson(list[i])}`
  return `[${text}]`
}

function canonicalRecord(record: Record<string, unknown>): string {
  let text = ''
  // The order of UTF-16 units, which RFC 8785 asks for, is that of `sort`.
  for (const key of Object.keys(record).sort()) {
    const part = record[key]
    if (part !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(part)}`
  }
  return `{${text}}`
}

/** SHA-256 of a text in UTF-8, as hex digits. */
export type Digest = (text: string) => string

/** The digest wherever this runs. That of Node takes an eighth of the time, so the server gives it to the functions below. */
const sha256Hex: Digest = (text) => bytesToHex(sha256(utf8ToBytes(text)))

const checksum = (text: string, digest: Digest): string => digest(text).slice(0, 8)

function toBase64Url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): Uint8Array {
  return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true)
}

/** Canonical identity of a state: 32 hex digits of the SHA-256 of the canonical JSON of { game, version, state }. Equal iff the states are. */
export function stateHash(game: AnyGame, state: unknown, digest: Digest = sha256Hex): string {
  return hashOf(game, canonicalJson(state), digest)
}

function hashOf({ id, version }: AnyGame, stateJson: string, digest: Digest): string {
  return digest(`{"game":${JSON.stringify(id)},"state":${stateJson},"version":${canonicalJson(version)}}`).slice(0, 32)
}

/** The token of a state; `last` carries the feedback on the last step along. */
export function encodeState(game: AnyGame, state: unknown, last: LastStep = null): string {
  return tokenOf(game, canonicalJson(state), last, sha256Hex)
}

/** `encodeState` and `stateHash` in little more than the time of one of them. */
export function encodeAndHash(
  game: AnyGame,
  state: unknown,
  last: LastStep,
  digest: Digest = sha256Hex,
): { readonly token: string; readonly hash: string } {
  const stateJson = canonicalJson(state)
  return { token: tokenOf(game, stateJson, last, digest), hash: hashOf(game, stateJson, digest) }
}

function tokenOf(game: AnyGame, stateJson: string, last: LastStep, digest: Digest): string {
  const feedback = last === null ? null : { legal: last.legal, events: last.events }
  const json = utf8ToBytes(`{"last":${canonicalJson(feedback)},"state":${stateJson}}`)
  const stream = deflateSync(json, { level: json.length > storedBytes ? 9 : 0 })
  const head = `${prefix}.${game.id}.${game.version}.${toBase64Url(stream)}`
  const token = `${head}.${checksum(head, digest)}`
  if (token.length > maxTokenLength || json.length > maxTokenBytes) {
    throw new StateError(`A state of ${game.id} makes a token of ${token.length} characters; at most ${maxTokenLength} are allowed.`)
  }
  return token
}

/** What tokens are inflated into, made when it is first needed; nothing of one call is left to see in the next. */
let room: Uint8Array | undefined

/** Inflates into a buffer of the largest size allowed: bytes beyond it are dropped, so a bomb costs no memory. */
function inflate(bytes: Uint8Array): unknown {
  room ??= new Uint8Array(maxTokenBytes + 1)
  const out = inflateSync(bytes, { out: room })
  if (out.length > maxTokenBytes) throw new StateError(`The state in the token is larger than ${maxTokenBytes} bytes.`)
  return JSON.parse(strFromU8(out))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Events hold numbers, truth values and short names ('left', 'no-run'), in lists and objects: nothing that could speak to a model or a terminal. */
function isPlain(value: unknown, depth: number = 0): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'string') return /^[a-z][a-z-]{0,15}$/.test(value)
  if (depth > 4 || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  return Object.entries(value).every(([key, item]) => /^[a-zA-Z]{1,24}$/.test(key) && isPlain(item, depth + 1))
}

/** Validates the feedback part: plain events that are the game's own, of which it can tell. */
function parseLast(game: AnyGame, value: unknown): LastStep {
  if (value === null) return null
  if (!isRecord(value) || typeof value.legal !== 'boolean' || !Array.isArray(value.events)) {
    throw new StateError('The last step in the token is not { legal, events }.')
  }
  const events = value.events.map((event: unknown) => {
    if (!isRecord(event) || typeof event.kind !== 'string') throw new StateError('An event in the token has no kind.')
    if (!isPlain(event) || game.rules.event?.safeParse(event).success === false)
      throw new StateError(`An event in the token is not one of ${game.id}.`)
    return { ...event, kind: event.kind }
  })
  const last = { legal: value.legal, events }
  game.text.feedback(last)
  return last
}

function readPayload(game: AnyGame, body: string): DecodedState {
  const payload = inflate(fromBase64Url(body))
  if (!isRecord(payload) || !('state' in payload) || !('last' in payload) || Object.keys(payload).length !== 2) {
    throw new StateError('The token does not hold { state, last }.')
  }
  const state = game.rules.parseState(payload.state)
  return { game, state, last: parseLast(game, payload.last) }
}

/** Reads and validates a token of one of `games`. Throws StateError with one sentence, and nothing else, on any other text. */
export function decodeState(token: string, games: readonly AnyGame[], digest: Digest = sha256Hex): DecodedState {
  if (typeof token !== 'string' || token.length > maxTokenLength) {
    throw new StateError(`A state token is a text of at most ${maxTokenLength} characters.`)
  }
  const match = shape.exec(token)
  if (match === null) throw new StateError('The text is not a state token: it must read vg1.<game>.<version>.<state>.<checksum>.')
  const [, id, version, body, sum] = match as unknown as [string, string, string, string, string]
  if (sum !== checksum(token.slice(0, token.lastIndexOf('.')), digest))
    throw new StateError('The state token is damaged: its checksum does not fit.')
  const game = games.find((one) => one.id === id)
  if (game === undefined) throw new StateError(`The state token is of the game "${id}", which is not known here.`)
  if (Number(version) !== game.version) {
    throw new StateError(`The state token is of version ${version} of ${id}, this is version ${game.version}; encode the state anew.`)
  }
  try {
    return readPayload(game, body)
  } catch (error) {
    if (error instanceof StateError) throw error
    throw new StateError('The state token cannot be read: its state is malformed.', { cause: error })
  }
}
