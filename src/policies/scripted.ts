/** Replies from a script: for tests, replays and demonstrations. */
import { ConfigError } from '../errors.ts'
import type { Observation, Policy, Reply } from '../policy.ts'

/** Place of a reply: its call (from 0, over the policy's life), its observation and its sample. */
export interface ScriptPlace {
  readonly call: number
  readonly index: number
  readonly sample: number
}

/** A reply for an observation; it may throw, as a real endpoint does. */
export type Script = (observation: Observation, place: ScriptPlace) => Reply | string

/**
 * A list is read one entry per call (the t-th call answers every observation with entry t) and begins anew at its end. Alone among the
 * policies this one remembers: the number of its calls.
 */
export function scriptedPolicy(script: readonly (Reply | string)[] | Script, name = 'scripted'): Policy {
  if (typeof script !== 'function' && script.length === 0) throw new ConfigError('A script needs at least one reply.')
  const say: Script = typeof script === 'function' ? script : (_, { call }) => script[call % script.length] as Reply | string
  let calls = 0
  return {
    name,
    privileged: false,
    reply: async (observations, { n }) => {
      const call = calls++
      return observations.map((observation, index) =>
        Array.from({ length: n }, (_, sample) => {
          const reply = say(observation, { call, index, sample })
          return typeof reply === 'string' ? { text: reply } : reply
        }),
      )
    },
  }
}
