/** Rules of Sokoban on bare boards: where the player gets to, and what can be pushed. Cells are row-major indices of a square board with walls all round. */

/** Cells a side, the walls around included. */
export const SIZE_MIN = 5
export const SIZE_MAX = 10
export const BOXES_MAX = 3

/** Most pushes that a fresh board may need, by boxes and size: at least about one drawn room in ten has such a position. */
const PUSHES_MAX: { readonly [boxes: number]: { readonly [size: number]: number } } = {
  1: { 5: 2, 6: 4, 7: 6, 8: 8, 9: 10, 10: 11 },
  2: { 5: 2, 6: 6, 7: 9, 8: 13, 9: 16, 10: 19 },
  3: { 5: 3, 6: 7, 7: 12, 8: 16, 9: 20, 10: 22 },
}

/** Most pushes that a fresh board of a size with so many boxes may need. */
export const pushesMax = (size: number, boxes: number): number => PUSHES_MAX[boxes]![size]!

/** What stands in a cell, but for boxes and the player. */
export const FLOOR = 0
export const WALL = 1

/** A room: size * size cells, FLOOR or WALL, with walls all round. */
export interface Room {
  readonly size: number
  readonly cells: readonly number[]
}

/** Where things stand in a room. */
export interface Position {
  /** Cells of the boxes, ascending. */
  readonly crates: readonly number[]
  readonly player: number
}

/** A box and the cell beside it where it goes. */
export interface Push {
  readonly from: number
  readonly to: number
}

/** Steps to the four cells beside a cell: up, right, down, left. */
export const stepsOf = (size: number): readonly number[] => [-size, 1, size, -1]

/** The cells that the player gets to without a push, as flags by cell. */
export function reachOf({ size, cells }: Room, { crates, player }: Position): boolean[] {
  const reached = cells.map(() => false)
  const closed = new Set(crates)
  const steps = stepsOf(size)
  const front = [player]
  reached[player] = true
  for (const cell of front)
    for (const step of steps) {
      const next = cell + step
      if (cells[next] !== FLOOR || closed.has(next) || reached[next]) continue
      reached[next] = true
      front.push(next)
    }
  return reached
}

/** Why a push cannot be made; null if it can. */
export function refusalOf(room: Room, position: Position, { from, to }: Push): 'no-box' | 'blocked' | 'out-of-reach' | null {
  const { crates } = position
  if (!crates.includes(from)) return 'no-box'
  if (room.cells[to] !== FLOOR || crates.includes(to)) return 'blocked'
  return reachOf(room, position)[from - (to - from)] ? null : 'out-of-reach'
}

/** All pushes that can be made, box by box, up, right, down, left. */
export function pushesFrom(room: Room, position: Position): Push[] {
  const reached = reachOf(room, position)
  const { crates } = position
  return crates.flatMap((from) =>
    stepsOf(room.size).flatMap((step) => {
      const to = from + step
      return room.cells[to] === FLOOR && !crates.includes(to) && reached[from - step] ? [{ from, to }] : []
    }),
  )
}

/** The position after a push that can be made. */
export function pushed({ crates }: Position, { from, to }: Push): Position {
  return { crates: crates.map((crate) => (crate === from ? to : crate)).sort((a, b) => a - b), player: from }
}

/** Steps along rows and columns between two cells. */
export function apart(size: number, one: number, other: number): number {
  return Math.abs(Math.floor(one / size) - Math.floor(other / size)) + Math.abs((one % size) - (other % size))
}

/** Steps from each box to the goal that is nearest to it, all together. */
export function stepsLeft(size: number, crates: readonly number[], goals: readonly number[]): number {
  return crates.reduce((sum, crate) => sum + Math.min(...goals.map((goal) => apart(size, crate, goal))), 0)
}
