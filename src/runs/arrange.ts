/** The records of a JSON-lines file in another order. */
import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'

/** Where a record begins in a file, bytes, and its place among the records; null: it is taken out. */
export interface PlacedRecord {
  readonly start: number
  readonly place: number | null
}

const NEWLINE = 10

/**
 * Writes a file, whole or not at all, with its records by place, those of one place in the order in which they stand. The file ends with a line
 * end. What stands between two records goes where the first of them goes; a file that is in order is not written.
 */
export async function arrange(path: string, records: readonly PlacedRecord[]): Promise<void> {
  const isInOrder = records.every(({ place }, i) => place !== null && place >= (records[i - 1]?.place ?? Number.NEGATIVE_INFINITY))
  if (isInOrder) return
  const bytes = await readFile(path)
  const parts = records.flatMap(({ start, place }, i) =>
    place === null ? [] : { place, bytes: ended(bytes.subarray(start, records[i + 1]?.start)) },
  )
  const head = bytes.subarray(0, records[0]?.start)
  await writeFileAtomic(path, Buffer.concat([head, ...parts.toSorted((a, b) => a.place - b.place).map((part) => part.bytes)]))
}

/** Bytes with a line end: a record that was joined to a torn line has none. */
const ended = (bytes: Buffer): Buffer => (bytes.at(-1) === NEWLINE ? bytes : Buffer.concat([bytes, Buffer.of(NEWLINE)]))
