/** The work of `endpointPolicy`: requests in a queue, and what becomes of their answers. Loaded with the libraries it needs on first use. */
import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'
import { ConfigError } from '../errors.ts'
import { hasPictures } from '../messages.ts'
import type { Observation, RawReply, Reply, ReplyOptions, Usage } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { assembleReply } from './assemble.ts'
import { finishOf, readAnswer } from './endpoint-answer.ts'
import {
  bodyProblem,
  connectionProblem,
  type EndpointPlace,
  type EndpointProblem,
  failedAnswer,
  type Refused,
  statusProblem,
} from './endpoint-errors.ts'
import { type Fields, optionalFields, valueAt } from './endpoint-fields.ts'
import { chatMessages } from './endpoint-messages.ts'
import { ENDPOINT_TOKENS, type EndpointOptions, type EndpointPolicy, type EndpointRecord, maxReplyChars } from './endpoint-options.ts'
import { type Endpoint, endpointOf } from './endpoint-place.ts'
import { type HttpAnswer, type Post, poster, proxyNamed } from './http.ts'
import { redactor } from './redact.ts'
import { type JsonObject, keptBody, keptEdits, mergeBody } from './request-edits.ts'
import { observationSeed } from './sampler.ts'
import type { Answer } from './wire.ts'

/** Longest wait between two tries where the server asks for none, ms. */
const LONGEST_WAIT = 60_000
/** Shortest wait asked for by a server that is reported to `onWait`, ms. */
const REPORTED_WAIT = 10_000

interface Client {
  readonly endpoint: Endpoint
  readonly place: EndpointPlace
  readonly options: EndpointOptions
  readonly queue: PQueue
  readonly post: Post
  readonly redact: (text: string) => string
  readonly fields: Fields
  /** What has passed; see `EndpointHistory`. */
  proven: boolean
  pictures: boolean
  /** End of the wait that was reported last, by `performance.now`. */
  waitsUntil: number
  /** The last body that was answered. */
  sent: JsonObject | null
}

/** See `endpointPolicy`. */
export function clientPolicy(options: EndpointOptions): EndpointPolicy {
  const { concurrency = 8, perMinute, timeoutMs = 120_000, env } = options
  const endpoint = endpointOf(options)
  const { id, address, from, variable, wire, edits, secrets } = endpoint
  const client: Client = {
    endpoint,
    place: { id, address, from, variable, keyed: endpoint.keyed, proxy: proxyNamed(address, env), seconds: timeoutMs / 1000 },
    options,
    queue: new PQueue({ concurrency, ...(perMinute !== undefined && { interval: 60_000 / perMinute, intervalCap: 1 }) }),
    post: poster(endpoint.url, env),
    redact: redactor(secrets),
    fields: optionalFields(wire, edits.body),
    proven: false,
    pictures: false,
    waitsUntil: 0,
    sent: null,
  }
  return {
    name: options.name ?? options.model,
    privileged: false,
    record: () => recordOf(client),
    reply: (observations, replyOptions) =>
      Promise.all(
        observations.map((observation, index) =>
          Promise.all(
            Array.from({ length: replyOptions.n }, (_, sample) =>
              ask(client, observation, sampleSeed(replyOptions.seed, index, sample), replyOptions),
            ),
          ),
        ),
      ),
  }
}

function recordOf({ endpoint, options, fields, sent }: Client): EndpointRecord {
  const { headers, query } = keptEdits({ ...options, query: endpoint.edits.query.map((pair) => pair.join('=')) })
  const { id: model, address, notes } = endpoint
  return { model, address, sent: sent === null ? null : sentFields(sent), headers, query, notes: [...notes, ...fields.notes] }
}

/** The fields of a body that say how is asked: seeds differ from request to request, so it is kept whether there is one. */
function sentFields(body: JsonObject): JsonObject {
  const { messages, contents, ...rest } = body
  const seeded = (holder: JsonObject): JsonObject => ('seed' in holder ? { ...holder, seed: 'of the request' } : holder)
  const config = rest.generationConfig
  const configured = typeof config === 'object' && config !== null
  return keptBody(seeded(configured ? { ...rest, generationConfig: seeded(config as JsonObject) } : rest))
}

/** Sample 0 of an observation has the seed that an engine would draw it from, so that a model plays alike directly and behind HTTP. */
function sampleSeed(seed: number, index: number, sample: number): number {
  return sample === 0 ? observationSeed(seed, index) : deriveSeed(seed, index, sample)
}

type Outcome = Reply | EndpointProblem | 'again'

/** One sample, tried until it is there or the tries are used up. Rejects on abort and with ConfigError. */
async function ask(client: Client, observation: Observation, seed: number, { signal }: ReplyOptions): Promise<Reply> {
  const { retries = 6 } = client.options
  let [failures, doubts] = [0, 0]
  for (let requests = 1; ; requests++) {
    const outcome = await client.queue.add(() => request(client, observation, seed, requests, signal), signal ? { signal } : {})
    if (outcome === 'again') continue
    if ('text' in outcome) return outcome
    if (outcome.kind === 'state') return failed(outcome.reason)
    if (outcome.kind === 'setup' && (!outcome.doubtful || doubts++ > 0)) throw new ConfigError(outcome.reason)
    if (outcome.kind === 'retry' && ++failures > retries)
      return failed(`${outcome.reason} (asked ${failures === 1 ? 'once' : `${failures} times`})`)
    const asked = outcome.kind === 'retry' ? outcome.waitMs : null
    if (asked !== null && asked >= REPORTED_WAIT) reportWait(client, asked, outcome.reason)
    await sleep(waitBefore(client.options, seed, Math.max(1, failures), asked), undefined, signal ? { signal } : {})
  }
}

