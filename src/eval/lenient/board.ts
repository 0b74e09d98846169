/**
 * A board read leniently: the usual ways of drawing a grid as text are brought into the layout that the game's own strict reader takes. The
 * labels are those of the game, or its declared spellings of them.
 */
import type { AnyGame, Grid } from '../../game.ts'
import { readGrid } from '../../games/shared/grid-perception.ts'
import { parsed, plainText, unfenced } from './plain.ts'

/** Longest board that is looked at, characters. */
const LONGEST = 8192

/** A line that only rules a table has nothing but these, two of the second kind side by side: |---|:-:|, +---+---+, ├──┼──┤. */
const RULE = /^[\s|+:=\u2500-\u257f-]+$/
const STROKES = /[-=─━═]{2}/
const UPRIGHT = /[│┃║]/g
/** 'Row 1:', '**A:**', '- Second row:' before a line. */
const ROW_NAME =
  /^\s*(?:[-*•]\s+)?\**(?:(?:(?:row|line|r)\s*)?(?:\d+|[a-z])\s*[:.)]|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?:\s+(?:row|line))?\s*:)\**:?\s*/i
/** A mark of a list or a quotation before a line. */
const BULLET = /^(?:[-*•]\s+(?![|\s])|>\s*)/
/** What separates cells where no bar does, likeliest first. */
const SEPARATORS = [/\t/, /\s*,\s*/, /\s*;\s*/, /\s*&\s*/, /\s*\/\s*/, /\s+/]

type Rows = readonly (readonly string[])[]

/** The grid that a text shows; null if it shows none, what a cell holds is no label of the game, or the game's perception is no grid. */
export function lenientBoard(game: AnyGame, text: string): Grid | null {
  if (text.length > LONGEST || game.perception.grid === undefined) return null
  const label = labelReader(game)
  for (const rows of drawnGrids(text, label)) {
    for (const grid of withoutCounts(rows)) {
      const board = boardOf(game, grid, label)
      if (board !== null) return board
    }
  }
  return null
}

/** Reads a cell; null if it is no label. */
type ReadLabel = (cell: string) => string | null

/** Remembers what it has read. */
function labelReader(game: AnyGame): ReadLabel {
  const known = new Map<string, string | null>()
  return (cell) => {
    const found = known.has(cell) ? (known.get(cell) as string | null) : labelOf(game, cell)
    known.set(cell, found)
    return found
  }
}

