/** A person as a policy. The board is shown as text; the typed answer goes out in the full reply protocol with it. */
import { loadGame } from '../games/registry.ts'
import { formatReply } from '../gym/index.ts'
import { promptOf } from '../messages.ts'
import type { Policy, Reply } from '../policy.ts'
import { type GameLookup, statesOf } from './privileged.ts'

export interface HumanOptions extends GameLookup {
  /** Shows the question and waits for the answer: from a terminal, a page, a chat. Null: there are no more answers. Rejects on abort. */
  readonly ask: (question: string, signal?: AbortSignal) => Promise<string | null>
  /** Called once when the player types q or there are no more answers; the place to abort the rollout. */
  readonly onQuit?: () => void
}

/** Asks once per reply, one after another; after 'q' or the end of the input that reply and all later ones fail. */
export function humanPolicy(options: HumanOptions): Policy {
  const find = options.gameNamed ?? loadGame
  let gone = false
  const quit = (): Reply => {
    if (!gone) {
      gone = true
      options.onQuit?.()
    }
    return { text: '', failure: { boundary: 'endpoint', reason: 'The player has quit.' } }
  }
  const one = async (id: string, prompt: string, state: unknown, signal?: AbortSignal): Promise<Reply> => {
    if (gone) return quit()
    const game = await find(id)
    const perception = game.perception.format(game.perception.of(state))
    const typed = (await options.ask(`${prompt}\n\n${perception}\n\nanswer (q quits): `, signal))?.trim()
    return typed === undefined || typed === 'q' ? quit() : { text: formatReply({ perception, think: '', answer: typed }) }
  }
  return {
    name: 'human',
    privileged: true,
    reply: async (observations, replyOptions) => {
      const states = statesOf('human', observations, replyOptions)
      const replies: Reply[][] = observations.map(() => [])
      for (const [index, observation] of observations.entries()) {
        for (let sample = 0; sample < replyOptions.n; sample++) {
          replies[index]?.push(await one(observation.game, promptOf(observation), states[index], replyOptions.signal))
        }
      }
      return replies
    },
  }
}
