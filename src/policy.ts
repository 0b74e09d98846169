/**
 * The policy contract: anything that answers pictures with text. Random play, the solver, a teacher, an engine's sampler,
 * an HTTP endpoint and a person at the keyboard are policies, and all are evaluated alike.
 */
import type { Frame } from './scene.ts'

/** An earlier exchange of the conversation: a worked example, or a turn of this episode as it was. */
export interface Turn {
  readonly observation: Observation
  /** What was answered. */
  readonly reply: string
}

/**
 * What a policy may see. Never the truth: no state, no board text. The one exception is `caption`, and only in a mode that asks for it by
 * name (`ObservationMode` of the gym).
 */
export interface Observation {
  readonly game: string
  /** Prompt text, feedback on the last move included. */
  readonly prompt: string
  /** Drawn on first use. */
  readonly frame: () => Frame
  /**
   * Perception text given along with the picture, or instead of it: the canonical text of this board, or of another one in mode
   * 'wrong-caption'. Absent in mode 'image'. The policy is not told whether it is true.
   */
  readonly caption?: string
  /** True in mode 'caption': the frame is uniform grey and shows nothing, so a policy that needs no picture leaves it out. */
  readonly blank?: true
  /** What was said before, oldest first; absent: a single state. Their own turns are not looked at. */
  readonly turns?: readonly Turn[]
}

/** What a reply of an endpoint took. */
export interface Usage {
  /** Null where the server does not say. */
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** In the currency of the prices given; null without prices or tokens. */
  readonly cost: number | null
  /** Of the request that succeeded. */
  readonly seconds: number
  /** Requests it took, 1 or more. */
  readonly requests: number
}

/**
 * Why a reply of an endpoint stopped. 'stop': the model ended it; 'length': cut at the limit of tokens; 'filtered': held back by a filter of
 * the server; 'refused': the model declined; 'tool-call': it called a tool instead; 'error': the server failed on the way; 'other': the
 * server names no reason, or one that is not known here.
 */
export type Finish = 'stop' | 'length' | 'filtered' | 'refused' | 'tool-call' | 'error' | 'other'

/** What a server sent, before the reply was put together. Keys are taken out, and each text is cut after `maxReplyChars` characters. */
export interface RawReply {
  /** The text of the message; null if it had none. */
  readonly content: string | null
  /** What the server keeps apart as thoughts (`reasoning_content`, `reasoning`, `thinking`, thinking blocks, thought parts); null if none. */
  readonly reasoning: string | null
  /** The server's own word for why it stopped; null if it says nothing. */
  readonly finish: string | null
}

/**
 * How a reply's text was put together out of what the server sent; absent if the text is the content as it is. 'joined': the server had
 * moved a part of the layout to the thoughts; 'from-reasoning': all of it stood there; 'perception-dropped': the server's parser took the
 * perception away and sent it nowhere; 'thoughts-removed': thoughts that stood before the layout were left out.
 */
export type Assembly = 'joined' | 'from-reasoning' | 'perception-dropped' | 'thoughts-removed'

/** One sampled reply. `tokens` and `logprobs` (natural log, one per token) come from engines only. */
export interface Reply {
  /** What is read, played and scored. */
  readonly text: string
  readonly tokens?: readonly number[]
  readonly logprobs?: readonly number[]
  /** From endpoints only. */
  readonly usage?: Usage
  /** From endpoints only. */
  readonly finish?: Finish
  /** From endpoints only. */
  readonly raw?: RawReply
  /** From endpoints only. */
  readonly assembly?: Assembly
  /** Set when the reply could not be had; the text is then ''. */
  readonly failure?: { readonly boundary: 'endpoint' | 'engine'; readonly reason: string }
}

/**
 * Some policies are *privileged*: they are handed the exact states (`states[i]` belongs to `observations[i]`).
 * Solver, random-legal, teacher and human need them; a model under evaluation never sees them.
 */
export interface PrivilegedContext {
  readonly states: readonly unknown[]
}

export interface ReplyOptions {
  /** Replies per observation, 1 or more. */
  readonly n: number
  /** Decides all chance of this call. */
  readonly seed: number
  readonly privileged?: PrivilegedContext
  readonly signal?: AbortSignal
}

/** `reply` returns [observation][reply]. */
export interface Policy {
  readonly name: string
  /** True if `reply` needs `privileged`. */
  readonly privileged: boolean
  reply(observations: readonly Observation[], options: ReplyOptions): Promise<Reply[][]>
}
