/**
 * The scripted teacher, offline stand-in for a large model that is told the true board: true perception, the game's own true thoughts,
 * and a decision with documented faults. Systematic ones (blind spots) are the game's; slips, and the insights in which it acts on its
 * thoughts, are drawn here. Its replies are the cold-start examples.
 */
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import type { Policy } from '../policy.ts'
import type { Rng } from '../rng.ts'
import { type Decision, type GameLookup, privilegedPolicy } from './privileged.ts'

/** How a scripted teacher departs from its habits. */
export interface TeacherHabits {
  /** The game's systematic blind spots. Default true. */
  readonly blind?: boolean
  /** 0..1: probability that a uniform legal move replaces the decision (the thoughts stay). Default 0.05. */
  readonly slip?: number
  /** 0..1: probability that it acts on its thoughts instead of its habits, as if it had no blind spots. Default 0.1. */
  readonly insight?: number
}

export interface TeacherPolicyOptions extends GameLookup, TeacherHabits {
  /** Default 'teacher'. Part of the seed of slips. */
  readonly name?: string
}

/** One decision with its thoughts; chance decides whether it is a slip, an insight or the habit. Throws ConfigError for a game without a teacher. */
export function teacherDecision(
  game: AnyGame,
  state: unknown,
  { blind = true, slip = 0.05, insight = 0.1 }: TeacherHabits,
  rng: Rng,
): { think: string; action: unknown } {
  const drawn = rng.real()
  const thought = game.teacher?.teach(state, { blind: blind && !(drawn >= slip && drawn < slip + insight) })
  if (thought === undefined) throw new ConfigError(`The game ${game.id} has no scripted teacher.`)
  return drawn < slip ? { think: thought.think, action: rng.pick(game.rules.legalActions(state)) } : thought
}

/** The scripted teacher. Slips and insights depend on (seed, index, sample) alone. */
export function teacherPolicy(options: TeacherPolicyOptions = {}): Policy {
  const { slip = 0.05, insight = 0.1, name = 'teacher' } = options
  if (!(slip >= 0 && insight >= 0 && slip + insight <= 1))
    throw new ConfigError(`Slips of ${slip} and insights of ${insight} are not two probabilities that sum to 1 at most.`)
  return privilegedPolicy(name, options, ({ game, state, n, rng }): Decision[] =>
    Array.from({ length: n }, (_, sample) => teacherDecision(game, state, options, rng(sample))),
  )
}
