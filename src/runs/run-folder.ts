/**
 * A run is a folder: `run.json` (what it is), `about.json` (which program and machine), `metrics.jsonl` (one line a step), `progress.json`
 * (where it stands), `checkpoints/`, `results.json`, `replays.json`, `report.html`. Whole files are written to a temporary name and renamed; lines are appended and cut back
 * to the last checkpoint on resume. One process at a time: the folder is locked while it is open.
 */
import { access, appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { fileReason, StorageError } from '../errors.ts'
import { printableLine } from '../printable.ts'
import { ABOUT, currentSession, type Session, sessions, withSession } from './about.ts'
import { toUtf8 } from './encoding.ts'
import { type BadLine, endLines, type Line, type LinesFile, readLineAt, scanLines } from './lines.ts'
import { type FolderLock, lockFolder } from './lock.ts'

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
  /**
   * Reads a JSON-lines file as a stream; nothing if there is none. Damaged lines are left out with a warning that names file, line and
   * reason (see `scanLines`).
   */
  readLines<T>(file: LinesFile<T>, onLine: (line: Line<T>) => void): Promise<void>
  /** The same in a folder that this process holds: afterwards lines can be appended, since a torn last line is cut off. */
  openLines<T>(file: LinesFile<T>, onLine: (line: Line<T>) => void): Promise<void>
  /** Opens a file, and cuts off the first line that is `over` and all behind it. */
  cutLines<T>(file: LinesFile<T>, over: (line: Line<T>) => boolean): Promise<void>
  /** All records of a file. */
  linesOf<T>(file: LinesFile<T>): Promise<T[]>
  /** One record again. */
  lineAt<T>(file: LinesFile<T>, line: Pick<Line<T>, 'start' | 'end'>): Promise<T>
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
    const remedy = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? ' and go on with --resume' : ''
    throw new StorageError(`cannot ${verb} ${path}: ${fileReason(error, verb === 'read' ? 'read' : 'write')}${remedy}`, { cause: error })
  }
}

/** Damaged lines that are named one by one; more are counted. */
const NAMED = 3

/** Warnings on the damaged lines of a file. */
function damage(path: string, bad: readonly BadLine[], loss: string): string[] {
  const named = bad.slice(0, NAMED).map(({ number, reason, kept }) => {
    const what = kept === 0 ? `is dropped: ${reason}; ${loss}` : `is damaged: ${reason}; what was whole in it is kept`
    return `${path} line ${number} ${what}`
  })
  const more = bad.length - named.length
  return more > 0
    ? [...named, `${path}: ${more} more damaged ${more === 1 ? 'line' : 'lines'}, the last is line ${bad.at(-1)?.number}`]
    : named
}

const toData = (value: unknown): string | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`

/** JSON, also behind a byte order mark. */
const parseJson = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ''))

async function readHeader(kind: FolderKind, folder: string): Promise<unknown> {
  const path = join(folder, kind.header)
  const text = await guarded(path, 'read', () => readFile(path, 'utf8'))
  let value: unknown
  try {
    value = parseJson(text)
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
  const about = [await currentSession()]
  const folder = folderAt(path, config, about, await lockFolder(path))
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
  const folder = folderAt(path, config, about, await lockFolder(path))
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
  return folderAt(path, await readHeader(kind, path), (await readSessions(path)) ?? [], null)
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

/** Tells the user of damage that costs no more than it says. */
function warn(text: string): void {
  process.stderr.write(`warning: ${printableLine(text)}\n`)
}

/** `held`: null for a folder that is only read, or that another process may be writing in. */
function folderAt(path: string, config: unknown, about: readonly Session[], held: FolderLock | null): RunFolder {
  const file = (name: string): string => join(path, name)
  const own = (): void => {
    if (held?.lost.aborted)
      throw new StorageError(`${path} was taken over by another process while this one hung; nothing more is written here`)
  }
  const text = async (name: string): Promise<string | null> =>
    (await exists(file(name))) ? guarded(file(name), 'read', () => readFile(file(name), 'utf8')) : null
  const warned = new Set<string>()
  /** Bytes that are complete; null if there is no such file. */
  const scan = async <T>({ name, schema, loss }: LinesFile<T>, onLine: (line: Line<T>) => void): Promise<number | null> => {
    if (!(await exists(file(name)))) return null
    const bad: BadLine[] = []
    const end = await guarded(file(name), 'read', () => scanLines(file(name), schema, onLine, (line) => bad.push(line)))
    for (const warning of damage(file(name), bad, loss)) {
      if (!warned.has(warning)) warn(warning)
      warned.add(warning)
    }
    return end
  }
  /** Lines are appended in UTF-8, so a file that somebody has put into another encoding is put back. */
  const inUtf8 = async (name: string): Promise<void> => {
    own()
    if (!(await exists(file(name)))) return
    if (await guarded(file(name), 'write', () => toUtf8(file(name))))
      warn(`${file(name)} was in UTF-16 and is UTF-8 again; it is kept as it was in ${name}.utf-16`)
  }
  const cut = async (name: string, end: number): Promise<void> => {
    own()
    await guarded(file(name), 'cut', () => endLines(file(name), end))
  }
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
        return schema.parse(parseJson(found))
      } catch (error) {
        throw new StorageError(`${file(name)} is damaged; restore it or start a new run with another --out`, { cause: error })
      }
    },
    append: async (name, line) => {
      own()
      await guarded(file(name), 'append to', () => appendFile(file(name), `${JSON.stringify(line)}\n`))
    },
    readLines: async (lines, onLine) => void (await scan(lines, onLine)),
    openLines: async (lines, onLine) => {
      await inUtf8(lines.name)
      const end = await scan(lines, onLine)
      if (end !== null) await cut(lines.name, end)
    },
    cutLines: async (lines, over) => {
      await inUtf8(lines.name)
      let first: number | null = null
      const end = await scan(lines, (line) => {
        if (first === null && over(line)) first = line.start
      })
      if (end !== null) await cut(lines.name, first ?? end)
    },
    linesOf: async <T>(lines: LinesFile<T>) => {
      const all: T[] = []
      await scan(lines, ({ value }) => all.push(value))
      return all
    },
    lineAt: ({ name, schema }, line) => guarded(file(name), 'read', () => readLineAt(file(name), schema, line)),
    close: async () => held?.release(),
  }
}
