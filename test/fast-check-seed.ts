/** Property tests see the same cases in every run; FAST_CHECK_SEED=7 shows them others. Read by vitest.config.ts. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 1) })
