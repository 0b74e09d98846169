/**
 * JSON-lines files, read as a stream: a file may be longer than a string can be, and one damaged line costs no other. A line that a schema
 * does not take is reported to `onBad` and left out; whole records that stand in a damaged line (a torn line with the next one behind it, NUL
 * bytes with a line behind them) are kept. A byte order mark, CRLF and a missing line end are no damage.
 */
import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import type * as z from 'zod'
import { utf8Chunks } from './encoding.ts'

/** A record of a file and where it stands. */
export interface Line<T> {
  readonly value: T
  /** Of the line, from 1. */
  readonly number: number
  /** First byte of the record. */
  readonly start: number
  /** Byte behind the record; its line end follows. */
  readonly end: number
}

/** A damaged line. */
export interface BadLine {
  /** From 1. */
  readonly number: number
  /** 'it is empty' */
  readonly reason: string
  /** Whole records that were found in it. */
  readonly kept: number
  /** Whether it is a copy of an earlier line, so that nothing is lost. */
  readonly repeats?: boolean
}

/** A JSON-lines file of a folder: its name, what a line is, and what becomes of a damaged one, as the warning says it. */
export interface LinesFile<T> {
  readonly name: string
  readonly schema: z.ZodType<T>
  /** 'its reply is asked again' */
  readonly loss: string
  /** What no two lines have in common; a line that repeats an earlier one is left out. Absent: any line may come again. */
  readonly key?: (value: T) => string
}

/** Hands on the first line of every key. */
export function firstOfEach<T>(
  key: LinesFile<T>['key'],
  onLine: (line: Line<T>) => void,
  onBad: (line: BadLine) => void,
): (line: Line<T>) => void {
  if (key === undefined) return onLine
  const seen = new Map<string, number>()
  return (line) => {
    const lineKey = key(line.value)
    const earlier = seen.get(lineKey)
    if (earlier === undefined) {
      seen.set(lineKey, line.number)
      onLine(line)
    } else onBad({ number: line.number, reason: `it repeats line ${earlier}`, kept: 0, repeats: true })
  }
}

/** Longest line that is read, bytes. This program writes none that comes near. */
const LONGEST = 128 * 2 ** 20
const NEWLINE = 10

/**
 * Reads all records of a file in their order. A last line without its end that holds no record is left out silently: it is being written, or
 * its writer was killed. Returns how many bytes are complete: up to the last line end, or to the end of a record behind it. `from`: the start of
 * a line to begin at, and the lines before it; in a file in UTF-8.
 */
export async function scanLines<T>(
  path: string,
  schema: z.ZodType<T>,
  onLine: (line: Line<T>) => void,
  onBad: (line: BadLine) => void,
  from: { readonly byte: number; readonly lines: number } = { byte: 0, lines: 0 },
): Promise<number> {
  let [number, start, size] = [from.lines, from.byte, from.byte]
  let parts: Buffer[] = []
  let length = 0
  const take = (part: Buffer): void => {
    length += part.length
    if (length <= LONGEST) parts.push(part)
    else parts = []
  }
  /** Byte behind the last record of the line that has been taken; null if there is none. */
  const finish = (torn: boolean): number | null => {
    number++
    const found =
      length > LONGEST ? { records: [], reason: `it is longer than ${LONGEST / 2 ** 20} MiB` } : recordsOf(lineOf(parts), schema)
    for (const { value, from, to } of found.records) onLine({ value, number, start: start + from, end: start + to })
    if (found.reason !== null && !(torn && found.records.length === 0)) onBad({ number, reason: found.reason, kept: found.records.length })
    const last = found.records.at(-1)
    return last === undefined ? null : start + last.to
  }
  for await (const chunk of utf8Chunks(path, from.byte)) {
    let next = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, next)) {
      take(chunk.subarray(next, at))
      finish(false)
      next = at + 1
      start = size + next
      parts = []
      length = 0
    }
    take(chunk.subarray(next))
    size += chunk.length
  }
  return length === 0 ? size : (finish(true) ?? start)
}

/** Cuts a file after `end` bytes, and ends its last line. */
export async function endLines(path: string, end: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.truncate(end)
    const last = Buffer.alloc(1, NEWLINE)
    if (end > 0) await file.read(last, 0, 1, end - 1)
    if (last[0] !== NEWLINE) await file.write('\n', end)
  } finally {
    await file.close()
  }
}

/** Reads one record again. */
export async function readLineAt<T>(path: string, schema: z.ZodType<T>, { start, end }: Pick<Line<T>, 'start' | 'end'>): Promise<T> {
  const file = await open(path)
  try {
    const bytes = Buffer.alloc(end - start)
    await file.read(bytes, 0, bytes.length, start)
    return schema.parse(JSON.parse(bytes.toString()))
  } finally {
    await file.close()
  }
}

const lineOf = (parts: readonly Buffer[]): Buffer => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts))

interface Found<T> {
  readonly value: T
  /** Bytes from the start of the line. */
  readonly from: number
  readonly to: number
}

interface LineContent<T> {
  readonly records: readonly Found<T>[]
  /** What is wrong with the line; null if it is one record. */
  readonly reason: string | null
}

/** The records of a line without its line end. */
function recordsOf<T>(line: Buffer, schema: z.ZodType<T>): LineContent<T> {
  const from = line.subarray(0, 3).equals(BOM) ? 3 : 0
  const to = line.at(-1) === RETURN ? line.length - 1 : line.length
  const whole = parsed(line.subarray(from, to), schema)
  if ('value' in whole) return { records: [{ value: whole.value, from, to }], reason: null }
  return { records: wholeRecords(line, schema), reason: whole.reason }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const RETURN = 13

function parsed<T>(bytes: Buffer, schema: z.ZodType<T>): { value: T } | { reason: string } {
  if (bytes.includes(0)) return { reason: 'it holds NUL bytes' }
  if (!isUtf8(bytes)) return { reason: 'it is not UTF-8 text' }
  const text = bytes.toString()
  if (text.trim() === '') return { reason: 'it is empty' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { reason: 'it is not JSON, or cut short' }
  }
  const checked = schema.safeParse(value)
  if (checked.success) return { value: checked.data }
  const field = checked.error.issues[0]?.path.join('.') ?? ''
  return { reason: field === '' ? 'it is no record of this file' : `its field ${field} is missing or wrong` }
}

/**
 * Whole records within a damaged line. A quote in a JSON string is escaped, so `{"` starts an object there and nowhere else; a text in a record
 * cannot be taken for a record.
 */
function wholeRecords<T>(line: Buffer, schema: z.ZodType<T>): Found<T>[] {
  // A character a byte; all that structures JSON is ASCII.
  const text = line.toString('latin1')
  const found: Found<T>[] = []
  let budget = 2 ** 20 + 20 * text.length
  for (let from = text.indexOf('{"'); from >= 0 && budget > 0; ) {
    const to = objectEnd(text, from)
    budget -= (to ?? text.length) - from
    const whole = to === null ? null : parsed(line.subarray(from, to), schema)
    if (whole !== null && 'value' in whole) found.push({ value: whole.value, from, to: to as number })
    from = text.indexOf('{"', whole !== null && 'value' in whole ? (to as number) : from + 1)
  }
  return found
}

/** Index behind the object that starts at `from`; null if it does not end. */
function objectEnd(text: string, from: number): number | null {
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return at + 1
  }
  return null
}
