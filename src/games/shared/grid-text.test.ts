import { describe, expect, it } from 'vitest'
import { formatGrid, labelGrid, parseGrid } from './grid-text.ts'

const grammar = { side: 3, cap: 40, isLabel: (label: string): boolean => ['a', 'b c', '_'].includes(label) }
const grid = labelGrid(2, 3, (at) => ['a', 'b c', '_', '_', 'a', 'a'][at]!)

describe('grids as text', () => {
  it('are written row by row and read back', () => {
    expect(grid).toEqual({
      rows: 2,
      columns: 3,
      cells: [
        ['a', 'b c', '_'],
        ['_', 'a', 'a'],
      ],
    })
    expect(formatGrid(grid)).toBe('a | b c | _\n_ | a | a')
    expect(parseGrid(formatGrid(grid), grammar)).toEqual(grid)
    expect(parseGrid('\n a|b c |_ \r\n\n _ | a | a\n', grammar)).toEqual(grid)
  })

  it.each([
    ['nothing', ''],
    ['a ragged grid', 'a | a\na'],
    ['an unknown label', 'a | x'],
    ['another white space inside a label', 'a | b  c'],
    ['an empty cell', 'a | | a'],
    ['a bar at the edge', '| a | a |'],
    ['too many rows', 'a\na\na\na'],
    ['too many columns', 'a|a|a|a'],
    ['a text over the cap', `a${' '.repeat(40)}`],
  ])('refuses %s', (_, text) => {
    expect(parseGrid(text, grammar)).toBeNull()
  })
})