/** The text of a board without what surrounds it: marks of a box, a code fence, a table in HTML, an array in LaTeX. */
function undressed(text: string): string {
  const bare = plainText(text.replace(/<\|(?:begin|end)_of_box\|>/g, '')).trim()
  const [fence, ...others] = bare.match(/^(`{3,}|~{3,})[^\n`~]*\n[^`~]*\1$/gm) ?? []
  const inner = fence === undefined || others.length > 0 ? bare : unfenced(fence)
  if (/<td\b/i.test(inner))
    return inner
      .replace(/<\/t[dh]>\s*<t[dh][^<>]*>/gi, ' | ')
      .replace(/<\/tr>/gi, '\n')
      .replace(/<[^<>]*>/g, '')
  const array = /\\begin\{(?:array|[bp]?matrix|tabular)\}(?:\{[^{}]*\})?([\s\S]*)\\end\{/.exec(inner)?.[1]
  return array === undefined ? inner : array.replace(/\\hline/g, '').replace(/\s*\\\\\s*/g, '\n')
}

/** The rows of cells that a text may mean, likeliest first. */
function* drawnGrids(text: string, label: ReadLabel): Generator<Rows> {
  const inner = undressed(text)
  const json = jsonRows(inner)
  if (json !== null && typeof json !== 'string') yield json
  const lines = (typeof json === 'string' ? json : inner).split('\n').map((line) => line.replace(UPRIGHT, '|').trim())
  const isRule = (line: string): boolean => RULE.test(line) && STROKES.test(line)
  const drawn = withoutProse(
    headless(lines, isRule, label).filter((line) => line !== '' && !isRule(line)),
    (line) => label(line) !== null,
  )
  if (drawn === null || drawn.length === 0) return
  const cut = drawn.length === 1 ? (drawn[0] as string).split(/\s*;\s*/) : drawn
  const named = [ROW_NAME, BULLET].filter((name) => cut.every((line) => name.test(line)))
  yield* [...named.map((name) => cut.map((line) => line.replace(name, ''))), cut].flatMap(cellsOfLines)
}

/** Lines without the head of a table: what stands above the first rule, if it holds what is no label, or nothing while cells are never empty. */
function headless(lines: readonly string[], isRule: (line: string) => boolean, label: ReadLabel): readonly string[] {
  const rule = lines.findIndex(isRule)
  const above = rule - 1
  if (rule < 1 || lines.slice(rule + 1).some(isRule) || !(lines[above] as string).includes('|')) return lines
  const cellsIn = (line: string): string[] =>
    line
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => cell.trim())
  const head = cellsIn(lines[above] as string)
  const empty = head.every((cell) => cell === '')
  const others = lines.slice(rule + 1).filter((line) => line.includes('|'))
  const isHead = empty ? !others.some((line) => cellsIn(line).includes('')) : head.some((cell) => label(cell) === null)
  return isHead ? lines.slice(rule + 1) : lines
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

/** Lines cut into cells: at bars, without the ones at edges where all lines have them; without bars at brackets or another separator. */
function cellsOfLines(lines: readonly string[]): Rows[] {
  const bracketed = lines.every((line) => /^\[[^[\]]*\],?$/.test(line)) ? lines.map((line) => line.replace(/^\[|\],?$/g, '')) : lines
  if (lines.some((line) => line.includes('|'))) {
    const [left, right] = [
      bracketed.every((line) => line.startsWith('|')),
      bracketed.every((line) => line.length > 1 && line.endsWith('|')),
    ]
    return [
      bracketed.map((line) =>
        line
          .slice(left ? 1 : 0, right ? -1 : undefined)
          .split('|')
          .map((cell) => cell.trim()),
      ),
    ]
  }
  if (lines.every((line) => /^(?:\[[^[\]]*\]\s*){2,}$/.test(line)))
    return [lines.map((line) => (line.match(/\[[^[\]]*\]/g) as string[]).map((cell) => cell.slice(1, -1).trim()))]
  return SEPARATORS.flatMap((separator) => {
    const rows = lines.map((line) => line.replace(/^[[(]|,$|[\])],?$/g, '').split(separator))
    return rows.every((row) => row.length > 1) ? [rows] : []
  })
}

/**
 * Rows without a first row and a first column that only count, where all their cells do, and rows as they are. A first row that counts is no part
 * of a board, even where its numbers are labels; a first column may be.
 */
function* withoutCounts(rows: Rows): Generator<Rows> {
  const [first = [], ...others] = rows
  const headed = others.length > 0 && counts(first.filter((cell, at) => at > 0 || countOf(cell) !== null))
  const below = headed ? others : rows
  const numbered = below.length > 1 && below.every((row) => row.length > 1) && counts(below.map(([cell = '']) => cell))
  const inner = (): Rows => below.map((row) => row.slice(1))
  if (headed && numbered) yield inner()
  if (headed) yield below
  yield rows
  if (!headed && numbered) yield inner()
}

/** The number that a label of a row or column counts: 'Row 1', 'c2', '**3**', 'D'; null for anything else. */
function countOf(cell: string): number | null {
  const [, digits, letter] = /^\W*(?:(?:row|column|col|r|c)\s*)?(?:(\d{1,2})|([a-z]))\W*$/i.exec(cell) ?? []
  if (digits !== undefined) return Number(digits)
  return letter === undefined ? null : letter.toLowerCase().charCodeAt(0)
}

/** Whether labels count one by one. */
function counts(labels: readonly string[]): boolean {
  const numbers = labels.map(countOf)
  return numbers.length > 1 && numbers.every((number, at) => number !== null && number === (numbers[0] as number) + at)
}

/** The fields that hold a board. */
const BOARD = /^(?:board|grid|perception|rows|cells|tiles|state)$/i

/** A JSON array of arrays, within an object or NumPy's spelling too; a text for an array of lines; null if the text is neither. */
function jsonRows(text: string): string[][] | string | null {
  const inner = /^(?:np\.|numpy\.)?(?:array|matrix)\(([\s\S]*)\)$/.exec(text)?.[1] ?? text
  const value = /^[[{]/.test(inner) ? parsed(inner) : undefined
  const [field, ...others] = typeof value === 'object' && value !== null ? Object.entries(value).filter(([key]) => BOARD.test(key)) : []
  const rows: unknown = Array.isArray(value) || field === undefined || others.length > 0 ? value : field[1]
  if (!Array.isArray(rows) || rows.length === 0) return null
  if (rows.every((row) => typeof row === 'string')) return rows.join('\n')
  if (!rows.every((row) => Array.isArray(row))) return null
  return rows.map((row: unknown[]) => row.map((cell) => (cell === null ? '' : String(cell))))
}

/** A grid of labels; null if the game does not read every cell, or the whole. */
function boardOf(game: AnyGame, rows: Rows, label: ReadLabel): Grid | null {
  const labels = rows.map((row) => row.map(label))
  if (labels.some((row) => row.includes(null))) return null
  return readGrid(game, labels.map((row) => row.join(' | ')).join('\n'))
}

/** The label that a cell means: as it is, without emphasis and quotes, in the game's spellings, in other capitals. */
function labelOf(game: AnyGame, cell: string): string | null {
  const bare = cell.replace(/^[*`"'$]+|[*`"'$]+$/g, '').trim()
  const spelled = game.answer.spellings?.cells
  const low = bare.toLowerCase()
  const candidates = [cell, bare, ...(spelled !== undefined && Object.hasOwn(spelled, low) ? [spelled[low] as string] : []), low]
  return candidates.find((label) => label !== '' && !label.includes('\n') && readGrid(game, label) !== null) ?? null
}
