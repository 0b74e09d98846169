/** What an observation tells of the board, for policies of tests that play by it. */
import { promptOf } from '../messages.ts'
import type { Observation } from '../policy.ts'

/** The caption of an observation: before its prompt, or in the reply that has begun; undefined if it has none. */
export function toldBoard(observation: Observation): string | undefined {
  const { prefix } = observation
  if (prefix !== undefined) return /^<perception>\n(.*)\n<\/perception>\n<think>$/s.exec(prefix)?.[1]
  return /^The board as text:\n(.*?)\n\n/s.exec(promptOf(observation))?.[1]
}

/** Whether the picture of the last message is blank. */
export function isBlank({ messages }: Observation): boolean {
  return messages.at(-1)?.content.some((part) => part.type === 'image' && part.blank === true) ?? false
}
