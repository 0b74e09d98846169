/** Evaluation: policies on fixed games, results with intervals, replays, and the report of a run. */
export { type DecideOptions, type Decision, decide, type FixedState, fixedStates, type Question } from './decisions.ts'
export { type EvaluateOptions, type Evaluation, evaluate, evaluationEntries, policySeed, resultRowsOf } from './evaluate.ts'
export { type ExampleOptions, workedExamples } from './examples.ts'
export { type GeneralisationOptions, generalisation, type Thing, type ThingsOptions, thingsOf } from './generalisation.ts'
export { type InterventionOptions, interventions } from './interventions.ts'
export { METRIC_NAMES, METRICS, type MetricInfo, type MetricName } from './metrics.ts'
export { firstReply, type Pace } from './paced.ts'
export { knownRows, type ProtocolResults, type ProtocolRow, type ProtocolSource, protocolRow, protocolTable } from './protocol.ts'
export { writeReport } from './report.ts'
export { type ChartLibrary, type ReportInput, reportPage } from './report-page.ts'
export { resultTable } from './results.ts'
export {
  type BootstrapOptions,
  bootstrapMean,
  correlationInterval,
  type Interval,
  meanOf,
  pairedDifference,
  pearson,
  quantile,
  standardError,
  wilsonInterval,
} from './statistics.ts'
