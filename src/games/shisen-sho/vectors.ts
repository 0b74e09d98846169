/** Agreement of Shisen-Sho with reference vectors: boards of colour * 6 + shape, pairs of cells that may lie outside. Format: shared/BASELINE.md. */
import * as z from 'zod'
import type { VectorDifference, VectorFormat } from '../shared/vector-format.ts'
import { EMPTY, ending, joinLength, linesOf, SIDE_MAX, SIDE_MIN } from './rules.ts'
import { KINDS } from './state.ts'

const cellSchema = z.tuple([z.int(), z.int()])

const rowSchema = z.object({
  board: z
    .array(
      z
        .array(
          z
            .int()
            .min(EMPTY)
            .max(KINDS - 1),
        )
        .min(SIDE_MIN)
        .max(SIDE_MAX),
    )
    .min(SIDE_MIN)
    .max(SIDE_MAX)
    .refine((rows) => rows.every((row) => row.length === rows[0]!.length), 'expected rows of one length'),
  pos1: cellSchema,
  pos2: cellSchema,
})

type Row = z.infer<typeof rowSchema>

/**
 * Fields whose recorded value differs from what the rules here give. The parts of the answer (PARTS) are compared where the row has them. Throws ZodError when the row's board or cells are malformed.
 */
export function checkVector(row: unknown): VectorDifference[] {
  const given = row as Record<string, unknown>
  const actual = replay(rowSchema.parse(row))
  return Object.entries(actual)
    .filter(([field, value]) => (PARTS.includes(field) ? field in given : true) && given[field] !== value)
    .map(([field, value]) => ({ field, expected: given[field], actual: value }))
}

/** Recorded for pairs of equal tiles only. */
const PARTS: readonly string[] = ['straight', 'one_turn', 'two_turns_inside', 'border_bfs']

/** What the rules give for a vector. */
function replay({ board, pos1, pos2 }: Row): Record<string, boolean | number> {
  const rows = board.length
  const columns = board[0]!.length
  const flat = board.flat()
  const kindAt = ([row, column]: Row['pos1']): number => board[row]?.[column] ?? EMPTY
  const equal = kindAt(pos1) !== EMPTY && kindAt(pos1) === kindAt(pos2) && String(pos1) !== String(pos2)
  const joined = equal && joinLength(linesOf(flat, rows, columns), index(pos1, columns), index(pos2, columns)) > 0
  const parts = partsOf(board, pos1, pos2)
  return {
    can_connect: joined,
    straight: parts.straight,
    one_turn: parts.oneTurn,
    two_turns_inside: parts.twoTurns,
    border_bfs: joined,
    needs_border: joined && !parts.inside,
    game_over: ending(flat, rows, columns) !== null,
    remaining: flat.filter((kind) => kind !== EMPTY).length,
  }
}

function index([row, column]: Row['pos1'], columns: number): number {
  return row * columns + column
}

interface Parts {
  readonly straight: boolean
  readonly oneTurn: boolean
  readonly twoTurns: boolean
  readonly inside: boolean
}

/**
 * The parts of the answer from their definitions, on the board without its ring: along one line; with one turn; over two corners that are both
 * empty cells (they may be the same cell); by any path of at most two turns.
 */
function partsOf(board: Row['board'], [r1, c1]: Row['pos1'], [r2, c2]: Row['pos2']): Parts {
  const empty = (row: number, column: number): boolean => board[row]?.[column] === EMPTY
  /** Whether the cells strictly between two of a row, or of a column, are empty. */
  const along = (row: number, from: number, to: number): boolean => {
    for (let column = Math.min(from, to) + 1; column < Math.max(from, to); column++) if (!empty(row, column)) return false
    return true
  }
  const upright = (column: number, from: number, to: number): boolean => {
    for (let row = Math.min(from, to) + 1; row < Math.max(from, to); row++) if (!empty(row, column)) return false
    return true
  }
  const byColumn = (column: number): boolean => along(r1, c1, column) && upright(column, r1, r2) && along(r2, column, c2)
  const byRow = (row: number): boolean => upright(c1, r1, row) && along(row, c1, c2) && upright(c2, row, r2)
  const straight = (r1 === r2 && along(r1, c1, c2)) || (c1 === c2 && upright(c1, r1, r2))
  const oneTurn = r1 !== r2 && c1 !== c2 && ((empty(r1, c2) && byColumn(c2)) || (empty(r2, c1) && byColumn(c1)))
  const twoTurns =
    board[0]!.some((_, column) => empty(r1, column) && empty(r2, column) && byColumn(column)) ||
    board.some((_, row) => empty(row, c1) && empty(row, c2) && byRow(row))
  return { straight, oneTurn, twoTurns, inside: straight || oneTurn || twoTurns }
}

/** How the vectors are known and checked, for the game's entry in the registry. */
export const vectorsShisenSho: VectorFormat = {
  game: 'shisen-sho',
  matches: (row) => 'board' in row && 'pos1' in row && 'pos2' in row && 'can_connect' in row,
  check: checkVector,
}
