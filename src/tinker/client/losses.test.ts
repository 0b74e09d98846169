/** The losses of a server that takes means come to the sums of the contract. */
import { describe, expect, it } from 'vitest'
import type { Datum, LossName } from '../../engine.ts'
import { seededRng } from '../../rng.ts'
import type { WireDatum } from '../wire/index.ts'
import { divergenceOf, lossOf, passToWire } from './losses.ts'
import { PROFILES } from './profile.ts'

const rng = seededRng(1, 'losses')
const list = (from: number, length: number, of: () => number): number[] => Array.from({ length }, (_, t) => (t < from ? 0 : of()))
const data = [7, 12, 5].map((length): Datum => {
  const from = 3
  return {
    modelInput: { chunks: [{ type: 'encoded_text', tokens: new Array<number>(length).fill(1) }] },
    lossInputs: {
      targetTokens: list(from, length, () => 1 + rng.int(9)),
      weights: list(from, length, () => rng.real()),
      logprobs: list(from, length, () => -1 - rng.real()),
      advantages: list(from, length, () => rng.real() - 0.5),
    },
  }
})
const now = data.map(({ lossInputs }) => Float32Array.from(lossInputs.targetTokens, () => -0.5 - 2 * rng.real()))

/** The loss as SkyRL's JAX backend has it: the mean over a sequence by its weights, then over the sequences. */
function sequenceMean(
  wire: readonly WireDatum[],
  lossFn: string,
  { clip_low_threshold: low = 0.8, clip_high_threshold: high = 1.2 },
): number {
  const losses = wire.map(({ lossFnInputs }, i) => {
    const of = (name: string, t: number): number => Number(lossFnInputs[name]?.data[t] ?? 0)
    let [sum, mask] = [0, 0]
    for (const [t, lp] of (now[i] as Float32Array).entries()) {
      const [ratio, advantage, weight] = [Math.exp(lp - of('logprobs', t)), of('advantages', t), of('weights', t)]
      const clipped = Math.min(Math.max(ratio, low), high)
      const gain =
        { cispo: clipped * lp * advantage, importance_sampling: ratio * advantage }[lossFn] ??
        Math.min(ratio, Number.POSITIVE_INFINITY) * advantage
      sum -= weight * (lossFn === 'ppo' ? Math.min(ratio * advantage, clipped * advantage) : gain)
      mask += weight
    }
    return sum / Math.max(mask, 1e-9)
  })
  return losses.reduce((a, b) => a + b, 0) / losses.length
}

describe('losses of skyrl-jax', () => {
  it.each<LossName>(['cross_entropy', 'importance_sampling', 'ppo', 'cispo'])('%s is the sum over tokens and data', (loss) => {
    const config = { clipLow: 0.8, clipHigh: 1.28 }
    const own = data.map(
      ({ modelInput, lossInputs: { weights, logprobs, advantages, targetTokens } }): Datum => ({
        modelInput,
        lossInputs:
          loss === 'cross_entropy'
            ? { targetTokens, ...(weights && { weights }) }
            : { targetTokens, ...(logprobs && { logprobs }), ...(advantages && { advantages }) },
      }),
    )
    const wire = passToWire(own, loss, config, PROFILES['skyrl-jax'])
    const { loss: expected, tokens } = lossOf(own, now, loss, config)
    expect(sequenceMean(wire.data, wire.lossFn, wire.lossFnConfig)).toBeCloseTo(expected, 5)
    expect(tokens).toBe(4 + 9 + 2)
    const summed = passToWire(own, loss, config, PROFILES.hosted)
    expect(summed.lossFn).toBe(loss)
    expect(Object.keys(summed.data[0]?.lossFnInputs ?? {})).not.toContain('mask')
  })

  it('has one ratio a datum with gspo', () => {
    const { loss } = lossOf(data, now, 'gspo', { clipLow: 0, clipHigh: 100 })
    const expected = data.map(({ lossInputs: { logprobs, advantages } }, i) => {
      const apart = Array.from(logprobs ?? [], (lp, t) => (lp === 0 ? 0 : (now[i]?.[t] ?? 0) - lp))
      const ratio = Math.exp(apart.reduce((a, b) => a + b, 0) / (apart.length - 3))
      return -ratio * Array.from(advantages ?? []).reduce((a, b) => a + b, 0)
    })
    expect(loss).toBeCloseTo(
      expected.reduce((a, b) => a + b, 0),
      5,
    )
  })

  it('refuses data without what a loss needs', () => {
    const [{ modelInput, lossInputs }] = data as [Datum]
    const bare = { modelInput, lossInputs: { targetTokens: lossInputs.targetTokens } }
    expect(() => passToWire([bare], 'ppo', undefined, PROFILES.hosted)).toThrow(/ppo needs logprobs with every datum/)
  })

  it('measures how far a trainer is from its sampler', () => {
    const same = data.map(({ lossInputs }) => Float32Array.from(lossInputs.logprobs ?? []))
    expect(divergenceOf(data, same)).toBeCloseTo(0, 9)
    expect(
      divergenceOf(
        data,
        same.map((values) => values.map((value) => value - 1)),
      ),
    ).toBeCloseTo(Math.exp(-1), 5)
  })
})
