import { describe, expect, test } from 'vitest'
import { resultRowsOf } from '../eval/evaluate.ts'
import { studentInterval } from '../eval/statistics.ts'
import { loadGames } from '../games/registry.ts'
import type { EpisodeRecord, ResultRow } from '../runs/index.ts'
import { presetNamed, stageInfos, type TrainConfig } from '../train/index.ts'
import { type ComparedRun, compareRuns } from './compare.ts'
import { comparisonCsv } from './compare-text.ts'
import { seedFamilies, seedsTable, seedsText, seedVerdict, shortPoints } from './seeds-text.ts'
import type { Setup } from './training-run.ts'
import { recipeDifferences, trainingOf, trainingSetups } from './training-run.ts'

await loadGames()
const LAPTOP = presetNamed('laptop')
const stages = stageInfos(LAPTOP)
const config = (seed: number, over: Partial<TrainConfig> = {}): TrainConfig => ({
  ...LAPTOP,
  seed,
  games: LAPTOP.games.filter(({ id }) => id === '2048' || id === 'swap'),
  ...over,
})

const GAMES = 20

/** Episodes of a policy whose returns are `mean` plus a game's own luck. */
function episodes(game: string, policy: string, decoding: ResultRow['decoding'], mean: number): EpisodeRecord[] {
  return Array.from({ length: GAMES }, (_, episode) => ({
    ...{ game, policy, decoding, episode, seed: 1000 + episode, steps: 1, stopReason: 'horizon' as const, boundary: null, problem: null },
    values: { return: mean + (episode % 5) - 2 },
    confusion: null,
  }))
}

/** A run whose G1 gets `g1` points in both games, its cold start 10, chance 12. */
function run(name: string, seed: number, g1: number, over: Partial<TrainConfig> = {}): ComparedRun {
  const all = ['2048', 'swap'].flatMap((game) => [
    ...episodes(game, 'random', 'scripted', 12),
    ...(['sampled', 'greedy'] as const).flatMap((how) => [...episodes(game, 'cold-start', how, 10), ...episodes(game, 'g1', how, g1)]),
  ])
  const own = config(seed, over)
  return { name, seed: 7, setups: trainingSetups(own), training: trainingOf(own, stages), episodes: all, rows: [] }
}

const three = () => compareRuns([run('c', 2, 16), run('a', 0, 14), run('b', 1, 12)])

describe('recipes', () => {
  test('runs of one recipe may differ in seed, preset name, threads and checkpoints, and in nothing else', () => {
    const recipe = (over: Partial<TrainConfig>): unknown => trainingOf(config(0, over), stages)?.recipe
    const plain = recipe({})
    for (const over of [{ seed: 9 }, { preset: 'mine' }, { threads: 1 }, { saveEvery: 5 }])
      expect(recipeDifferences(plain, recipe(over))).toEqual([])
    expect(recipeDifferences(plain, recipe({ rl: { ...LAPTOP.rl, steps: 50 } }))).toEqual(['rl.steps'])
    expect(recipeDifferences(plain, recipe({ games: config(0).games.slice(0, 1) }))).toEqual(['games.1'])
    expect(recipeDifferences(plain, recipe({ base: { ...LAPTOP.base, steps: 1, batch: 1 } }))).toEqual(['base.steps', 'base.batch'])
    const [first, ...others] = config(0).games as [TrainConfig['games'][number], TrainConfig['games'][number]]
    const sized = (size: number): unknown => recipe({ games: [{ ...first, config: { size } }, ...others] })
    expect(recipeDifferences(plain, sized(4)), 'a default that is written out').toEqual([])
    expect(recipeDifferences(plain, sized(5))).toEqual(['games.0.config.size'])
  })

  test('setups are the whole knobs of the games; an evaluation is no training', () => {
    expect(trainingSetups(config(0))?.[0]).toEqual({
      ...{ game: '2048', config: { size: 4, goal: 0 }, horizon: 100, restart: true, counts: 'points' },
    } satisfies Setup)
    const first = config(0).games[0] as TrainConfig['games'][number]
    expect(trainingSetups(config(0, { games: [{ ...first, id: 'nowhere' }] }))).toBeNull()
    for (const other of [null, {}, { kind: 'eval' }, { seed: 'x', recipes: [], games: [] }]) expect(trainingOf(other, [])).toBeNull()
  })
})

