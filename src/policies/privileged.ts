/**
 * What the scripted policies share. They are handed the states, decide, and answer in the full reply protocol with the *true*
 * perception; their perception columns therefore mean nothing. All chance of a reply depends on (seed, index, sample) alone.
 */
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { loadGame } from '../games/registry.ts'
import { formatReply } from '../gym/index.ts'
import type { Observation, Policy, Reply, ReplyOptions } from '../policy.ts'
import { type Rng, seededRng } from '../rng.ts'

/** How a policy finds the game of an observation; the default is the registry, which loads it. */
export interface GameLookup {
  readonly gameNamed?: (id: string) => AnyGame
}

/** The text for `<think>`, and a decision: an action, or the text of an answer that may be none. */
export type Decision = { readonly think: string } & ({ readonly action: unknown } | { readonly answer: string })

/** What `decide` gets for one observation. */
export interface Situation {
  readonly game: AnyGame
  readonly state: unknown
  /** Replies wanted, 1 or more. */
  readonly n: number
  /** The generator of reply `sample` (0..n-1) of this observation. */
  readonly rng: (sample: number) => Rng
}

/** The states of a privileged call, checked. */
export function statesOf(name: string, observations: readonly Observation[], options: ReplyOptions): readonly unknown[] {
  const states = options.privileged?.states
  if (states === undefined) throw new ConfigError(`The policy ${name} needs the states; give options.privileged.`)
  if (states.length !== observations.length) {
    throw new ConfigError(`The policy ${name} got ${states.length} states for ${observations.length} observations.`)
  }
  return states
}

/** The true reply for a decision; in a game that is over the answer is empty. */
export function trueReply(game: AnyGame, state: unknown, decision: Decision | null): Reply {
  const perception = game.perception.format(game.perception.of(state))
  const answer = decision === null ? '' : 'answer' in decision ? decision.answer : game.answer.format(state, decision.action)
  return { text: formatReply({ perception, think: decision?.think ?? '', answer }) }
}

/** A privileged policy from its `decide`: n decisions for one observation. It is not asked about games that are over. */
export function privilegedPolicy(name: string, lookup: GameLookup, decide: (situation: Situation) => readonly Decision[]): Policy {
  const find = lookup.gameNamed ?? loadGame
  return {
    name,
    privileged: true,
    reply: async (observations, options) => {
      const states = statesOf(name, observations, options)
      const games = await Promise.all(observations.map(({ game }) => find(game)))
      return games.map((game, index) => {
        options.signal?.throwIfAborted()
        const state = states[index]
        if (game.rules.terminated(state)) return Array.from({ length: options.n }, () => trueReply(game, state, null))
        const rng = (sample: number): Rng => seededRng(options.seed, name, index, sample)
        return decide({ game, state, n: options.n, rng }).map((decision) => trueReply(game, state, decision))
      })
    },
  }
}

/** The same decision n times. */
export function repeated(decision: Decision, n: number): Decision[] {
  return Array.from({ length: n }, () => decision)
}

/** Best of a list of scored actions, as n equal decisions without thoughts. */
export function bestOf(scored: readonly { readonly action: unknown }[] | undefined, name: string, situation: Situation): Decision[] {
  const best = scored?.[0]
  if (best === undefined) throw new ConfigError(`The game ${situation.game.id} has no expert for the policy ${name}.`)
  return repeated({ think: '', action: best.action }, situation.n)
}
