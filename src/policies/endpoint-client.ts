/** The work of `endpointPolicy`: requests in a queue, and what becomes of their answers. Loaded with the libraries it needs on first use. */
import { setTimeout as sleep } from 'node:timers/promises'
import { generateText, type LanguageModel } from 'ai'
import PQueue from 'p-queue'
import { ConfigError } from '../errors.ts'
import type { Observation, Policy, Reply, ReplyOptions, Usage } from '../policy.ts'
import { deriveSeed, seededRng } from '../rng.ts'
import { type EndpointOptions, maxReplyChars, type Prices } from './endpoint.ts'
import { type EndpointPlace, endpointProblem } from './endpoint-errors.ts'
import { messagesOf } from './endpoint-messages.ts'
import { endpointModel } from './endpoint-model.ts'
import { limitedFetch } from './limited-fetch.ts'
import { redactor } from './redact.ts'
import { observationSeed } from './sampler.ts'

/** Longest wait between two tries, whatever the server says, ms. */
const LONGEST_WAIT = 60_000

interface Client {
  readonly model: LanguageModel
  readonly place: EndpointPlace
  readonly options: EndpointOptions
  readonly queue: PQueue
  readonly redact: (text: string) => string
  /** A request has passed: from now on a refused connection is a fault that may end. */
  proven: boolean
}

/** See `endpointPolicy`. */
export async function clientPolicy(options: EndpointOptions): Promise<Policy> {
  const { model, ...place } = await endpointModel({ ...options, fetch: limitedFetch })
  // The SDK prints warnings of its own; what matters is told by vlm-gym.
  globalThis.AI_SDK_LOG_WARNINGS = false
  const { concurrency = 8, perMinute } = options
  const queue = new PQueue({ concurrency, ...(perMinute !== undefined && { interval: 60_000 / perMinute, intervalCap: 1 }) })
  const client: Client = { model, place, options, queue, redact: redactor(place.secrets), proven: false }
  return {
    name: options.name ?? options.model,
    privileged: false,
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

/** Sample 0 of an observation has the seed that an engine would draw it from, so that a model plays alike directly and behind HTTP. */
function sampleSeed(seed: number, index: number, sample: number): number {
  return sample === 0 ? observationSeed(seed, index) : deriveSeed(seed, index, sample)
}

/** One sample, tried until it is there or the tries are used up. Rejects on abort and with ConfigError. */
async function ask(client: Client, observation: Observation, seed: number, { signal }: ReplyOptions): Promise<Reply> {
  const { retries = 6 } = client.options
  for (let requests = 1; ; requests++) {
    const outcome = await client.queue.add(() => request(client, observation, seed, requests, signal), signal ? { signal } : {})
    if ('text' in outcome) return outcome
    if (requests > retries) {
      const times = requests === 1 ? 'once' : `${requests} times`
      return { text: '', failure: { boundary: 'endpoint', reason: `${outcome.reason} (asked ${times})` } }
    }
    await sleep(waitBefore(client.options, seed, requests, outcome.waitMs), undefined, signal ? { signal } : {})
  }
}

/** What the server asks for, or doubling waits with a seeded part, so that many episodes do not come back at once. */
function waitBefore({ backoffMs = 500 }: EndpointOptions, seed: number, requests: number, asked: number | null): number {
  const grown = backoffMs * 2 ** (requests - 1) * (0.5 + 0.5 * seededRng(seed, 'backoff', requests).real())
  return Math.min(LONGEST_WAIT, asked ?? grown)
}

type Outcome = Reply | { readonly reason: string; readonly waitMs: number | null }

async function request(client: Client, observation: Observation, seed: number, requests: number, signal?: AbortSignal): Promise<Outcome> {
  const { temperature, maxTokens = 1024, timeoutMs = 120_000 } = client.options
  const limit = AbortSignal.timeout(timeoutMs)
  const started = performance.now()
  try {
    const { text, usage } = await generateText({
      model: client.model,
      messages: messagesOf(observation),
      maxRetries: 0,
      maxOutputTokens: maxTokens,
      seed,
      abortSignal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(temperature !== undefined && { temperature }),
    })
    client.proven = true
    const seconds = (performance.now() - started) / 1000
    return {
      text: client.redact(text.slice(0, maxReplyChars)),
      usage: usageOf(usage.inputTokens, usage.outputTokens, client.options.prices, seconds, requests),
    }
  } catch (error) {
    signal?.throwIfAborted()
    return told(client, limit.aborted ? limit.reason : error)
  }
}

/** What a failed request leads to. Throws ConfigError where asking again is in vain. */
function told(client: Client, error: unknown): Outcome {
  const { place } = client
  const problem = endpointProblem(error, place, client.redact)
  if (problem.kind === 'setup') throw new ConfigError(problem.reason)
  if (problem.kind === 'state') return { text: '', failure: { boundary: 'endpoint', reason: problem.reason } }
  if (problem.refused && !client.proven) {
    throw new ConfigError(`${place.baseUrl ?? place.id} cannot be reached: ${problem.reason}; start the server, or correct --base-url`)
  }
  return problem
}

function usageOf(
  input: number | undefined,
  output: number | undefined,
  prices: Prices | undefined,
  seconds: number,
  requests: number,
): Usage {
  const priced = prices !== undefined && input !== undefined && output !== undefined
  return {
    inputTokens: input ?? null,
    outputTokens: output ?? null,
    cost: priced ? (input * prices.input + output * prices.output) / 1e6 : null,
    seconds,
    requests,
  }
}
