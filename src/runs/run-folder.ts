/**
 * A run is a folder: `run.json` (what it is), `about.json` (which program and machine), `metrics.jsonl` (one line a step), `progress.json`
 * (where it stands), `checkpoints/`, `results.json`, `replays.json`, `report.html`. Whole files are written to a temporary name and renamed; lines are appended and cut back
 * to the last checkpoint on resume. One process at a time: the folder is locked while it is open.
 */
import { access, appendFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { StorageError } from '../errors.ts'
import { ABOUT, currentSession, type Session, sessions, withSession } from './about.ts'

/** A kind of folder: what its header says, and the words of messages about it. */
export interface FolderKind {
  /** File name of the header. */
  readonly header: string
  readonly format: string
  readonly version: number
  /** 'run' */
  readonly noun: string
  /** The command that writes such folders. */
  readonly command: string
  /** Folders within it. */
  readonly folders: readonly string[]
}

const RUN: FolderKind = {
  header: 'run.json',
  format: 'vlm-gym/run',
  version: 2,
  noun: 'run',
  command: 'vlm-gym train (or eval)',
  folders: ['checkpoints'],
}

/** The lock lies in the folder: the folder above may not be writable. */
const LOCK = '.lock'
/** Who holds it, for those who come after a kill. */
const OWNER = '.owner'

const header = z.object({ format: z.string(), version: z.number(), config: z.unknown() })

/** A folder of one kind (a run, a data set), open for one process. */
export interface RunFolder {
  readonly path: string
  /** The config it was started with, as it was written. */
  readonly config: unknown
  /** What ran: the session that made the folder, then each that differed from the one before it. None in folders of earlier versions. */
  readonly about: readonly Session[]
  /** Path of a file in the folder. */
  file(name: string): string
  /** Writes JSON (two-space indent), text or bytes, atomically. */
  write(name: string, value: unknown): Promise<void>
  /** Reads and checks a JSON file; null if there is none. */
  read<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
  /** Appends one JSON line. */
  append(name: string, line: unknown): Promise<void>
  /** All lines of a JSON-lines file; a torn last line (killed while writing) is left out. */
  lines(name: string): Promise<unknown[]>
  /** Keeps the first `count` lines. */
  keepLines(name: string, count: number): Promise<void>
  close(): Promise<void>
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Runs a file operation; a failure becomes a StorageError that names the file and the reason. */
async function guarded<T>(path: string, verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOSPC' ? 'the disk is full; free some space and go on with --resume' : message
    throw new StorageError(`cannot ${verb} ${path}: ${reason}`, { cause: error })
  }
}

const toData = (value: unknown): string | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`

async function readHeader(kind: FolderKind, folder: string): Promise<unknown> {
  const path = join(folder, kind.header)
  const text = await guarded(path, 'read', () => readFile(path, 'utf8'))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new StorageError(`${path} is not JSON; the ${kind.noun} folder is damaged, start a new one with another --out`)
  }
  const parsed = header.safeParse(value)
  if (!parsed.success || parsed.data.format !== kind.format)
    throw new StorageError(`${path} is not the header of a vlm-gym ${kind.noun}; choose another folder`)
  if (parsed.data.version !== kind.version) {
    throw new StorageError(
      `${path} is of ${kind.noun} format ${parsed.data.version}, this program reads ${kind.version}; use the vlm-gym version that wrote it, or start a new ${kind.noun}`,
    )
  }
  return parsed.data.config
}

/** Makes a new folder, with `folders` in it. Throws StorageError if there is one of its kind in it already. */
export async function createFolder(
  kind: FolderKind,
  path: string,
  config: unknown,
  folders: readonly string[] = kind.folders,
): Promise<RunFolder> {
  for (const name of ['', ...folders]) await guarded(path, 'make', () => mkdir(join(path, name), { recursive: true }))
  const folder = await lockFolder(path, config, [await currentSession()])
  try {
    if (await exists(join(path, kind.header))) {
      throw new StorageError(`${path} holds a ${kind.noun} already; go on with it by --resume, or give another folder with --out`)
    }
    await folder.write(kind.header, { format: kind.format, version: kind.version, config })
    await folder.write(ABOUT, { sessions: folder.about })
    return folder
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** Opens an existing folder. Throws StorageError if there is none, it is foreign, or another process uses it. */
export async function openFolder(kind: FolderKind, path: string): Promise<RunFolder> {
  if (!(await exists(join(path, kind.header))))
    throw new StorageError(`there is no ${kind.noun} in ${path}; start one with ${kind.command} --out ${path}`)
  const config = await readHeader(kind, path)
  const before = await readSessions(path)
  const about = before === null ? [] : withSession(before, await currentSession())
  const folder = await lockFolder(path, config, about)
  try {
    if (before !== null && about !== before) await folder.write(ABOUT, { sessions: about })
    return folder
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** Reads a folder without locking it: it may still be growing. */
export async function readFolder(kind: FolderKind, path: string): Promise<RunFolder> {
  if (!(await exists(join(path, kind.header))))
    throw new StorageError(`there is no ${kind.noun} in ${path}; give the folder that ${kind.command} wrote`)
  return folderAt(path, await readHeader(kind, path), (await readSessions(path)) ?? [], async () => {}, new AbortController().signal)
}

/** The sessions of a folder: none if the file is missing, null if it holds something else, which then stays as it is. */
async function readSessions(path: string): Promise<readonly Session[] | null> {
  try {
    return sessions.parse(JSON.parse(await readFile(join(path, ABOUT), 'utf8'))).sessions
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null
  }
}

/** Makes a new run folder, with `folders` in it (default: checkpoints). Throws StorageError if there is a run in it already. */
export const createRun = (path: string, config: unknown, folders?: readonly string[]): Promise<RunFolder> =>
  createFolder(RUN, path, config, folders)

/** Opens an existing run folder. Throws StorageError if there is none, it is foreign, or another process uses it. */
export const openRun = (path: string): Promise<RunFolder> => openFolder(RUN, path)

/** Reads a run folder without locking it, for reports on a run that may still be going. */
export const readRun = (path: string): Promise<RunFolder> => readFolder(RUN, path)

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

async function lockFolder(path: string, config: unknown, about: readonly Session[]): Promise<RunFolder> {
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
  return folderAt(path, config, about, async () => (lost.signal.aborted ? undefined : release()), lost.signal)
}

function folderAt(path: string, config: unknown, about: readonly Session[], close: () => Promise<void>, lost: AbortSignal): RunFolder {
  const file = (name: string): string => join(path, name)
  const own = (): void => {
    if (lost.aborted) throw new StorageError(`${path} was taken over by another process while this one hung; nothing more is written here`)
  }
  const text = async (name: string): Promise<string | null> =>
    (await exists(file(name))) ? guarded(file(name), 'read', () => readFile(file(name), 'utf8')) : null
  return {
    path,
    config,
    about,
    file,
    write: async (name, value) => {
      own()
      await guarded(file(name), 'write', () => writeFileAtomic(file(name), toData(value)))
    },
    read: async (name, schema) => {
      const found = await text(name)
      if (found === null) return null
      try {
        return schema.parse(JSON.parse(found))
      } catch (error) {
        throw new StorageError(`${file(name)} is damaged; restore it or start a new run with another --out`, { cause: error })
      }
    },
    append: async (name, line) => {
      own()
      await guarded(file(name), 'append to', () => appendFile(file(name), `${JSON.stringify(line)}\n`))
    },
    lines: async (name) => {
      const found = ((await text(name)) ?? '').split('\n')
      return found.slice(0, -1).map((line, index): unknown => {
        try {
          return JSON.parse(line)
        } catch {
          throw new StorageError(`${file(name)} is damaged in line ${index + 1}; restore it or start a new run with another --out`)
        }
      })
    },
    keepLines: async (name, count) => {
      const found = await text(name)
      if (found === null) return
      const lines = found.split('\n')
      if (lines.length - 1 < count)
        throw new StorageError(
          `${file(name)} has ${lines.length - 1} lines, the checkpoint was made after ${count}; the run folder is damaged`,
        )
      const kept = lines.slice(0, count).join('\n')
      await guarded(file(name), 'cut', () => truncate(file(name), Buffer.byteLength(kept) + (count > 0 ? 1 : 0)))
    },
    close,
  }
}
