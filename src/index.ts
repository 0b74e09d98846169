/** The public door of vlm-gym. */
export type {
  AdamParams,
  Chunk,
  Datum,
  Engine,
  EngineInfo,
  ForwardResult,
  LossConfig,
  LossName,
  ModelInput,
  SampledSequence,
  SamplingParams,
  Tokenizer,
} from './engine.ts'
export { ConfigError, EngineError, GameError, StateError, StorageError, VlmGymError } from './errors.ts'
export type * from './game.ts'
export type { Frame, Observation, Policy, PrivilegedContext, Reply, ReplyOptions } from './policy.ts'
export { deriveSeed, isRngState, type Rng, type RngState, rngFromState, seededRng } from './rng.ts'
export type { Color, Scene, Shape, Skin, Sprite, SpriteCatalogue, Theme } from './scene.ts'
