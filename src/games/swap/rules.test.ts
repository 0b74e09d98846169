import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRng } from '../../rng.ts'
import { cascade, deal, kindsOf, reshuffle, type Stage } from './cascade.ts'
import { bestSwap, exchange, fall, hasSwap, markRuns, NONE, neighbours, pointsOf, remove, runCells, someMove, swapCells } from './rules.ts'

const side = fc.integer({ min: 3, max: 8 })
const grids = fc.record({ rows: side, columns: side })
/** Any board, runs or not, of few kinds so that runs are common. */
const boards = grids.chain((grid) => {
  const cells = grid.rows * grid.columns
  return fc.record({ grid: fc.constant(grid), board: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: cells, maxLength: cells }) })
})
const deals = fc.record({ grid: grids, colours: fc.integer({ min: 1, max: 4 }), seed: fc.integer() }).map(({ grid, colours, seed }) => {
  const board = new Array<number>(grid.rows * grid.columns).fill(0)
  const kinds = kindsOf(colours, 3)
  deal(board, grid, kinds, seededRng(seed, 'test'))
  return { grid, kinds, board, seed }
})

type Grid = { readonly rows: number; readonly columns: number }

/** A second implementation, straight from the definition: a cell is in a run if it is in three equal cells in line. */
function runsByDefinition(board: readonly number[], { rows, columns }: Grid): number[] {
  const found = new Set<number>()
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column
      const triples = [column + 2 < columns ? [at, at + 1, at + 2] : [], row + 2 < rows ? [at, at + columns, at + 2 * columns] : []]
      for (const triple of triples)
        if (triple.length > 0 && triple.every((cell) => board[cell] === board[at] && board[at] !== NONE))
          for (const cell of triple) found.add(cell)
    }
  return [...found].sort((a, b) => a - b)
}

function runs(board: readonly number[], grid: Grid): number[] {
  const marks = new Uint8Array(board.length)
  const count = markRuns(board, grid, marks)
  const found = board.flatMap((_, at) => (marks[at] === 1 ? [at] : []))
  expect(found.length).toBe(count)
  return found
}

function swapped(board: readonly number[], a: number, b: number): number[] {
  const copy = [...board]
  exchange(copy, a, b)
  return copy
}

const counts = (board: readonly number[]): number[] => [...board].sort((a, b) => a - b)

describe('runs', () => {
  it('are those of the definition, on any board', () => {
    fc.assert(fc.property(boards, ({ grid, board }) => void expect(runs(board, grid)).toEqual(runsByDefinition(board, grid))))
  })

  it('through a cell count its row and its column once', () => {
    const board = [9, 1, 9, 1, 0, 1, 9, 1, 9]
    expect(runCells(board, { rows: 3, columns: 3 }, 4, 1, -1)).toBe(5)
    expect(runCells(board, { rows: 3, columns: 3 }, 4, 1, 1)).toBe(3)
    expect(runCells(board, { rows: 3, columns: 3 }, 4, 9, -1)).toBe(0)
    expect([3, 4, 5].map(pointsOf)).toEqual([6, 12, 20])
  })

  it('that a swap makes are counted without making it, on boards without runs', () => {
    fc.assert(
      fc.property(deals, ({ grid, board }) => {
        const cells = neighbours(grid).map(([a, b]) => swapCells(board, grid, a, b))
        expect(cells).toEqual(neighbours(grid).map(([a, b]) => runsByDefinition(swapped(board, a, b), grid).length))
        const most = Math.max(...cells)
        expect(bestSwap(board, grid)).toBe(most === 0 ? -1 : cells.indexOf(most))
      }),
      { numRuns: 50 },
    )
  })

  it('put the tiles into runs that the moves lead to', () => {
    fc.assert(
      fc.property(deals, ({ grid, board }) => {
        const moves = new Set<string>()
        const told = someMove(board, grid, (from, to) => {
          moves.add(`${from} ${to}`)
          return false
        })
        const expected = neighbours(grid)
          .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
          .filter(([from, to]) => board[from] !== board[to] && runsByDefinition(swapped(board, from, to), grid).includes(to))
        expect(told).toBe(false)
        expect([...moves].sort()).toEqual(expected.map(([from, to]) => `${from} ${to}`).sort())
      }),
      { numRuns: 50 },
    )
  })

  it('can be made from a board exactly when some swap makes one', () => {
    fc.assert(
      fc.property(boards, ({ grid, board }) => {
        fc.pre(runsByDefinition(board, grid).length === 0)
        expect(hasSwap(board, grid)).toBe(neighbours(grid).some(([a, b]) => runsByDefinition(swapped(board, a, b), grid).length > 0))
      }),
      { numRuns: 50 },
    )
    expect(hasSwap([0, 1, 2, 3, 4, 5, 6, 7, 8], { rows: 3, columns: 3 })).toBe(false)
    expect(bestSwap([0, 1, 2, 3, 4, 5, 6, 7, 8], { rows: 3, columns: 3 })).toBe(-1)
  })
})

