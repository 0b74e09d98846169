import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridAgreement, gridLayout, gridPerception } from './grid-perception.ts'
import { labelGrid } from './grid-text.ts'

const perception = gridPerception<readonly number[], null>({
  of: (cells) => labelGrid(cells.length / 3, 3, (at) => String(cells[at])),
  side: 6,
  isLabel: (label) => /^[0-3]$/.test(label),
  layout: () => gridLayout({ rows: 2, columns: 2, first: 1, stands: 'the first cell', cell: 'a cell is a digit' }),
})
const truth = perception.of([1, 0, 3, 2, 0, 1])

describe('gridAgreement', () => {
  it.each([
    ['1 | 0 | 3\n2 | 0 | 1', 1],
    ['1 | 0 | 3\n2 | 0 | 2', 5 / 6],
    ['1 | 0 | 3', 3 / 6],
    ['1 | 0\n2 | 0', 4 / 6],
    ['1 | 0 | 3\n2 | 0 | 1\n1 | 1 | 1', 6 / 9],
    ['0 | 1 | 0\n0 | 1 | 0', 0],
  ])('%j: %d', (text, share) => {
    expect(gridAgreement(truth, perception.parse(text)!)).toBeCloseTo(share, 12)
  })

  it('is 1 only for equal grids', () => {
    const any = fc
      .record({
        rows: fc.integer({ min: 1, max: 3 }),
        columns: fc.integer({ min: 1, max: 3 }),
        cells: fc.array(fc.nat(1), { minLength: 9 }),
      })
      .map(({ rows, columns, cells }) => labelGrid(rows, columns, (at) => String(cells[at])))
    fc.assert(
      fc.property(any, any, (a, b) => {
        const share = gridAgreement(a, b)
        expect(share >= 0 && share <= 1).toBe(true)
        expect(share === 1).toBe(JSON.stringify(a) === JSON.stringify(b))
        expect(share).toBe(gridAgreement(b, a))
      }),
    )
  })
})

describe('gridPerception', () => {
  it('reads the same whatever was written before', () => {
    const boards = fc.array(fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(boards, boards, (written, read) => {
        for (const board of written) perception.format(perception.of(board))
        for (const board of read) {
          const text = labelGrid(2, 3, (at) => String(board[at]))
            .cells.map((row) => row.join('|'))
            .join('\n')
          expect(perception.parse(text)).toEqual(perception.of(board))
          expect(perception.parse(`${text}\n9|9|9`)).toBeNull()
        }
      }),
    )
  })

  it('is its own grid, and shows how it is written', () => {
    expect(perception.grid?.(truth)).toBe(truth)
    expect(perception.layout(null)).toEqual({
      example: 'r1c1 | r1c2\nr2c1 | r2c2',
      how: 'write the board as you see it: 2 lines from top to bottom, 2 cells a line from left to right with " | " between them (r1c1 stands for the first cell, and so on); a cell is a digit',
    })
  })
})
