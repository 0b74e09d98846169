/** A conversation instead of single states: worked examples first, then the last turns of the episode, as they were said and shown. */
import { ConfigError } from '../errors.ts'
import { turnMessages } from '../messages.ts'
import type { Message, Observation, Turn } from '../policy.ts'

export interface ConversationOptions {
  /** Turns of the episode that are kept, 0 or more. */
  readonly history: number
  /** Stand before everything else in every turn. */
  readonly examples?: readonly Turn[]
}

/** What is remembered of one episode. */
export interface Conversation {
  /** The observation of a state with what was said before. */
  recall(observation: Observation): Observation
  /** Keeps a turn. `observation`: of the state alone, as it was given to `recall`. */
  remember(observation: Observation, reply: Turn['reply']): void
}

/** A fresh conversation. Equal turns give equal observations: a frame that was drawn once is the same object in every later turn. */
export function conversation({ history, examples = [] }: ConversationOptions): Conversation {
  if (!Number.isInteger(history) || history < 0) throw new ConfigError(`A history of ${history} turns is not possible; give 0 or more.`)
  const shown = examples.flatMap(turnMessages)
  let past: Message[][] = []
  return {
    recall: (observation) =>
      shown.length + past.length === 0 ? observation : { ...observation, messages: [...shown, ...past.flat(), ...observation.messages] },
    remember: (observation, reply) => {
      past = history === 0 ? [] : [...past, turnMessages({ observation, reply })].slice(-history)
    },
  }
}
