/** One process at a time writes in a folder: a lock that is renewed while it is held, and a note of who holds it. */
import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import { StorageError } from '../errors.ts'

/** The lock lies in the folder: the folder above may not be writable. */
export const LOCK = '.lock'
/** Who holds it, for those who come after a kill. */
export const OWNER = '.owner'

/** A lock that is held. */
export interface FolderLock {
  /** Aborts when another process took the lock over while this one hung. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** Whether the process that held the lock last ran on this machine and runs no more. */
async function ownerIsGone(path: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(join(path, OWNER), 'utf8')) as { pid: unknown; host: unknown }
    if (host !== hostname() || typeof pid !== 'number') return false
    // In a container a restarted process often has the number of the one before.
    if (pid === process.pid) return true
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Locks a folder for this process. Throws StorageError while another one holds it. */
export async function lockFolder(path: string): Promise<FolderLock> {
  let release: () => Promise<void>
  const lost = new AbortController()
  const options = { update: 5_000, lockfilePath: join(path, LOCK), onCompromised: () => lost.abort() }
  try {
    // The lock of a process that was killed is taken over as soon as the lock allows, a living one's never.
    release = (await ownerIsGone(path))
      ? await lock(path, { ...options, stale: 2_000, retries: { retries: 15, minTimeout: 200, maxTimeout: 200 } })
      : await lock(path, { ...options, stale: 15_000 })
    await writeFile(join(path, OWNER), JSON.stringify({ pid: process.pid, host: hostname() }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') {
      throw new StorageError(
        `${path} is in use by another process; wait for it, or give another folder with --out (a lock left by a killed process ends after 15 s)`,
      )
    }
    throw new StorageError(`cannot lock ${path}: ${(error as Error).message}`, { cause: error })
  }
  return { lost: lost.signal, release: async () => (lost.signal.aborted ? undefined : release()) }
}
