/** The door `vlm-gym/jobs`: train, evaluate and teach, as the commands do, for programs. */
export { checkSeeds, compareFacts, readComparedRuns } from './compared-runs.ts'
export { engineNamed, exportCheckpoint, loadEngineModule, type OnnxExporter, openCheckpoint } from './engine-module.ts'
export { type EvalConfig, type EvalPace, evalConfig } from './eval-config.ts'
export { type EvalOptions, type EvalOutcome, type NewEvalOptions, resumeEvaluation, runEvaluation } from './eval-job.ts'
export type { JobControl, JobEpisode, JobEvent, JobFolder, JobMetrics, JobNote, JobProgress, OnJobEvent } from './events.ts'
export { loadExtras } from './extras.ts'
export { isCheckpointName, namedKind } from './named.ts'
export { loadPictures } from './pictures.ts'
export { type EpisodeLine, type PlayEpisodeOptions, type PlayedTurn, playEpisode } from './player-job.ts'
export { loadPlugins, resolvePlugin } from './plugins.ts'
export { type KeptRequest, keptRequest, NO_REQUEST } from './requests.ts'
export { createScorers, type Scorers, type ScorersOptions } from './scorers.ts'
export {
  checkNewSeeds,
  makeSeedRuns,
  reopenSeedRuns,
  type SeedOutcome,
  type SeedProgram,
  type SeedRun,
  type SeedsEvent,
  type SeedsOptions,
  threadsEach,
  trainSeedRuns,
} from './seeds-job.ts'
export { writeSeedsReport } from './seeds-report.ts'
export { resumeTeaching, runTeaching, type TeachJobOptions, type TeachOutcome } from './teach-job.ts'
export { SCRIPTED } from './teacher.ts'
export { newWords, runTrainJob } from './train-job.ts'
export {
  checkedEngine,
  createTrainFolder,
  createTrainRun,
  type OpenRun,
  openTrainRun,
  type RunOptions,
  runToEnd,
  storedConfig,
  storedWords,
  usualParallel,
} from './train-run.ts'
export { type TransferGames, transferConfig } from './transfer-config.ts'
