/**
 * A run is a folder: `run.json` (what it is), `about.json` (which program and machine), `metrics.jsonl` (one line a step), `groups.jsonl`
 * (some groups of replies), `progress.json` (where it stands), `checkpoints/`, `results.json`, `replays.json`, `report.html`. Whole files are written to a temporary name and renamed;
 * lines are appended and cut back to the last checkpoint on resume. One process at a time: the folder is locked while it is open.
 */
import { appendFile, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type * as z from 'zod'
import { ConfigError, fileReason, StorageError } from '../errors.ts'
import { shellWord } from '../printable.ts'
import { ABOUT, currentSession, type Session, sessions, withSession } from './about.ts'
import { arrange } from './arrange.ts'
import { readText, toUtf8 } from './encoding.ts'
import { damage, exists, guarded, toData } from './folder-files.ts'
import { EVAL_RUN, type FolderHeader, type FolderKind, findHeader, headerOf, readHeader, TRAIN_RUN } from './folder-kinds.ts'
import { freeName } from './free-name.ts'
import { type BadLine, endLines, firstOfEach, type Line, type LinesFile, readLineAt, scanLines } from './lines.ts'
import { type FolderLock, lockFolder, OWNER } from './lock.ts'
import { checkNewFolder, type NewFolderOptions, setAside } from './new-folder.ts'
import type { StageInfo } from './stages.ts'
import { warn } from './warn.ts'

/** A folder of one kind (a run, a data set), open for one process. */
export interface RunFolder {
  readonly path: string
  readonly kind: FolderKind
  /** The config it was started with, as it was written. */
  readonly config: unknown
  /** The stages of a training run, in the order they run; none in other folders. */
  readonly stages: readonly StageInfo[]
  /** What ran: the session that made the folder, then each that differed from the one before it. None in folders of earlier versions. */
  readonly about: readonly Session[]
  /** The topmost folder that was made for it; null if it was there. */
  readonly made: string | null
  /** Path of a file in the folder. */
  file(name: string): string
  /** Writes JSON (two-space indent), text or bytes, atomically. */
  write(name: string, value: unknown): Promise<void>
  /** Reads and checks a JSON file; null if there is none. */
  read<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
  /**
   * The same of a file that is made again from others. One that cannot be read is left out with a warning; in a folder that this process holds
   * it is renamed first.
   */
  readDerived<T>(name: string, schema: z.ZodType<T>): Promise<T | null>
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
  /**
   * Opens a file and puts its records in the order of their `place`, those of one place in the order in which they stand; a record of place
   * null is taken out. A damaged line stays behind the record that it stands behind.
   */
  arrangeLines<T>(file: LinesFile<T>, place: (value: T) => number | null): Promise<void>
  /** All records of a file. */
  linesOf<T>(file: LinesFile<T>): Promise<T[]>
  /** One record again. */
  lineAt<T>(file: LinesFile<T>, line: Pick<Line<T>, 'start' | 'end'>): Promise<T>
  close(): Promise<void>
}

/** How a folder is made. */
export interface CreateOptions extends NewFolderOptions {
  /** Of a training run: its stages, in the order they run. */
  readonly stages?: readonly StageInfo[]
}

/**
 * Makes a new folder. Throws ConfigError where none of this kind may be begun (see `checkNewFolder`), also if another process was quicker.
 */
export async function createFolder(kind: FolderKind, path: string, config: unknown, options: CreateOptions = {}): Promise<RunFolder> {
  await checkNewFolder(kind, path, options)
  const made = await makePath(path).catch((error: Error) => {
    throw new ConfigError(`cannot make ${path}: ${fileReason(error, 'write')}; give another folder with --out`, { cause: error })
  })
  const lock = await lockFolder(path).catch((error: Error) => {
    throw new ConfigError(error.message, { cause: error })
  })
  const { stages = [] } = options
  const folder = folderAt({ path, kind, config, stages, about: [await currentSession()], made }, lock)
  let begun = false
  try {
    await checkNewFolder(kind, path, options)
    begun = true
    for (const [name, other] of options.force ? await setAside(kind, path) : []) warn(`${join(path, name)} is now ${other}`)
    // The header comes first: a folder without it is not a run yet, and one with it can be opened.
    await folder.write(kind.header, headerOf(kind, config, stages))
    await folder.write(ABOUT, { sessions: folder.about })
    await makeFolders(kind, path)
    return folder
  } catch (error) {
    await folder.close()
    if (!begun) await rm(join(path, OWNER), { force: true })
    throw error
  }
}

/** Makes a folder and those above it. Returns the topmost that it made; null if all were there. */
async function makePath(path: string): Promise<string | null> {
  const above: string[] = []
  for (let at = resolve(path); !(await exists(at)) && dirname(at) !== at; at = dirname(at)) above.unshift(at)
  // One by one: Node's own recursion does not end where the system says that a folder above is missing though it is there, as in /proc.
  for (const folder of above) {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  return above[0] ?? null
}

async function makeFolders(kind: FolderKind, path: string): Promise<void> {
  for (const name of kind.folders) await guarded(join(path, name), 'make', () => mkdir(join(path, name), { recursive: true }))
}

/** Takes a new folder back in which nothing has been kept yet; what others put there stays. Call it after `close`. */
export async function discardFolder({ kind, path, file, made }: RunFolder): Promise<void> {
  for (const name of [kind.header, ABOUT, 'progress.json', OWNER]) await rm(file(name), { force: true })
  const above: string[] = []
  if (made !== null) for (let at = resolve(path); at.startsWith(resolve(made)); at = dirname(at)) above.push(at)
  for (const folder of [...kind.folders.map(file), ...above]) await rmdir(folder).catch(() => {})
}

/** The header of a folder that is of one of these kinds. Throws ConfigError for another kind, StorageError for none. */
async function headerAmong(kinds: readonly FolderKind[], path: string, remedy: string): Promise<FolderHeader> {
  const [first] = kinds as [FolderKind]
  const wrong = (there: FolderKind): never => {
    throw new ConfigError(`${path} holds ${there.called}, not ${kinds.map(({ called }) => called).join(' or ')}; ${there.use}`)
  }
  if (!(await exists(join(path, first.header)))) {
    const there = (await findHeader(path))?.kind
    if (there) wrong(there)
    throw new StorageError(`there is no ${first.noun} in ${path}; ${remedy}`)
  }
  const there = await findHeader(path)
  if (there?.kind && !kinds.includes(there.kind)) wrong(there.kind)
  return readHeader(first, path)
}

/** Opens an existing folder. Throws ConfigError if it is of another kind, StorageError if there is none, or another process uses it. */
export async function openFolder(kind: FolderKind, path: string): Promise<RunFolder> {
  const { config, stages } = await headerAmong([kind], path, `start one with ${kind.command} --out ${shellWord(path)}`)
  const before = await readSessions(path)
  const about = before === null ? [] : withSession(before, await currentSession())
  const folder = folderAt({ path, kind, config, stages, about, made: null }, await lockFolder(path))
  try {
    if (before !== null && about !== before) await folder.write(ABOUT, { sessions: about })
    await makeFolders(kind, path)
    return folder
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** Reads a folder of one of these kinds without locking it: it may still be growing. Throws as `openFolder` does. */
export async function readFolder(kinds: FolderKind | readonly FolderKind[], path: string): Promise<RunFolder> {
  const list = [kinds].flat() as readonly FolderKind[]
  const { kind, config, stages } = await headerAmong(
    list,
    path,
    `give the folder that ${list.map(({ command }) => command).join(' or ')} wrote`,
  )
  return folderAt({ path, kind, config, stages, about: (await readSessions(path)) ?? [], made: null }, null)
}

/** The sessions of a folder: none if the file is missing, null if it holds something else, which then stays as it is. */
async function readSessions(path: string): Promise<readonly Session[] | null> {
  try {
    return sessions.parse(JSON.parse(await readText(join(path, ABOUT)))).sessions
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null
  }
}

/** Makes the folder of a training run. Throws ConfigError where none may be begun (see `checkNewFolder`). */
export const createRun = (path: string, config: unknown, options?: CreateOptions): Promise<RunFolder> =>
  createFolder(TRAIN_RUN, path, config, options)

/** Opens the folder of a training run. Throws as `openFolder` does. */
export const openRun = (path: string): Promise<RunFolder> => openFolder(TRAIN_RUN, path)

/** Reads the folder of a run, of training or evaluation, without locking it: it may still be going. */
export const readRun = (path: string): Promise<RunFolder> => readFolder([TRAIN_RUN, EVAL_RUN], path)

/** `held`: null for a folder that is only read, or that another process may be writing in. */
function folderAt(facts: Pick<RunFolder, 'path' | 'kind' | 'config' | 'stages' | 'about' | 'made'>, held: FolderLock | null): RunFolder {
  const { path, kind } = facts
  const file = (name: string): string => join(path, name)
  const checkHeld = (): void => {
    if (held?.lost.aborted)
      throw new StorageError(`${path} was taken over by another process while this one hung; nothing more is written here`)
  }
  const text = async (name: string): Promise<string | null> =>
    (await exists(file(name))) ? guarded(file(name), 'read', () => readText(file(name))) : null
  const warned = new Set<string>()
  const warnOnce = (warning: string): void => {
    if (!warned.has(warning)) warn(warning)
    warned.add(warning)
  }
  /** Bytes that are complete; null if there is no such file. */
  const scan = async <T>({ name, schema, loss, key }: LinesFile<T>, onLine: (line: Line<T>) => void): Promise<number | null> => {
    if (!(await exists(file(name)))) return null
    const bad: BadLine[] = []
    const onBad = (line: BadLine): void => void bad.push(line)
    const end = await guarded(file(name), 'read', () => scanLines(file(name), schema, firstOfEach(key, onLine, onBad), onBad))
    for (const warning of damage(file(name), bad, loss)) {
      warnOnce(warning)
    }
    return end
  }
  /** Lines are appended in UTF-8, so a file that somebody has put into another encoding is put back. */
  const inUtf8 = async (name: string): Promise<void> => {
    checkHeld()
    if (!(await exists(file(name)))) return
    if (await guarded(file(name), 'write', () => toUtf8(file(name))))
      warn(`${file(name)} was in UTF-16 and is UTF-8 again; it is kept as it was in ${name}.utf-16`)
  }
  const read = async <T>(name: string, schema: z.ZodType<T>): Promise<T | null> => {
    const found = await text(name)
    if (found === null) return null
    try {
      return schema.parse(JSON.parse(found))
    } catch (error) {
      throw new StorageError(`${file(name)} is damaged; restore it or start a new ${kind.noun} with another --out`, { cause: error })
    }
  }
  /** Of a file that cannot be read and is made again. */
  const makeWay = async (name: string): Promise<void> => {
    if (held === null) return warnOnce(`${file(name)} is damaged and left out; ${kind.command} --resume ${path} makes it again`)
    checkHeld()
    const free = await freeName(file(name))
    await guarded(file(name), 'rename', () => rename(file(name), free))
    warn(`${file(name)} is damaged and is made again; it is kept as ${basename(free)}`)
  }
  const cut = async (name: string, end: number): Promise<void> => {
    checkHeld()
    await guarded(file(name), 'cut', () => endLines(file(name), end))
  }
  return {
    ...facts,
    file,
    write: async (name, value) => {
      checkHeld()
      await guarded(file(name), 'write', () => writeFileAtomic(file(name), toData(value)))
    },
    read,
    readDerived: async (name, schema) => {
      try {
        return await read(name, schema)
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
        await makeWay(name)
        return null
      }
    },
    append: async (name, line) => {
      checkHeld()
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
    arrangeLines: async <T>(lines: LinesFile<T>, place: (value: T) => number | null) => {
      await inUtf8(lines.name)
      const all: Line<T>[] = []
      const end = await scan(lines, (line) => all.push(line))
      if (end === null) return
      await cut(lines.name, end)
      const places = all.map(({ value, start }) => ({ start, place: place(value) }))
      await guarded(file(lines.name), 'write', () => arrange(file(lines.name), places))
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
