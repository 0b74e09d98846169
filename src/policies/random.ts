/** Play without thought: anchors for every table of results. */
import { ConfigError } from '../errors.ts'
import { gameEntries } from '../games/registry.ts'
import type { Policy } from '../policy.ts'
import { type Decision, type GameLookup, privilegedPolicy, type Situation } from './privileged.ts'

/** n independent uniform draws. */
function draw(situation: Situation, actions: readonly unknown[]): Decision[] {
  return Array.from({ length: situation.n }, (_, sample) => ({ think: '', action: situation.rng(sample).pick(actions) }))
}

/** Uniform over the legal actions. Perception is the truth, thoughts are empty. */
export function randomPolicy(lookup: GameLookup = {}): Policy {
  return privilegedPolicy('random', lookup, (situation) => draw(situation, situation.game.rules.legalActions(situation.state)))
}

/** Uniform over all actions of the grammar, legal or not: what a player does who knows how to answer and nothing else. */
export function uniformPolicy(lookup: GameLookup = {}): Policy {
  return privilegedPolicy('uniform', lookup, (situation) => draw(situation, situation.game.rules.actions(situation.state)))
}

/** Names of the answers by chance that games declare (`draws`), each once, in the order of the registry. */
export function drawNames(): string[] {
  return [...new Set(gameEntries().flatMap(({ draws }) => draws ?? []))]
}

/** The game's own draw of that name: answers by chance, which need not be readable. Throws ConfigError in a game without it. */
export function drawPolicy(name: string, lookup: GameLookup = {}): Policy {
  return privilegedPolicy(name, lookup, ({ game, state, n, rng }) => {
    const drawn = Object.hasOwn(game.draws ?? {}, name) ? game.draws?.[name] : undefined
    if (drawn === undefined)
      throw new ConfigError(`The policy ${name} does not play ${game.id}, which declares no such draw; use random or uniform.`)
    return Array.from({ length: n }, (_, sample) => ({ think: '', answer: drawn(state, rng(sample)) }))
  })
}
