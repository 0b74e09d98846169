/** What the terminal shows: colours where it has them, tables, and texts; boards are in play/board.ts. */
import picocolors from 'picocolors'
import { keyVariables } from '../policies/endpoint-place.ts'
import { redactor } from '../policies/redact.ts'
import { printable, printableJson, printableLine } from '../printable.ts'

type Stream = Pick<NodeJS.WriteStream, 'isTTY'>

/** Whether to colour: a terminal that can, unless NO_COLOR is set; FORCE_COLOR (not 0) colours pipes too. */
export function hasColours(stream: Stream = process.stdout): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0'
  return stream.isTTY === true && TERM !== 'dumb'
}

/** picocolors for a stream; its functions do nothing where there are no colours. */
export function coloursOf(stream: Stream = process.stdout): ReturnType<typeof picocolors.createColors> {
  return picocolors.createColors(hasColours(stream))
}

/** Lines of a table: columns as wide as their longest cell, two spaces between, no space at line ends. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Prints lines, on stdout by default; what a terminal would obey is shown as text. */
export function printLines(lines: readonly string[], stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${printable(lines.join('\n'))}\n`)
}

/** Colours and weights, as `coloursOf` and `boardLines` (play/board.ts) write them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape begins such a sequence
const STYLE = /(\u001b\[[\d;]*m)/

/** A text with its colours and without anything else that a terminal would obey; without colours where the stream has none. */
export function styled(text: string, stream: Stream = process.stdout): string {
  if (!hasColours(stream)) return printable(text)
  return text
    .split(STYLE)
    .map((part) => (STYLE.test(part) ? part : printable(part)))
    .join('')
}

/** Prints lines that may hold colours on stdout. */
export function printStyled(lines: readonly string[]): void {
  process.stdout.write(`${styled(lines.join('\n'))}\n`)
}

/** Prints a value as JSON on stdout, two-space indent. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`)
}

/** Prints one line on stderr: an error, a warning. Keys of the environment are taken out, and what a terminal would obey is shown as text. */
export function printError(text: string): void {
  process.stderr.write(`${printableLine(withoutKeys(text))}\n`)
}

/** Prints a text on stderr in as many lines as it has, with the same care: the trace of an error, a reply that is quoted. */
export function printTrace(text: string): void {
  process.stderr.write(`${printable(withoutKeys(text))}\n`)
}

function withoutKeys(text: string): string {
  return redactor(keyVariables.flatMap((name) => process.env[name]?.trim() ?? []))(text)
}

/** Prints notes on stderr, a line each: what a reader of the output should know. */
export function printNotes(notes: readonly string[]): void {
  for (const note of notes) printError(`note: ${note}`)
}

/** Widest that boards and texts for people are, columns. */
export const WIDTH = 80

/** Columns that a stream has for boards and texts: those of the terminal, at most 80. */
export function widthOf(stream: { readonly columns?: number } = process.stdout): number {
  return Math.max(20, Math.min(WIDTH, stream.columns ?? WIDTH))
}

/** Whether the terminal shows Unicode, by the locale; Windows terminals do. */
export function hasUnicode(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): boolean {
  if (platform === 'win32') return true
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}

/** Lines of a text, each at most `width` characters: broken at spaces, and within words that are longer than that. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = ['']
    for (let word of paragraph.split(/ +/)) {
      const line = lines.at(-1)!
      if (line !== '' && line.length + 1 + word.length <= width) {
        lines[lines.length - 1] = `${line} ${word}`
        continue
      }
      if (line !== '') lines.push('')
      for (; word.length > width; word = word.slice(width)) lines.splice(-1, 1, word.slice(0, width), '')
      lines[lines.length - 1] = word
    }
    return lines
  })
}
