import { describe, expect, test } from 'vitest'
import { evaluate } from '../eval/evaluate.ts'
import type { Protocol } from '../game-presets.ts'
import { envSpec } from '../gym/index.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import { randomPolicy, uniformPolicy } from '../policies/index.ts'
import { knownRows, protocolRow, protocolTable, withError } from './protocol.ts'

const protocol: Protocol = {
  restart: true,
  counts: 'legal moves',
  unit: 'moves made',
  published: 3,
  anchors: { uniform: 'any answer' },
  results: [
    { player: 'Random', source: 'published', horizon: 6, mean: 1, error: null },
    { player: 'uniform', source: 'measured', horizon: 6, mean: 2.25, error: 0.04 },
    { player: 'uniform', source: 'measured', horizon: 12, mean: 4, error: null },
  ],
}
const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 16, layout: 'board' }, horizon: 6, restart: true })
const lookup = { gameNamed: () => toyGame }
const rules = { seed: 1, decoding: 'scripted', specs: [spec], expertEvery: 0 } as const

describe('protocolRow', () => {
  test('counts what the protocol counts, over all games and over as many as were published', async () => {
    const evaluation = await evaluate({ ...rules, policy: randomPolicy(lookup), episodes: 5, counts: 'legal moves' })
    const row = protocolRow(evaluation, protocol)
    expect(row).toMatchObject({
      player: 'random',
      about: '',
      source: 'run',
      mean: 6,
      error: 0,
      games: 5,
      asPublished: 6,
      unreadable: 0,
      illegal: 0,
    })
    const points = await evaluate({ ...rules, policy: randomPolicy(lookup), episodes: 2 })
    expect(protocolRow(points, protocol)).toMatchObject({ games: 2, asPublished: null })
    expect(points.rows.find(({ metric }) => metric === 'regret')?.mean).toBeNull()
  })
})

describe('knownRows', () => {
  test('are those of the horizon: measured, then published', () => {
    expect(knownRows(protocol, 6).map(({ player, source, games }) => [player, source, games])).toEqual([
      ['uniform', 'measured', null],
      ['Random', 'published', 3],
    ])
    expect(knownRows(protocol, 12).map(({ mean }) => mean)).toEqual([4])
    expect(knownRows(protocol, 7)).toEqual([])
  })
})

describe('protocolTable', () => {
  test('is one table a game with every source named', async () => {
    const evaluation = await evaluate({ ...rules, policy: uniformPolicy(lookup), episodes: 4, counts: 'legal moves' })
    const rows = [protocolRow(evaluation, protocol), ...knownRows(protocol, 6)]
    const text = protocolTable([{ game: 'toy', title: 'Toy', preset: 'paper', horizon: 6, unit: 'moves made', published: 3, rows }])
    const lines = text.split('\n')
    expect(lines[0]).toBe('Toy: moves made in 6 replies, mean ± standard error')
    expect(lines.filter((line) => line.startsWith('|')).map((line) => line.length)).toEqual(
      Array.from({ length: 5 }, () => lines[2]?.length),
    )
    expect(text).toMatch(/uniform +\| this run .*\| +4 \|.*any answer/)
    expect(text).toMatch(/uniform +\| reference, measured \| +2\.25 ± 0\.04 \|/)
    expect(text).toMatch(/Random +\| published +\| +1 \| +– \| +3 \|/)
  })
})

describe('withError', () => {
  test('shows the digits that the error is worth', () => {
    expect([
      withError(702.84, 2.41),
      withError(0.4683, 0.0152),
      withError(17.691, 0.07),
      withError(1234.5, 31),
      withError(0.4, null),
      withError(100, 0),
    ]).toEqual(['702.8 ± 2.4', '0.468 ± 0.015', '17.69 ± 0.07', '1,235 ± 31', '0.4', '100'])
  })
})
