/**
 * A model behind HTTP as a policy. One request a sample; a limit on requests at once and on requests a minute; tries again with growing waits.
 *
 * Data or error: a completion is data whatever its message says, even if that is empty or a megabyte long (it is cut after `maxReplyChars`
 * characters *before* it is read, so that what is kept is what was played). A body that is no completion (empty, not JSON, too large, cut
 * short) is a transport error and is retried. A request that fails for good gives a reply with a `failure` at the boundary 'endpoint'. A
 * ConfigError is thrown only where every request would fail: a wrong key, address or model, or a model without vision.
 */
import type { EndpointOptions, EndpointPolicy } from './endpoint-options.ts'

/** A policy that asks a model's endpoint. Throws ConfigError for a name, address or key that cannot be right; asks nothing yet. */
export async function endpointPolicy(options: EndpointOptions): Promise<EndpointPolicy> {
  const { clientPolicy } = await import('./endpoint-client.ts')
  return clientPolicy(options)
}
