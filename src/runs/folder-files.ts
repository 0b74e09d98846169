/** Files of a run folder: errors that name the file and the reason, warnings on damaged lines, values as data. */
import { access } from 'node:fs/promises'
import { fileReason, StorageError } from '../errors.ts'
import type { BadLine } from './lines.ts'

/** Whether a path leads to something. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Runs a file operation; a failure becomes a StorageError that names the file and the reason. */
export async function guarded<T>(path: string, verb: string, work: () => Promise<T>): Promise<T> {
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
export function damage(path: string, bad: readonly BadLine[], loss: string): string[] {
  const named = bad.slice(0, NAMED).map(({ number, reason, kept, repeats }) => {
    if (repeats) return `${path} line ${number} is left out: ${reason}`
    const what = kept === 0 ? `is dropped: ${reason}; ${loss}` : `is damaged: ${reason}; what was whole in it is kept`
    return `${path} line ${number} ${what}`
  })
  const more = bad.length - named.length
  return more > 0
    ? [...named, `${path}: ${more} more damaged ${more === 1 ? 'line' : 'lines'}, the last is line ${bad.at(-1)?.number}`]
    : named
}

/** What is written for a value: text and bytes as they are, all else as JSON. */
export const toData = (value: unknown): string | Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`
