/**
 * The solver of nonograms: by lines as long as that tells something, then by trying a cell both ways.
 *
 * What is known of a cell is one of UNKNOWN, FILLED and BLANK. A line tells what all lines with its clue that agree with what is known have in
 * common; of a line of 7 cells there are 128 at most, so they are looked through one by one.
 */
import { type Clues, clueOf } from './rules.ts'

export const UNKNOWN = 0
export const FILLED = 1
export const BLANK = 2

const lists = new Map<string, readonly number[]>()

/** Every line with a clue. */
function linesWith(clue: readonly number[], size: number): readonly number[] {
  const key = `${size} ${clue.join()}`
  let list = lists.get(key)
  if (list === undefined) {
    list = Array.from({ length: 1 << size }, (_, line) => line).filter((line) => clueOf(line, size).join() === clue.join())
    lists.set(key, list)
  }
  return list
}

/** What the lines tell at once: for each cell what is known, one look at each row and column. Null where some line has no way left. */
export function lookOnce(known: readonly number[], { rows, columns }: Clues): number[] | null {
  const size = rows.length
  const next = [...known]
  for (let line = 0; line < size; line++)
    for (const [clue, cell] of [
      [rows[line]!, (i: number): number => line * size + i],
      [columns[line]!, (i: number): number => i * size + line],
    ] as const) {
      let [filled, blank] = [0, 0]
      for (let i = 0; i < size; i++) {
        if (known[cell(i)] === FILLED) filled |= 1 << i
        if (known[cell(i)] === BLANK) blank |= 1 << i
      }
      const ways = linesWith(clue, size).filter((way) => (way & filled) === filled && (way & blank) === 0)
      if (ways.length === 0) return null
      const always = ways.reduce((all, way) => all & way)
      const ever = ways.reduce((some, way) => some | way)
      for (let i = 0; i < size; i++) {
        const told = (always >> i) & 1 ? FILLED : (ever >> i) & 1 ? UNKNOWN : BLANK
        if (told === UNKNOWN) continue
        if (next[cell(i)] !== UNKNOWN && next[cell(i)] !== told) return null
        next[cell(i)] = told
      }
    }
  return next
}

/** What lines alone tell in the end; null for a contradiction. */
export function byLines(known: readonly number[], clues: Clues): number[] | null {
  for (let now = known; ; ) {
    const next = lookOnce(now, clues)
    if (next === null || next.every((cell, at) => cell === now[at])) return next
    now = next
  }
}

/** Solutions that agree with what is known, `most` at most: FILLED and BLANK by cell. */
export function solutions(clues: Clues, known: readonly number[], most: number): number[][] {
  const told = byLines(known, clues)
  if (told === null) return []
  const open = told.indexOf(UNKNOWN)
  if (open < 0) return [told]
  const first = solutions(clues, told.with(open, FILLED), most)
  return first.length >= most ? first : [...first, ...solutions(clues, told.with(open, BLANK), most - first.length)]
}

/** What is known of each cell from a board's filled cells. */
export const knownOf = (shown: readonly number[]): number[] => shown.map((cell) => (cell === FILLED ? FILLED : UNKNOWN))

/** How many looks at all lines tell each cell of a board, from 1; 0 for those that are filled, Infinity for those that lines do not tell. */
export function looksFor(shown: readonly number[], clues: Clues): number[] {
  let now: readonly number[] = knownOf(shown)
  const looks = now.map((cell) => (cell === UNKNOWN ? Number.POSITIVE_INFINITY : 0))
  for (let look = 1; ; look++) {
    const next = lookOnce(now, clues)
    if (next === null || next.every((cell, at) => cell === now[at])) return looks
    for (const [at, cell] of next.entries()) if (now[at] === UNKNOWN && cell !== UNKNOWN) looks[at] = look
    now = next
  }
}

/** The open cells of a row that its own clue tells to be filled, its filled cells known. */
export function rowTells(row: readonly number[], clue: readonly number[]): number[] {
  const filled = row.reduce((set, look, i) => (look === FILLED ? set | (1 << i) : set), 0)
  const ways = linesWith(clue, row.length).filter((way) => (way & filled) === filled)
  const always = ways.length === 0 ? 0 : ways.reduce((all, way) => all & way)
  return row.flatMap((_, i) => ((always >> i) & 1 && !((filled >> i) & 1) ? [i] : []))
}
