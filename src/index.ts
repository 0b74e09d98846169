/**
 * The root door of vlm-gym: what most programs need to play a game with a policy. It runs in a browser, as do `vlm-gym/games`, `/gym`, `/render`,
 * `/policies`, `/pictures` and `/engine`, which hold the rest. Doors that need Node: `/endpoints`, `/datasets`, `/train`, `/eval`, …
 */
export { checkConfig } from './checks.ts'
export type { Datum, Engine, ModelInput, SampledSequence, SamplingParams, Tokenizer } from './engine.ts'
export { ConfigError, EngineError, fileReason, GameError, ScorerError, StateError, StorageError, VlmGymError } from './errors.ts'
export type { AnyGame, Game, Grid, StepResult } from './game.ts'
export { type GameEntry, gameEntries, gameNamed, loadGame, loadGames, registerGame } from './games/registry.ts'
export {
  decodeState,
  drawPng,
  drawState,
  Env,
  type EnvSnapshot,
  type EnvSpec,
  type EnvStep,
  encodeState,
  envSpec,
  formatReply,
  parseReply,
  playGroup,
  playReply,
  type ReplyScore,
  type RolloutOptions,
  rollout,
  type Trajectory,
  VectorEnv,
} from './gym/index.ts'
export { frameOf, promptOf } from './messages.ts'
export { createPolicy, policyNames, samplerPolicy, scriptedPolicy } from './policies/index.ts'
export type { Message, Observation, Policy, Reply, ReplyOptions } from './policy.ts'
export { encodePng, frameToRgb, renderScene, themeNamed } from './render/index.ts'
export { deriveSeed, isRngState, type Rng, type RngState, rngFromState, seededRng } from './rng.ts'
export type { Frame, Scene, Skin, Theme } from './scene.ts'
