import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import { seededRng } from '../rng.ts'
import {
  bootstrapMean,
  correlationInterval,
  meanOf,
  pairedDifference,
  pearson,
  quantile,
  standardError,
  wilsonInterval,
} from './statistics.ts'

const number = fc.double({ min: -1000, max: 1000, noNaN: true })
const sample = fc.array(number, { minLength: 1, maxLength: 40 })

describe('standardError', () => {
  test('is that of the textbook; a lone value has none', () => {
    expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12)
    expect(standardError([5, 5, 5])).toBe(0)
    expect([standardError([]), standardError([7])]).toEqual([null, null])
  })
})

describe('bootstrapMean', () => {
  test('lies around the mean and within the range of the values', () => {
    fc.assert(
      fc.property(sample, fc.nat(), (values, seed) => {
        const { mean, low, high } = bootstrapMean(values, { seed, resamples: 50 })
        const slack = 1e-9 * 1000
        expect(low).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack)
        expect(high).toBeLessThanOrEqual(Math.max(...values) + slack)
        expect(mean).toBe(meanOf(values))
      }),
    )
  })

  test('depends on values and seed alone', () => {
    const values = [1, 5, 2, 9, 4]
    expect(bootstrapMean(values, { seed: 3 })).toEqual(bootstrapMean(values, { seed: 3 }))
    const few = (seed: number) => bootstrapMean(values, { seed, resamples: 7 })
    expect(few(3)).not.toEqual(few(4))
  })

  test('has the width that theory says: 1.96 standard errors either side', () => {
    const rng = seededRng(1, 'test')
    const values = Array.from({ length: 400 }, () => rng.real())
    const { mean, low, high } = bootstrapMean(values, { seed: 0 })
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / 400
    expect((high - low) / 2 / error).toBeGreaterThan(1.8)
    expect((high - low) / 2 / error).toBeLessThan(2.1)
  })

  test('covers the true mean about 95 times in 100', () => {
    const covered = Array.from({ length: 200 }, (_, trial) => {
      const rng = seededRng(trial, 'coverage')
      const { low, high } = bootstrapMean(
        Array.from({ length: 50 }, () => rng.real()),
        { seed: trial, resamples: 400 },
      )
      return low <= 0.5 && 0.5 <= high
    }).filter(Boolean).length
    expect(covered).toBeGreaterThan(180)
  })

  test('one value has no width; none, or one that is not finite, is refused', () => {
    expect(bootstrapMean([7], { seed: 0 })).toEqual({ mean: 7, low: 7, high: 7 })
    expect(() => bootstrapMean([], { seed: 0 })).toThrow(ConfigError)
    expect(() => bootstrapMean([1, Number.NaN], { seed: 0 })).toThrow(ConfigError)
  })
})

test('a paired difference cancels what both share', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: -50, max: 50 }), (values, shift) => {
      const whole = values.map(Math.round)
      const { mean, low, high } = pairedDifference(
        whole.map((value) => value + shift),
        whole,
        { seed: 1, resamples: 20 },
      )
      expect([mean, low, high]).toEqual([shift, shift, shift])
    }),
  )
  expect(() => pairedDifference([1], [1, 2], { seed: 0 })).toThrow(ConfigError)
})

describe('wilsonInterval', () => {
  test('lies within 0..1, holds the share, and is symmetric in success and failure', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (trials, some) => {
        const successes = Math.min(some, trials)
        const { mean, low, high } = wilsonInterval(successes, trials)
        const other = wilsonInterval(trials - successes, trials)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low - 1e-12 <= mean && mean <= high + 1e-12).toBe(true)
        expect(low).toBeCloseTo(1 - other.high, 10)
      }),
    )
  })

  test('known values', () => {
    const { low, high } = wilsonInterval(8, 10)
    expect(low).toBeCloseTo(0.4902, 4)
    expect(high).toBeCloseTo(0.9433, 4)
    expect(() => wilsonInterval(1, 0)).toThrow(ConfigError)
    expect(() => wilsonInterval(3, 2)).toThrow(ConfigError)
  })
})

describe('pearson', () => {
  test('is within -1..1, symmetric, and blind to scale and shift', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), { maxLength: 30 }), (pairs) => {
        const x = pairs.map(([a]) => a)
        const y = pairs.map(([, b]) => b)
        const r = pearson(x, y)
        if (r === null) return
        expect(Math.abs(r)).toBeLessThanOrEqual(1)
        expect(pearson(y, x)).toBeCloseTo(r, 10)
        const moved = pearson(
          x.map((value) => 3 * value + 7),
          y.map((value) => -2 * value),
        )
        expect(moved).toBeCloseTo(-r, 8)
      }),
    )
  })

  test('known values; undefined without variation', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12)
    expect(pearson([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(0.8, 12)
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNull()
    expect(pearson([1], [1])).toBeNull()
    expect(() => pearson([1], [])).toThrow(ConfigError)
  })
})

test('correlationInterval: Fisher', () => {
  const interval = correlationInterval(0.5, 28)
  expect(interval?.low).toBeCloseTo(0.156, 3)
  expect(interval?.high).toBeCloseTo(0.736, 3)
  expect(correlationInterval(0.5, 3)).toBeNull()
  expect(correlationInterval(1, 30)?.high).toBeLessThanOrEqual(1)
})

test('quantile interpolates', () => {
  expect(quantile([0, 10], 0.25)).toBe(2.5)
  expect(quantile([4], 0.9)).toBe(4)
})
