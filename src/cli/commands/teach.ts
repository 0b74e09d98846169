/** `vlm-gym teach`: cold-start data from a teacher that is told the true board; a stopped session goes on with --resume. */
import type { Command } from 'commander'
import { ConfigError } from '../../errors.ts'
import { type JobControl, NO_REQUEST, resumeTeaching, runTeaching, type TeachOutcome } from '../../jobs/index.ts'
import { replyNotes } from '../../report/index.ts'
import { interruptible } from '../interrupt.ts'
import { createProgress, progressEvents } from '../progress.ts'
import { REQUEST_OPTIONS, requestTarget, resumedRequest } from '../request-options.ts'
import { type TeachFlags, teachConfigOf } from '../teach-config.ts'
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
  const progress = createProgress({ quiet: flags.quiet })
  try {
    const { folder, config, taught, record } = await interruptible(
      (signal) => taughtOf(flags, command, { onEvent: progressEvents(progress), signal }),
      'stopping; what was kept is saved',
    )
    progress.close()
    reportTaught(folder, config, taught, flags.json === true)
    printNotes([...(record?.notes ?? []), ...replyNotes([taught], record)])
  } finally {
    progress.close()
  }
}

/** The data set that the options begin or go on with. Throws ConfigError, EngineError, StorageError. */
async function taughtOf(flags: Flags, command: Command, control: JobControl): Promise<TeachOutcome> {
  const { retries, timeout, perMinute, patience, resume } = flags
  const options = { ...control, retries, timeout, perMinute, patience }
  if (resume === undefined) {
    const target = requestTarget(flags)
    const { config, name } = await teachConfigOf(flags, target)
    return runTeaching(flags.out ?? `data/${name}`, config, { ...options, edits: () => target.edits, force: flags.force === true })
  }
  const given = command.options.map((option) => option.attributeName()).filter((name) => command.getOptionValueSource(name) === 'cli')
  const other = given.find((name) => !WITH_RESUME.includes(name))
  if (other !== undefined)
    throw new ConfigError(`a data set keeps its options, so --${other} cannot be given with --resume; start a new one with another --out`)
  return resumeTeaching(resume, { ...options, edits: ({ teacher }) => resumedRequest(teacher.request ?? NO_REQUEST, flags) })
}
