/**
 * The one rule for folders that a command is to write into: a folder that exists, is not empty and is not what a killed start left there is
 * refused. With `force` the folder may hold other things; a run or data set in it is refused all the same. Nothing of a user's is overwritten
 * either way: with `force`, what stands where the new folder keeps its files is renamed first.
 */
import { constants } from 'node:fs'
import { access, lstat, readdir, readFile, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ConfigError, fileReason } from '../errors.ts'
import { type FolderKind, findHeader } from './folder-kinds.ts'
import { freeName } from './free-name.ts'
import { LOCK, OWNER, ownerNote } from './lock.ts'

export interface NewFolderOptions {
  /** Use a folder although it is not empty. */
  readonly force?: boolean
}

const absent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Throws ConfigError, in one sentence, if no folder of this kind may be begun at `path`. Writes nothing. */
export async function checkNewFolder(kind: FolderKind, path: string, options: NewFolderOptions = {}): Promise<void> {
  if (path === '') throw new ConfigError(`the folder for ${kind.called} has no name; give one with --out`)
  const refuse = (reason: string, remedy = 'give another folder with --out'): never => {
    throw new ConfigError(`${path} ${reason}; ${remedy}`)
  }
  const found = await stat(path).catch((error: unknown) => {
    if (absent(error)) return null
    return refuse(`cannot be used: ${fileReason(error)}`)
  })
  if (found === null) {
    // Another process may have made it since it was looked for.
    if (await isThere(path)) return checkNewFolder(kind, path, options)
    return checkParent(path, refuse)
  }
  if (!found.isDirectory()) refuse('is a file, not a folder')
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    refuse(`cannot be used: ${fileReason(error, 'write')}`)
  })
  const header = await findHeader(path)
  if (header !== null) {
    const { kind: there } = header
    if (there === null) refuse('holds a run of another version of vlm-gym')
    else if (there.name === kind.name)
      refuse(`holds a ${kind.noun} already`, 'go on with it by --resume, or give another folder with --out')
    else refuse(`holds ${there.called}, not ${kind.called}`)
  }
  const names = await foreignNames(kind, path)
  // Another process may have written its header since it was looked for.
  if (names.length > 0 && (await findHeader(path)) !== null) return checkNewFolder(kind, path, options)
  const lock = names.find((name) => name === LOCK || name === OWNER)
  if (lock !== undefined) refuse(`holds a ${lock} that is not vlm-gym’s`)
  if (names.length > 0 && !options.force) {
    const named = names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '')
    refuse(`is not empty (${named}) and holds no ${kind.noun}`, 'give another folder with --out, or use it all the same with --force')
  }
}

/** Whether a link lies there, wherever it leads. */
const isLink = async (path: string): Promise<boolean> => (await lstat(path).catch(() => null))?.isSymbolicLink() ?? false

/** Whether anything but a link lies there. */
const isThere = async (path: string): Promise<boolean> => (await lstat(path).catch(() => null))?.isSymbolicLink() === false

/** The nearest folder above that exists must be one, and writable. */
async function checkParent(path: string, refuse: (reason: string) => never): Promise<void> {
  if (await isLink(path)) refuse('is a link to a folder that is not there')
  for (let above = dirname(resolve(path)); ; above = dirname(above)) {
    const found = await stat(above).catch((error: unknown) => (absent(error) ? null : refuse(`cannot be made: ${fileReason(error)}`)))
    if (found === null && (await isLink(above))) refuse(`cannot be made: ${above} is a link to nothing`)
    if (found === null) continue
    if (!found.isDirectory()) refuse(`cannot be made: ${above} is a file`)
    await access(above, constants.W_OK | constants.X_OK).catch((error: unknown) => refuse(`cannot be made: ${fileReason(error, 'write')}`))
    return
  }
}

/** What is in a folder beside the traces of a process that was killed before it wrote the header, sorted. */
async function foreignNames({ header }: FolderKind, path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true })
  const foreign: string[] = []
  for (const entry of entries) {
    const { name } = entry
    const trace =
      (name === LOCK && entry.isDirectory()) ||
      (name === OWNER && entry.isFile() && (await isOwnerNote(join(path, name)))) ||
      // The header under its temporary name.
      (entry.isFile() && new RegExp(`^${header.replace('.', '\\.')}\\.\\d+$`).test(name))
    if (!trace) foreign.push(name)
  }
  return foreign.sort()
}

/** Whether a file is a note of ours: whole, or empty, as another process has just made it or was killed before it wrote. */
async function isOwnerNote(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (absent(error)) return ''
    throw error
  })
  return text === '' || ownerNote(text) !== null
}

/** Renames what stands where a new folder keeps its own files. Returns [name, new name] of each. */
export async function setAside(kind: FolderKind, path: string): Promise<(readonly [string, string])[]> {
  const moved: (readonly [string, string])[] = []
  for (const name of [...kind.files, ...kind.folders]) {
    if ((await lstat(join(path, name)).catch(() => null)) === null) continue
    const free = await freeName(join(path, name))
    await rename(join(path, name), free)
    moved.push([name, basename(free)])
  }
  return moved
}
