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

/** Draws that are kept for the next statistic: those of a table are of equally many values under one seed, and drawing is most of their cost. */
const KEPT = 4
/** Most numbers of a kept list. */
const LONGEST = 4_000_000

const kept = new Map<string, Uint32Array>()

/** `length` draws of whole numbers below `below`, in the order in which the generator of `seed` and `label` gives them. */
function drawsOf(seed: number, label: string, below: number, length: number): { next(): number } {
  if (length > LONGEST) {
    const rng = seededRng(seed, label)
    return { next: () => rng.int(below) }
  }
  const key = JSON.stringify([seed, label, below, length])
  let list = kept.get(key)
  if (list === undefined) {
    const rng = seededRng(seed, label)
    list = Uint32Array.from({ length }, () => rng.int(below))
  }
  // The last used is the last to go.
  kept.delete(key)
  kept.set(key, list)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string)
  const draws = list
  let at = 0
  return { next: () => draws[at++] as number }
}

/**
 * Percentile bootstrap of any statistic: the 2.5 % and 97.5 % quantiles of its values over `resamples` draws of `count` indices with
 * replacement. Values that come in rows (one game under several policies) are drawn together by their index. Draws without a finite value
 * are left out; null if none has one.
 */
export function bootstrapBounds(
  count: number,
  statistic: (indices: readonly number[]) => number,
  { seed, resamples = 2000 }: BootstrapOptions,
): Omit<Interval, 'mean'> | null {
  if (!(resamples >= 1)) throw new ConfigError(`${resamples} resamples are too few; give 1 or more.`)
  const draws = drawsOf(seed, 'bootstrap', count, count * resamples)
  const indices = new Array<number>(count)
  const values = Array.from({ length: resamples }, () => {
    for (let i = 0; i < count; i++) indices[i] = draws.next()
    return statistic(indices)
  })
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b)
  return values.length === 0 ? null : { low: quantile(values, 0.025), high: quantile(values, 0.975) }
}

/**
 * Mean with its percentile bootstrap interval (`bootstrapBounds`). One value gives an interval of no width. Throws ConfigError for an empty
 * list or a value that is not finite.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Interval {
  const mean = meanOf(values)
  if (mean === null || !Number.isFinite(mean)) throw new ConfigError(`A mean of ${values.length} values that is ${mean} has no interval.`)
  const bounds = bootstrapBounds(values.length, (indices) => meanAt(values, indices), options)
  return { mean, low: bounds?.low ?? mean, high: bounds?.high ?? mean }
}

/** Mean of the values at some indices. */
function meanAt(values: readonly number[], indices: readonly number[]): number {
  let sum = 0
  for (const index of indices) sum += values[index] as number
  return sum / indices.length
}

/** Values of the same games under chance, a player and the expert; equal index, equal game. */
export interface Anchored {
  readonly values: readonly number[]
  readonly random: readonly number[]
  readonly solver: readonly number[]
}

/**
 * Where a mean lies between the anchors: 100 · (mean − random) / (solver − random), so 0 is chance and 100 the expert; with its bootstrap
 * interval over games, all three drawn together. Null where the expert is not above chance. Throws ConfigError if the lengths differ.
 */
export function normalisedScore({ values, random, solver }: Anchored, options: BootstrapOptions): Interval | null {
  if (values.length !== random.length || values.length !== solver.length)
    throw new ConfigError(`Lists of ${values.length}, ${random.length} and ${solver.length} values are not of the same games.`)
  const of = (indices: readonly number[]): number => {
    const low = meanAt(random, indices)
    const span = meanAt(solver, indices) - low
    return span > 0 ? (100 * (meanAt(values, indices) - low)) / span : Number.NaN
  }
  const mean = of(values.map((_, i) => i))
  const bounds = Number.isFinite(mean) ? bootstrapBounds(values.length, of, options) : null
  return bounds && { mean, ...bounds }
}

/**
 * Two-sided test that paired differences have no direction: the share of random sign flips whose mean is as far from 0 as the observed one,
 * the observed one counted too, so never 0. draws: default 10,000. Throws ConfigError for an empty list.
 */
export function signFlipTest(
  differences: readonly number[],
  { seed, draws: count = 10_000 }: { readonly seed: number; readonly draws?: number },
): number {
  const mean = meanOf(differences)
  if (mean === null) throw new ConfigError('A test of no differences says nothing; give one or more.')
  const draws = drawsOf(seed, 'sign-flip', 2, count * differences.length)
  const bar = Math.abs(mean) * differences.length * (1 - 1e-12)
  let as = 1
  for (let draw = 0; draw < count; draw++) {
    let sum = 0
    for (const difference of differences) sum += draws.next() === 0 ? difference : -difference
    if (Math.abs(sum) >= bar) as++
  }
  return as / (count + 1)
}

/** Holm's correction: p-values that hold for all tests together, in the order given. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const out = new Array<number>(ps.length)
  let least = 0
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (ps[i] as number) * (ps.length - rank)))
    out[i] = least
  }
  return out
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

/** 97.5 % points of Student's t with 1 to 9 degrees of freedom. */
const STUDENT = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157]

/** 97.5 % point of Student's t: from the table, then by the first terms of its expansion around the normal one (to 4 digits from 10 on). */
function studentPoint(freedom: number): number {
  const known = STUDENT[freedom - 1]
  if (known !== undefined) return known
  const z = Z
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}

/**
 * Mean with Student's 95 % interval: for few values, such as one a training seed, where a bootstrap would be too narrow. It takes the values
 * as draws from a normal distribution. Null below two values.
 */
export function studentInterval(values: readonly number[]): Interval | null {
  const [mean, error] = [meanOf(values), standardError(values)]
  if (mean === null || error === null) return null
  const half = studentPoint(values.length - 1) * error
  return { mean, low: mean - half, high: mean + half }
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
