/** Checks of several fields together, as checks of zod/mini. */
import * as z from 'zod/mini'

/** Says what is wrong with a field. */
export type Fail = (field: string, message: string) => void

/**
 * A check of an object's fields together. It runs only where each field is right by itself: zod goes on after a number out of its range, and a
 * check that computes with such a number may take for ever.
 */
export function acrossFields<T>(check: (value: T, fail: Fail) => void): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (value, context) => check(value, (field, message) => void context.addIssue({ code: 'custom', path: [field], message })),
    { when: ({ issues }) => issues.length === 0 },
  )
}
