/** Training: stages, GRPO, supervised learning, configs and presets, and the run folders they write. */
export { createRun, openRun, type RunFolder, readRun, type Session } from '../runs/index.ts'
export { datasetsOf, parseTrainConfig, type RlConfig, type SupervisedConfig, type TrainConfig, trainConfig } from './config.ts'
export { formatExample, type ReplyLists, replyDatum, teacherExample } from './examples.ts'
export { type GrpoContext, type GrpoMetrics, grpoStep } from './grpo.ts'
export { lexiconOf } from './lexicon.ts'
export { PRESETS, presetNamed } from './presets.ts'
export { RECIPES, type Recipe, type Stage, stageInfos, stagesOf } from './recipes.ts'
export { type ColdStart, coldStartExamples, type DatasetMark } from './stored.ts'
export { type SupervisedContext, type SupervisedMetrics, supervisedBatch, supervisedStep } from './supervised.ts'
export {
  checkpointFile,
  gamesOf,
  learningRateAt,
  mixOf,
  type TrainEvent,
  type TrainOptions,
  train,
  weightsName,
} from './trainer.ts'
