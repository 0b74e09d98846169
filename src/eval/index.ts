/** Evaluation: policies on fixed games, results with intervals, single decisions, the lenient reading, and their statistics. */
export { type EvaluateOptions, type Evaluation, evaluate, evaluationEntries, policySeed, resultRowsOf } from './evaluate.ts'
export { type ExampleOptions, workedExamples } from './examples.ts'
export { type GeneralisationOptions, generalisation, type Thing, type ThingsOptions, thingsOf } from './generalisation.ts'
export { type InterventionOptions, interventions } from './interventions.ts'
export { type LenientReading, lenientReading, type StrictReading, strictReading } from './lenient/reply.ts'
export { LENIENT, METRIC_NAMES, METRICS, type MetricInfo, type MetricName } from './metrics.ts'
export { firstReply, type Pace } from './paced.ts'
export { type ProbeOptions, probe } from './probes.ts'
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
export type { Confusion } from './tally.ts'
export { type UnreadSum, unreadOf } from './unread.ts'
