/** The door `vlm-gym/endpoints`: models behind HTTP as policies. Needs Node. */
export { endpointPolicy } from './endpoint.ts'
export {
  ENDPOINT_TOKENS,
  type EndpointOptions,
  type EndpointPolicy,
  type EndpointRecord,
  maxReplyChars,
  type Prices,
} from './endpoint-options.ts'
export { endpointProviders, isEndpointName, keyVariables, splitBaseUrl } from './endpoint-place.ts'
export { type KeptEdits, keptEdits, type RequestEdits, readEdits, resumedEdits } from './request-edits.ts'
