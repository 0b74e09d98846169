import { describe, expect, test } from 'vitest'
import { loadGames } from '../games/registry.ts'
import { PROBE_MODES, type ProbeRow } from '../runs/index.ts'
import { presetNamed, stageInfos } from '../train/index.ts'
import type { ComparedRun } from './compare.ts'
import { trainingOf, trainingSetups } from './training-run.ts'
import { transferFinding, transferMatrices, transferText } from './transfer.ts'

await loadGames()
const config = presetNamed('transfer')
const stages = stageInfos(config)
const STATES = 40
const GAMES = 20

/** Rows of a policy whose shares are so many tenths of the states. */
const probesOf = (game: string, policy: string, tenths: number): ProbeRow[] =>
  PROBE_MODES.map((mode) => {
    const share = Array.from({ length: STATES }, (_, i) => Number(i % 10 < tenths))
    const values = { cells: share, exact: share, think: share, own: share.map(() => null), legal: share, good: share }
    return { ...{ game, policy, decoding: 'sampled', mode, seed: 7 }, values }
  })

const episodesOf = (game: string, policy: string, decoding: 'sampled' | 'scripted', points: number): ComparedRun['episodes'] =>
  Array.from({ length: GAMES }, (_, episode) => ({
    ...{ game, policy, decoding, episode, seed: 1000 + episode, steps: 1, stopReason: 'horizon' as const, boundary: null, problem: null },
    ...{ values: { return: points + (episode % 5) - 2 }, confusion: null },
  }))

/** A run whose stage on 2048 alone reads 8 of 10 boards of 2048 and `swap` of 10 of Swap; the base reads 2. */
const runOf = (name: string, swap: number): ComparedRun => ({
  ...{ name, seed: 7, setups: trainingSetups(config), training: trainingOf(config, stages), rows: [] },
  probes: [
    ...[...probesOf('2048', 'base', 2), ...probesOf('2048', 'g0-2048', 8)],
    ...[...probesOf('swap', 'base', 2), ...probesOf('swap', 'g0-2048', swap)],
  ],
  episodes: [
    ...episodesOf('2048', 'random', 'scripted', 10),
    ...episodesOf('2048', 'solver', 'scripted', 110),
    ...episodesOf('2048', 'base', 'sampled', 20),
    ...episodesOf('2048', 'g0-2048', 'sampled', 70),
  ],
})

describe('transfer', () => {
  const matrices = transferMatrices([runOf('a', 2), runOf('b', 4)])
  const cellOf = (key: string, game: string) => {
    const row = matrices.find((one) => one.key === key)?.rows.find(({ policy }) => policy === 'g0-2048')
    return row?.cells.find((cell) => cell.game === game)
  }

  test('has a row a stage of RL and a column a game, and tells what a stage learned from', () => {
    expect(matrices.map(({ key }) => key)).toEqual(['cells', 'think', 'legal', 'good', 'points'])
    expect(matrices[0]?.rows.map(({ policy }) => policy)).toEqual(['g0', 'g0-2048', 'g0-shisen-sho', 'g0-swap', 'g0-all'].sort(byStage))
    expect(cellOf('cells', '2048')).toMatchObject({ isLearned: true })
    expect(cellOf('cells', 'swap')).toMatchObject({ isLearned: false })
    const all = matrices[0]?.rows.find(({ policy }) => policy === 'g0-all')?.cells
    expect(all?.every(({ isLearned }) => isLearned)).toBe(true)
  })

  test('is the stage less its start on the same states, over the seeds', () => {
    expect(cellOf('cells', '2048')?.change?.mean).toBeCloseTo(0.6)
    expect(cellOf('cells', 'swap')?.change?.mean).toBeCloseTo(0.1)
    expect(cellOf('cells', 'swap')?.bySeed).toEqual([0, expect.closeTo(0.2)])
    expect(cellOf('cells', 'flood-it')?.change).toBeNull()
  })

  test('begins with the weights that RL started from', () => {
    expect(matrices[0]?.starts).toMatchObject([{ policy: 'base', label: 'base' }])
    const levels = (key: string) => matrices.find((one) => one.key === key)?.starts[0]?.levels.map((level) => level?.mean)
    expect(levels('cells')).toEqual([expect.closeTo(0.2), undefined, expect.closeTo(0.2), undefined, undefined, undefined])
    expect(levels('points')?.[0]).toBeCloseTo(0.1)
  })

  test('puts points on the way from random legal moves to the solver', () => {
    expect(cellOf('points', '2048')?.change).toMatchObject({
      mean: expect.closeTo(0.5),
      low: expect.closeTo(0.5),
      high: expect.closeTo(0.5),
    })
    expect(cellOf('points', 'swap')?.change).toBeNull()
  })

  test('counts what rose and fell, in games that were learned and in others', () => {
    const [cells] = matrices
    expect(cells && transferFinding(cells)).toBe(
      'cells read: up in 1 of 1 cells (down in 0) of games that were learned, in 1 of 1 cells (down in 0) of games that were not.',
    )
    expect(transferText(matrices)).toMatch(/\[\+\] \*\*\+\.60\*\*/)
  })
})

const byStage = (a: string, b: string): number => stages.findIndex(({ name }) => name === a) - stages.findIndex(({ name }) => name === b)
