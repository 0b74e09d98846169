/** Run folders. */

export {
  type GeneralisationRow,
  generalisationRows,
  type InterventionRow,
  interventionRows,
  type MetricLine,
  metricLine,
  type Replay,
  type ResultRow,
  replayList,
  resultRows,
} from './records.ts'
export { createRun, openRun, type RunFolder, readRun } from './run-folder.ts'
