/**
 * What ran: `about.json` of a run folder, beside the header. It is a record for people and decides nothing, so two runs that are equal in
 * every other file may differ in this one. One session for each set-up that wrote into the folder: the first made it; a later one stands
 * there only if something other than the date had changed.
 */
import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import * as z from 'zod'
import { PACKAGE_FOLDER, packageVersion } from '../version.ts'

/** File of the sessions, in every run folder and data set. */
export const ABOUT = 'about.json'

export const session = z.object({
  /** Date and time in UTC, ISO 8601. */
  started: z.string(),
  /** Version of vlm-gym. */
  version: z.string(),
  /** Git commit of the package's own clone; null where it is installed without one. */
  commit: z.string().nullable(),
  /** Whether tracked files of that clone differed from the commit. */
  changed: z.boolean(),
  /** Node version, with its v. */
  node: z.string(),
  machine: z.object({
    /** Model of the processor; null where the system does not say. */
    cpu: z.string().nullable(),
    /** Processors this process may use. */
    cores: z.number(),
    /** Bytes of memory this process may use. */
    memory: z.number(),
    /** Operating system and processor family: 'linux x64'. */
    platform: z.string(),
  }),
})
/** A process that wrote into a run folder: when, which program, which machine. */
export type Session = z.output<typeof session>

/** Content of about.json. */
export const sessions = z.object({ sessions: z.array(session) })

async function git(...args: string[]): Promise<string | null> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', PACKAGE_FOLDER, ...args], { env, timeout: 5_000 })
    return stdout.trim()
  } catch {
    return null
  }
}

/** The commit of the clone whose top folder is the package: a package below a project's node_modules has none. */
async function commitOf(): Promise<Pick<Session, 'commit' | 'changed'>> {
  const top = await git('rev-parse', '--show-toplevel')
  const packageFolder = await realpath(PACKAGE_FOLDER)
  if (top === null || resolve(top) !== resolve(packageFolder)) return { commit: null, changed: false }
  const [commit, status] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain', '--untracked-files=no')])
  return { commit, changed: commit !== null && status !== null && status !== '' }
}

/** Memory of the machine, or what a container leaves of it. */
function memory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem()
}

/** This process, beginning now. */
export async function currentSession(): Promise<Session> {
  return {
    started: new Date().toISOString(),
    version: packageVersion(),
    ...(await commitOf()),
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model.trim() || null,
      cores: availableParallelism(),
      memory: memory(),
      platform: `${process.platform} ${process.arch}`,
    },
  }
}

/** The sessions with `next` among them; the same list if the last one differs from it in nothing but the date. */
export function withSession(before: readonly Session[], next: Session): readonly Session[] {
  const last = before.at(-1)
  return last !== undefined && isDeepStrictEqual({ ...last, started: '' }, { ...next, started: '' }) ? before : [...before, next]
}
