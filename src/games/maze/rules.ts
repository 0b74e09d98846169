/**
 * Mazes as flat lists of cells, and what is seen of them: no state, no chance.
 *
 * A cell is the sum of its open sides: 1 up, 2 right, 4 down, 8 left. Two cells beside each other are joined if both have the side between them open.
 * From a cell one sees straight ahead through open sides, so many cells far, and of every cell in sight all four sides.
 */

/** Mazes have SIDE_MIN..SIDE_MAX rows, and as many columns. */
export const SIDE_MIN = 4
export const SIDE_MAX = 10

/** Sides in their order: the bit of each, and the step that leads over it. */
export const SIDES = [
  { bit: 1, back: 4, down: -1, right: 0 },
  { bit: 2, back: 8, down: 0, right: 1 },
  { bit: 4, back: 1, down: 1, right: 0 },
  { bit: 8, back: 2, down: 0, right: -1 },
] as const

/** The cell over a side (index of SIDES); -1 outside the maze. */
export function over(cell: number, side: number, rows: number, columns: number): number {
  const { down, right } = SIDES[side]!
  const [row, column] = [Math.floor(cell / columns) + down, (cell % columns) + right]
  return row < 0 || row >= rows || column < 0 || column >= columns ? -1 : row * columns + column
}

/** A maze: its open sides by cell, row-major. */
export interface Maze {
  readonly rows: number
  readonly columns: number
  readonly open: readonly number[]
}

/** The cells in sight from a cell, itself first. */
export function inSight({ rows, columns, open }: Maze, from: number, sight: number): number[] {
  const cells = [from]
  for (const [side, { bit }] of SIDES.entries()) {
    let at = from
    for (let far = 0; far < sight && (open[at]! & bit) !== 0; far++) {
      at = over(at, side, rows, columns)
      cells.push(at)
    }
  }
  return cells
}

/** Ways from a cell over open sides through cells that were seen: by cell the steps, -1 where none leads, and the cell before. */
export interface Ways {
  readonly steps: Int16Array
  readonly before: Int16Array
}

/** Shortest ways, breadth first, sides in their order. `seen`: by cell, 0 or 1. */
export function waysFrom({ rows, columns, open }: Maze, seen: readonly number[], from: number): Ways {
  const steps = new Int16Array(open.length).fill(-1)
  const before = new Int16Array(open.length).fill(-1)
  const queue = [from]
  steps[from] = 0
  for (let i = 0; i < queue.length; i++) {
    const at = queue[i]!
    for (const [side, { bit }] of SIDES.entries()) {
      if ((open[at]! & bit) === 0) continue
      const next = over(at, side, rows, columns)
      if (seen[next] !== 1 || steps[next]! >= 0) continue
      steps[next] = steps[at]! + 1
      before[next] = at
      queue.push(next)
    }
  }
  return { steps, before }
}

/** The cells of the way to a cell, the first step first; without the cell where it begins. */
export function wayTo({ before }: Ways, to: number): number[] {
  const way: number[] = []
  for (let at = to; before[at]! >= 0; at = before[at]!) way.push(at)
  return way.reverse()
}
