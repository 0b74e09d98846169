/** Run folders. */

export { type MetricLine, metricLine, type Replay, type ResultRow, replayList, resultRows } from './records.ts'
export { createRun, openRun, type RunFolder, readRun } from './run-folder.ts'
