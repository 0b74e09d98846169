/**
 * The models behind HTTP of an evaluation. Each is made once, so that what is learned of its server (fields it refuses, that its key is right)
 * stays known from the first request to the last.
 */
import { isDeepStrictEqual } from 'node:util'
import { type EndpointPolicy, endpointPolicy, type RequestEdits } from '../policies/endpoints.ts'
import { type EndpointLine, endpointLines, type RunFolder } from '../runs/index.ts'
import type { EvalConfig, EvalPace } from './eval-config.ts'

/** Requests at once of an endpoint, by default. */
export const CONCURRENCY = 8

/** File of a run folder: how each endpoint is asked. */
export const ENDPOINTS = 'endpoints.json'

export type EndpointDecoding = 'sampled' | 'greedy'

/** The endpoints that have been asked for so far. */
export interface Endpoints {
  /** Throws ConfigError for a name, key or address that cannot be right. */
  policy(name: string, decoding: EndpointDecoding): Promise<EndpointPolicy>
  /** How each is asked. */
  lines(): EndpointLine[]
}

/** What endpoints are made from; `edits`: changes to their requests, secrets included. */
export interface EndpointsOptions {
  readonly config: EvalConfig
  readonly local: EvalPace
  readonly edits: RequestEdits
  /** Told of long waits that servers ask for. */
  readonly onWait: (seconds: number, reason: string) => void
}

/** No endpoint yet. */
export function evalEndpoints({ config, local, edits, onWait }: EndpointsOptions): Endpoints {
  const made = new Map<string, Promise<EndpointPolicy>>()
  const known: { readonly policy: EndpointPolicy; readonly decoding: EndpointDecoding }[] = []
  const make = async (name: string, decoding: EndpointDecoding): Promise<EndpointPolicy> => {
    const { temperature, priceIn, priceOut } = config
    const { concurrency = CONCURRENCY, perMinute, retries, timeout } = local
    const policy = await endpointPolicy({
      ...edits,
      model: name,
      baseUrl: config.baseUrl ?? undefined,
      temperature: decoding === 'greedy' ? 0 : (temperature ?? 1),
      insistOnTemperature: decoding === 'greedy' || temperature !== null,
      maxTokens: config.maxTokens ?? undefined,
      concurrency,
      perMinute,
      retries,
      onWait,
      timeoutMs: 1000 * timeout,
      prices: priceIn === null || priceOut === null ? undefined : { input: priceIn, output: priceOut },
    })
    known.push({ policy, decoding })
    return policy
  }
  return {
    policy: (name, decoding) => {
      const key = `${decoding} ${name}`
      const policy = made.get(key) ?? make(name, decoding)
      made.set(key, policy)
      return policy
    },
    lines: () => known.map(({ policy, decoding }) => ({ policy: policy.name, decoding, ...policy.record() })),
  }
}

/** Keeps how endpoints are asked. What an earlier session learned stays, where this one asked nothing or learned no other. */
export async function keepEndpoints(folder: RunFolder, endpoints: Endpoints): Promise<EndpointLine[]> {
  const before = (await folder.readDerived(ENDPOINTS, endpointLines)) ?? []
  const now = endpoints.lines().map((line): EndpointLine => {
    const earlier = before.find(({ policy, decoding }) => policy === line.policy && decoding === line.decoding)
    if (earlier === undefined) return line
    return { ...(line.sent === null ? earlier : line), notes: [...new Set([...earlier.notes, ...line.notes])] }
  })
  if (now.length > 0 && !isDeepStrictEqual(now, before)) await folder.write(ENDPOINTS, now)
  return now
}
