/** The door `vlm-gym/teach`: a teacher plays, what passes the filters becomes a data set. */
export {
  createDataset,
  discardDataset,
  type Example,
  openDataset,
  readExamples,
  type Split,
  type StoredExample,
  type StoredExamples,
} from '../datasets/index.ts'
export { specsOf, storedTeachConfig, type TeachConfig, teachConfig } from './config.ts'
export { judge, REASONS, type Reason, type Verdict } from './filters.ts'
export { type GroupLimits, parquetFile, writeParquet } from './parquet.ts'
export { type Counts, quotasOf, repliesOf } from './progress.ts'
export { TAUGHT } from './replies.ts'
export { type DroppedReply, type Taught, type TeachOptions, teach } from './teach.ts'
