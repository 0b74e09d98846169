/** What differs between backends of the Tinker API. */
import type { LossName, Optimizer } from '../../engine.ts'

export const PROFILE_NAMES = ['embedded', 'hosted', 'skyrl-fsdp', 'skyrl-jax'] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

export interface Profile {
  readonly name: ProfileName
  /** Most pictures of a prompt; 0: a picture is refused, since the backend would drop it in silence. */
  readonly images: number
  readonly losses: readonly LossName[]
  readonly optimizers: readonly Optimizer[]
  /** Every digit is kept, and a call of many prompts is one call there too: extensions of `vlm-gym serve-engine`. */
  readonly exact: boolean
  /** One save serves training and sampling. Else each is saved for both. */
  readonly oneSave: boolean
  /** After a pass that failed the server refuses the next step itself, and its gradient is zero. */
  readonly guardsSteps: boolean
}

export const PROFILES: { readonly [name in 'embedded']: Profile } = {
  embedded: {
    ...{ name: 'embedded', images: 1, losses: ['cross_entropy', 'importance_sampling', 'ppo'], optimizers: ['adam', 'muon'] },
    ...{ exact: true, oneSave: true, guardsSteps: true },
  },
}
