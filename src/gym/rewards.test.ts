import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Env } from './env.ts'
import { formatReply } from './protocol.ts'
import { rewardConfig } from './reward-config.ts'
import { paperReward, type RewardSpec, rewardOf, rewardScores, totalReward } from './rewards.ts'
import type { ReplyScore } from './score.ts'
import { gameSignal } from './signal.ts'
import { envSpec } from './spec.ts'
import { toyGame } from './toy-game-fixture.ts'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const env = new Env(spec, 3)
const { state } = env.snapshot()
const scoreOf = (answer: string): ReplyScore => env.clone().step(formatReply({ perception: '0', think: '', answer })).score

const weight = fc.double({ min: -3, max: 3, noNaN: true })
const weights = fc.record({ game: weight, format: weight, perceptionExact: weight, perceptionCells: weight, think: weight, legal: weight })
const reward: fc.Arbitrary<RewardSpec> = fc.record({
  weights,
  signal: fc.constantFrom('paper', 'regret'),
  expert: fc.constantFrom('lookahead', 'solver'),
  scale: fc.double({ min: 0.1, max: 20, noNaN: true }),
})

describe('rewardOf', () => {
  it('is the weighted sum, and its parts are those of the sections', () => {
    fc.assert(
      fc.property(reward, fc.constantFrom('0', '1', '2', '9', 'x'), (one, answer) => {
        const score = scoreOf(answer)
        const scores = rewardScores(one, toyGame, state)
        const { total, perception, think, answer: rest } = rewardOf(one, score, scores)
        expect(total).toBe(totalReward(score, one.weights, gameSignal(score, scores, one.signal, one.scale)))
        expect(perception + think + rest).toBeCloseTo(total, 9)
        expect(perception).toBe(one.weights.perceptionExact * score.perceptionExact + one.weights.perceptionCells * score.perceptionCells)
        expect(think).toBe(one.weights.think * score.think)
      }),
    )
  })

  it('asks an expert for regrets only', () => {
    const bad = scoreOf('x')
    expect(rewardOf(paperReward, bad, null).total).toBe(totalReward(bad, paperReward.weights))
    expect(rewardOf({ ...paperReward, signal: 'regret' }, bad, rewardScores(paperReward, toyGame, state)).total).toBe(
      totalReward(bad, paperReward.weights, -1),
    )
  })
})

describe('rewardConfig', () => {
  it('is the paper’s by default, and gives any reward back through JSON', () => {
    expect(rewardConfig.parse({})).toEqual(paperReward)
    fc.assert(
      fc.property(reward, (one) => {
        const plain = JSON.parse(JSON.stringify(one))
        expect(rewardConfig.parse(plain)).toEqual(plain)
      }),
    )
  })
})