describe('seeds of one recipe', () => {
  test('stand in the order of their seeds, each with its own interval, scripted policies once', () => {
    const [first, second] = three()
    const [own] = first?.seeds ?? []
    expect(second?.seeds).toHaveLength(1)
    expect(own).toMatchObject({ seeds: [0, 1, 2], runs: ['a', 'b', 'c'] })
    const g1 = own?.rows.find(({ policy, decoding }) => policy === 'g1' && decoding === 'sampled')
    expect(g1?.bySeed.map((interval) => interval?.mean)).toEqual([14, 12, 16])
    expect(own?.rows.find(({ policy }) => policy === 'random')).toMatchObject({ same: true, overSeeds: null, bySeed: [{ mean: 12 }] })
  })

  test('the interval over seeds is Student’s, over the seeds’ means', () => {
    const [group] = three()
    const g1 = group?.seeds[0]?.rows.find(({ policy }) => policy === 'g1')
    // 14 ± 4.302653 · 2 / √3
    expect(g1?.overSeeds?.mean).toBeCloseTo(14, 9)
    expect(g1?.overSeeds?.low).toBeCloseTo(14 - 4.302653 * (2 / Math.sqrt(3)), 5)
    expect(g1?.overSeeds?.high).toBeCloseTo(14 + 4.302653 * (2 / Math.sqrt(3)), 5)
  })

  test('tests are over games, of the mean over seeds; every seed keeps its own difference', () => {
    const tests = three()[0]?.seeds[0]?.tests ?? []
    const named = tests.map(({ policy, other, decoding }) => `${policy} − ${other}, ${decoding}`)
    expect(named).toEqual([
      'cold-start − random, sampled',
      'cold-start − random, greedy',
      'g1 − random, sampled',
      'g1 − cold-start, sampled',
      'g1 − random, greedy',
      'g1 − cold-start, greedy',
    ])
    const test = tests.find(({ policy, other }) => policy === 'g1' && other === 'random')
    expect(test?.bySeed.map(({ mean }) => mean)).toEqual([2, 0, 4])
    expect(test).toMatchObject({ pairs: GAMES, overGames: { mean: 2, low: 2, high: 2 } })
    expect(test?.corrected).toBeLessThan(0.01)
    // 2 ± 4.97: no claim about another seed.
    expect(test?.overSeeds.low).toBeLessThan(0)
    expect(test && seedVerdict(test)).toBe('above in 2 of 3')
    expect(three()[0]?.tests).toEqual([])
  })

  test('a second recipe is another family, tested seed against equal seed', () => {
    const other = { rl: { ...LAPTOP.rl, steps: 50 } }
    const groups = compareRuns([run('a', 0, 14), run('b', 1, 12), run('x', 0, 11, other), run('y', 1, 11, other)])
    expect(groups[0]?.seeds.map(({ runs }) => runs)).toEqual([
      ['a', 'b'],
      ['x', 'y'],
    ])
    expect(groups[0]?.tests.filter(({ a }) => a.startsWith('g1, sampled')).map(({ a, b }) => `${a} − ${b}`)).toEqual([
      'g1, sampled (a) − g1, sampled (x)',
      'g1, sampled (b) − g1, sampled (y)',
    ])
  })

  test('the same seed twice is no family, and a run without kept episodes has rows but no tests', () => {
    expect(compareRuns([run('a', 0, 14), run('b', 0, 12)])[0]?.seeds).toEqual([])
    const bare = [run('a', 0, 14), run('b', 1, 12)].map((one): ComparedRun => {
      const keys = [...new Set(one.episodes.map(({ game, policy, decoding }) => `${game} ${policy} ${decoding}`))]
      const rows = keys.flatMap((key) =>
        resultRowsOf(
          one.episodes.filter(({ game, policy, decoding }) => `${game} ${policy} ${decoding}` === key),
          7,
        ),
      )
      return { ...one, episodes: [], rows }
    })
    const [own] = compareRuns(bare)[0]?.seeds ?? []
    expect(own?.rows.find(({ policy }) => policy === 'random')?.same).toBe(true)
    expect(own?.rows.find(({ policy }) => policy === 'g1')?.bySeed.map((interval) => interval?.mean)).toEqual([14, 12])
    expect(own?.tests).toEqual([])
  })
})

describe('as text', () => {
  test('the table: policy, seed, a column a game; "all" where every run played the same', () => {
    const [family] = seedFamilies(three())
    const lines = family ? seedsTable(family).split('\n') : []
    const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()))
    expect(cells[0]).toEqual(['', 'policy', 'seed', '2048, points in 100 replies', 'Swap, points in 20 replies', ''])
    expect(cells[2]?.slice(1, 3)).toEqual(['random legal moves', 'all'])
    expect(cells[3]?.slice(1, 4)).toEqual(['cold start, sampled', '0', expect.stringMatching(/^10 \[9\.\d, 1\d\]$/)])
    expect(cells.slice(4, 6).map((row) => row.slice(1, 3))).toEqual([
      ['', '1'],
      ['', '2'],
    ])
    expect(lines).toHaveLength(2 + 1 + 4 * 3)
  })

  test('says what each interval is over, and marks differences', () => {
    const [family] = seedFamilies(three())
    const text = family ? seedsText(family, '## ') : ''
    expect(text).toMatch(/^## Seeds 0, 1, 2 of one recipe \(a, b, c\)/)
    expect(text).toContain('95 % over games, for each seed by itself')
    expect(text).toContain('95 % over training seeds')
    expect(text).toMatch(/G1 − random legal moves, sampled +\| +\+2\.0 \[\+2\.0, \+2\.0\]\* ↑·↑/)
  })

  test('numbers are short, and CSV has the training seed and the means over seeds', () => {
    expect([-0.04, 0.04, 9.2, 9.97, 12.4, 1085].map(shortPoints)).toEqual(['0.0', '0.0', '9.2', '10', '12', '1,085'])
    const lines = comparisonCsv(three()).split('\n')
    expect(lines[0]).toMatch(/,training seed$/)
    expect(lines.some((line) => /,c,"g1, sampled \(c\)",run,return,16,.*,2$/.test(line))).toBe(true)
    expect(lines.some((line) => /a b c,"g1, sampled",over seeds,return,14,/.test(line))).toBe(true)
  })
})

test('Student’s interval agrees with tables, and needs two values', () => {
  expect(studentInterval([1])).toBeNull()
  const half = (values: number[]): number => {
    const { high = 0, low = 0 } = studentInterval(values) ?? {}
    return (high - low) / 2
  }
  expect(half([0, 2])).toBeCloseTo(12.7062, 3)
  const spread = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1))
  const error = (n: number): number => Math.sqrt(n / (n - 1) / n)
  expect(half(spread(12)) / error(12)).toBeCloseTo(2.201, 3)
  expect(half(spread(32)) / error(32)).toBeCloseTo(2.0395, 3)
})
