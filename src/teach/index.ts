/** Cold-start data: a teacher plays, what passes the filters becomes a data set. */
export { specsOf, storedConfig, type TeachConfig, teachConfig } from './config.ts'
export { judge, REASONS, type Reason, type Verdict } from './filters.ts'
export { parquetFile, writeParquet } from './parquet.ts'
export { type Counts, repliesOf, type TeachOptions, teach } from './teach.ts'
