/** Small statistics for results: intervals of means and shares, differences of paired samples, correlation. All chance is seeded. */
import { ConfigError } from '../errors.ts'
import { seededRng } from '../rng.ts'

/** A mean and its 95 % interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly seed: number
  /** Default 2000. */
  readonly resamples?: number
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959963984540054

/** Arithmetic mean; null for an empty list. */
export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard error of the mean: the sample's standard deviation (n - 1) by the root of n; null below two values. */
export function standardError(values: readonly number[]): number | null {
  const mean = meanOf(values)
  if (mean === null || values.length < 2) return null
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** Quantile of an ascending list by linear interpolation between order statistics. share: 0..1. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] as number
  const above = sorted[Math.ceil(at)] as number
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * Mean with its percentile bootstrap interval: the 2.5 % and 97.5 % quantiles of the means of `resamples` draws with replacement.
 * One value gives an interval of no width. Throws ConfigError for an empty list or a value that is not finite.
 */
export function bootstrapMean(values: readonly number[], { seed, resamples = 2000 }: BootstrapOptions): Interval {
  const mean = meanOf(values)
  if (mean === null || !Number.isFinite(mean)) throw new ConfigError(`A mean of ${values.length} values that is ${mean} has no interval.`)
  if (!(resamples >= 1)) throw new ConfigError(`${resamples} resamples are too few; give 1 or more.`)
  const rng = seededRng(seed, 'bootstrap')
  const means = Array.from({ length: resamples }, () => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[rng.int(values.length)] as number
    return sum / values.length
  }).sort((a, b) => a - b)
  return { mean, low: quantile(means, 0.025), high: quantile(means, 0.975) }
}

/** Mean of a[i] - b[i] with its bootstrap interval: for two policies on the same episodes. Throws ConfigError if the lengths differ. */
export function pairedDifference(a: readonly number[], b: readonly number[], options: BootstrapOptions): Interval {
  if (a.length !== b.length) throw new ConfigError(`Lists of ${a.length} and ${b.length} values are not pairs.`)
  return bootstrapMean(
    a.map((value, i) => value - (b[i] as number)),
    options,
  )
}

/** Wilson's score interval of a share. successes: 0..trials; trials: 1 or more. `mean` is successes / trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(trials >= 1) || !(successes >= 0) || successes > trials) throw new ConfigError(`${successes} of ${trials} is not a share.`)
  const mean = successes / trials
  const weight = 1 / (1 + (Z * Z) / trials)
  const centre = weight * (mean + (Z * Z) / (2 * trials))
  const half = weight * Z * Math.sqrt((mean * (1 - mean)) / trials + (Z * Z) / (4 * trials * trials))
  return { mean, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** Pearson's correlation, -1..1; null for fewer than 2 pairs or when one side does not vary. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  if (x.length !== y.length) throw new ConfigError(`Lists of ${x.length} and ${y.length} values are not pairs.`)
  const apart = (values: readonly number[]): number[] => values.map((value) => value - (meanOf(values) as number))
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)
  const [dx, dy] = [apart(x), apart(y)]
  const scale = Math.sqrt(dot(dx, dx)) * Math.sqrt(dot(dy, dy))
  if (x.length < 2 || !(scale > 1e-12)) return null
  return Math.max(-1, Math.min(1, dot(dx, dy) / scale))
}

/** 95 % interval of a correlation by Fisher's transform; null below 4 pairs. `mean` is the correlation itself. */
export function correlationInterval(correlation: number, pairs: number): Interval | null {
  if (pairs < 4) return null
  const z = Math.atanh(Math.max(-0.999999, Math.min(0.999999, correlation)))
  const half = Z / Math.sqrt(pairs - 3)
  return { mean: correlation, low: Math.tanh(z - half), high: Math.tanh(z + half) }
}
