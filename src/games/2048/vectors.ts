/** Agreement of 2048 with reference vectors: boards of exponents, actions 0..3 and 4 for an unreadable reply. Format: shared/BASELINE.md. */
import * as z from 'zod'
import type { VectorDifference, VectorFormat } from '../shared/vector-format.ts'
import { type Cells, canSlide, DIRECTIONS, type Direction, ending, MAX_EXPONENT, SIZE_MAX, SIZE_MIN, slideInto } from './rules.ts'

const boardSchema = z
  .array(z.array(z.int().min(0).max(MAX_EXPONENT)))
  .min(SIZE_MIN)
  .max(SIZE_MAX)
  .refine((rows) => rows.every((row) => row.length === rows.length), 'expected as many columns as rows')

const rowSchema = z.object({
  board: boardSchema,
  action: z.int().min(0).max(4),
  next_board: z.unknown(),
  score: z.unknown(),
  legal: z.unknown(),
  terminated_before: z.unknown(),
  legal_actions: z.unknown(),
})

/** Fields whose recorded value differs from what the rules here give. Throws ZodError when the row's board or action is malformed. */
export function checkVector(row: unknown): VectorDifference[] {
  const given = rowSchema.parse(row)
  const actual = replay(given.board, given.action)
  return Object.entries(actual)
    .filter(([field, value]) => JSON.stringify(given[field as keyof typeof given]) !== JSON.stringify(value))
    .map(([field, value]) => ({ field, expected: given[field as keyof typeof given], actual: value }))
}

/** What the rules give for a vector: the board before the spawn, points, and the flags. Action 4 changes nothing and counts as legal there. */
function replay(rows: number[][], action: number): Record<string, unknown> {
  const size = rows.length
  const board: Cells = rows.flat()
  const out = rows.flat()
  const points = action === 4 ? 0 : slideInto(board, size, action as Direction, out)
  return {
    next_board: rows.map((_, row) => out.slice(row * size, (row + 1) * size)),
    score: Math.max(0, points),
    legal: points >= 0,
    terminated_before: ending(board, size, 0) !== null,
    legal_actions: DIRECTIONS.map((direction) => canSlide(board, size, direction)),
  }
}

/** How the vectors are known and checked, for the game's entry in the registry. */
export const vectors2048: VectorFormat = {
  game: '2048',
  matches: (row) => 'board' in row && 'action' in row && 'next_board' in row,
  check: checkVector,
}
