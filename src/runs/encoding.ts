/** Bytes of text files in UTF-8. Some editors and shells write a file back in UTF-16, with a byte order mark; its text is the same. */
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { copyFile, open, readFile, rename } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** 'utf-16le' or 'utf-16be' if a file begins with that byte order mark. */
export async function utf16Of(path: string): Promise<'utf-16le' | 'utf-16be' | null> {
  const file = await open(path)
  try {
    const mark = Buffer.alloc(2)
    const { bytesRead } = await file.read(mark, 0, 2, 0)
    if (bytesRead < 2) return null
    const value = mark.readUInt16BE()
    return value === 0xfffe ? 'utf-16le' : value === 0xfeff ? 'utf-16be' : null
  } finally {
    await file.close()
  }
}

/** The text of a file without its byte order mark, in UTF-8 or with a mark of UTF-16. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path)
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE()
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

/** The bytes of a text file, in UTF-8 whichever it is in. `start`: first byte that is read, of a file in UTF-8. */
export async function* utf8Chunks(path: string, start = 0): AsyncGenerator<Buffer> {
  const encoding = await utf16Of(path)
  const chunks = createReadStream(path, { highWaterMark: 2 ** 20, start }) as AsyncIterable<Buffer>
  if (encoding === null) return yield* chunks
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

/** Puts a UTF-16 file into UTF-8 and keeps the file as it was, as NAME.utf-16. Returns whether it did. */
export async function toUtf8(path: string): Promise<boolean> {
  if ((await utf16Of(path)) === null) return false
  await copyFile(path, `${path}.utf-16`, constants.COPYFILE_EXCL)
  await pipeline(utf8Chunks(path), createWriteStream(`${path}.utf-8`))
  await rename(`${path}.utf-8`, path)
  return true
}
