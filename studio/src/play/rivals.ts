/** Scripted policies that play the same game beside a person: each from the same start, as many moves as the person has made. */
import type { AnyGame } from '../../../src/game.ts'
import { advance, askOne, type EnvSnapshot, type EnvSpec, observationOf, playReply } from '../../../src/gym/index.ts'
import type { Policy } from '../../../src/policy.ts'
import { deriveSeed } from '../../../src/rng.ts'

/** Names of the policies that can play a game, from chance to the expert. */
export function rivalNames(game: AnyGame): string[] {
  return [
    'random',
    ...(game.teacher === undefined ? [] : ['teacher']),
    ...(game.expert?.lookahead === undefined ? [] : ['greedy-1']),
    ...(game.expert === undefined ? [] : ['solver']),
  ]
}

/** The answer of a policy in a state, as text; null where it has none. `seed` decides its chance. */
export async function answerOf(
  policy: Policy,
  spec: EnvSpec,
  now: EnvSnapshot,
  seed: number,
): Promise<{ next: EnvSnapshot; action: string | null }> {
  const reply = await askOne(policy, { observation: observationOf(spec, now), state: now.state }, { seed })
  const { score, result } = playReply(spec.game, now.state, reply)
  return { next: advance(now, result), action: score.action }
}

/** One policy in its own copy of the game. */
export class Rival {
  readonly name: string
  readonly #policy: Policy
  readonly #spec: EnvSpec
  readonly #seed: number
  readonly #moments: EnvSnapshot[]

  /** `spec`: the game as the policy sees it. */
  constructor(policy: Policy, spec: EnvSpec, start: EnvSnapshot, seed: number) {
    this.name = policy.name
    this.#policy = policy
    this.#spec = spec
    this.#seed = seed
    this.#moments = [start]
  }

  /** Where it stands after that many moves, or at the end of its game. */
  async after(moves: number): Promise<EnvSnapshot> {
    const { terminated } = this.#spec.game.rules
    for (let now = this.#last; this.#moments.length <= moves && !terminated(now.state); now = this.#last) {
      // The page has its turn between moves: an expert may think for long.
      await new Promise((resolve) => setTimeout(resolve, 0))
      const { next } = await answerOf(this.#policy, this.#spec, now, deriveSeed(this.#seed, 'studio', this.name, this.#moments.length))
      if (this.#last === now) this.#moments.push(next)
    }
    return this.#moments[Math.min(moves, this.#moments.length - 1)] as EnvSnapshot
  }

  get #last(): EnvSnapshot {
    return this.#moments.at(-1) as EnvSnapshot
  }
}
