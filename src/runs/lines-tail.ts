/** A JSON-lines file that another process appends to, followed: each look reads what has come since the one before. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { utf16Of } from './encoding.ts'
import { damage } from './folder-files.ts'
import { type BadLine, firstOfEach, type Line, type LinesFile, scanLines } from './lines.ts'

/** Bytes before the end of what was read that must be the same at the next look, or the file is read anew. */
const KNOWN = 256

const NEWLINE = 10

/** What is known of a file. */
interface Known<T> {
  readonly records: T[]
  readonly bad: BadLine[]
  readonly onLine: (line: Line<T>) => void
  readonly onBad: (line: BadLine) => void
  /** Bytes that were read, and the lines in them. */
  byte: number
  lines: number
  /** The last bytes that were read. */
  end: Buffer
}

/** What a look finds. */
export interface Looked<T> {
  /** All records, in their order. */
  readonly records: readonly T[]
  /** Goes up when the file was read anew, so that records seen before may be others: it was cut back, as on resume, or replaced. */
  readonly generation: number
  /** What was damaged, as warnings say it. */
  readonly damage: readonly string[]
}

/** Follows one file of a folder. */
export class LinesTail<T> {
  readonly #path: string
  readonly #file: LinesFile<T>
  #generation = 0
  #known: Known<T>
  #looking: Promise<Looked<T>> | null = null

  constructor(folder: string, file: LinesFile<T>) {
    this.#path = join(folder, file.name)
    this.#file = file
    this.#known = this.#nothing()
  }

  /** Reads on. A file that is not there has no records. Looks that overlap are one. */
  look(): Promise<Looked<T>> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(): Promise<Looked<T>> {
    const size = await this.#readOn().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return 0
    })
    if (size === 0 && this.#known.byte > 0) this.#forget()
    const { records, bad } = this.#known
    return { records, generation: this.#generation, damage: damage(this.#path, bad, this.#file.loss) }
  }

  /** Returns the size of the file, bytes. */
  async #readOn(): Promise<number> {
    const file = await open(this.#path)
    try {
      const { size } = await file.stat()
      if (size === this.#known.byte && size === 0) return 0
      const bytesAt = async (from: number, to: number): Promise<Buffer> => {
        const bytes = Buffer.alloc(to - from)
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
        return bytes.subarray(0, bytesRead)
      }
      const { byte, end } = this.#known
      const isSame = size >= byte && (await bytesAt(byte - end.length, byte)).equals(end) && (await utf16Of(this.#path)) === null
      if (!isSame) this.#forget()
      const known = this.#known
      if (size > known.byte) {
        // A last record without its line end was read already; its line ends here, or the file is read anew.
        if (known.byte > 0 && known.end.at(-1) !== NEWLINE) {
          if ((await bytesAt(known.byte, known.byte + 1))[0] === NEWLINE) known.byte += 1
          else this.#forget()
        }
        const { schema } = this.#file
        const { onLine, onBad, byte: from, lines } = this.#known
        const to = await scanLines(this.#path, schema, onLine, onBad, { byte: from, lines })
        this.#known.byte = to
        this.#known.end = await bytesAt(Math.max(0, to - KNOWN), to)
      }
      return size
    } finally {
      await file.close()
    }
  }

  #forget(): void {
    if (this.#known.byte > 0) this.#generation += 1
    this.#known = this.#nothing()
  }

  #nothing(): Known<T> {
    const [records, bad]: [T[], BadLine[]] = [[], []]
    const onBad = (line: BadLine): void => {
      known.lines = Math.max(known.lines, line.number)
      bad.push(line)
    }
    const keep = firstOfEach<T>(this.#file.key, ({ value }) => records.push(value), onBad)
    const onLine = (line: Line<T>): void => {
      known.lines = Math.max(known.lines, line.number)
      keep(line)
    }
    const known: Known<T> = { records, bad, onLine, onBad, byte: 0, lines: 0, end: Buffer.alloc(0) }
    return known
  }
}
