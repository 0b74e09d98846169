/** Many games that a policy plays in the page, each on a seed of its own, as fast as the page has time. */
import type { AnyGame } from '../../../src/game.ts'
import { advance, askOne, type EnvSnapshot, type EnvSpec, observationOf, playReply, startSnapshot } from '../../../src/gym/index.ts'
import type { Policy } from '../../../src/policy.ts'
import { deriveSeed } from '../../../src/rng.ts'
import type { Flash } from './wall.ts'

/** A game of the crowd. */
export interface Member {
  readonly seed: number
  now: EnvSnapshot
  /** When it may move again, ms. */
  next: number
}

/** Milliseconds between two moves of a game, at least; a fresh game waits longer. */
const PACE = 250
const PAUSE = 1500

export class Crowd {
  readonly spec: EnvSpec
  readonly members: Member[]
  readonly #policy: Policy
  #at = 0

  constructor(spec: EnvSpec, policy: Policy, count: number, seed: number) {
    this.spec = spec
    this.#policy = policy
    this.members = Array.from({ length: count }, (_, at) => ({
      seed: seed + at,
      now: startSnapshot(spec, seed + at),
      next: (PACE * at) / count,
    }))
  }

  get game(): AnyGame {
    return this.spec.game
  }

  /** Moves whoever may move, until the time is up; tells of each. */
  async move(now: number, until: number, onMove: (at: number, flash: Flash, over: boolean) => void): Promise<void> {
    const { terminated } = this.game.rules
    for (let looked = 0; looked < this.members.length && performance.now() < until; looked++) {
      const at = this.#at
      this.#at = (at + 1) % this.members.length
      const member = this.members[at] as Member
      if (member.next > now) continue
      if (terminated(member.now.state)) {
        member.now = startSnapshot(this.spec, deriveSeed(member.seed, 'restart', member.now.steps))
        member.next = now + PACE
        onMove(at, 'fine', false)
        continue
      }
      const before = member.now
      const asked = { observation: observationOf(this.spec, before), state: before.state }
      const reply = await askOne(this.#policy, asked, { seed: deriveSeed(member.seed, 'crowd', before.steps) })
      const { result } = playReply(this.game, before.state, reply)
      member.now = advance(before, result)
      const over = terminated(member.now.state)
      member.next = now + (over ? PAUSE : PACE)
      onMove(at, !result.legal ? 'refused' : result.reward > 0 ? 'gain' : 'fine', over)
    }
  }
}
