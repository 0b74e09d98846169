/** The players that a training run asks: its models, and the scripted ones, each as a policy that is made on the engine at hand. */
import type { Engine, WeightsRef } from '../engine.ts'
import { samplerPolicy } from '../policies/index.ts'
import type { Policy } from '../policy.ts'
import type { StageInfo } from '../runs/index.ts'
import type { TrainConfig } from '../train/index.ts'

/** How a model picks its replies. */
export type Decoding = 'sampled' | 'greedy'

/** Somebody to be asked. */
export interface Player<D extends Decoding | 'scripted' = Decoding | 'scripted'> {
  readonly name: string
  readonly decoding: D
  /** A model answers on that engine; a scripted player needs none. */
  readonly policyOn: (engine: Engine) => Policy
}

/** The models of stages, each under every decoding. */
export function modelsOf(
  { maxTokens, observation }: Pick<TrainConfig, 'maxTokens' | 'observation'>,
  weights: { readonly [stage: string]: WeightsRef },
  stages: readonly Pick<StageInfo, 'name'>[],
  decodings: readonly Decoding[],
): Player<Decoding>[] {
  return stages.flatMap(({ name }) =>
    decodings.map((decoding) => {
      const settings = {
        maxTokens,
        temperature: decoding === 'greedy' ? 0 : 1,
        weights: weights[name] as WeightsRef,
        name,
        pictures: observation === 'image',
      }
      return { name, decoding, policyOn: (engine: Engine) => samplerPolicy(engine, settings) }
    }),
  )
}
