/** One process at a time writes in a folder: a lock that is renewed while it is held, and a note of who holds it. */
import { readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { lock } from 'proper-lockfile'
import { fileReason, StorageError } from '../errors.ts'

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

/** Folders that this process holds, by their whole paths. */
const held = new Set<string>()

/** Whom a note names; null if it is not one of these notes. */
export function ownerNote(text: string): { readonly pid: number; readonly host: string } | null {
  try {
    const { pid, host } = JSON.parse(text) as { pid: unknown; host: unknown }
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : null
  } catch {
    return null
  }
}

/**
 * Whether the process that held the lock last ran on this machine and runs no more. So it is taken to be where there is no note, or an empty
 * one: the process was killed between taking the lock and writing the note.
 */
async function ownerIsGone(path: string): Promise<boolean> {
  try {
    const text = await readFile(join(path, OWNER), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    if (text === '') return true
    const owner = ownerNote(text)
    if (owner === null || owner.host !== hostname()) return false
    const { pid } = owner
    // In a container a restarted process often has the number of the one before.
    if (pid === process.pid) return !held.has(resolve(path))
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Tries of a lock whose owner is gone, and the milliseconds between them. */
const TRIES = 15
const PAUSE = 200

/** Locks a folder for this process. Throws StorageError while another one holds it. */
export async function lockFolder(path: string): Promise<FolderLock> {
  const lost = new AbortController()
  const attempt = async (tries: number): Promise<() => Promise<void>> => {
    // The lock of a process that was killed is taken over as soon as the lock allows, a living one's never. Whose it is is looked at each time:
    // another process may have taken it over meanwhile.
    const gone = await ownerIsGone(path)
    const options = { update: 5_000, stale: gone ? 2_000 : 15_000, lockfilePath: join(path, LOCK), onCompromised: () => lost.abort() }
    try {
      return await lock(path, options)
    } catch (error) {
      if (!gone || tries <= 1 || !isLocked(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      return attempt(tries - 1)
    }
  }
  try {
    const release = await attempt(TRIES)
    await writeFile(join(path, OWNER), JSON.stringify({ pid: process.pid, host: hostname() }))
    const whole = resolve(path)
    held.add(whole)
    return {
      lost: lost.signal,
      release: async () => {
        held.delete(whole)
        if (!lost.signal.aborted) await release()
      },
    }
  } catch (error) {
    if (isLocked(error)) {
      throw new StorageError(
        `${path} is in use by another process; wait for it, or give another folder with --out (a lock left by a killed process ends after 15 s)`,
      )
    }
    throw new StorageError(`cannot lock ${path}: ${fileReason(error, 'write')}; give another folder with --out`, { cause: error })
  }
}

const isLocked = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ELOCKED'
