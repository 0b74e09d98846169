import { describe, expect, it } from 'vitest'
import { envSpec, observationOf, protocolLexicon } from '../gym/index.ts'
import { type ToyState, toyGame } from '../gym/toy-game-fixture.ts'
import { frameOf, userMessage } from '../messages.ts'
import { createPolicy, samplerPolicy } from '../policies/index.ts'
import type { Observation, Policy } from '../policy.ts'
import { checkPolicy } from './check-policy.ts'
import { mockEngine } from './mock-engine.ts'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const states: ToyState[] = [1, 2, 3].map((seed) => toyGame.rules.init({ rows: 2, columns: 3, moves: 6 }, seed))
const observations = states.map((state) => observationOf(spec, { state, last: null }))
const check = (policy: Policy, unreadable?: Observation): Promise<string[]> =>
  checkPolicy({ policy, observations, states, ...(unreadable && { unreadable }) })

describe('checkPolicy', () => {
  it.each(['random', 'uniform', 'solver', 'solver-2', 'greedy-1', 'greedy-2', 'teacher'])('passes %s', async (name) => {
    expect(await check(createPolicy(name, { gameNamed: () => toyGame }))).toHaveLength(4)
  })

  it('passes the sampler of an engine, unreadable prompts too', async () => {
    const letters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
    const words = [...new Set([...letters, '\n', ...protocolLexicon])]
    const policy = samplerPolicy(mockEngine({ chat: { words } }), { maxTokens: 6 })
    expect(await check(policy, { game: 'toy', messages: [userMessage('ж', () => frameOf(observations[0] as Observation))] })).toHaveLength(
      5,
    )
  })

  const random = createPolicy('random', { gameNamed: () => toyGame })
  let calls = 0
  it.each<[string, RegExp, Policy['reply']]>([
    ['a reply too few', /replies where/, async (given, options) => (await random.reply(given, options)).map((row) => row.slice(1))],
    ['chance by the call', /equal seeds/, (given, options) => random.reply(given, { ...options, seed: calls++ })],
    ['chance by the batch', /beside it/, (given, options) => random.reply(given, { ...options, seed: options.seed + 100 * given.length })],
    ['an abort that is not looked at', /aborted/, (given, { signal: _, ...options }) => random.reply(given, options)],
    [
      'a failure where there is none',
      /an observation fails: no/,
      async (given, { n }) =>
        given.map(() => Array.from({ length: n }, () => ({ text: '', failure: { boundary: 'engine', reason: 'no' } }))),
    ],
  ])('finds %s', async (_, found, reply) => {
    await expect(check({ ...random, reply })).rejects.toThrow(found)
  })
})
