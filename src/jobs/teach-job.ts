/** Teaching as a job: a data set from a teacher that is told the true perception. A stopped one goes on with what was kept. */
import { stat } from 'node:fs/promises'
import type { EndpointRecord, RequestEdits } from '../policies/endpoints.ts'
import { checkNewFolder, DATASET, type NewFolderOptions, type RunFolder } from '../runs/index.ts'
import {
  type Counts,
  createDataset,
  discardDataset,
  openDataset,
  repliesOf,
  storedTeachConfig,
  TAUGHT,
  type Taught,
  type TeachConfig,
  teach,
} from '../teach/index.ts'
import type { JobControl, JobProgress } from './events.ts'
import { loadExtras } from './extras.ts'
import { openTeacher, type Teacher, type TeacherRequests } from './teacher.ts'

/** How a teacher is asked. */
export interface TeachJobOptions extends JobControl, Omit<TeacherRequests, 'edits'> {
  /** Changes to every request to a model behind HTTP, secrets included; default none. */
  readonly edits?: (config: TeachConfig) => RequestEdits
  /** Replies after which teaching ends if all were dropped for one reason; 0: never. */
  readonly patience: number
}

/** What came out. */
export interface TeachOutcome {
  /** Closed: for its path and the names of its files. */
  readonly folder: Pick<RunFolder, 'path' | 'file'>
  readonly config: TeachConfig
  readonly taught: Taught
  /** How a model behind HTTP was asked; absent: none was. */
  readonly record: EndpointRecord | undefined
}

/**
 * A new data set; plugins and pictures of its config are loaded already. Everything that can be refused is refused before anything is written;
 * a set whose teacher turns out to be unusable is taken back, unless a reply came all the same. Throws ConfigError, EngineError, StorageError.
 */
export async function runTeaching(path: string, config: TeachConfig, options: TeachJobOptions & NewFolderOptions): Promise<TeachOutcome> {
  await checkNewFolder(DATASET, path, options)
  const teacher = await openTeacher(config, requestsOf(config, options))
  let folder: RunFolder
  try {
    folder = await createDataset(path, config, options)
  } catch (error) {
    await teacher.close()
    throw error
  }
  try {
    return await taughtBy(teacher, folder, config, options)
  } catch (error) {
    if (!(await hasReplies(folder))) await discardDataset(folder)
    throw error
  }
}

/** Goes on with a data set, as it was begun. Throws as `runTeaching` does. */
export async function resumeTeaching(path: string, options: TeachJobOptions): Promise<TeachOutcome> {
  const folder = await openDataset(path)
  let config: TeachConfig
  let teacher: Teacher
  try {
    config = storedTeachConfig(folder)
    await loadExtras(config)
    teacher = await openTeacher(config, requestsOf(config, options))
  } catch (error) {
    await folder.close()
    throw error
  }
  return taughtBy(teacher, folder, config, options)
}

const requestsOf = (config: TeachConfig, { edits, perMinute, retries, timeout }: TeachJobOptions): TeacherRequests => {
  return { edits: edits?.(config) ?? {}, perMinute, retries, timeout }
}

/** Teaches to the end; afterwards teacher and folder are closed, whatever happens. */
async function taughtBy(
  teacher: Teacher,
  folder: RunFolder,
  config: TeachConfig,
  { patience, onEvent, signal }: TeachJobOptions,
): Promise<TeachOutcome> {
  const { policy, oneByOne } = teacher
  onEvent?.({ type: 'folder', path: folder.path })
  const onRound = (counts: Counts): void => onEvent?.(progressOf(policy.name, counts, config.examples))
  try {
    const taught = await teach({ folder, config, policy, oneByOne, patience, onRound, ...(signal && { signal }) })
    return { folder, config, taught, record: teacher.record?.() }
  } finally {
    await teacher.close()
    await folder.close()
  }
}

function progressOf(stage: string, counts: Counts, total: number): JobProgress {
  const replies = repliesOf(counts)
  const figures = { replies, dropped: replies - counts.kept, ...(counts.failed > 0 && { failed: counts.failed }) }
  return { type: 'progress', stage, step: counts.kept, total, figures }
}

const hasReplies = (folder: RunFolder): Promise<boolean> =>
  stat(folder.file(TAUGHT.name)).then(
    ({ size }) => size > 0,
    () => false,
  )
