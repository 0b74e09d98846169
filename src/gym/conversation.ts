/** A conversation instead of single states: worked examples first, then the last turns of the episode, as they were said and shown. */
import { ConfigError } from '../errors.ts'
import type { Observation, Turn } from '../policy.ts'

export interface ConversationOptions {
  /** Turns of the episode that are kept, 0 or more. */
  readonly history: number
  /** Stand before everything else in every turn. */
  readonly examples?: readonly Turn[]
}

/** What is remembered of one episode. */
export interface Conversation {
  /** The observation with what was said before. */
  recall(observation: Observation): Observation
  /** Keeps a turn. `observation`: with or without its own turns. */
  remember(observation: Observation, reply: string): void
}

/** A fresh conversation. Equal turns give equal observations: a frame that was drawn once is the same object in every later turn. */
export function conversation({ history, examples = [] }: ConversationOptions): Conversation {
  if (!Number.isInteger(history) || history < 0) throw new ConfigError(`A history of ${history} turns is not possible; give 0 or more.`)
  let past: Turn[] = []
  return {
    recall: (observation) => {
      const turns = [...examples, ...past]
      return turns.length === 0 ? observation : { ...observation, turns }
    },
    remember: ({ turns: _, ...observation }, reply) => {
      past = history === 0 ? [] : [...past, { observation, reply }].slice(-history)
    },
  }
}
