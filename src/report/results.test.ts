import { describe, expect, test } from 'vitest'
import type { ResultRow } from '../runs/index.ts'
import { pointsText, resultTable, wholeText } from './results.ts'

const row = (policy: string, decoding: ResultRow['decoding'], metric: string, mean: number | null, game = '2048'): ResultRow => {
  const [low, high] = mean === null ? [null, null] : [mean * 0.9, mean * 1.1]
  return { game, policy, decoding, metric, mean, low, high, episodes: 10, seed: 1 }
}

test('numbers as text', () => {
  expect([1042.6, 99.94, 9.5, 0, -3].map(pointsText)).toEqual(['1,043', '99.9', '9.50', '0.00', '-3.00'])
  expect([1200, -1, 2.5].map(wholeText)).toEqual(['1,200', '-1', '2.50'])
})

describe('resultTable', () => {
  const rows = [
    row('g1', 'sampled', 'return', 1000),
    row('g1', 'greedy', 'return', 1100),
    row('g1', 'sampled', 'perception exact', 0.985),
    row('g1', 'greedy', 'perception exact', 0.999),
    row('random', 'scripted', 'return', 250),
    row('random', 'scripted', 'perception exact', null),
    row('random', 'scripted', 'regret', 7.5),
  ]

  test('is Markdown with aligned columns', () => {
    const lines = resultTable(rows).trimEnd().split('\n')
    expect(lines[0]).toBe('2048')
    const table = lines.slice(2)
    expect(new Set(table.map(({ length }) => length)).size).toBe(1)
    expect(table[2]).toMatch(/^\| random +\| +250 \[225, 275\] \| +– \|/)
    expect(table[2]).toContain('7.50')
    expect(table[3]).toMatch(/^\| g1 +\| 1,000 \[900, 1,100\] \| 1,100 \[990, 1,210\] \|.*98\.5 %/)
  })

  test('takes several games, odd names and nothing', () => {
    const text = resultTable([row('a|b\nc', 'scripted', 'return', 1), row('g1', 'sampled', 'return', 2, 'swap')])
    expect(text).toContain('a\\|b c')
    expect(text).toContain('\nswap\n')
    expect(resultTable([])).toBe('No results yet.\n')
  })

  test('says by its own anchors whether there is more to a game than seeing and legality', () => {
    const said = (random: number, solver: number): string =>
      resultTable([row('random', 'scripted', 'return', random), row('solver', 'scripted', 'return', solver)])
    expect(said(100, 104)).toContain('measures seeing and legality only here: random legal moves reach 100 of the solver’s 104, and their')
    expect(said(100, 115)).toContain('Whether choosing among legal moves pays here, 10 episodes do not tell')
    expect(said(100, 200)).toContain('Choosing among legal moves pays here: random legal moves reach 100 of the solver’s 200.')
    const narrow = (policy: string, mean: number): ResultRow => ({ ...row(policy, 'scripted', 'return', mean), low: mean, high: mean })
    expect(resultTable([narrow('random', 7.87), narrow('solver', 8)])).toContain('measures little but seeing and legality here')
    expect(resultTable([row('random', 'scripted', 'return', 5)])).not.toContain('legality')
  })
})
