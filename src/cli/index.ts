/** The door `vlm-gym/cli`: what a program needs to build commands that behave like those of `vlm-gym`. */

export { applySettings, type ConfigObject, mergeConfig, parseSetting, type Setting } from '../settings.ts'
export { INTERRUPTED, interruptible } from './interrupt.ts'
export {
  checkConfig,
  collect,
  gatherConfig,
  readConfigFile,
  wholeNumber,
  withConfigFile,
  withExamples,
  withJson,
  withSeed,
  withSet,
} from './options.ts'
export { createProgress, formatDuration, formatFigure, type Progress, type ProgressOptions, type ProgressState } from './progress.ts'
export { type CommandEntry, type DefineCommand, runCli } from './run.ts'
