/**
 * A model behind HTTP as a policy. One request a sample; a limit on requests at once and on requests a minute; tries again with growing waits.
 *
 * What is data and what is a fault: a completion is data whatever its message says, the empty one and the one of a megabyte included (it is
 * cut after `maxReplyChars` characters *before* it is read, so that what is kept is what was played). A body that is no completion (empty,
 * not JSON, too large, cut short) is a fault of the way and is asked for again. A request that fails for good gives a reply with a
 * `failure` at the boundary 'endpoint'. Only what no request can survive (wrong key, address or model; no vision) throws, as ConfigError.
 */
import type { Policy } from '../policy.ts'
import type { JsonObject, RequestEdits } from './request-edits.ts'

/** Prices of a million tokens, in any one currency. */
export interface Prices {
  readonly input: number
  readonly output: number
}

export interface EndpointOptions extends RequestEdits {
  /** `provider:NAME`: see endpoint-place.ts. */
  readonly model: string
  /** Address up to and with the version, like http://localhost:8000/v1; a query in it goes with every request. */
  readonly baseUrl?: string | undefined
  /** Default: the provider's own. */
  readonly temperature?: number | undefined
  /** A model that takes no temperature is refused, rather than asked without. Default: with temperature 0, which a label calls greedy. */
  readonly insistOnTemperature?: boolean | undefined
  /** Reply tokens at most. Default 1024. */
  readonly maxTokens?: number | undefined
  /** Requests at once. Default 8. */
  readonly concurrency?: number | undefined
  /** Requests a minute at most. Default: no limit. */
  readonly perMinute?: number | undefined
  /** Tries after the first. Default 6. */
  readonly retries?: number | undefined
  /** First wait before another try, doubled from try to try up to a minute, milliseconds. Default 500. */
  readonly backoffMs?: number | undefined
  /** A request's limit, milliseconds. Default 120,000. */
  readonly timeoutMs?: number | undefined
  readonly prices?: Prices | undefined
  /** Told of a wait of 10 s or more that the server asks for, and why; once while several requests wait. */
  readonly onWait?: ((seconds: number, reason: string) => void) | undefined
  /** Default: the model's name. */
  readonly name?: string | undefined
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What is asked of an endpoint, as far as it may be kept: no keys, no values of headers. */
export interface EndpointRecord {
  readonly model: string
  /** Base address that is asked. */
  readonly address: string
  /** Fields of the bodies that were sent, without the messages. Null before the first answer. */
  readonly sent: JsonObject | null
  /** Names of the headers that the caller added. */
  readonly headers: readonly string[]
  /** Parameters in the query, 'key=value'. */
  readonly query: readonly string[]
  /** What the reader of results should know, a sentence each: fields that were left out, and why. */
  readonly notes: readonly string[]
}

/** A policy that can say what it asks. */
export interface EndpointPolicy extends Policy {
  record(): EndpointRecord
}

/** Characters of a reply that are read and kept. */
export const maxReplyChars = 65_536

/** A policy that asks a model's endpoint. Throws ConfigError for a name, address or key that cannot be right; asks nothing yet. */
export async function endpointPolicy(options: EndpointOptions): Promise<EndpointPolicy> {
  const { clientPolicy } = await import('./endpoint-client.ts')
  return clientPolicy(options)
}
