import { describe, expect, test } from 'vitest'
import { parseSeeds } from './train-seeds.ts'

describe('parseSeeds', () => {
  test('takes lists and ranges, in order, none twice', () => {
    expect(parseSeeds('0,1,2')).toEqual([0, 1, 2])
    expect(parseSeeds('0-2')).toEqual([0, 1, 2])
    expect(parseSeeds(' 7, 1-3,2 ')).toEqual([1, 2, 3, 7])
    expect(parseSeeds('5')).toEqual([5])
  })

  test('refuses everything else', () => {
    for (const text of ['', 'x', '1,', '-1', '3-1', '1.5', '0-100', '1-', '1;2', '99999999999999999'])
      expect(() => parseSeeds(text)).toThrow('0,1,2 or 0-2')
  })
})
