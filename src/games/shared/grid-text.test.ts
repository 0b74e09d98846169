import fc from 'fast-check'
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

  it('are read alike with and without what the text may well say', () => {
    const lines = ['a | b c | _', '_ | a | a']
    const pieces = fc.constantFrom(...lines, '_ | a | b c', ' a|a |_', 'a | x', 'a', '', ' ', '\t', '\n', '\n', '\r\n', ' | ', '\u00a0')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (said) => {
        const text = said.join('')
        expect(parseGrid(text, grammar, { grid, lines })).toEqual(parseGrid(text, grammar))
      }),
    )
    const read = parseGrid(`\n${lines[0]}\n_ | a | b c`, grammar, { grid, lines })
    expect(read?.cells[0]).toBe(grid.cells[0])
    expect(read?.cells[1]).toEqual(['_', 'a', 'b c'])
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
