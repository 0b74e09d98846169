/** How much of the boards a model reads in the theme that it is to play in. */
import { boundedHorizon, decideAll, fixedStates } from '../gym/index.ts'
import { samplerPolicy } from '../policies/index.ts'
import { deriveSeed } from '../rng.ts'
import { mean } from './advantages.ts'
import { gamesOf } from './mix.ts'
import type { StageSetup } from './stage.ts'

/** Seed of the fixed states: the same boards for every run, and never those of an evaluation. */
const SEED = deriveSeed(0, 'sight')

/**
 * A look at the live weights: the share 0..1 of the cells that their replies read rightly, sampled at temperature 1, one reply to each of `states`
 * fixed states of each game; the mean over the games. `step` decides the draws. The states are drawn once, for all looks.
 */
export function sightOf({ engine, config }: Pick<StageSetup, 'engine' | 'config'>, states: number): (step: number) => Promise<number> {
  const policy = samplerPolicy(engine, { maxTokens: config.maxTokens, temperature: 1, pictures: config.observation === 'image' })
  const games = gamesOf(config).map(({ spec }) => fixedStates(spec, boundedHorizon(spec), states, SEED).map((fixed) => ({ spec, fixed })))
  return async (step) => {
    const shares: number[] = []
    for (const questions of games) {
      const decisions = await decideAll(policy, questions, { seed: deriveSeed(config.seed, 'sight', step) })
      shares.push(mean(decisions.map(({ cells }) => cells)))
    }
    return mean(shares)
  }
}
