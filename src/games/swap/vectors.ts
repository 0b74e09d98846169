/** Agreement of Swap with reference vectors: boards of kinds (-1: empty), two cells that may lie outside or apart. Format: shared/BASELINE.md. */
import * as z from 'zod'
import type { VectorDifference, VectorFormat } from '../shared/vector-format.ts'
import { COLOURS_MAX, exchange, fall, type Grid, hasSwap, markRuns, pointsOf, remove, SHAPES_MAX, SIDE_MAX, SIDE_MIN } from './rules.ts'

const boardSchema = z
  .array(
    z
      .array(
        z
          .int()
          .min(0)
          .max(COLOURS_MAX * SHAPES_MAX - 1),
      )
      .min(SIDE_MIN)
      .max(SIDE_MAX),
  )
  .min(SIDE_MIN)
  .max(SIDE_MAX)
  .refine((rows) => rows.every((row) => row.length === rows[0]!.length), 'expected rows of equal length')

const cellSchema = z.tuple([z.int(), z.int()])

const rowSchema = z.object({
  board: boardSchema,
  pos1: cellSchema,
  pos2: cellSchema,
  valid_swap: z.unknown(),
  initial_matches: z.unknown(),
  has_valid_moves: z.unknown(),
  matched: z.unknown(),
  board_after_swap: z.unknown(),
  matches: z.unknown(),
  score: z.unknown(),
  board_removed: z.unknown(),
  board_after_gravity: z.unknown(),
})

/** Fields whose recorded value differs from what the rules here give. Throws ZodError when the row's board or cells are malformed. */
export function checkVector(row: unknown): VectorDifference[] {
  const given = rowSchema.parse(row)
  const actual = replay(given.board, given.pos1, given.pos2)
  return Object.entries(actual)
    .filter(([field, value]) => JSON.stringify(given[field as keyof typeof given]) !== JSON.stringify(value))
    .map(([field, value]) => ({ field, expected: given[field as keyof typeof given], actual: value }))
}

/** What the rules give for a vector: the runs before and after the swap, and the first clearing stage up to the refill. */
function replay(rows: readonly number[][], pos1: readonly [number, number], pos2: readonly [number, number]): Record<string, unknown> {
  const grid: Grid = { rows: rows.length, columns: rows[0]!.length }
  const { columns } = grid
  const board = rows.flat()
  const nested = (cells: readonly number[]): number[][] => rows.map((_, row) => cells.slice(row * columns, (row + 1) * columns))
  const valid =
    [pos1, pos2].every(([row, column]) => row >= 0 && row < grid.rows && column >= 0 && column < columns) &&
    Math.abs(pos1[0] - pos2[0]) + Math.abs(pos1[1] - pos2[1]) === 1
  const before = runsOf(board, grid)
  const moves = hasSwap(board, grid)
  const [a, b] = [pos1[0] * columns + pos1[1], pos2[0] * columns + pos2[1]]
  if (valid) exchange(board, a, b)
  const marks = new Uint8Array(board.length)
  const count = valid ? markRuns(board, grid, marks) : 0
  if (valid && count === 0) exchange(board, a, b)
  const removed = [...board]
  remove(removed, marks)
  const fallen = [...removed]
  fall(fallen, grid)
  return {
    valid_swap: valid,
    initial_matches: before,
    has_valid_moves: moves,
    matched: count > 0,
    board_after_swap: nested(board),
    matches: count > 0 ? runsOf(board, grid) : [],
    score: pointsOf(count),
    board_removed: count > 0 ? nested(removed) : null,
    board_after_gravity: count > 0 ? nested(fallen) : null,
  }
}

/** Cells of all runs, [row, column], in reading order. */
function runsOf(board: readonly number[], grid: Grid): number[][] {
  const marks = new Uint8Array(board.length)
  markRuns(board, grid, marks)
  return board.flatMap((_, at) => (marks[at] === 1 ? [[Math.floor(at / grid.columns), at % grid.columns]] : []))
}

/** How the vectors are known and checked, for the game's entry in the registry. */
export const vectorsSwap: VectorFormat = {
  game: 'swap',
  matches: (row) => 'board' in row && 'pos1' in row && 'valid_swap' in row,
  check: checkVector,
}
