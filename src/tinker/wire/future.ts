/** Futures: a long request is answered by the id of a future, and `retrieve_future` by what has become of it. */
import * as z from 'zod'
import { readJson } from './codec.ts'

/** Answer to a request whose result comes later. */
export const futureResponse = z.object({
  request_id: z.string(),
  model_id: z.string().nullish(),
  /** Of asample: an id for each sample; SDKs since 0.38 insist on it. */
  sample_sequence_ids: z.array(z.string()).nullish(),
})
/** POST retrieve_future; a long poll. */
export const retrieveFutureRequest = z.object({ request_id: z.string(), allow_metadata_only: z.boolean().default(false) })
/** POST cancel_future. */
export const cancelFutureRequest = z.object({ request_id: z.string() })

export type FutureState =
  /** Not finished: ask again. */
  | { readonly state: 'waiting'; readonly queue: 'active' | 'paused_capacity' | 'paused_rate_limit' | null; readonly reason: string | null }
  /** Finished, and the result not sent: ask again with `allow_metadata_only` false. */
  | { readonly state: 'held'; readonly bytes: number }
  | { readonly state: 'failed'; readonly error: string; readonly category: 'unknown' | 'server' | 'user' }
  /** The result of the request, parsed JSON; of protobuf results the body is no JSON and is not read here. */
  | { readonly state: 'done'; readonly result: unknown }

const waiting = z.object({ type: z.literal('try_again'), queue_state: z.string().nullish(), queue_state_reason: z.string().nullish() })
const held = z.object({ status: z.literal('complete_metadata'), response_payload_size: z.number().nullish() })
const failed = z.object({ error: z.string(), category: z.string().nullish() })

const QUEUE_STATES = ['active', 'paused_capacity', 'paused_rate_limit'] as const
const CATEGORIES = ['unknown', 'server', 'user'] as const

/** What a JSON body of retrieve_future says, whatever the case of its words. */
export function futureFromJson(value: unknown): FutureState {
  const again = waiting.safeParse(value)
  if (again.success) {
    const { queue_state, queue_state_reason: reason } = again.data
    return { state: 'waiting', queue: QUEUE_STATES.find((name) => name === queue_state) ?? null, reason: reason ?? null }
  }
  const kept = held.safeParse(value)
  if (kept.success) return { state: 'held', bytes: kept.data.response_payload_size ?? 0 }
  const failure = failed.safeParse(value)
  if (!failure.success) return { state: 'done', result: value }
  const category = failure.data.category?.toLowerCase()
  return { state: 'failed', error: failure.data.error, category: CATEGORIES.find((name) => name === category) ?? 'unknown' }
}

/** The body of retrieve_future that says so. `requestId`: of the future; SDKs want it with 'waiting'. */
export function futureToJson(future: FutureState, requestId: string): unknown {
  if (future.state === 'done') return future.result
  if (future.state === 'failed') return { error: future.error, category: future.category }
  if (future.state === 'held') return { status: 'complete_metadata', response_payload_size: future.bytes }
  const { queue, reason } = future
  return {
    ...{ type: 'try_again', request_id: requestId, queue_state: queue ?? 'active' },
    ...(reason !== null && { queue_state_reason: reason }),
  }
}

/** The id of a future out of the answer to a request. */
export const readFuture = (value: unknown): z.infer<typeof futureResponse> => readJson(futureResponse, value, 'The answer of the server')
