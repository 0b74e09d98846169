/** A round of questions: what is put to the teacher, and what comes back. */
import { type Asked, ask, askOne, type EnvSpec, encodeState, observationOf } from '../gym/index.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import type { Slot, TeachProgress } from './progress.ts'
import type { Question, TaughtReplies } from './replies.ts'

/** A state that is put to the teacher. */
export interface AskedState {
  readonly place: number
  readonly slot: Slot
  readonly spec: EnvSpec
  readonly observation: Observation
}

/** A question with what came of it. */
export interface AnsweredState extends AskedState {
  readonly reply: Reply
}

export interface RoundOptions {
  readonly policy: Policy
  readonly seed: number
  /** See TeachOptions. */
  readonly oneByOne: boolean
  readonly replies: TaughtReplies
  readonly signal?: AbortSignal | undefined
}

const questionOf = (round: number, { place, slot, spec }: AskedState): Question => ({
  round,
  place,
  game: spec.game.id,
  state: encodeState(spec.game, slot.snapshot.state, slot.snapshot.last),
})

const askedOf = ({ observation, slot }: AskedState): Asked => ({ observation, state: slot.snapshot.state })

/**
 * A reply for each place, in their order; null if it was interrupted. Replies are kept as they come in. A failed call is a failed reply (see
 * `ask`); a ConfigError, such as that of a wrong key, is thrown once the other requests of the round have ended.
 */
export async function askRound(
  options: RoundOptions,
  specs: readonly EnvSpec[],
  at: TeachProgress,
  places: readonly number[],
): Promise<AnsweredState[] | null> {
  const asked = places.map((place): AskedState => {
    const slot = at.slots[place] as Slot
    const spec = specs[slot.game] as EnvSpec
    return { place, slot, spec, observation: observationOf(spec, slot.snapshot) }
  })
  const { signal, replies } = options
  const known = asked.map((one) => replies.known(questionOf(at.round, one)))
  const found = options.oneByOne ? await oneByOne(options, at.round, asked, known) : await together(options, at.round, asked, known)
  if (found === null || signal?.aborted) return null
  return asked.map((one, i) => ({ ...one, reply: found[i] as Reply }))
}

type Known = readonly (Reply | undefined)[]

/** One call for each question, as many at once as the policy allows. */
async function oneByOne(options: RoundOptions, round: number, asked: readonly AskedState[], known: Known): Promise<Reply[] | null> {
  const { policy, seed, replies, signal } = options
  const outcomes = await Promise.allSettled(
    asked.map(async (one, i): Promise<Reply> => {
      const before = known[i]
      if (before) return before
      const reply = await askOne(policy, askedOf(one), { seed: deriveSeed(seed, 'round', round, one.place), signal })
      if (reply.failure === undefined) await replies.keep(questionOf(round, one), reply)
      return reply
    }),
  )
  if (signal?.aborted) return null
  const fault = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
  if (fault) throw fault.reason
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Reply>).value)
}

/** One call for all; all of them again if some were not kept, since the chance of a reply may depend on its place in the call. */
async function together(options: RoundOptions, round: number, asked: readonly AskedState[], known: Known): Promise<Reply[] | null> {
  if (known.every((reply) => reply !== undefined)) return [...known]
  const { policy, seed, replies, signal } = options
  const lists = await ask(policy, asked.map(askedOf), { n: 1, seed: deriveSeed(seed, 'round', round), signal })
  if (signal?.aborted) return null
  const found = lists.map(([reply]) => reply as Reply)
  for (const [i, one] of asked.entries()) {
    const reply = found[i] as Reply
    if (reply.failure === undefined) await replies.keep(questionOf(round, one), reply)
  }
  return found.map((reply, i) => known[i] ?? reply)
}
