/** The door `vlm-gym/cli`: what a program needs to build commands that behave like those of `vlm-gym`. */
export { INTERRUPTED, interruptible } from './interrupt.ts'
export {
  applySettings,
  type ConfigObject,
  checkConfig,
  collect,
  gatherConfig,
  mergeConfig,
  parseSetting,
  readConfigFile,
  type Setting,
  wholeNumber,
  withConfigFile,
  withExamples,
  withJson,
  withSeed,
  withSet,
} from './options.ts'
export { createProgress, formatDuration, formatFigure, type Progress, type ProgressOptions, type ProgressState } from './progress.ts'
export { type CommandEntry, type DefineCommand, runCli } from './run.ts'
