import { describe, expect, test } from 'vitest'
import { resultRowsOf } from '../eval/evaluate.ts'
import { loadGames } from '../games/registry.ts'
import type { EpisodeRecord, ResultRow } from '../runs/index.ts'
import { type Compared, findingsOf, type Verdict } from './findings.ts'
import { policiesOf } from './policies.ts'
import { fixtureConfig, fixtureStages } from './report-fixture.ts'
import { panelOf } from './scale-chart.ts'
import { comparedOf } from './verdicts.ts'

await loadGames()

const compared = (verdicts: Record<string, Verdict | readonly Verdict[]>, over: Partial<Compared> = {}): Compared => ({
  names: policiesOf(fixtureStages),
  games: ['A', 'B', 'C'],
  decodings: ['sampled', 'greedy'],
  verdict: (game, policy, decoding, other) => {
    const found = verdicts[`${policy} ${other} ${game} ${decoding}`] ?? verdicts[`${policy} ${other}`] ?? null
    return (Array.isArray(found) ? found[game] : found) as Verdict
  },
  solverAbove: () => true,
  ...over,
})

describe('the sentences of a report', () => {
  test('begin with random legal moves as the zero line, below it too', () => {
    expect(findingsOf(compared({ 'g1 random': 'below' }))[0]).toBe('G1 plays below random legal moves in A, B and C.')
    expect(findingsOf(compared({ 'g1 random': ['above', 'below', 'open'], 'g1 random 2 greedy': 'above' }))[0]).toBe(
      'G1 plays above random legal moves in A and C (greedy); it plays below random legal moves in B; it is not told apart from random legal moves in C (sampled).',
    )
  })

  test('are two or three, of the policy that the run is about, however many games there are', () => {
    const games = Array.from({ length: 10 }, (_, i) => `game ${i}`)
    const all = compared({ 'g1 random': 'above', 'g1 cold-start': 'above', 'g1 teacher': 'below', 'g1 g0': 'open' }, { games })
    const [, second, ...rest] = findingsOf(all)
    expect(second).toBe(
      'It is above its cold start in 20 of 20, above its teacher in 0 of 20 (below in 20) and above G0 in 0 of 20, counted over games and decodings.',
    )
    expect(rest).toEqual([])
    expect(findingsOf(compared({ 'g0 random': 'open', 'g0 base': 'above' }, { games: ['A'], decodings: ['greedy'] }))).toEqual([
      'G0 is not told apart from random legal moves in A.',
      'It is above its base in 1 of 1.',
    ])
    expect(findingsOf(compared({ 'g1 teacher': ['above', 'below', null] }))).toEqual([
      'G1 is above its teacher in 2 of 4 (below in 2), counted over games and decodings.',
    ])
    expect(findingsOf(compared({}))).toEqual([])
  })

  test('say where points show nothing', () => {
    const flat = compared({ 'g1 random': 'above' }, { solverAbove: (game) => (game === 0 ? true : game === 1 ? false : null) })
    expect(findingsOf(flat).at(-1)).toMatch(/^In B the solver itself is not told apart from random legal moves/)
  })
})

const run = { config: fixtureConfig, stages: fixtureStages }

/** Returns that share the luck of a game, so that pairs show what intervals do not. */
function played(policy: string, decoding: ResultRow['decoding'], more: number): EpisodeRecord[] {
  return Array.from({ length: 30 }, (_, episode) => ({
    ...{ game: '2048', policy, decoding, episode, seed: episode, steps: 1, stopReason: 'horizon' as const, boundary: null, problem: null },
    values: { return: 100 + 40 * Math.sin(episode) + more + (episode % 2) },
    confusion: null,
  }))
}

test('a verdict comes from the paired test where episodes were kept, else from intervals', () => {
  const parts = [played('random', 'scripted', 0), played('solver', 'scripted', 3), played('g1', 'sampled', 2)]
  const results = parts.flatMap((records) => resultRowsOf(records, 1))
  const paired = comparedOf({ ...run, results, episodes: parts.flat() })
  expect(paired.verdict(0, 'g1', 'sampled', 'random')).toBe('above')
  expect(paired.solverAbove(0)).toBe(true)
  const bare = comparedOf({ ...run, results, episodes: [] })
  expect(bare.verdict(0, 'g1', 'sampled', 'random')).toBe('open')
  expect(bare.solverAbove(0)).toBe(false)
  expect(bare.verdict(0, 'g1', 'greedy', 'random')).toBeNull()
  expect(comparedOf({ ...run, config: null, results, episodes: [] }).verdict(0, 'g1', 'sampled', 'random')).toBe('open')
})

test('the chart runs from zero to the highest of the means that stand in it; wide intervals are cut', () => {
  const at = (mean: number, low = mean, high = mean) => ({ mean, low, high })
  const mark = { ...at(50, -1e6, 1e6), look: 'full' as const, title: 'g1', dots: [40, 60] }
  const panel = { title: 'A', note: 'points', random: at(20), expert: at(100), rows: [{ label: 'g1', colour: 1, marks: [mark] }] }
  expect(panelOf(panel)?.scale).toEqual({ low: -12, high: 112 })
  expect(
    panelOf({ ...panel, rows: [{ label: 'g1', colour: 1, marks: [at(50, 45, 55)].map((one) => ({ ...mark, ...one })) }] })?.scale,
  ).toEqual({
    low: 0,
    high: 100,
  })
  expect(panelOf({ ...panel, rows: [] })).toBeNull()
})
