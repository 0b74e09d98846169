/**
 * The policy contract: anything that answers pictures with text. Random play, the solver, a teacher, an engine's sampler,
 * an HTTP endpoint and a person at the keyboard are policies, and all are evaluated alike.
 */
import type { ModelInput } from './model-input.ts'
import type { Frame } from './scene.ts'

/** A piece of a message. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image'
      /** Drawn on first use; the same object every time. */
      readonly frame: () => Frame
      /** True: the frame is uniform grey and shows nothing. A model that needs no picture is better off without it. */
      readonly blank?: true
    }

/** One message of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: readonly Part[]
  /** Of an assistant's message that an engine sampled: its tokens, so that a later prompt repeats them and not another spelling of the text. */
  readonly tokens?: readonly number[]
}

/** An earlier exchange of a conversation: a worked example, or a turn of this episode as it was. */
export interface Turn {
  readonly observation: Observation
  /** What was answered. */
  readonly reply: Pick<Reply, 'text' | 'sampled'>
}

/**
 * What a policy may see: a conversation that ends with the state to answer. Never the truth: no state, no board as text, but in the
 * observation modes that ask for it by name (`ObservationMode` of the gym).
 */
export interface Observation {
  /** Id of the game. */
  readonly game: string
  /** Oldest first. The last one is the user's, with the picture before the prompt; the ones before it are worked examples and earlier turns. */
  readonly messages: readonly Message[]
  /** How the assistant's turn begins, if it has begun: the reply goes on from here, and its text includes this. */
  readonly prefix?: string
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
 * Why a reply stopped. 'stop': the model ended it; 'length': cut at the limit of tokens; 'filtered': held back by a filter of
 * the server; 'refused': the model declined; 'tool-call': it called a tool instead; 'error': the server failed while it sampled; 'other': the
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

/** What an engine sampled: all that training needs of a reply. */
export interface Sampled {
  /** What the tokens follow. */
  readonly prompt: ModelInput
  /** Without those of a prefix. */
  readonly tokens: readonly number[]
  /** Natural log-probability of each token when it was sampled. */
  readonly logprobs: readonly number[]
  /** Length of the reply's text (prefix included) after each token, UTF-16 code units. */
  readonly ends: readonly number[]
}

/** One reply. */
export interface Reply {
  /** What is read, played and scored. */
  readonly text: string
  /** From engines only. */
  readonly sampled?: Sampled
  /** From endpoints only. */
  readonly usage?: Usage
  /** From endpoints and engines; an engine's is 'stop' or 'length'. */
  readonly finish?: Finish
  /** From endpoints only. */
  readonly raw?: RawReply
  /** From endpoints only. */
  readonly assembly?: Assembly
  /** Set if there is no reply; the text is then ''. */
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
