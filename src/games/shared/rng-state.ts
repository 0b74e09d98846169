/** The chance of a game's state as a schema of zod/mini. */
import * as z from 'zod/mini'
import { isRngState, type RngState } from '../../rng.ts'

/** The state of a generator. */
export const rngState: z.ZodMiniCustom<RngState, RngState> = z.custom<RngState>(
  isRngState,
  'expected four 32-bit integers that are not all zero',
)
