/**
 * Conformance of a policy with its contract (src/policy.ts). Throws VlmGymError whose message names the policy and what does not hold;
 * returns what was checked, a line each.
 *
 *     const checked = await checkPolicy({ policy, observations, states })
 */
import { GameError } from '../errors.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { canonical, notPlain } from './ensure.ts'

export interface CheckPolicyOptions {
  /** Asked many times; what it answers must not depend on what it was asked before. */
  readonly policy: Policy
  /** Two or more, of different states. */
  readonly observations: readonly Observation[]
  /** The states of the observations, for a policy that needs them. */
  readonly states?: readonly unknown[]
  /** An observation that the policy cannot answer, if there is one: it must fail alone, as data. */
  readonly unreadable?: Observation
}

/** Asks about some of the observations, by their places. */
type Ask = (places: readonly number[], n: number, seed: number, signal?: AbortSignal) => Promise<Reply[][]>

/** Runs every check. Throws GameError. */
export async function checkPolicy(options: CheckPolicyOptions): Promise<string[]> {
  const checked: string[] = []
  for (const [what, check] of Object.entries(CHECKS)) {
    if (what === UNREADABLE && options.unreadable === undefined) continue
    try {
      await check(askOf(options), options)
    } catch (error) {
      throw new GameError(`${options.policy.name}: ${what}: ${(error as Error).message}`, { cause: error })
    }
    checked.push(what)
  }
  return checked
}

function askOf({ policy, observations, states = [] }: CheckPolicyOptions): Ask {
  return (places, n, seed, signal) =>
    policy.reply(
      places.map((place) => observations[place] as Observation),
      {
        ...{ n, seed },
        ...(policy.privileged && { privileged: { states: places.map((place) => states[place]) } }),
        ...(signal && { signal }),
      },
    )
}

function ensure(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new GameError(problem)
}

const same = (a: readonly Reply[] | undefined, b: readonly Reply[] | undefined): boolean => canonical(textsOf(a)) === canonical(textsOf(b))
const textsOf = (replies: readonly Reply[] = []): string[] => replies.map(({ text }) => text)
const all = ({ observations }: CheckPolicyOptions): number[] => [...observations.keys()]

/** A reply without what its tokens follow, which holds pictures. */
const withoutPrompt = ({ sampled, ...reply }: Reply): object => ({ ...reply, ...(sampled && { sampled: { ...sampled, prompt: null } }) })

/** What was sampled fits the text: a log-prob and a place in the text for each token, and a reason for the end. */
function ensureSampled({ text, finish, sampled }: Reply): void {
  if (sampled === undefined) return
  const { tokens, logprobs, ends } = sampled
  ensure(logprobs.length === tokens.length, `${tokens.length} sampled tokens have ${logprobs.length} log-probs`)
  ensure(ends.length === tokens.length, `${tokens.length} sampled tokens have ${ends.length} places in the text`)
  ensure(
    ends.every((end, i) => end >= (ends[i - 1] ?? 0) && end <= text.length),
    'the places of sampled tokens in the text are not in order',
  )
  ensure(finish === 'stop' || finish === 'length', `a sampled reply says that it ended by ${finish}`)
}

const UNREADABLE = 'an observation that cannot be answered fails alone, as data'

const CHECKS: { readonly [what: string]: (ask: Ask, options: CheckPolicyOptions) => Promise<void> } = {
  'every observation has n replies, which are plain data but for the prompt of an engine': async (ask, options) => {
    ensure(options.observations.length >= 2, 'the check needs two observations or more')
    for (const n of [1, 3]) {
      const rows = await ask(all(options), n, 1)
      ensure(rows.length === options.observations.length, `${rows.length} rows for ${options.observations.length} observations`)
      for (const reply of rows.flat()) {
        const odd = notPlain(withoutPrompt(reply))
        ensure(odd === null, `a reply is not plain data at ${odd}`)
        ensureSampled(reply)
        ensure(typeof reply.text === 'string', 'a reply has no text')
        ensure(reply.failure === undefined, `an observation fails: ${reply.failure?.reason}`)
      }
      ensure(
        rows.every((row) => row.length === n),
        `${rows.map((row) => row.length).join(', ')} replies where ${n} are asked for`,
      )
    }
  },

  'equal seeds give equal replies': async (ask, options) => {
    const [one, other] = [await ask(all(options), 3, 5), await ask(all(options), 3, 5)]
    ensure(
      one.every((row, i) => same(row, other[i])),
      'the same call gives other replies',
    )
  },

  'a reply depends on its observation and the seed, not on what is beside it': async (ask, options) => {
    const together = await ask(all(options), 2, 7)
    const [alone] = await ask([0], 2, 7)
    ensure(same(alone, together[0]), 'the first observation has other replies when it is asked about alone')
    const last = options.observations.length - 1
    const among = await ask([...all(options).map(() => last)], 2, 7)
    ensure(same(among[last], together[last]), 'the last observation has other replies behind other observations')
    const fewer = await ask(all(options), 1, 7)
    ensure(
      fewer.every(([first], i) => first?.text === together[i]?.[0]?.text),
      'the first reply changes with the number of replies',
    )
  },

  'a call that was aborted is refused with the reason of its signal': async (ask, options) => {
    const reason = new Error('aborted by the check')
    const error = await ask(all(options), 1, 1, AbortSignal.abort(reason)).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    ensure(error === reason, error === null ? 'it is answered' : `it is refused with ${String(error)}`)
  },

  [UNREADABLE]: async (_, options) => {
    const mixed = [options.observations[0] as Observation, options.unreadable as Observation, options.observations[1] as Observation]
    const state = (options.states ?? [])[0]
    const ask = askOf({ ...options, observations: mixed, states: [state, state, (options.states ?? [])[1]] })
    const [before, failed, after] = await ask([0, 1, 2], 2, 3)
    ensure(
      failed?.length === 2 && failed.every(({ failure, text }) => failure !== undefined && failure.reason !== '' && text === ''),
      'its replies carry no failure with a reason and an empty text',
    )
    ensure(
      [before, after].every((row) => row?.length === 2 && row.every(({ failure }) => failure === undefined)),
      'the observations beside it fail too',
    )
  },
}
