/**
 * The contract of chat formats: how a conversation becomes the input of a model, and how sampled tokens become text again. A format belongs
 * to a model, not to an engine or a game. Implementations: src/chat-formats/.
 */
import type { ModelInput } from './model-input.ts'
import type { Observation } from './policy.ts'
import type { Frame } from './scene.ts'

/** Tokens as text. */
export interface ReadTokens {
  readonly text: string
  /** Length of the text after each token, UTF-16 code units. A token that ends inside a character adds nothing; the one that ends it adds the whole character. */
  readonly ends: readonly number[]
}

export interface ChatFormat {
  readonly name: string
  /** Tokens that end a reply; one or more. */
  readonly stop: readonly number[]
  /** Distinct tokens. */
  readonly vocabularySize: number
  /** Tokens of a picture. Throws EngineError if the model cannot see it. */
  imageTokens(frame: Pick<Frame, 'width' | 'height'>): number
  /** The conversation up to where the reply goes on, the observation's prefix included. Throws EngineError for what the model cannot read. */
  prompt(observation: Pick<Observation, 'messages' | 'prefix'>): ModelInput
  /** The tokens of a whole reply, with the token that ends it: what supervised learning aims at. Throws EngineError for what the model cannot write. */
  reply(text: string): number[]
  /** Special tokens are no text. */
  read(tokens: readonly number[]): ReadTokens
  /**
   * True: the prompt of a later turn of a conversation begins with the prompt and the tokens of the turn before, so that the turns of an
   * episode are one training sequence. False: the format shows one state and no conversation.
   */
  readonly conversations: boolean
}
