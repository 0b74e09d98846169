import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import { seededRng } from '../rng.ts'
import {
  bootstrapBounds,
  bootstrapMean,
  correlationInterval,
  holm,
  meanOf,
  normalisedScore,
  pairedDifference,
  pearson,
  quantile,
  signFlipTest,
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

test('bootstrapBounds: rows are drawn together, and what has no value is left out', () => {
  const [x, y] = [
    [1, 2, 3, 4],
    [2, 3, 4, 5],
  ]
  const apart = (indices: readonly number[]) =>
    indices.reduce((sum, i) => sum + (y?.[i] as number) - (x?.[i] as number), 0) / indices.length
  expect(bootstrapBounds(4, apart, { seed: 1 })).toEqual({ low: 1, high: 1 })
  expect(bootstrapBounds(4, () => Number.NaN, { seed: 1 })).toBeNull()
})

describe('normalisedScore', () => {
  const random = [10, 12, 8, 10]
  const solver = [30, 34, 26, 30]
  test('is 0 for chance, 100 for the expert, linear between, without bounds outside', () => {
    expect(normalisedScore({ values: random, random, solver }, { seed: 0 })).toEqual({ mean: 0, low: 0, high: 0 })
    expect(normalisedScore({ values: solver, random, solver }, { seed: 0 })).toEqual({ mean: 100, low: 100, high: 100 })
    const half = random.map((value, i) => (value + (solver[i] as number)) / 2)
    expect(normalisedScore({ values: half, random, solver }, { seed: 0 })?.mean).toBeCloseTo(50, 12)
    expect(normalisedScore({ values: [0, 0, 0, 0], random, solver }, { seed: 0 })?.mean).toBeCloseTo(-50, 12)
    const { low = 0, high = 0 } = normalisedScore({ values: [10, 40, 20, 20], random, solver }, { seed: 0 }) ?? {}
    expect(low).toBeLessThan(high)
  })
  test('is undefined where the expert is not above chance', () => {
    expect(normalisedScore({ values: random, random, solver: random }, { seed: 0 })).toBeNull()
    expect(() => normalisedScore({ values: [1], random, solver }, { seed: 0 })).toThrow(ConfigError)
  })
})

describe('signFlipTest', () => {
  test('agrees with the exact test: 2 of 2^n sign patterns are as far out when all differences are equal', () => {
    const p = signFlipTest([1, 1, 1, 1, 1, 1, 1, 1], { seed: 1, draws: 100_000 })
    expect(p).toBeGreaterThan((2 / 256) * 0.8)
    expect(p).toBeLessThan((2 / 256) * 1.2)
  })
  test('is 1 without a direction, small with one, never 0, and blind to the sign', () => {
    expect(signFlipTest([1, -1, 2, -2], { seed: 1 })).toBe(1)
    const clear = Array.from({ length: 60 }, (_, i) => 1 + (i % 3))
    const flipped = clear.map((value) => -value)
    for (const values of [clear, flipped]) expect(signFlipTest(values, { seed: 1, draws: 999 })).toBe(0.001)
    expect(() => signFlipTest([], { seed: 1 })).toThrow(ConfigError)
  })
  test('rejects a true null about as often as it says', () => {
    const rejected = Array.from({ length: 300 }, (_, trial) => {
      const rng = seededRng(trial, 'null')
      return signFlipTest(
        Array.from({ length: 20 }, () => rng.real() - 0.5),
        { seed: trial, draws: 400 },
      )
    }).filter((p) => p < 0.05).length
    expect(rejected).toBeGreaterThan(4)
    expect(rejected).toBeLessThan(30)
  })
})

test('holm: known values, in the order given, never above 1', () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
  expect(holm([0.9, 0.8])).toEqual([1, 1])
  expect(holm([])).toEqual([])
})
