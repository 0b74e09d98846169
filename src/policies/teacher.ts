/**
 * The scripted teacher, offline stand-in for a large model that is told the true board: true perception, the game's own true thoughts,
 * and a decision with documented faults. Systematic ones (blind spots) are the game's; slips are drawn here. Its replies are the
 * cold-start examples.
 */
import { ConfigError } from '../errors.ts'
import type { Policy } from '../policy.ts'
import { type Decision, type GameLookup, privilegedPolicy } from './privileged.ts'

export interface TeacherPolicyOptions extends GameLookup {
  /** The game's systematic blind spots. Default true. */
  readonly blind?: boolean
  /** 0..1: probability that a uniform legal move replaces the decision (the thoughts stay). Default 0.15. */
  readonly slip?: number
  /** Default 'teacher'. Part of the seed of slips. */
  readonly name?: string
}

/** The scripted teacher. Slips depend on (seed, index, sample) alone. */
export function teacherPolicy(options: TeacherPolicyOptions = {}): Policy {
  const { blind = true, slip = 0.15, name = 'teacher' } = options
  if (!(slip >= 0 && slip <= 1)) throw new ConfigError(`A slip probability of ${slip} is not within 0..1.`)
  return privilegedPolicy(name, options, ({ game, state, n, rng }): Decision[] => {
    const thought = game.teach?.(state, { blind })
    if (thought === undefined) throw new ConfigError(`The game ${game.id} has no scripted teacher.`)
    return Array.from({ length: n }, (_, sample) => {
      const chance = rng(sample)
      return chance.real() < slip ? { think: thought.think, action: chance.pick(game.legalActions(state)) } : thought
    })
  })
}
