/** How much of the boards a model reads in the theme that it is to play in. */
import { EngineError } from '../errors.ts'
import { boundedHorizon, decide, fixedStates } from '../gym/index.ts'
import { samplerPolicy } from '../policies/index.ts'
import { deriveSeed } from '../rng.ts'
import { mean } from './advantages.ts'
import { gamesOf } from './mix.ts'
import type { StageSetup } from './stage.ts'

/** Seed of the fixed states: the same boards for every run, and never those of an evaluation. */
const SEED = deriveSeed(0, 'sight')

/**
 * Share 0..1 of the cells that replies of the live weights read rightly, sampled at temperature 1, one reply to each of `states` fixed states
 * of each game; the mean over the games. `step` decides the draws.
 */
export async function cellsRead({ engine, config }: Pick<StageSetup, 'engine' | 'config'>, states: number, step: number): Promise<number> {
  const policy = samplerPolicy(engine, { maxTokens: config.maxTokens, temperature: 1 })
  const shares: number[] = []
  for (const { spec } of gamesOf(config)) {
    const questions = fixedStates(spec, boundedHorizon(spec), states, SEED).map((fixed) => ({ spec, fixed }))
    const decisions = await decide(policy, questions, { seed: deriveSeed(config.seed, 'sight', step) })
    shares.push(
      mean(
        decisions.map((decision) => {
          if ('failure' in decision) throw new EngineError(decision.failure)
          return decision.cells
        }),
      ),
    )
  }
  return mean(shares)
}
