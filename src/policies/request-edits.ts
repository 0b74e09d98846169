/**
 * Changes to what is asked of an endpoint, the same for every provider: fields of the body, headers, and the query of the address.
 *
 *     { body: { seed: null, reasoning: { effort: 'low' } }, headers: ['X-Team: games'], query: ['api-version=2025-01-01'] }
 */
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '../errors.ts'
import { checkSecret, headerSecrets, isSecretName } from './redact.ts'

export type JsonObject = { readonly [key: string]: unknown }

/** What is changed. All of it is sent with every request. */
export interface RequestEdits {
  /** Merged into the body, object by object; null takes a field out. Arrays and other values replace what is there. */
  readonly body?: JsonObject | undefined
  /** 'Name: value'. In place of a header of this name. */
  readonly headers?: readonly string[] | undefined
  /** 'key=value'. */
  readonly query?: readonly string[] | undefined
}

/** The changes, checked and read. */
export interface ReadEdits {
  readonly body: JsonObject
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  /** Values that must not be said aloud: of headers, and of fields and parameters that are called like secrets. */
  readonly secrets: readonly string[]
}

/** Fields that decide what is asked of whom: they have options of their own, or cannot be changed. */
const FIXED: Readonly<Record<string, string>> = {
  model: 'it is named by the model; give another --model',
  messages: 'the prompt is that of the game',
  contents: 'the prompt is that of the game',
  n: 'one reply is asked for at a time',
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Checks changes. Throws ConfigError that repeats no value of a header. */
export function readEdits({ body = {}, headers = [], query = [] }: RequestEdits): ReadEdits {
  if (!isObject(body)) throw new ConfigError('--body is not a JSON object; write it like \'{"seed":null}\'')
  const fixed = Object.keys(body).find((name) => Object.hasOwn(FIXED, name))
  if (fixed !== undefined) throw new ConfigError(`--body cannot change ${fixed}: ${FIXED[fixed]}`)
  checkTemperature(body)
  const named = headers.map(readHeader)
  const twice = named.find(([name], at) => named.findIndex(([other]) => other === name) < at)
  if (twice !== undefined)
    throw new ConfigError(`--header ${twice[0]} is given twice; give it once, several values with commas between them`)
  const parameters = query.map(readParameter)
  return {
    body,
    headers: Object.fromEntries(named),
    query: parameters,
    secrets: [
      ...named.flatMap(([, value]) => headerSecrets(value)),
      ...parameters.flatMap(([name, value]) => (isSecretName(name) ? [value] : [])),
      ...secretValues(body),
    ],
  }
}

/** A number would make the label of the decoding untrue. */
function checkTemperature(body: JsonObject): void {
  for (const holder of [body, body.generationConfig]) {
    if (isObject(holder) && typeof holder.temperature === 'number')
      throw new ConfigError(`--body cannot set the temperature to ${holder.temperature}; give --temperature, or null here to leave it out`)
  }
}

/** Headers of a connection, which HTTP libraries write themselves or refuse. */
const CONNECTION = ['host', 'content-length', 'connection', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'te', 'trailer']

function readHeader(text: string, index: number): [string, string] {
  const at = text.indexOf(':')
  const name = text.slice(0, Math.max(0, at)).trim().toLowerCase()
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
    throw new ConfigError(`--header ${index + 1} is not written 'Name: value'`)
  }
  if (CONNECTION.includes(name)) throw new ConfigError(`--header cannot set ${name}, which belongs to the connection; leave it out`)
  const value = text.slice(at + 1).trim()
  checkSecret(value, `the value of --header ${name}`, { spaces: true })
  return [name, value]
}

function readParameter(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new ConfigError('--query is not written key=value')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** The texts in a value that are secrets by the name of the field that holds them, however deep. `secret`: the value has such a name. */
function secretValues(value: unknown, secret = false): string[] {
  if (typeof value === 'string') return secret ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => secretValues(one, secret))
  return isObject(value) ? Object.entries(value).flatMap(([name, one]) => secretValues(one, secret || isSecretName(name))) : []
}

/** `over` in `base`: objects field by field; null takes a field out. Neither is changed. */
export function mergeBody(base: JsonObject, over: JsonObject): JsonObject {
  const out: { [key: string]: unknown } = { ...base }
  for (const [name, value] of Object.entries(over)) {
    if (value === null) delete out[name]
    else if (isObject(value)) out[name] = mergeBody(isObject(out[name]) ? (out[name] as JsonObject) : {}, value)
    else out[name] = value
  }
  return out
}

/** What may be kept of changes: names of headers without values, and no value that is a secret by its name. */
export interface KeptEdits {
  readonly body: JsonObject
  readonly headers: readonly string[]
  readonly query: readonly string[]
}

/** In place of a value that is kept nowhere. */
export const NOT_KEPT = '[not kept]'

/** Changes as a run folder may hold them. */
export function keptEdits(edits: RequestEdits): KeptEdits {
  const { body, headers, query } = readEdits(edits)
  return {
    body: keptBody(body),
    headers: Object.keys(headers),
    query: query.map(([name, value]) => `${name}=${isSecretName(name) ? NOT_KEPT : value}`),
  }
}

/** A body without the values of its secret fields. */
export function keptBody(body: JsonObject): JsonObject {
  return keptValue(body, false) as JsonObject
}

function keptValue(value: unknown, secret: boolean): unknown {
  if (typeof value === 'string') return secret ? NOT_KEPT : value
  if (Array.isArray(value)) return value.map((one) => keptValue(one, secret))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, keptValue(one, secret || isSecretName(name))]))
}

/**
 * Changes to go on with: what was kept, and given anew what was not. Throws ConfigError that names what is missing, or what would be asked
 * otherwise than before.
 */
export function resumedEdits(kept: KeptEdits, given: RequestEdits): RequestEdits {
  const again = keptEdits(given)
  const lost = kept.headers.find((name) => !again.headers.includes(name))
  if (lost !== undefined) throw notKept(`--header ${lost}`)
  return { headers: given.headers, body: resumedBody(kept.body, given.body), query: resumedQuery(kept.query, given.query ?? []) }
}

function resumedBody(kept: JsonObject, given: JsonObject | undefined): JsonObject {
  if (given !== undefined && !isDeepStrictEqual(kept, keptBody(given))) throw otherwise('--body')
  if (given === undefined && JSON.stringify(kept).includes(NOT_KEPT)) throw notKept('--body')
  return given ?? kept
}

function resumedQuery(kept: readonly string[], given: readonly string[]): string[] {
  const again = given.map(readParameter)
  const before = kept.map(readParameter)
  const whole = before.map(([name, value]) => {
    const now = again.filter(([one]) => one === name)
    if (value === NOT_KEPT && now.length === 0) throw notKept(`--query ${name}`)
    if (value !== NOT_KEPT && now.some(([, other]) => other !== value)) throw otherwise(`--query ${name}`)
    return `${name}=${now[0]?.[1] ?? value}`
  })
  const added = again.find(([name]) => !before.some(([one]) => one === name))
  if (added !== undefined) throw otherwise(`--query ${added[0]}`)
  return whole
}

const otherwise = (option: string): ConfigError =>
  new ConfigError(`${option} is not what the run was begun with, and all its requests are asked alike; leave it out beside --resume`)

const notKept = (what: string): ConfigError =>
  new ConfigError(`the run was begun with ${what}, which holds a value that is not kept; give it again beside --resume`)
