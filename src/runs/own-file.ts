/**
 * The one rule for single files that a command writes: a file that is there is replaced only if this program wrote it for the same
 * thing and nobody has changed it since. It knows by a mark at the end of the file: what the file is of, and a checksum of all else in it; a
 * comment in Markdown and HTML, an entry of the metadata in ONNX files. Pictures, CSV, JSON and text have no mark, as their bytes belong to
 * their content: there, only a file that would not change is no hindrance.
 */
import { createHash, randomBytes } from 'node:crypto'
import { link, lstat, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { ConfigError, fileReason, StorageError } from '../errors.ts'
import { freeName } from './free-name.ts'
import { warn } from './warn.ts'

/** How a file takes a mark. */
export type FileForm = 'markup' | 'onnx' | 'plain'

/** A file to be written. */
export interface OwnFile {
  readonly path: string
  readonly form: FileForm
  /** What it is of, such as the command and its runs: equal for files that may replace each other. */
  readonly source: string
  /** Replace whatever file is there. */
  readonly force?: boolean
  /** What to do instead of that. Default: 'give another file with --out'. */
  readonly remedy?: string
}

/** The mark of a content, always of the same length. */
function markOf(source: string, content: Uint8Array): string {
  const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
  return `written by vlm-gym, of ${hash(source).slice(0, 16)}, sha256 of the rest ${hash(content)}`
}

/** A mark as it stands at the end of a file. */
function wrapped(form: Exclude<FileForm, 'plain'>, mark: string): Buffer {
  if (form === 'markup') return Buffer.from(`<!-- ${mark} -->\n`)
  // ModelProto.metadata_props, field 14: {key: field 1, value: field 2}. A repeated field may stand anywhere.
  const entry = Buffer.concat([protobufBytes(1, Buffer.from('vlm-gym.written')), protobufBytes(2, Buffer.from(mark))])
  return protobufBytes(14, entry)
}

/** A field of bytes of a protobuf message. */
function protobufBytes(field: number, bytes: Buffer): Buffer {
  const size = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...size]), bytes])
}

/** The content with its mark. */
function marked({ form, source }: OwnFile, content: Buffer): Buffer {
  return form === 'plain' ? content : Buffer.concat([content, wrapped(form, markOf(source, content))])
}

/** Whether these bytes are what `marked` made of some content. */
function isMarked({ form, source }: OwnFile, bytes: Buffer): boolean {
  if (form === 'plain') return false
  const end = bytes.length - wrapped(form, markOf(source, new Uint8Array())).length
  return end >= 0 && wrapped(form, markOf(source, bytes.subarray(0, end))).equals(bytes.subarray(end))
}

/** Where a file goes: nothing is there, this program's own file, or no file but a device or pipe. */
export type Place = 'free' | 'own' | 'device'

/** Throws ConfigError, in one sentence, if the file may not be written. Writes nothing. `content`: what it would be, where that is known. */
export async function checkOwnFile(file: OwnFile, content?: Buffer): Promise<Place> {
  const { path, remedy = 'give another file with --out' } = file
  const refuse = (reason: string, also = ''): never => {
    throw new ConfigError(`${path} ${reason}; ${remedy}${also}`)
  }
  if (path === '') throw new ConfigError('the file to write has no name; give one with --out')
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    return refuse(`cannot be written: ${fileReason(error, 'write')}`)
  })
  if (found === null) {
    if ((await lstat(path).catch(() => null)) !== null) refuse('is a link to a file that is not there')
    return 'free'
  }
  if (found.isDirectory()) refuse('is a folder, not a file')
  if (!found.isFile()) return 'device'
  if (file.force) return 'own'
  const bytes = await readFile(path).catch((error: unknown) => refuse(`cannot be read: ${fileReason(error)}`))
  if (isMarked(file, bytes) || content?.equals(bytes)) return 'own'
  const what = file.form === 'plain' ? 'holds something else' : 'is not as vlm-gym wrote it for this'
  return refuse(`is there already and ${what}`, ', or replace it with --force')
}

/** What was written: where it went, and its size in bytes with the mark. */
export interface Written {
  readonly place: Place
  readonly bytes: number
}

/** Writes a file whole or not at all. Throws ConfigError if it may not be written, StorageError if the disk fails. */
export async function writeOwnFile(file: OwnFile, content: string | Uint8Array): Promise<Written> {
  const bytes = marked(file, typeof content === 'string' ? Buffer.from(content) : Buffer.from(content))
  const { path } = file
  const place = await checkOwnFile(file, bytes)
  try {
    if (place === 'free') await writeNew(path, bytes)
    else if (place === 'own') await writeFileAtomic(path, bytes)
    else await writeFile(path, bytes)
    return { place, bytes: bytes.length }
  } catch (error) {
    const { remedy = 'give another file with --out' } = file
    const text = `cannot write ${path}: ${fileReason(error, 'write')}; ${remedy}`
    const full = ['ENOSPC', 'EDQUOT', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')
    throw full ? new StorageError(text, { cause: error }) : new ConfigError(text, { cause: error })
  }
}

/** Fails if there is a file by now: another process may have been quicker. */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(partial, bytes, { flag: 'wx' })
    await link(partial, path).catch((error: NodeJS.ErrnoException) => {
      // A disk without hard links.
      if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code ?? '')) return writeFile(path, bytes, { flag: 'wx' })
      throw error
    })
  } finally {
    await rm(partial, { force: true })
  }
}

/** What becomes of a file in the way that may not be replaced: it is refused, renamed to NAME.old with a warning, or replaced all the same. */
export type ForeignFile = 'refuse' | 'rename' | 'replace'

/** Looks at what is in the way of a file before it is made. Throws ConfigError. */
export async function checkForeign(file: OwnFile, foreign: ForeignFile): Promise<void> {
  if (foreign !== 'rename') return void (await checkOwnFile(file))
  const refused = await checkOwnFile(file).then(
    () => false,
    (error: unknown) => error instanceof ConfigError,
  )
  if (!refused) return
  const free = await freeName(file.path)
  await rename(file.path, free)
  warn(`${file.path} was not as vlm-gym wrote it; it is kept as ${free}`)
}
