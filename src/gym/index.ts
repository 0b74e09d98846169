/** The gym: what a player sees, what a reply does, groups, batches, whole games, rewards. */

export { HIDDEN_SEEDS } from '../rng.ts'
export { type Asked, type AskOptions, ask, askOne, failedReply } from './ask.ts'
export { type Conversation, type ConversationOptions, conversation } from './conversation.ts'
export { type DecideOptions, type DecisionScore, decide, decideAll, type FixedState, fixedStates, type Question } from './decisions.ts'
export {
  type Difficulty,
  type DifficultyLevels,
  difficulty,
  difficultyPreset,
  HORIZON_LEVELS,
  LEVELS,
  LOOKAHEAD_LEVELS,
  SKIN_LEVELS,
  withLevels,
} from './difficulty.ts'
export { drawPng, drawState, Env, type EnvStep, feedbackAfter, momentAfter, observationOf, promptAfter } from './env.ts'
export {
  Episode,
  type EpisodeRules,
  type EpisodeStep,
  type RolloutEpisode,
  type StepSample,
  type StopReason,
  type Trajectory,
  type TrajectoryStep,
} from './episode.ts'
export { type GroupChance, type GroupOptions, playGroup } from './group.ts'
export {
  advance,
  boundedHorizon,
  type Ending,
  type EnvSnapshot,
  endingOf,
  firstMoment,
  type LifeRules,
  type LifeSpec,
  type Moment,
  nextMoment,
  startSnapshot,
} from './life.ts'
export { captioned, OBSERVATION_MODES, type ObservationMode } from './observation-mode.ts'
export {
  forcedPerception,
  formatReply,
  inTags,
  maxReplyLength,
  type ParsedReply,
  parseReply,
  perceptionOfPrefix,
  placesOfSections,
  protocolLexicon,
  REPLY_TAGS,
  type ReplySections,
  type ReplyTags,
  type SectionPlaces,
} from './protocol.ts'
export { rewardConfig, rewardFields } from './reward-config.ts'
export {
  paperReward,
  paperWeights,
  type Reward,
  type RewardSpec,
  type RewardWeights,
  rewardOf,
  rewardScores,
  totalReward,
} from './rewards.ts'
export { type ReplyStore, type RolloutEvent, type RolloutOptions, rollout } from './rollout.ts'
export {
  type GroupStart,
  type PlayGroups,
  type ReplyGroup,
  type RolloutGroupOptions,
  rolloutGroup,
  rolloutGroups,
} from './rollout-group.ts'
export {
  type Boundary,
  type PlayedReply,
  perceptionPartsOf,
  playReply,
  type ReplyReading,
  type ReplyScore,
  readReply,
  statementsOf,
  trainingReward,
  truthOf,
} from './score.ts'
export { type Expert, type ExpertScores, expertScores, type GameSignal, gameSignal, isGoodMove, regretOf } from './signal.ts'
export { PLAIN_SKIN } from './skin.ts'
export { skinFields, skinSchema, skinSettings } from './skin-config.ts'
export { type EnvSpec, envSpec } from './spec.ts'
export { type GameByName, type SpecConfig, specConfig, specConfigOf, specFields, specFrom } from './spec-config.ts'
export { embeddedOf, gameFeedback, gameLexicon, gamePrompt } from './texts.ts'
export {
  type DecodedState,
  type Digest,
  decodeState,
  encodeAndHash,
  encodeState,
  type LastStep,
  maxTokenBytes,
  maxTokenLength,
  stateHash,
} from './token.ts'
export { type AutoresetMode, VectorEnv, type VectorEnvOptions, type VectorSnapshot, type VectorStep } from './vector-env.ts'
export { lastMoment, type WalkOptions, walk } from './walk.ts'
