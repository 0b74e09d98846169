import { describe, expect, it } from 'vitest'
import { loadGames } from '../games/index.ts'
import { envSpec } from '../gym/index.ts'
import { seededRng } from '../rng.ts'
import { adaptedMix, followSignals, type MixEntry, pickGames } from './states.ts'

const skin = { theme: 'classic', tile: 16, layout: 'board' } as const
const mix: MixEntry[] = (await loadGames(['2048', 'shisen-sho', 'picture-shisen-sho', 'swap'])).map((game, i) => ({
  spec: envSpec({ game, skin }),
  weight: [1, 2, 0.5, 0.5][i] as number,
  horizon: 5,
}))
const counts = (drawn: readonly MixEntry[]): number[] => mix.map((entry) => drawn.filter((one) => one === entry).length)

describe('pickGames', () => {
  it('gives every game its share of every batch, to within one state', () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const [i, count] of counts(pickGames(mix, 30, seededRng(seed))).entries()) {
        expect(Math.abs(count - (30 * (mix[i]?.weight as number)) / 4)).toBeLessThan(1)
      }
    }
    expect(pickGames(mix, 0, seededRng(1))).toEqual([])
  })

  it('gives it its share in the mean where batches are small', () => {
    const total = Array.from({ length: 4000 }, (_, seed) => counts(pickGames(mix, 1, seededRng(seed))))
    for (const [i, entry] of mix.entries()) {
      const share = total.reduce((sum, one) => sum + (one[i] as number), 0) / 4000
      expect(Math.abs(share - entry.weight / 4)).toBeLessThan(0.03)
    }
  })
})

describe('the adaptive mix', () => {
  const weights = (signals: readonly number[], adaptive: number): number[] => adaptedMix(mix, signals, adaptive).map(({ weight }) => weight)

  it('moves weight to where groups carry signal, keeps a tenth, and leaves a mix alone that is not adaptive', () => {
    expect(weights([0.1, 0.9, 0.5, 0.5], 0)).toEqual([1, 2, 0.5, 0.5])
    const [first, second, third, fourth] = weights([0, 0.8, 0.4, 0], 1)
    expect(first).toBeCloseTo(0.1)
    expect(second as number).toBeGreaterThan(2)
    expect(third as number).toBeLessThan(0.5)
    expect(fourth).toBeCloseTo(0.05)
    expect(weights([0, 0, 0, 0], 1)).toEqual([1, 2, 0.5, 0.5])
  })

  it('follows the shares of the steps and keeps those of games that were not drawn', () => {
    let signals: readonly number[] = [1, 1, 1, 1]
    for (let step = 0; step < 60; step++) signals = followSignals(signals, [0, 0.5, null, 1])
    expect(signals[0]).toBeLessThan(0.01)
    expect(signals[1]).toBeCloseTo(0.5, 2)
    expect(signals.slice(2)).toEqual([1, 1])
  })
})
