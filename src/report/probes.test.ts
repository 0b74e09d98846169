import { describe, expect, test } from 'vitest'
import { PROBE_MODES, type ProbeRow } from '../runs/index.ts'
import { ARMS, presetNamed, stageInfos } from '../train/index.ts'
import { armFindings, hasArms, PROBE_FIGURES, probeTables } from './probes.ts'
import { probesPage } from './probes-page.ts'
import { probesText } from './probes-text.ts'

const stages = stageInfos(presetNamed('bootstrapping'))
const STATES = 40

/** Rows of a policy whose shares are so many tenths of the states; told the board, its moves are all best. */
function rowsOf(policy: string, tenths: number, seed: number): ProbeRow[] {
  return PROBE_MODES.map((mode) => {
    const share = (more: number): number[] => Array.from({ length: STATES }, (_, i) => Number((i + seed) % 10 < tenths + more))
    const good = mode === 'image' ? share(0) : share(10)
    const own = policy === 'arm-p' ? share(0).map((value, i) => (i % 2 === 0 ? value : null)) : share(0).map(() => null)
    return {
      ...{ game: 'shisen-sho', policy, decoding: 'sampled', mode, seed: 7 },
      values: { cells: share(0), exact: share(0), think: share(0), own, legal: share(0), good },
    }
  })
}
const runOf = (seed: number): ProbeRow[] => [
  ...rowsOf('base', 1, seed),
  ...rowsOf('g0', 8, seed),
  ...rowsOf('arm-f', 2, seed),
  ...rowsOf('arm-p', 5, seed),
  ...rowsOf('arm-a', 2, seed),
  ...rowsOf('arm-pa', 9, seed),
]

describe('probes', () => {
  const [table] = probeTables([runOf(0)], stages)

  test('are means over states, null where no state has a value', () => {
    expect(table).toMatchObject({ game: 'shisen-sho', states: STATES, seeds: 1 })
    const lineOf = (policy: string) => table?.lines.find((line) => line.policy === policy)
    expect(table?.lines.map(({ policy }) => policy)).toEqual(['base', 'g0', ...Object.keys(ARMS)])
    expect(lineOf('g0')?.figures.legal).toMatchObject({ mean: 0.8 })
    expect(lineOf('g0')?.figures.good?.mean).toBe(0.8)
    expect(lineOf('g0')?.figures['told-good']?.mean).toBe(1)
    expect(lineOf('g0')?.figures.own).toBeNull()
    expect(lineOf('arm-p')?.figures.own?.mean).toBe(0.6)
  })

  test('hold a stage against its control too', () => {
    const infos = stageInfos(presetNamed('curriculum'))
    const rows = [...rowsOf('base', 1, 0), ...rowsOf('g0', 3, 0), ...rowsOf('g0-adaptive', 5, 0)]
    const [only] = probeTables([rows], infos)
    expect(only?.differences.map(({ policy, other }) => `${policy} ${other}`)).toEqual(['g0 base', 'g0-adaptive base', 'g0-adaptive g0'])
    expect(only?.differences[2]?.figures.cells?.mean).toBeCloseTo(0.2)
  })

  test('hold RL against its start, and each arm against those that lack one of its rewards; no arm but the control against the base', () => {
    expect(table?.differences.map(({ policy, other }) => `${policy} ${other}`)).toEqual([
      'g0 base',
      'arm-f base',
      'arm-p arm-f',
      'arm-a arm-f',
      'arm-pa arm-f',
      'arm-pa arm-p',
      'arm-pa arm-a',
    ])
    const found = table?.differences.find(({ policy, other }) => policy === 'arm-p' && other === 'arm-f')
    expect(found?.figures.cells?.mean).toBeCloseTo(0.3)
    expect(found?.figures.cells?.low).toBeGreaterThan(0)
    expect(found?.figures.own).toBeNull()
  })

  test('claim only what their intervals bear', () => {
    expect(hasArms(stages)).toBe(true)
    const findings = armFindings(table as NonNullable<typeof table>, stages)
    expect(findings).toHaveLength(4)
    expect(findings[0]).toMatch(
      /^Not shown: the reward of play alone lifts the cells that are read: \+\.00 \[\+\.00, \+\.00\] against F: format\.$/,
    )
    expect(findings[2]).toMatch(/^The reward of perception alone lifts true thoughts: \+\.30/)
    expect(findings[3]).toMatch(/^With play rewarded, the reward of perception lifts legal moves: \+\.70/)
  })

  test('of several seeds are means over the seeds of each state, with each seed’s own difference', () => {
    const [pooled] = probeTables([runOf(0), runOf(3)], stages)
    const found = pooled?.differences.find(({ policy, other }) => policy === 'arm-pa' && other === 'arm-a')
    expect(found?.bySeed.legal).toEqual([0.7, 0.7].map((value) => expect.closeTo(value)))
    expect(found?.figures.legal?.mean).toBeCloseTo(0.7)
    expect(pooled?.seeds).toBe(2)
    expect(probesText(pooled as NonNullable<typeof pooled>, stages)).toContain('mean of 2 seeds')
    expect(probesText(pooled as NonNullable<typeof pooled>, stages)).toMatch(/\+\.70 \[.*\] ↑↑/)
  })

  test('are leaves of the page and of the text: every figure has a column', () => {
    const text = probesText(table as NonNullable<typeof table>, stages)
    const page = probesPage([table as NonNullable<typeof table>], stages)
    const [game] = page?.games ?? []
    for (const { title } of PROBE_FIGURES) {
      expect(text).toContain(title)
      for (const one of game?.tables ?? []) expect(one.columns.map((column) => column.title)).toContain(title)
    }
    expect(game?.tables).toHaveLength(2)
    expect(game?.findings).toHaveLength(4)
    expect(probesPage([], stages)).toBeNull()
    expect(probeTables([[]], stages)).toEqual([])
  })
})
