/** Cells of a board that a pointer or the keyboard picks. */
import type { PlayAids } from '../../../src/game-play.ts'

/** A cell: row from the top, column from the left, from 0. */
export type Cell = readonly [row: number, column: number]

type Pick = NonNullable<PlayAids<unknown, unknown>['pick']>

/** Most answers that are tried to find the cells of one. */
const TRIES = 30_000

/** Cells that stand for an answer, the first that do; none where a pick cannot say it, or there are too many to try. */
export function cellsOfAnswer(pick: Pick, answer: string, rows: number, columns: number, state: unknown): readonly Cell[] {
  const all = Array.from({ length: rows * columns }, (_, at): Cell => [Math.floor(at / columns), at % columns])
  if (all.length ** pick.cells > TRIES) return []
  const found = (chosen: readonly Cell[]): readonly Cell[] | null => {
    if (chosen.length === pick.cells) return pick.answer(chosen, state) === answer ? chosen : null
    for (const cell of all) {
      const more = chosen.includes(cell) ? null : found([...chosen, cell])
      if (more !== null) return more
    }
    return null
  }
  return found([]) ?? []
}

export const sameCell = (one: Cell, other: Cell): boolean => one[0] === other[0] && one[1] === other[1]

/** The arrow key of a stroke of a finger or of the mouse, px; null for one that is too short. */
export function strokeOf(dx: number, dy: number): 'up' | 'right' | 'down' | 'left' | null {
  if (Math.max(Math.abs(dx), Math.abs(dy)) < 24) return null
  if (Math.abs(dx) > Math.abs(dy)) return dx > 0 ? 'right' : 'left'
  return dy > 0 ? 'down' : 'up'
}
