/** Whole numbers as schemas of zod/mini. */
import * as z from 'zod/mini'

/** A whole number of `least` or more, and of `most` at most. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): z.ZodMiniNumberFormat {
  return z.int().check(z.minimum(least), z.maximum(most))
}
