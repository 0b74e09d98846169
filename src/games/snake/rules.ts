/**
 * The rules of Snake on flat boards: no state, no chance.
 *
 * A body is the list of its cells, row-major indices, from the head to the tail, each beside the one before. With every step the head goes on to a free
 * cell and the rest follows; the cell of the tail is free, for it is left. A body that eats grows: its tail stays.
 */

/** Boards have SIZE_MIN..SIZE_MAX cells a side. */
export const SIZE_MIN = 5
export const SIZE_MAX = 10
/** Least length of a body. */
export const LENGTH_MIN = 3

/** The ways to go, by direction: up, right, down, left. */
export const DIRECTIONS = ['up', 'right', 'down', 'left'] as const

/** The cell in a direction; -1 outside the board. */
export function beside(cell: number, direction: number, size: number): number {
  const [row, column] = [Math.floor(cell / size), cell % size]
  if (direction === 0) return row === 0 ? -1 : cell - size
  if (direction === 1) return column === size - 1 ? -1 : cell + 1
  if (direction === 2) return row === size - 1 ? -1 : cell + size
  return column === 0 ? -1 : cell - 1
}

/** Steps between two cells on an empty board. */
export function apart(one: number, other: number, size: number): number {
  return Math.abs(Math.floor(one / size) - Math.floor(other / size)) + Math.abs((one % size) - (other % size))
}

/** What stands in the way of a step: 'wall', 'body', or nothing. */
export function obstacle(body: readonly number[], cell: number): 'wall' | 'body' | null {
  if (cell < 0) return 'wall'
  const at = body.indexOf(cell)
  return at >= 0 && at < body.length - 1 ? 'body' : null
}

/** Whether the head has nowhere to go. */
export function isStuck(body: readonly number[], size: number): boolean {
  return DIRECTIONS.every((_, direction) => obstacle(body, beside(body[0]!, direction, size)) !== null)
}

/** A run in one direction, as far as it went. */
export interface Run {
  readonly body: readonly number[]
  readonly steps: number
  /** Whether it ended on the food. */
  readonly ate: boolean
}

/**
 * A run of so many steps; it ends early on the food, and where `most` steps were made. A text: what stands in the way.
 */
export function run(
  from: readonly number[],
  size: number,
  food: number,
  direction: number,
  wanted: number,
  most: number,
): Run | 'wall' | 'body' {
  let body = from
  for (let steps = 1; ; steps++) {
    const cell = beside(body[0]!, direction, size)
    const block = obstacle(body, cell)
    if (block !== null) return block
    const ate = cell === food
    body = [cell, ...(ate ? body : body.slice(0, -1))]
    if (ate || steps === wanted || steps === most) return { body, steps, ate }
  }
}

/** Steps from the head to each cell through cells that the body does not lie on (its tail aside); -1 where no way leads. */
export function waysFrom(body: readonly number[], size: number): { readonly steps: Int16Array; readonly before: Int16Array } {
  const steps = new Int16Array(size * size).fill(-1)
  const before = new Int16Array(size * size).fill(-1)
  const closed = new Uint8Array(size * size)
  for (let at = 0; at < body.length - 1; at++) closed[body[at]!] = 1
  const queue = [body[0]!]
  steps[body[0]!] = 0
  for (let i = 0; i < queue.length; i++) {
    const at = queue[i]!
    for (let direction = 0; direction < 4; direction++) {
      const next = beside(at, direction, size)
      if (next < 0 || closed[next] === 1 || steps[next]! >= 0) continue
      steps[next] = steps[at]! + 1
      before[next] = at
      queue.push(next)
    }
  }
  return { steps, before }
}

/** By cell: the next one of a round way through all cells of a board with an even side; null for odd sides, where there is none. */
export function roundWay(size: number): readonly number[] | null {
  if (size % 2 === 1) return null
  // Down the first column, then to and fro through the others, upwards row by row.
  const order = Array.from({ length: size }, (_, row) => row * size)
  for (let row = size - 1; row >= 0; row--) {
    const columns = Array.from({ length: size - 1 }, (_, k) => ((size - 1 - row) % 2 === 0 ? k + 1 : size - 1 - k))
    order.push(...columns.map((column) => row * size + column))
  }
  const next = Array.from({ length: size * size }, () => 0)
  for (const [at, cell] of order.entries()) next[cell] = order[(at + 1) % order.length]!
  return next
}
