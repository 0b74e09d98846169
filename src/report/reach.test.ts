import { describe, expect, it } from 'vitest'
import type { GeneralisationRow } from '../runs/index.ts'
import { reachOf, reachText, trainedThemesText } from './reach.ts'

const row = (kind: GeneralisationRow['kind'], thing: string, level: number, seen: boolean, cells: number, legal: number) =>
  (['perception cells', 'legal'] as const).map((metric): GeneralisationRow => {
    const mean = metric === 'legal' ? legal : cells
    return { game: 'swap', policy: 'g1', kind, thing, level, seen, metric, mean, low: mean, high: mean, states: 8, seed: 1 }
  })

const rows = [
  ...row('skin', 'theme classic', 0, true, 1, 0.98),
  ...row('skin', 'theme classic', 1, false, 0.5, 0.25),
  ...row('skin', 'theme classic', 2, false, 0.1, 0.1),
  ...row('theme', 'theme dark', 0, false, 0.2, 0),
  ...row('theme', 'theme pastel', 0, false, 0.4, 0.5),
  ...row('theme', 'theme contrast', 0, true, 1, 1),
  ...row('theme', 'theme dark', 1, false, 0, 0),
]

describe('reach', () => {
  it('averages what is alike, and leaves out what training drew', () => {
    expect(reachOf(rows).map(({ key, things, cells, legal }) => [key, things, cells, legal])).toEqual([
      ['own', 1, 1, 0.98],
      ['themes', 2, expect.closeTo(0.3, 12), 0.25],
      ['effects', 1, 0.5, 0.25],
    ])
    expect(reachOf([])).toEqual([])
  })

  it('is told in a sentence', () => {
    expect(reachText('G1', rows)).toBe(
      'G1 reads 100 % of the cells as trained (98 % of its moves are legal), 30 % in themes that training never drew (25 %) and 50 % under the lightest effects on its own theme (25 %).',
    )
    expect(reachText('G1', [])).toBe('')
    expect(trainedThemesText(0)).toContain('one theme alone')
    expect(trainedThemesText(12)).toContain('12 random ones')
  })
})
