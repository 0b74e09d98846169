/** The body of an answer, read: a completion, an error in the server's own words, or neither. Whole bodies and streams of events. */
import type { Finish } from '../policy.ts'
import type { HttpAnswer } from './http.ts'
import { redactDeep } from './redact.ts'
import { isObject, type JsonObject } from './request-edits.ts'
import { type Answer, firstChoice, objectsOf, textOr, type Wire } from './wire.ts'

/** What a body holds. `words`: what the server says, in one short line. */
export type ReadAnswer =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The server says what went wrong. `code`: a status within the body, or 0. */
  | { readonly kind: 'error'; readonly words: string; readonly code: number; readonly error: unknown }
  /** JSON of another kind, or a page for people. */
  | { readonly kind: 'foreign'; readonly words: string }
  /** Empty, cut short, or no JSON at all. */
  | { readonly kind: 'broken'; readonly words: string }

/** Longest piece of a server's own words, characters. */
const QUOTED = 300

/** One line of a text that has been redacted, shortened. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line
}

/** Reads an answer of status 200 to 299, by what its body is: servers call JSON a stream, and a stream JSON. */
export function readAnswer({ body }: HttpAnswer, wire: Wire, redact: (text: string) => string): ReadAnswer {
  const whole = readJson(jsonOf(body, redact), wire)
  if (whole !== null) return whole
  if (!/^\s*(data|event|id|retry)?:/.test(body)) return readPage(redact(body))
  return readJson(redactDeep(joinedEvents(body), redact), wire) ?? { kind: 'broken', words: 'a stream that ended before the reply did' }
}

/** The JSON of a text, keys taken out; undefined if the text is not JSON. */
export function jsonOf(text: string, redact: (text: string) => string): unknown {
  try {
    return redactDeep(JSON.parse(text), redact)
  } catch {
    return undefined
  }
}

function readJson(json: unknown, wire: Wire): ReadAnswer | null {
  if (json === undefined) return null
  const failed = errorIn(json)
  const answer = isObject(json) ? wire.read(json) : null
  if (answer === null) {
    if (failed !== null) return failed
    const empty = isObject(json) && ('choices' in json || 'candidates' in json)
    return { kind: empty ? 'broken' : 'foreign', words: quoted(JSON.stringify(json)) }
  }
  const broken = isError(answer.error)
    ? errorOf(answer.error)
    : finishOf(answer) === 'error'
      ? (failed ?? errorOf('the server failed while it wrote'))
      : null
  return broken ?? { kind: 'answer', answer }
}

function readPage(text: string): ReadAnswer {
  const line = quoted(text)
  if (!/^<(!doctype|html|head|body|\?xml)/i.test(line)) return { kind: 'broken', words: line === '' ? 'an empty body' : `no JSON: ${line}` }
  return { kind: 'foreign', words: `a page of HTML${pageTitle(text)}` }
}

/** The title of a page, as it is appended to a sentence. */
function pageTitle(text: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]?.trim()
  return title === undefined || title === '' ? '' : ` with the title ${JSON.stringify(quoted(title))}`
}

const isError = (value: unknown): boolean => (typeof value === 'string' ? value !== '' : isObject(value) && Object.keys(value).length > 0)

/** The error that a body is, if it is one. */
function errorIn(json: unknown): ReadAnswer | null {
  if (typeof json === 'string') return errorOf(json)
  if (!isObject(json)) return null
  if (isError(json.error)) return errorOf(json.error)
  const other = json.object === 'error' || json.type === 'error' || !Array.isArray(json.choices)
  if (!other) return null
  const hasReason = [json.message, json.detail, json.errors, json.msg].some((value) => isError(value) || objectsOf(value).length > 0)
  return hasReason ? errorOf(json) : null
}

function errorOf(error: unknown): ReadAnswer {
  const held = isObject(error) ? [error.code, error.status, error.status_code].map(Number) : []
  return {
    kind: 'error',
    words: wordsOf(error),
    code: held.find((code) => Number.isInteger(code) && code >= 400 && code < 600) ?? 0,
    error,
  }
}

/** The server's own words of an error body that is JSON: what it calls message, and the code beside it. */
export function wordsOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (!isObject(value)) return value === undefined ? '' : quoted(JSON.stringify(value))
  if (isError(value.error)) return wordsOf(value.error)
  const message = textOr(value.message) ?? textOr(value.detail) ?? textOr(value.msg) ?? listed(value.detail) ?? listed(value.errors)
  if (message === null) return quoted(JSON.stringify(value))
  const metadata = isObject(value.metadata) ? value.metadata : {}
  const more = [value.code, value.param, metadata.raw].map(textOr).filter((text) => text !== null && text !== '' && !message.includes(text))
  return quoted(`${message}${more.length === 0 ? '' : ` (${more.join(', ')})`}`)
}

