/** The door `vlm-gym/jobs`: train, evaluate and teach, as the commands do, for programs. */
export { aboutLines, checkSeeds, readComparedRuns } from './compared-runs.ts'
export { exportCheckpoint, loadEngineModule, type OnnxExporter, openCheckpoint } from './engine-module.ts'
export { type EvalConfig, type EvalPace, evalConfig } from './eval-config.ts'
export { type Endpoints, evalEndpoints, keepEndpoints } from './eval-endpoints.ts'
export { type EvalJob, evalJobs, presetResults } from './eval-games.ts'
export { beginRun, checkSameGames, type EvalRun, evaluateIn, resumeRun } from './eval-run.ts'
export type { JobControl, JobEpisode, JobEvent, JobMetrics, JobNote, JobProgress, OnJobEvent } from './events.ts'
export { loadPictures } from './pictures.ts'
export { CHECKPOINT_TOKENS, checkPlayers, type Player, type PlayerOptions, withPlayers } from './players.ts'
export { loadPlugins, resolvePlugin } from './plugins.ts'
export { type KeptRequest, keptRequest, NO_REQUEST } from './requests.ts'
export { runningFigures } from './running-figures.ts'
export { writeSeedsReport } from './seeds-report.ts'
export { openTeacher, SCRIPTED, type Teacher, type TeacherRequests } from './teacher.ts'
export { newWords, runTrainJob } from './train-job.ts'
export {
  checkedEngine,
  createTrainFolder,
  createTrainRun,
  loadExtras,
  type OpenRun,
  openTrainRun,
  runToEnd,
  storedConfig,
  storedWords,
} from './train-run.ts'