/** Reports a long wait to `onWait`, unless a reported one has not ended yet. */
function reportWait(client: Client, asked: number, reason: string): void {
  const now = performance.now()
  if (now < client.waitsUntil) return
  client.waitsUntil = now + asked
  client.options.onWait?.(Math.round(asked / 1000), reason)
}

const failed = (reason: string): Reply => ({ text: '', failure: { boundary: 'endpoint', reason } })

/** Milliseconds: what the server asks for, or doubling waits with a seeded part, so that many episodes do not come back at once. */
export function waitBefore({ backoffMs = 500 }: EndpointOptions, seed: number, failures: number, asked: number | null): number {
  const grown = backoffMs * 2 ** (failures - 1) * (0.5 + 0.5 * seededRng(seed, 'backoff', failures).real())
  return asked ?? Math.min(LONGEST_WAIT, grown)
}

/** One request. No reason of a failure holds a key. */
async function request(client: Client, observation: Observation, seed: number, requests: number, signal?: AbortSignal): Promise<Outcome> {
  const outcome = await requested(client, observation, seed, requests, signal)
  return outcome === 'again' || 'text' in outcome ? outcome : { ...outcome, reason: client.redact(outcome.reason) }
}

async function requested(client: Client, observation: Observation, seed: number, requests: number, signal?: AbortSignal): Promise<Outcome> {
  const { endpoint, options, fields } = client
  const limit = AbortSignal.timeout(options.timeoutMs ?? 120_000)
  const started = performance.now()
  const body = bodyOf(client, observation, seed)
  const about: Refused = { place: client.place, history: client, picture: hasPictures(observation) }
  let answer: HttpAnswer
  try {
    const { headers } = endpoint
    answer = await client.post({ headers, body: JSON.stringify(body), signal: signal ? AbortSignal.any([signal, limit]) : limit })
  } catch (error) {
    signal?.throwIfAborted()
    return connectionProblem(limit.aborted ? limit.reason : error, about)
  }
  if (answer.status < 200 || answer.status > 299) {
    const refused = failedAnswer(answer, client.redact)
    const field = fields.refused(refused, body)
    return field === null ? statusProblem(refused, about) : without(client, field, refused, body)
  }
  const read = readAnswer(answer, endpoint.wire, client.redact)
  if (read.kind !== 'answer') {
    const field = read.kind === 'error' ? fields.refused({ ...read, status: read.code || 400, headers: answer.headers }, body) : null
    return field === null || read.kind !== 'error' ? bodyProblem(read, answer.headers, about) : without(client, field, read, body)
  }
  client.proven = true
  client.pictures ||= about.picture
  client.sent = body
  fields.passed(body)
  return endpointReply(client, read.answer, { seconds: (performance.now() - started) / 1000, requests })
}

/** Leaves a field out of later requests; 'setup' where the caller insists on it. */
function without(client: Client, field: 'seed' | 'temperature' | 'maxTokens', { words }: { words: string }, body: JsonObject): Outcome {
  const { temperature, insistOnTemperature = temperature === 0 } = client.options
  if (field === 'temperature' && insistOnTemperature) {
    const remedy = temperature === 0 ? 'give --decoding sampled' : 'leave --temperature out'
    return { kind: 'setup', reason: `${client.place.id} takes no temperature, and ${temperature} was asked for (${words}); ${remedy}` }
  }
  client.fields.drop(field, words, body)
  return 'again'
}

/** The body of a request: what is asked, as the server takes it, with the caller's own changes over it. Throws ConfigError for a label that these make untrue. */
function bodyOf({ endpoint, options, fields }: Client, observation: Observation, seed: number): JsonObject {
  const { temperature = null, maxTokens = ENDPOINT_TOKENS } = options
  const { wire, name, edits } = endpoint
  const body = mergeBody(fields.fit(wire.body({ name, messages: chatMessages(observation), seed, temperature, maxTokens })), edits.body)
  const lost = temperature === 0 && wire.places.temperature.every((path) => valueAt(body, path) === undefined)
  if (lost) throw new ConfigError('--body takes the temperature out, so replies would not be greedy; leave one of the two out')
  return body
}

function endpointReply(client: Client, answer: Answer, took: Pick<Usage, 'seconds' | 'requests'>): Reply {
  const finish = finishOf(answer)
  const { text, assembly } = assembleReply({ ...answer, cut: finish === 'length' })
  const cut = (part: string | null): string | null => (part === null ? null : part.slice(0, maxReplyChars))
  const raw: RawReply = { content: cut(answer.content), reasoning: cut(answer.reasoning), finish: answer.finish?.slice(0, 100) ?? null }
  return {
    // Parts that were put together may make up a key again.
    text: client.redact(text).slice(0, maxReplyChars),
    finish,
    raw,
    ...(assembly && { assembly }),
    usage: { ...costOf(answer, client.options), ...took },
  }
}

function costOf({ inputTokens, outputTokens }: Answer, { prices }: EndpointOptions): Omit<Usage, 'seconds' | 'requests'> {
  const priced = prices !== undefined && inputTokens !== null && outputTokens !== null
  return { inputTokens, outputTokens, cost: priced ? (inputTokens * prices.input + outputTokens * prices.output) / 1e6 : null }
}
