import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyJoin, EMPTY, ending, joinLength, joinsOf, linesOf, toggle } from './rules.ts'

const boards = fc
  .tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, columns, full]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      board: fc.array(
        fc.integer({ min: 0, max: 9 }).chain((n) => (n < full ? fc.integer({ min: 0, max: 5 }) : fc.constant(EMPTY))),
        { minLength: rows * columns, maxLength: rows * columns },
      ),
    }),
  )

/** A second implementation, straight from the definition: all walks of at most two turns, step by step. */
function searched(board: readonly number[], rows: number, columns: number, a: number, b: number): number {
  const steps = [
    [-1, 0],
    [0, 1],
    [1, 0],
    [0, -1],
  ] as const
  const goal = [Math.floor(b / columns), b % columns] as const
  let least = 0
  const walk = (row: number, column: number, direction: number, turns: number, length: number): void => {
    const [down, right] = steps[direction]!
    const r = row + down
    const c = column + right
    if (r < -1 || r > rows || c < -1 || c > columns) return
    if (r === goal[0] && c === goal[1]) {
      if (least === 0 || length + 1 < least) least = length + 1
      return
    }
    const inside = r >= 0 && r < rows && c >= 0 && c < columns
    if (inside && board[r * columns + c] !== EMPTY) return
    for (let next = 0; next < 4; next++) {
      if (next === (direction + 2) % 4) continue
      if (next === direction) walk(r, c, next, turns, length + 1)
      else if (turns < 2) walk(r, c, next, turns + 1, length + 1)
    }
  }
  for (let direction = 0; direction < 4; direction++) walk(Math.floor(a / columns), a % columns, direction, 0, 0)
  return least
}

describe('joins', () => {
  it('agree in length with a search over all walks, both ways', () => {
    fc.assert(
      fc.property(boards, ({ rows, columns, board }) => {
        const lines = linesOf(board, rows, columns)
        const tiles = board.flatMap((kind, at) => (kind === EMPTY ? [] : [at])).slice(0, 12)
        for (const a of tiles) {
          for (const b of tiles) {
            if (a === b) continue
            const length = joinLength(lines, a, b)
            expect(length).toBe(searched(board, rows, columns, a, b))
            expect(joinLength(lines, b, a)).toBe(length)
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  it('are listed in reading order, of one kind, and none is left out', () => {
    fc.assert(
      fc.property(boards, ({ rows, columns, board }) => {
        const lines = linesOf(board, rows, columns)
        const expected: object[] = []
        for (let first = 0; first < board.length; first++) {
          for (let second = first + 1; second < board.length; second++) {
            if (board[first] === EMPTY || board[first] !== board[second]) continue
            const length = joinLength(lines, first, second)
            if (length > 0) expected.push({ first, second, length })
          }
        }
        expect(joinsOf(board, rows, columns)).toEqual(expected)
        expect(anyJoin(board, rows, columns)).toBe(expected.length > 0)
      }),
    )
  })

  it('go round the outside and stop at three turns', () => {
    expect(joinsOf([0, 1, 0, 1], 2, 2)).toMatchObject([
      { first: 0, second: 2, length: 1 },
      { first: 1, second: 3 },
    ])
    expect(joinsOf([0, 1, 1, 0], 2, 2)).toEqual([])
    expect(joinsOf([0, 1, 0, 2, 3, 4], 2, 3)).toEqual([{ first: 0, second: 2, length: 4 }])
    expect(joinsOf([0, 1, 2, 3, 4, 0], 2, 3)).toEqual([])
  })

  it('open as tiles are taken away, and close as they are put back', () => {
    const lines = linesOf([0, 1, 1, 0], 2, 2)
    toggle(lines, 1)
    expect(joinLength(lines, 0, 3)).toBe(2)
    toggle(lines, 1)
    expect(joinLength(lines, 0, 3)).toBe(0)
  })
})

describe('the end', () => {
  it('is told as cleared or dead-end', () => {
    expect(ending([EMPTY, EMPTY, EMPTY, EMPTY], 2, 2)).toBe('cleared')
    expect(ending([0, 1, 1, 0], 2, 2)).toBe('dead-end')
    expect(ending([0, EMPTY, EMPTY, 0], 2, 2)).toBe(null)
  })
})
