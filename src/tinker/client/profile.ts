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
  /** One save serves training and sampling, and a name can be saved again. Else each save is made for both, under a name of its own. */
  readonly oneSave: boolean
  /** After a pass that failed the server refuses the next step itself, and its gradient is zero. */
  readonly guardsSteps: boolean
  /** Weights are loaded into a new model: into one that was used they cannot be, or they would keep its gradient and optimiser. */
  readonly freshLoads: boolean
  /** How a loss is reduced. 'sequence-mean': over the positions of a datum by their weights, then over the data; made up for here. */
  readonly reduction: 'sum' | 'sequence-mean'
  /** Whether the losses of reinforcement learning take `weights` as a mask. */
  readonly mask: boolean
  /**
   * Who scores, and samples from saved weights. 'sampler': a sampling session of them. 'model': another model, into which they are loaded, by passes
   * without a gradient; a sampling session of older weights would change the model that is trained.
   */
  readonly frozen: 'sampler' | 'model'
  /** Divergence of the trainer from the sampler on the same weights, k3 in nats a token, above which a pass fails; null: not looked at. */
  readonly maxDivergence: number | null
  /** LoRA alone is trained, so a rank is needed. */
  readonly needsRank: boolean
}

const ALL: readonly LossName[] = ['cross_entropy', 'importance_sampling', 'ppo']

/** Of backends that run on other people's machines: their samplers and trainers are different programs. */
const remote: Omit<Profile, 'name' | 'images' | 'mask' | 'frozen'> = {
  ...{ losses: ALL, optimizers: ['adam'], exact: false, oneSave: false, guardsSteps: false, freshLoads: true, reduction: 'sum' },
  ...{ maxDivergence: 0.1, needsRank: false },
}

export const PROFILES: { readonly [name in ProfileName]: Profile } = {
  /** `vlm-gym serve-engine`. */
  embedded: {
    ...{ name: 'embedded', images: 1, losses: ALL, optimizers: ['adam', 'muon'], exact: true, oneSave: true, guardsSteps: true },
    ...{ freshLoads: false, reduction: 'sum', mask: false, frozen: 'sampler', maxDivergence: null, needsRank: false },
  },
  /** Thinking Machines' service: LoRA alone. */
  hosted: { ...remote, losses: [...ALL, 'cispo', 'gspo'], name: 'hosted', images: 64, mask: false, frozen: 'sampler', needsRank: true },
  /** SkyRL with its GPU backends, samplers and trainer on the same machines (colocate_all). */
  'skyrl-fsdp': { ...remote, losses: [...ALL, 'cispo', 'gspo'], name: 'skyrl-fsdp', images: 64, mask: true, frozen: 'sampler' },
  /** SkyRL with JAX, on a CPU too: text and LoRA alone. */
  'skyrl-jax': {
    ...remote,
    losses: [...ALL, 'cispo'],
    name: 'skyrl-jax',
    images: 0,
    mask: true,
    frozen: 'model',
    reduction: 'sequence-mean',
    needsRank: true,
  },
}
