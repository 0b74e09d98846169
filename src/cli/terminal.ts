/** What the terminal shows: colours where it has them, tables, and boards. */
import picocolors from 'picocolors'
import type { AnyGame } from '../game.ts'
import { frameToRgb, renderScene, themeNamed } from '../render/index.ts'

type Stream = Pick<NodeJS.WriteStream, 'isTTY'>
type Rgb = readonly [number, number, number]

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

/** Prints lines on stdout. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Prints notes on stderr, a line each: what a reader of the output should know. */
export function printNotes(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`note: ${note}\n`)
}

/** Prints a value as JSON on stdout, two-space indent. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** The board for people: cells in the colours of the theme's own tiles, or plain text where there are no colours. */
export function boardLines(game: AnyGame, state: unknown, theme: string, colours: boolean = hasColours()): string[] {
  const { cells, rows, columns } = game.perceive(state)
  const width = Math.max(3, ...cells.flat().map((cell) => cell.length))
  const fills = colours ? cellFills(game, state, theme, rows, columns) : null
  if (fills === null) return cells.map((row) => row.map((cell) => cell.padStart(width)).join(' '))
  const tall = rows * 4 <= (process.stdout.rows ?? 24) - 7
  return cells.flatMap((row, r) => {
    const strip = (textOf: (cell: string) => string): string => row.map((cell, c) => paint(textOf(cell), fills[r]![c]!)).join(' ')
    const middle = strip((cell) => centred(cell === '_' ? '' : cell, width + 2))
    if (!tall) return [middle]
    const blank = strip(() => ' '.repeat(width + 2))
    return r > 0 ? ['', blank, middle, blank] : [blank, middle, blank]
  })
}

function centred(text: string, width: number): string {
  return text.padStart(Math.ceil((width + text.length) / 2)).padEnd(width)
}

/** The commonest colour of each cell of the picture; null when the picture is not cut evenly by the grid. */
function cellFills(game: AnyGame, state: unknown, theme: string, rows: number, columns: number): Rgb[][] | null {
  const frame = renderScene(game.draw(state, { theme, tile: 16, layout: 'board' }, themeNamed(theme)))
  const [across, down] = [frame.width / columns, frame.height / rows]
  if (!Number.isInteger(across) || !Number.isInteger(down)) return null
  const pixels = frameToRgb(frame)
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => {
      const counts = new Map<number, number>()
      for (let y = r * down; y < (r + 1) * down; y++) {
        for (let x = c * across; x < (c + 1) * across; x++) {
          const at = 3 * (y * frame.width + x)
          const colour = (pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!
          counts.set(colour, (counts.get(colour) ?? 0) + 1)
        }
      }
      const [colour] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))
      return [colour >> 16, (colour >> 8) & 255, colour & 255] as const
    }),
  )
}

/** Text on a filled ground, black or white by the ground's luma; 24-bit colours where the terminal says so, else the 256-colour cube. */
function paint(text: string, [r, g, b]: Rgb): string {
  const full = /truecolor|24bit/.test(process.env.COLORTERM ?? '')
  const cube = 16 + 36 * Math.round(r / 51) + 6 * Math.round(g / 51) + Math.round(b / 51)
  const ground = full ? `48;2;${r};${g};${b}` : `48;5;${cube}`
  const ink = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? '38;5;16' : '38;5;231'
  return `\u001b[1;${ink};${ground}m${text}\u001b[0m`
}
