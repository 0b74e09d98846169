/** A board as lines of a terminal, at most 80 columns wide. Rows and columns are numbered at the edges where answers name cells. */
import picocolors from 'picocolors'
import type { AnyGame } from '../../game.ts'
import { gridOf } from '../../games/shared/grid-perception.ts'
import { hasColours, hasUnicode, WIDTH } from '../terminal.ts'
import { type Abilities, type ShownCell, shownCells } from './looks.ts'
import { type Paint, painted } from './paint.ts'

/** A cell: row from the top, column from the left, 0-based. */
export type CellAt = readonly [row: number, column: number]

export interface BoardOptions extends Partial<Abilities> {
  /** Columns there are. Default 80. */
  readonly width?: number
  /** Lines there are. Default: so few that every row of cells takes one. */
  readonly height?: number
  /** Stands in brackets. */
  readonly cursor?: CellAt
  /** Stand between > and <. */
  readonly picked?: readonly CellAt[]
}

/** Lines of a high row of cells: three, and one between. */
const HIGH = 4

/** What stands at the sides of a cell, and the colours of the sides. */
interface Sides {
  readonly marks: readonly [left: string, right: string]
  readonly paint: Paint | null
}

const CURSOR: Sides = { marks: ['[', ']'], paint: { fill: '#ffffff', ink: '#000000' } }
const PICKED: Sides = { marks: ['>', '<'], paint: { fill: '#000000', ink: '#ffffff' } }
const NO_SIDES: Sides = { marks: [' ', ' '], paint: null }

/**
 * The board of a state: cells in the colours of the theme's own tiles, or text that tells them apart where there are no colours. A perception
 * that is no grid: its canonical text.
 */
export function boardLines(game: AnyGame, state: unknown, theme: string, options: BoardOptions = {}): string[] {
  const { colours = hasColours(), unicode = hasUnicode(), width = WIDTH, height = 0 } = options
  const grid = gridOf(game, state)
  if (grid === null) return game.perception.format(game.perception.of(state)).split('\n')
  const { rows, columns } = grid
  const numbered = game.play?.pick !== undefined
  const edge = numbered ? String(rows - 1).length + 1 : 0
  const gap = edge + columns * 4 - 1 <= width ? 1 : 0
  const room = Math.max(1, Math.floor((width - edge + gap) / columns) - gap - 2)
  const cells = shownCells(game, state, grid, theme, { colours, unicode }, room)
  const high = colours && rows * HIGH - (numbered ? 0 : 1) <= height
  const longest = Math.max(...cells.flat().map(({ text }) => text.length))
  const inner = Math.min(room, Math.max(longest, high ? 3 + ((longest + 1) % 2) : numbered ? 1 : 3))
  const { dim } = picocolors.createColors(colours)
  const lines = cells.flatMap((row, r) => {
    const strip = (textOf: (cell: ShownCell, sides: Sides) => string): string =>
      row.map((cell, c) => drawn(cell, textOf(cell, sidesOf(options, r, c)), sidesOf(options, r, c))).join(' '.repeat(gap))
    const middle = strip((cell, { marks }) => `${marks[0]}${centred(shownText(cell, unicode), inner)}${marks[1]}`)
    const line = `${numbered ? dim(String(r).padEnd(edge)) : ''}${middle}`.trimEnd()
    if (!high) return [line]
    const blank = `${' '.repeat(edge)}${strip(() => ' '.repeat(inner + 2))}`
    return r > 0 ? ['', blank, line, blank] : [blank, line, blank]
  })
  if (!numbered) return lines
  const numbers = Array.from({ length: columns }, (_, c) => centred(String(c), inner + 2)).join(' '.repeat(gap))
  return [dim(`${' '.repeat(edge)}${numbers}`.trimEnd()), ...lines]
}

function sidesOf({ cursor, picked = [] }: BoardOptions, row: number, column: number): Sides {
  const is = (one: CellAt | undefined): boolean => one?.[0] === row && one[1] === column
  return is(cursor) ? CURSOR : picked.some(is) ? PICKED : NO_SIDES
}

/** A line of a cell in its colours. */
function drawn({ paint }: ShownCell, line: string, sides: Sides): string {
  if (paint === null) return line
  if (sides.paint === null) return painted(line, paint)
  return `${painted(line.slice(0, 1), sides.paint)}${painted(line.slice(1, -1), paint)}${painted(line.slice(-1), sides.paint)}`
}

/** A dot for an empty cell where the ground does not show it. */
function shownText({ text, paint }: ShownCell, unicode: boolean): string {
  return text === '' && paint === null ? (unicode ? '·' : '.') : text
}

function centred(text: string, width: number): string {
  return text.padStart(Math.ceil((width + text.length) / 2)).padEnd(width)
}
