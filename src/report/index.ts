/** The door `vlm-gym/report`: what came out of runs, as tables, texts and pages. */
export { aboutText } from './about-text.ts'
export { type ComparedGroup, type ComparedRow, type ComparedRun, compareRuns, type PairedTest } from './compare.ts'
export { type CompareFacts, type ComparePage, comparePage } from './compare-page.ts'
export { comparisonCsv, comparisonText } from './compare-text.ts'
export { type Policies, policiesOf } from './policies.ts'
export { type ProbeDifference, type ProbeLine, type ProbeTable, probeTables } from './probes.ts'
export { probesText } from './probes-text.ts'
export { knownRows, type ProtocolResults, type ProtocolRow, type ProtocolSource, protocolRow, protocolTable } from './protocol.ts'
export { replyNotes } from './reply-notes.ts'
export { comparisonPage, reportPage, writeReport } from './report.ts'
export { resultTable } from './results.ts'
export {
  type RunAnalyses,
  type RunFindings,
  type RunHead,
  type RunMetrics,
  type RunPage,
  runAnalyses,
  runBootstrapping,
  runFindings,
  runHead,
  runMetrics,
  runPage,
  runReplays,
} from './run-page.ts'
export { type RunView, runView, type StageView } from './run-view.ts'
export type { SeedGroup, SeedRow, SeedTest } from './seeds.ts'
export { type SeedFamily, seedFamilies, seedsTable, seedsText } from './seeds-text.ts'
export { loadTrained, recipeDifferences, type Setup, type Training, trainingOf, trainingSetups } from './training-run.ts'
export { type TransferCell, type TransferMatrix, type TransferRow, type TransferStart, transferMatrices, transferText } from './transfer.ts'
export { type UnreadText, unreadLines, unreadTexts } from './unread-text.ts'
