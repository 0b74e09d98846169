/**
 * A model behind HTTP as a policy. One request a sample; a limit on requests at once and on requests a minute; tries again with growing waits.
 *
 * What is data and what is a fault: a completion is data whatever its message says, the empty one and the one of a megabyte included (it is
 * cut after `maxReplyChars` characters *before* it is read, so that what is kept is what was played). A body that is no completion (empty,
 * not JSON, too large, cut short) is a fault of the way and is asked for again. A request that fails for good gives a reply with a
 * `failure` at the boundary 'endpoint'. Only what no request can survive (wrong key, address or model; no vision) throws, as ConfigError.
 */
import type { EndpointOptions, EndpointPolicy } from './endpoint-options.ts'

/** A policy that asks a model's endpoint. Throws ConfigError for a name, address or key that cannot be right; asks nothing yet. */
export async function endpointPolicy(options: EndpointOptions): Promise<EndpointPolicy> {
  const { clientPolicy } = await import('./endpoint-client.ts')
  return clientPolicy(options)
}
