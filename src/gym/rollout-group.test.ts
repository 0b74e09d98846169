import { describe, expect, it } from 'vitest'
import { ConfigError, EngineError } from '../errors.ts'
import { textOf } from '../messages.ts'
import type { Observation, Policy } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { playGroup } from './group.ts'
import { startSnapshot } from './life.ts'
import { formatReply } from './protocol.ts'
import { rolloutGroup, rolloutGroups } from './rollout-group.ts'
import { envSpec } from './spec.ts'
import { toyGame } from './toy-game-fixture.ts'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const starts = [1, 2, 3].map((seed) => ({ spec, snapshot: startSnapshot(spec, seed) }))

/** Answers with a cell that its seed, the observation's place and the reply's place decide; it keeps what it was asked. */
function numbered(): Policy & { asked: { observations: readonly Observation[]; n: number; seed: number }[] } {
  const asked: { observations: readonly Observation[]; n: number; seed: number }[] = []
  return {
    name: 'numbered',
    privileged: false,
    asked,
    reply: async (observations, { n, seed }) => {
      asked.push({ observations, n, seed })
      const answer = (index: number, k: number): string => String((seed + 3 * index + k) % 4)
      return observations.map((_, index) =>
        Array.from({ length: n }, (__, k) => ({ text: formatReply({ perception: '', think: 'x', answer: answer(index, k) }) })),
      )
    },
  }
}

describe('groups of episodes', () => {
  it('of one turn are a group of replies to one observation, in one call for all', async () => {
    const policy = numbered()
    const groups = await rolloutGroups(policy, starts, { n: 3, seed: 7 })
    expect(policy.asked).toMatchObject([{ n: 3, seed: 7 }])
    expect(policy.asked[0]?.observations).toHaveLength(3)
    for (const [i, group] of groups.entries()) {
      expect(group.map(({ steps }) => steps.length)).toEqual([1, 1, 1])
      const samples = group.map(({ steps }) => steps[0]?.sample)
      const { state } = (starts[i] as (typeof starts)[number]).snapshot
      const played = playGroup(
        toyGame,
        state,
        samples.map((sample) => sample!.reply),
        { chance: 'shared' },
      )
      expect(group.map(({ steps }) => steps[0]?.score)).toEqual(played.map(({ score }) => score))
      expect(samples.map((sample) => sample!.result)).toEqual(played.map(({ result }) => result))
    }
  })

  it('go their own ways after the first turn, and see what they said before', async () => {
    const policy = numbered()
    const group = await rolloutGroup(policy, starts[0]!, { n: 2, turns: 3, history: 2, seed: 7 })
    expect(policy.asked.map(({ n, seed }) => [n, seed])).toEqual([
      [2, 7],
      [1, deriveSeed(7, 'turn', 1)],
      [1, deriveSeed(7, 'turn', 2)],
    ])
    for (const { steps } of group) {
      const last = steps.at(-1)?.sample?.observation as Observation
      expect(last.messages.filter(({ role }) => role === 'assistant').map(textOf)).toEqual(steps.slice(0, -1).map(({ reply }) => reply))
      for (const [turn, step] of steps.entries()) if (turn > 0) expect(step.sample?.state).toEqual(steps[turn - 1]?.sample?.result.state)
    }
  })

  it('end with their games, and play nothing from a state that is over', async () => {
    const short = envSpec({ ...spec, config: { moves: 1 } })
    const over = {
      ...startSnapshot(short, 1),
      state: toyGame.rules.step(toyGame.rules.init({ rows: 1, columns: 2, moves: 1 }, 1), 0).state,
    }
    const groups = await rolloutGroups(numbered(), [{ spec: short, snapshot: over }], { n: 2, turns: 3, seed: 1 })
    expect(groups[0]?.map(({ steps, stopReason }) => [steps.length, stopReason])).toEqual([
      [0, 'terminated'],
      [0, 'terminated'],
    ])
  })

  it('keep failures as data, and refuse wrong numbers', async () => {
    const failing: Policy = { ...numbered(), reply: () => Promise.reject(new EngineError('gone')) }
    const [one] = await rolloutGroup(failing, starts[0]!, { n: 1, turns: 2, seed: 1 })
    expect(one).toMatchObject({ stopReason: 'failed', problem: 'gone', steps: [{ score: { boundary: 'engine' } }] })
    await expect(rolloutGroup(numbered(), starts[0]!, { n: 0, seed: 1 })).rejects.toThrow(ConfigError)
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(rolloutGroup(numbered(), starts[0]!, { n: 1, seed: 1, signal: stop.signal })).rejects.toThrow('enough')
  })
})
