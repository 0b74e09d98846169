/** The gym and the policies on every registered game, and the known anchors of random play. */

import { describe, expect, it } from 'vitest'
import { GAMES } from '../games/index.ts'
import { decodeState, encodeState, envSpec, playGroup, playReply, rollout, stateHash } from '../gym/index.ts'
import { frameOf, promptOf } from '../messages.ts'
import { createPolicy, teacherPolicy } from './index.ts'

const skin = { theme: 'classic', tile: 32, layout: 'board' } as const
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe.each(Object.values(GAMES))('$id', (game) => {
  const episodes = (horizon: number) => [1, 2, 3].map((seed) => ({ spec: envSpec({ game, skin, horizon }), seed }))

  it('rolls out under random play; every state has a token, a hash and exact groups', async () => {
    for (const trajectory of await rollout(createPolicy('random'), { episodes: episodes(25), seed: 1, keep: 'states' })) {
      expect(['terminated', 'horizon']).toContain(trajectory.stopReason)
      expect(trajectory.played).toBe(trajectory.steps.length)
      for (const { token, hash, reply, score } of trajectory.steps) {
        const { state, last } = decodeState(token as string, GAMES)
        expect([encodeState(game, state, last), stateHash(game, state)]).toEqual([token, hash])
        const [same, other] = playGroup(game, state, [reply, reply, 'x'], { chance: 'shared' })
        expect(same).toEqual(other)
        expect(same?.score).toEqual(score)
      }
    }
  })

  it('the teacher writes the format, sees all and thinks truly; everybody replays exactly', async () => {
    for (const policy of [teacherPolicy({ blind: false }), createPolicy('uniform'), createPolicy('solver')]) {
      const run = () => rollout(policy, { episodes: episodes(10), seed: 4, keep: 'states' })
      const done = await run()
      expect(await run()).toEqual(done)
      for (const { score } of done.flatMap(({ steps }) => steps)) {
        expect(score).toMatchObject({ format: 1, perceptionExact: 1 })
        if (policy.name === 'teacher') expect(score).toMatchObject({ outcome: 'played', think: game.teacher?.share === undefined ? 0 : 1 })
      }
    }
  })

  it('an observation holds nothing of the truth', async () => {
    await rollout(createPolicy('random'), {
      episodes: episodes(3),
      seed: 1,
      onStep: ({ observation, state }) => {
        expect(Object.keys(observation).sort()).toEqual(['game', 'messages'])
        expect(promptOf(observation)).not.toContain(game.perception.format(game.perception.of(state)))
        expect(frameOf(observation).pixels.length).toBeGreaterThan(0)
        expect(playReply(game, state, '').result.state).toEqual(state)
      },
    })
  })
})

describe('anchors of 2048: 100 moves from a fresh game, a finished game starts anew (baseline: random 703, one-ply greedy 971)', () => {
  const spec = envSpec({ game: GAMES['2048'] as never, skin, horizon: 100, restart: true })
  const episodes = Array.from({ length: 60 }, (_, seed) => ({ spec, seed }))

  it.each([
    ['uniform', 703, 45],
    ['greedy-1', 971, 45],
  ])('%s: %d', async (name, expected, margin) => {
    const done = await rollout(createPolicy(name), { episodes, seed: 1 })
    expect(done.every(({ steps }) => steps.length === 100)).toBe(true)
    expect(Math.abs(mean(done.map(({ score }) => score)) - expected)).toBeLessThan(margin)
  })
})
