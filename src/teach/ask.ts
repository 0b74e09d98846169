/** A round of questions: what is put to the teacher, and what comes back. */
import { type EnvSpec, encodeState, observationOf } from '../gym/index.ts'
import type { Observation, Policy, Reply, ReplyOptions } from '../policy.ts'
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

/**
 * A reply for each place, in their order; null if it was interrupted. Replies are kept as they come in. What can be asked no more (a wrong
 * key) throws once the other requests of the round have ended.
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
      const [[reply]] = (await policy.reply(
        [one.observation],
        replyOptions(options, [one], deriveSeed(seed, 'round', round, one.place)),
      )) as [[Reply]]
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
  let found: Reply[]
  try {
    const lists = await policy.reply(
      asked.map(({ observation }) => observation),
      replyOptions(options, asked, deriveSeed(seed, 'round', round)),
    )
    found = lists.map(([reply]) => reply as Reply)
  } catch (error) {
    if (signal?.aborted) return null
    throw error
  }
  if (signal?.aborted) return null
  for (const [i, one] of asked.entries()) {
    const reply = found[i] as Reply
    if (reply.failure === undefined) await replies.keep(questionOf(round, one), reply)
  }
  return found.map((reply, i) => known[i] ?? reply)
}

function replyOptions({ policy, signal }: RoundOptions, asked: readonly AskedState[], seed: number): ReplyOptions {
  const privileged = policy.privileged ? { states: asked.map(({ slot }) => slot.snapshot.state) } : undefined
  return { n: 1, seed, ...(privileged && { privileged }), ...(signal && { signal }) }
}
