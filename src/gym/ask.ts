/** The one place where a policy is asked. A missing reply becomes data here. */
import { ConfigError, EngineError } from '../errors.ts'
import type { Observation, Policy, Reply } from '../policy.ts'

/** What is put to a policy; the state is for privileged policies alone. */
export interface Asked {
  readonly observation: Observation
  readonly state: unknown
}

export interface AskOptions {
  /** Replies to each observation. */
  readonly n: number
  /** Decides all chance of the policy in this call. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/** The reply of a call that failed: an EngineError counts as boundary 'engine', anything else as 'endpoint'. */
export function failedReply(error: unknown): Reply {
  const reason = error instanceof Error ? error.message : String(error)
  return { text: '', failure: { boundary: error instanceof EngineError ? 'engine' : 'endpoint', reason } }
}

/**
 * Replies by [asked][n]. A call that throws is a failure of all its replies, and so is a reply that is missing; a ConfigError is passed on, since
 * it says that the call itself was wrong. After an abort the replies mean nothing: check the signal first.
 */
export async function ask(policy: Policy, asked: readonly Asked[], { n, seed, signal }: AskOptions): Promise<Reply[][]> {
  const privileged = policy.privileged ? { states: asked.map(({ state }) => state) } : undefined
  const all = (replyTo: (index: number, k: number) => Reply): Reply[][] =>
    asked.map((_, index) => Array.from({ length: n }, (__, k) => replyTo(index, k)))
  try {
    const replies = await policy.reply(
      asked.map(({ observation }) => observation),
      { n, seed, ...(privileged && { privileged }), ...(signal && { signal }) },
    )
    return all((index, k) => replies[index]?.[k] ?? failedReply(new Error(`The policy ${policy.name} gave no reply.`)))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const failed = failedReply(error)
    return all(() => failed)
  }
}

/** The reply of a policy to one observation. */
export async function askOne(policy: Policy, asked: Asked, options: Omit<AskOptions, 'n'>): Promise<Reply> {
  const [[reply]] = (await ask(policy, [asked], { ...options, n: 1 })) as [[Reply]]
  return reply
}
