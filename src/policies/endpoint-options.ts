/** Options of `endpointPolicy`, and the record that it keeps. */
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
  /** What messages call the place where the address was given. Default '--base-url'. */
  readonly baseUrlFrom?: string | undefined
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

/** Reply tokens at most, by default. */
export const ENDPOINT_TOKENS = 1024

/** Characters of a reply that are read and kept. */
export const maxReplyChars = 65_536
