import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canSlide, columnsOf, DIRECTIONS, type Direction, ending, legalDirections, lineFacts, rowsOf, slideInto } from './rules.ts'

const boards = fc.integer({ min: 3, max: 6 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    board: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 17 })), {
      minLength: size * size,
      maxLength: size * size,
    }),
  }),
)

const sum = (board: readonly number[]): number => board.reduce((total, k) => total + (k === 0 ? 0 : 2 ** k), 0)

function slide(board: readonly number[], size: number, direction: Direction): { points: number; board: number[]; merges: number[] } {
  const out = new Array<number>(board.length).fill(-1)
  const merges: number[] = []
  return { points: slideInto(board, size, direction, out, merges), board: out, merges }
}

/** A second implementation, straight from the definition, on one line towards its start. */
function slideLine(line: readonly number[]): { line: number[]; points: number } {
  const tiles = line.filter((k) => k > 0)
  const made: number[] = []
  let points = 0
  while (tiles.length > 0) {
    const tile = tiles.shift()!
    if (tiles[0] === tile && tile < 17) {
      tiles.shift()
      made.push(tile + 1)
      points += 2 ** (tile + 1)
    } else made.push(tile)
  }
  return { line: [...made, ...new Array<number>(line.length - made.length).fill(0)], points }
}

describe('slides', () => {
  it('merge each tile once, pairs nearest the wall first', () => {
    const board = [1, 1, 1, 0, 1, 1, 1, 1, 3, 2, 2, 3, 4, 0, 0, 4]
    expect(slide(board, 4, 3)).toMatchObject({ points: 4 + 8 + 8 + 32, board: [2, 1, 0, 0, 2, 2, 0, 0, 3, 3, 3, 0, 5, 0, 0, 0] })
    expect(slide(board, 4, 1)).toMatchObject({ points: 4 + 8 + 8 + 32, board: [0, 0, 1, 2, 0, 0, 2, 2, 0, 3, 3, 3, 0, 0, 0, 5] })
  })

  it('leave two tiles of 131072 apart', () => {
    expect(slide([17, 17, 0, 0, 0, 0, 0, 0, 0], 3, 3).points).toBe(-1)
    expect(slide([16, 16, 0, 0, 0, 0, 0, 0, 0], 3, 3)).toMatchObject({ points: 131072, board: [17, 0, 0, 0, 0, 0, 0, 0, 0] })
  })

  it('agree with the definition line by line, in every direction', () => {
    fc.assert(
      fc.property(boards, ({ size, board }) => {
        for (const direction of DIRECTIONS) {
          const lines = direction % 2 === 1 ? rowsOf(board, size) : columnsOf(board, size)
          const after = lines.map((line) => (direction === 0 || direction === 3 ? line : [...line].reverse())).map(slideLine)
          const back = after.map(({ line }) => (direction === 0 || direction === 3 ? line : [...line].reverse()))
          const expected = direction % 2 === 1 ? back.flat() : columnsOf(back.flat(), size).flat()
          const got = slide(board, size, direction)
          expect(got.board).toEqual(expected)
          const points = after.reduce((total, line) => total + line.points, 0)
          expect(got.points).toBe(JSON.stringify(expected) === JSON.stringify(board) ? -1 : points)
        }
      }),
    )
  })

  it('keep the sum of the tiles, earn what the listed merges made, and move exactly when they can', () => {
    fc.assert(
      fc.property(boards, ({ size, board }) => {
        for (const direction of DIRECTIONS) {
          const got = slide(board, size, direction)
          expect(sum(got.board)).toBe(sum(board))
          expect(got.merges.reduce((total, at) => total + 2 ** got.board[at]!, 0)).toBe(Math.max(0, got.points))
          expect(got.points >= 0).toBe(canSlide(board, size, direction))
        }
      }),
    )
  })

  it('earn the same both ways along a line', () => {
    fc.assert(
      fc.property(boards, ({ size, board }) => {
        for (const [one, other] of [
          [0, 2],
          [1, 3],
        ] as const) {
          expect(Math.max(0, slide(board, size, one).points)).toBe(Math.max(0, slide(board, size, other).points))
        }
      }),
    )
  })

  it('have line facts that agree with the slides', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 6 }), (line) => {
        const reversed = [...line].reverse()
        const back = JSON.stringify(slideLine(line).line) !== JSON.stringify(line)
        const forth = JSON.stringify(slideLine(reversed).line) !== JSON.stringify(reversed)
        expect(lineFacts(line)).toEqual({ points: slideLine(line).points, back, forth })
      }),
    )
  })
})

describe('the end', () => {
  it('is no-move exactly when a board with a tile has no legal direction', () => {
    fc.assert(
      fc.property(boards, ({ size, board }) => {
        fc.pre(sum(board) > 0)
        expect(ending(board, size, 0)).toBe(legalDirections(board, size).length === 0 ? 'no-move' : null)
      }),
    )
  })

  it('is the goal as soon as a tile of it stands', () => {
    expect(ending([3, 0, 0, 0, 0, 0, 0, 0, 1], 3, 8)).toBe('goal')
    expect(ending([3, 0, 0, 0, 0, 0, 0, 0, 1], 3, 16)).toBe(null)
    expect(ending([3, 0, 0, 0, 0, 0, 0, 0, 1], 3, 0)).toBe(null)
  })
})
