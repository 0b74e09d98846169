/** Smoothing of curves. */

/** A value a step; null where undefined. */
export type Values = readonly (number | null)[]

/** Centred moving mean over 2 * half + 1 points, fewer at the ends; null where fewer than a third of them are defined. */
export function smoothed(values: Values, half: number): (number | null)[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - half), i + half + 1)
    const known = near.filter((value) => value !== null)
    return known.length * 3 < near.length || known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
  })
}