/** FastAPI's list of what is wrong: the place, then the reason. */
function listed(value: unknown): string | null {
  const lines = objectsOf(value).map(({ loc, msg, message }) => {
    const place = Array.isArray(loc) ? `${loc.join('.')}: ` : ''
    return `${place}${textOr(msg) ?? textOr(message) ?? ''}`
  })
  return lines.length === 0 ? null : lines.join('; ')
}

/** Words of an answer whose body is no JSON. */
export function wordsOfText(text: string): string {
  return /^\s*<(!doctype|html)/i.test(text) ? `a page of HTML${pageTitle(text)}` : quoted(text)
}

/**
 * The chunks of a stream in the shape of a whole chat completion; undefined if it ended before the reply did. A key may stand in two chunks,
 * so it is for the caller to take keys out of the whole.
 */
function joinedEvents(body: string): unknown {
  const message: { [field: string]: unknown } = {}
  let [finish, any]: [unknown, boolean] = [null, false]
  let usage: unknown
  for (const chunk of chunksIn(body)) {
    if (isError(chunk.error)) return { error: chunk.error }
    if (isObject(chunk.usage)) usage = chunk.usage
    const choice = firstChoice(chunk)
    if (choice === undefined) {
      if (chunk.choices === undefined && errorIn(chunk) !== null) return chunk
      continue
    }
    any = true
    if (isError(choice.error)) return { error: choice.error }
    finish = choice.finish_reason ?? finish
    addPieces(message, isObject(choice.delta) ? choice.delta : isObject(choice.message) ? choice.message : {})
  }
  const ended = /^data: ?\[DONE\]\s*$/m.test(body)
  if (!any || (!ended && finish === null)) return undefined
  return { choices: [{ message, finish_reason: finish }], usage }
}

/** The JSON objects of a stream of events. One may stand in several lines of data, and events are not always parted by an empty line. */
function* chunksIn(body: string): Generator<JsonObject> {
  let data = ''
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (line === '') data = ''
    if (!line.startsWith('data:')) continue
    data += `${line.slice('data:'.length)}\n`
    const chunk = jsonOf(data, (text) => text)
    if (chunk === undefined) continue
    data = ''
    if (isObject(chunk)) yield chunk
  }
}

/** Adds what a chunk says of a message: texts are put together, and so are lists. */
function addPieces(message: { [field: string]: unknown }, delta: JsonObject): void {
  for (const [field, piece] of Object.entries(delta)) {
    const held = message[field]
    if (typeof piece === 'string' && field !== 'role') message[field] = (typeof held === 'string' ? held : '') + piece
    else if (Array.isArray(piece)) message[field] = [...(Array.isArray(held) ? held : []), ...piece]
  }
}

/** Servers' words for why they stopped, in lower case. */
const FINISHES: Readonly<Record<Exclude<Finish, 'other'>, readonly string[]>> = {
  stop: ['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'complete', 'completed', 'finished', 'done'],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    'max_length',
    'model_length',
    'model_context_window_exceeded',
    'token_limit',
    'incomplete',
  ],
  filtered: [
    ...[
      'content_filter',
      'content_filtered',
      'filtered',
      'safety',
      'recitation',
      'blocklist',
      'prohibited_content',
      'spii',
      'image_safety',
    ],
    ...['sensitive', 'guardrail_intervened', 'language', 'error_toxic'],
  ],
  refused: ['refusal', 'refused'],
  'tool-call': ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'malformed_function_call', 'unexpected_tool_call'],
  error: ['error', 'abort', 'aborted', 'network_error', 'insufficient_system_resource', 'engine_overloaded', 'cancelled', 'canceled'],
}

/** Why a reply stopped. */
export function finishOf({ finish, declined, calledTool, content }: Answer): Finish {
  if (declined) return 'refused'
  const word =
    finish
      ?.trim()
      .toLowerCase()
      .replace(/^finish_?reason[_.]/, '') ?? ''
  const known = (Object.keys(FINISHES) as Exclude<Finish, 'other'>[]).find((name) => FINISHES[name].includes(word)) ?? 'other'
  const silent = content === null || content.trim() === ''
  return calledTool && silent && (known === 'stop' || known === 'other') ? 'tool-call' : known
}
