/** Play without thought: anchors for every table of results. */
import type { Policy } from '../policy.ts'
import { type Decision, type GameLookup, privilegedPolicy, type Situation } from './privileged.ts'

/** n independent uniform draws. */
function draw(situation: Situation, actions: readonly unknown[]): Decision[] {
  return Array.from({ length: situation.n }, (_, sample) => ({ think: '', action: situation.rng(sample).pick(actions) }))
}

/** Uniform over the legal actions. Perception is the truth, thoughts are empty. */
export function randomPolicy(lookup: GameLookup = {}): Policy {
  return privilegedPolicy('random', lookup, (situation) => draw(situation, situation.game.legalActions(situation.state)))
}

/** Uniform over all actions of the grammar, legal or not: what a player does who knows how to answer and nothing else. */
export function uniformPolicy(lookup: GameLookup = {}): Policy {
  return privilegedPolicy('uniform', lookup, (situation) => draw(situation, situation.game.actions(situation.state)))
}
