/** `vlm-gym teach`: cold-start data from a teacher that is told the true board; a stopped session goes on with --resume. */
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { NO_REQUEST, openTeacher, type Teacher } from '../../jobs/index.ts'
import { replyNotes } from '../../report/index.ts'
import { checkNewFolder, DATASET, type RunFolder } from '../../runs/index.ts'
import {
  type Counts,
  createDataset,
  discardDataset,
  openDataset,
  repliesOf,
  storedConfig,
  TAUGHT,
  type TeachConfig,
  teach,
} from '../../teach/index.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress } from '../progress.ts'
import { REQUEST_OPTIONS, requestTarget, resumedRequest } from '../request-options.ts'
import { loadExtras, type TeachFlags, teachConfigOf } from '../teach-config.ts'
import { withTeachOptions } from '../teach-options.ts'
import { reportTaught } from '../teach-report.ts'
import { printNotes } from '../terminal.ts'

interface Flags extends TeachFlags {
  readonly perMinute?: number
  readonly retries: number
  readonly timeout: number
  readonly patience: number
  readonly out?: string
  readonly resume?: string
  readonly force?: boolean
  readonly quiet?: boolean
  readonly json?: boolean
}

/** What may be given beside --resume. */
const WITH_RESUME = ['resume', 'patience', 'quiet', 'json', 'perMinute', 'retries', 'timeout', ...REQUEST_OPTIONS]

/** Options and action of `teach`. */
export function defineTeach(command: Command): void {
  withTeachOptions(command)
  command.action((flags: Flags) => teachCommand(flags, command))
}

async function teachCommand(flags: Flags, command: Command): Promise<void> {
  const { folder, config, teacher } = flags.resume === undefined ? await startTeaching(flags) : await goOn(flags.resume, flags, command)
  const progress = createProgress({ quiet: flags.quiet })
  const onRound = (counts: Counts): void => {
    const replies = repliesOf(counts)
    const figures = { replies, dropped: replies - counts.kept, ...(counts.failed > 0 && { failed: counts.failed }) }
    progress.update({ stage: teacher.policy.name, step: counts.kept, total: config.examples, figures })
  }
  let ended = false
  try {
    const { policy, oneByOne } = teacher
    const { patience } = flags
    const taught = await interruptible(
      (signal) => teach({ folder, config, policy, oneByOne, patience, onRound, signal }),
      'stopping; what was kept is saved',
    )
    ended = true
    progress.close()
    reportTaught(folder, config, taught, flags.json === true)
    const record = teacher.record?.()
    printNotes([...(record?.notes ?? []), ...replyNotes([taught], record)])
  } finally {
    progress.close()
    await teacher.close()
    await folder.close()
    // A new set whose teacher turned out to be unusable is taken back, unless a reply came all the same.
    if (!ended && flags.resume === undefined && !(await hasReplies(folder))) await discardDataset(folder)
  }
}

const hasReplies = (folder: RunFolder): Promise<boolean> =>
  stat(folder.file(TAUGHT.name)).then(
    ({ size }) => size > 0,
    () => false,
  )

interface Session {
  readonly folder: RunFolder
  readonly config: TeachConfig
  readonly teacher: Teacher
}

/** A new data set. Everything that can be refused is refused before anything is written. Throws ConfigError, EngineError, StorageError. */
async function startTeaching(flags: Flags): Promise<Session> {
  const target = requestTarget(flags)
  const { config, name } = await teachConfigOf(flags, target)
  const path = flags.out ?? `data/${name}`
  const options = { force: flags.force === true }
  await checkNewFolder(DATASET, path, options)
  const teacher = await openTeacher(config, { ...flags, edits: target.edits })
  try {
    return { config, teacher, folder: await createDataset(path, config, options) }
  } catch (error) {
    await teacher.close()
    throw error
  }
}

async function goOn(path: string, flags: Flags, command: Command): Promise<Session> {
  const given = command.options.map((option) => option.attributeName()).filter((name) => command.getOptionValueSource(name) === 'cli')
  const other = given.find((name) => !WITH_RESUME.includes(name))
  if (other !== undefined)
    throw new ConfigError(`a data set keeps its options, so --${other} cannot be given with --resume; start a new one with another --out`)
  const folder = await openDataset(path)
  try {
    const config = storedConfig(folder)
    await loadExtras(config)
    return {
      folder,
      config,
      teacher: await openTeacher(config, { ...flags, edits: resumedRequest(config.teacher.request ?? NO_REQUEST, flags) }),
    }
  } catch (error) {
    await folder.close()
    throw error
  }
}