describe('neighbours', () => {
  it('are each pair once: the right one, then the one below, in reading order', () => {
    expect(neighbours({ rows: 3, columns: 3 }).slice(0, 5)).toEqual([
      [0, 1],
      [0, 3],
      [1, 2],
      [1, 4],
      [2, 5],
    ])
    expect(neighbours({ rows: 8, columns: 8 })).toHaveLength(112)
    fc.assert(fc.property(grids, (grid) => neighbours(grid).length === 2 * grid.rows * grid.columns - grid.rows - grid.columns))
  })
})

describe('gravity', () => {
  it('keeps every column in order, its empty cells on top', () => {
    fc.assert(
      fc.property(boards, fc.infiniteStream(fc.boolean()), ({ grid, board }, drops) => {
        const marks = board.map(() => (drops.next().value ? 1 : 0))
        const after = [...board]
        remove(after, marks)
        const holes = [...after]
        fall(after, grid)
        for (let column = 0; column < grid.columns; column++) {
          const of = (cells: readonly number[]): number[] => cells.filter((_, at) => at % grid.columns === column)
          const tiles = of(holes).filter((kind) => kind !== NONE)
          expect(of(after)).toEqual([...new Array<number>(grid.rows - tiles.length).fill(NONE), ...tiles])
        }
      }),
    )
  })
})

describe('chance', () => {
  it('deals boards of the kinds, without runs and with a swap', () => {
    fc.assert(
      fc.property(deals, ({ grid, kinds, board }) => {
        expect(board.every((kind) => kinds.includes(kind))).toBe(true)
        expect(runsByDefinition(board, grid)).toEqual([])
        expect(hasSwap(board, grid)).toBe(true)
      }),
    )
    expect(kindsOf(4, 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(kindsOf(3, 1)).toEqual([0, 3, 6])
    expect(kindsOf(2, 2)).toEqual([0, 1, 3, 4])
  })

  it('cascades until no run stands, and tells every stage', () => {
    fc.assert(
      fc.property(boards, fc.integer(), ({ grid, board }, seed) => {
        const after = [...board]
        const stages: Stage[] = []
        const points = cascade(after, grid, kindsOf(4, 3), seededRng(seed), (stage) => stages.push(stage))
        expect(runsByDefinition(after, grid)).toEqual([])
        expect(stages[0]?.cleared ?? []).toEqual(runsByDefinition(board, grid))
        expect(points).toBe(stages.reduce((sum, stage) => sum + pointsOf(stage.cleared.length), 0))
        for (const stage of stages) {
          expect(stage.points).toBe(pointsOf(stage.cleared.length))
          expect(stage.refilled).toHaveLength(stage.cleared.length)
        }
        const silent = [...board]
        expect(cascade(silent, grid, kindsOf(4, 3), seededRng(seed))).toBe(points)
        expect(silent).toEqual(after)
      }),
    )
  })

  it('reshuffles to a board that can be played, with the same tiles where they allow it', () => {
    fc.assert(
      fc.property(deals, ({ grid, kinds, board, seed }) => {
        const after = [...board]
        const same = reshuffle(after, grid, kinds, seededRng(seed))
        expect(runsByDefinition(after, grid)).toEqual([])
        expect(hasSwap(after, grid)).toBe(true)
        if (same) expect(counts(after)).toEqual(counts(board))
      }),
      { numRuns: 40 },
    )
    const lonely = [0, 1, 2, 3, 4, 5, 6, 7, 8]
    expect(reshuffle(lonely, { rows: 3, columns: 3 }, kindsOf(4, 3), seededRng(1))).toBe(false)
    expect(hasSwap(lonely, { rows: 3, columns: 3 })).toBe(true)
  })
})
