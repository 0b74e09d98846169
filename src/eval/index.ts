/** Evaluation: policies on fixed games, results with intervals, replays, and the report of a run. */
export { aboutText } from './about-text.ts'
export {
  type ComparedGroup,
  type ComparedRow,
  type ComparedRun,
  compareRuns,
  type PairedTest,
  type Setup,
} from './compare.ts'
export { comparisonPage } from './compare-page.ts'
export { comparisonCsv, comparisonText } from './compare-text.ts'
export { type DecideOptions, type Decision, decide, type FixedState, fixedStates, type Question } from './decisions.ts'
export { type EvaluateOptions, type Evaluation, evaluate, evaluationEntries, policySeed, resultRowsOf } from './evaluate.ts'
export { type ExampleOptions, workedExamples } from './examples.ts'
export { type GeneralisationOptions, generalisation, type Thing, type ThingsOptions, thingsOf } from './generalisation.ts'
export { type InterventionOptions, interventions } from './interventions.ts'
export { type LenientReading, lenientReading, type StrictReading, strictReading } from './lenient/reply.ts'
export { LENIENT, METRIC_NAMES, METRICS, type MetricInfo, type MetricName } from './metrics.ts'
export { firstReply, type Pace } from './paced.ts'
export { knownRows, type ProtocolResults, type ProtocolRow, type ProtocolSource, protocolRow, protocolTable } from './protocol.ts'
export { replyNotes } from './reply-notes.ts'
export { writeReport } from './report.ts'
export { type ChartLibrary, type ReportInput, reportPage } from './report-page.ts'
export { resultTable } from './results.ts'
export type { SeedGroup, SeedRow, SeedTest } from './seeds.ts'
export { type SeedFamily, seedFamilies, seedsTable, seedsText } from './seeds-text.ts'
export {
  type Anchored,
  type BootstrapOptions,
  bootstrapBounds,
  bootstrapMean,
  correlationInterval,
  holm,
  type Interval,
  meanOf,
  normalisedScore,
  pairedDifference,
  pearson,
  quantile,
  signFlipTest,
  standardError,
  studentInterval,
  wilsonInterval,
} from './statistics.ts'
export { recipeDifferences, type Training, trainingOf, trainingSetups } from './training-run.ts'
export { type UnreadSum, unreadOf } from './unread.ts'
export { type UnreadText, unreadLines, unreadTexts } from './unread-text.ts'
