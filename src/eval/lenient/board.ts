/**
 * A board read leniently: the usual ways of drawing a grid as text are brought into the layout that the game's own strict reader takes. The
 * labels are those of the game, or its declared spellings of them.
 */
import type { AnyGame, Perception } from '../../game.ts'
import { parsed } from './answer.ts'

/** Longest board that is looked at, characters. */
const LONGEST = 8192

/** A line that only rules a table has nothing but these, two of the second kind side by side: |---|:-:|, +---+---+, ├──┼──┤. */
const RULE = /^[\s|+:=\u2500-\u257f-]+$/
const STROKES = /[-=─━═]{2}/
const UPRIGHT = /[│┃║]/g
/** 'Row 1:' before a line. */
const ROW_NAME = /^\s*(?:row\s*)?\d+\s*[:)]\s*/i

/** The grid that a text shows; null if it shows none, or what a cell holds is no label of the game. */
export function lenientBoard(game: AnyGame, text: string): Perception | null {
  if (text.length > LONGEST) return null
  for (const rows of drawnGrids(game, unfenced(text))) {
    const board = boardOf(game, rows)
    if (board !== null) return board
  }
  return null
}

/** Without a code fence or the marks of a box around it. */
function unfenced(text: string): string {
  const bare = text.replace(/<\|(?:begin|end)_of_box\|>/g, '').trim()
  return /^`{3,}[^\n`]*\n([^`]*)`{3,}$/.exec(bare)?.[1] ?? bare
}

/** The rows of cells that a text may mean, likeliest first. */
function* drawnGrids(game: AnyGame, text: string): Generator<readonly (readonly string[])[]> {
  const json = jsonRows(text)
  if (json !== null) yield json
  const lines = text.split('\n').map((line) => line.replace(UPRIGHT, '|').trim())
  const drawn = withoutProse(
    lines.filter((line) => line !== '' && !(RULE.test(line) && STROKES.test(line))),
    (line) => labelOf(game, line) !== null,
  )
  if (drawn === null || drawn.length === 0) return
  const named = drawn.every((line) => ROW_NAME.test(line)) ? drawn.map((line) => line.replace(ROW_NAME, '')) : drawn
  yield* [named, drawn].flatMap(cellsOfLines)
}

/** Where some lines have bars: those lines, if they stand together and no other line may be a row of one cell. Else all. */
function withoutProse(lines: readonly string[], isCell: (line: string) => boolean): readonly string[] | null {
  const first = lines.findIndex((line) => line.includes('|'))
  if (first < 0) return lines
  const last = lines.findLastIndex((line) => line.includes('|'))
  const block = lines.slice(first, last + 1)
  const others = [...lines.slice(0, first), ...lines.slice(last + 1)]
  return block.every((line) => line.includes('|')) && !others.some(isCell) ? block : null
}

/** Lines cut into cells: at bars, without the ones at the edges if all lines have them; without bars at tabs, commas or white space. */
function cellsOfLines(lines: readonly string[]): (readonly (readonly string[])[])[] {
  if (lines.some((line) => line.includes('|'))) {
    const edged = lines.every((line) => line.length > 1 && line.startsWith('|') && line.endsWith('|'))
    return [lines.map((line) => (edged ? line.slice(1, -1) : line).split('|').map((cell) => cell.trim()))]
  }
  return [/\t/, /\s*,\s*/, /\s+/].flatMap((separator) => {
    const rows = lines.map((line) => line.replace(/^[[(]|,$|[\])],?$/g, '').split(separator))
    return rows.every((row) => row.length > 1) ? [rows] : []
  })
}

/** A JSON array of arrays; null if the text is none. */
function jsonRows(text: string): string[][] | null {
  const value = text.startsWith('[') ? parsed(text) : undefined
  if (!Array.isArray(value) || !value.every((row) => Array.isArray(row))) return null
  return value.map((row: unknown[]) => row.map((cell) => (cell === null ? '' : String(cell))))
}

/** A grid of labels; null if the game does not read every cell, or the whole. */
function boardOf(game: AnyGame, rows: readonly (readonly string[])[]): Perception | null {
  const known = new Map<string, string | null>()
  const label = (cell: string): string | null => {
    const found = known.has(cell) ? (known.get(cell) as string | null) : labelOf(game, cell)
    known.set(cell, found)
    return found
  }
  const labels = rows.map((row) => row.map(label))
  if (labels.some((row) => row.includes(null))) return null
  return game.parsePerception(labels.map((row) => row.join(' | ')).join('\n'))
}

/** The label that a cell means: as it is, without emphasis and quotes, in the game's spellings, in other capitals. */
function labelOf(game: AnyGame, cell: string): string | null {
  const bare = cell.replace(/^[*`"']+|[*`"']+$/g, '').trim()
  const spelled = game.spellings?.cells
  const low = bare.toLowerCase()
  const candidates = [cell, bare, ...(spelled !== undefined && Object.hasOwn(spelled, low) ? [spelled[low] as string] : []), low]
  return candidates.find((label) => label !== '' && !label.includes('\n') && game.parsePerception(label) !== null) ?? null
}
