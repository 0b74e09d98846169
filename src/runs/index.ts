/** Run folders. */

export { ABOUT, type Session } from './about.ts'
export {
  type Contestant,
  type EpisodeRecord,
  episodeRecord,
  type ReplyCounts,
  type ReplyLine,
  replyLine,
  type Unread,
} from './episode-records.ts'
export { type EpisodeStore, episodeRecords, openEpisodeStore } from './episode-store.ts'
export type { BadLine, Line, LinesFile } from './lines.ts'
export {
  type EndpointLine,
  endpointLines,
  type GeneralisationRow,
  generalisationRows,
  type InterventionRow,
  interventionRows,
  METRICS_FILE,
  type MetricLine,
  metricLine,
  type Replay,
  type ResultRow,
  replayList,
  resultRows,
} from './records.ts'
export { type KeptReply, keptFields, replyFields, replyOf } from './reply-fields.ts'
export {
  createFolder,
  createRun,
  type FolderKind,
  openFolder,
  openRun,
  type RunFolder,
  readFolder,
  readRun,
} from './run-folder.ts'
