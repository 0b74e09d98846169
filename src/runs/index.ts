/** Run folders. */

export { ABOUT, type Session, sessions } from './about.ts'
export { readText } from './encoding.ts'
export {
  type Contestant,
  type EpisodeRecord,
  episodeRecord,
  type ReplyCounts,
  type ReplyLine,
  replyLine,
  type Unread,
} from './episode-records.ts'
export { EPISODES, type EpisodeStore, episodeRecords, openEpisodeStore, REPLIES } from './episode-store.ts'
export { DATASET, EVAL_RUN, FOLDER_KINDS, type FolderKind, TRAIN_RUN } from './folder-kinds.ts'
export type { BadLine, Line, LinesFile } from './lines.ts'
export { LinesTail } from './lines-tail.ts'
export { type FolderLock, lockFolder } from './lock.ts'
export { checkNewFolder, type NewFolderOptions } from './new-folder.ts'
export { checkForeign, checkOwnFile, type FileForm, type ForeignFile, type OwnFile, writeOwnFile } from './own-file.ts'
export { folderReader, type RunReader, readEpisodes } from './reader.ts'
export {
  type EndpointLine,
  endpointLines,
  type GeneralisationRow,
  GROUPS_FILE,
  type GroupLine,
  generalisationRows,
  groupLine,
  type InterventionRow,
  interventionRows,
  METRICS_FILE,
  type MetricLine,
  metricLine,
  PROBE_METRICS,
  PROBE_MODES,
  type ProbeMetric,
  type ProbeRow,
  probeRows,
  type Replay,
  type ResultRow,
  replayList,
  resultRows,
} from './records.ts'
export { type KeptReply, keptFields, replyFields, replyOf } from './reply-fields.ts'
export {
  type CreateOptions,
  createFolder,
  createRun,
  discardFolder,
  openFolder,
  openRun,
  type RunFolder,
  readFolder,
  readRun,
} from './run-folder.ts'
export { isTaught, lineOf, type StageInfo, stageInfo, trainHeader } from './stages.ts'
