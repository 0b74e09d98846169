import { describe, expect, it } from 'vitest'
import type { AnyGame } from '../game.ts'
import { loadGame } from '../games/index.ts'
import { envSpec, formatReply } from '../gym/index.ts'
import { type ToyConfig, toyGame } from '../gym/toy-game-fixture.ts'
import { frameOf } from '../messages.ts'
import { scriptedPolicy } from '../policies/index.ts'
import { frameToRgb } from '../render/index.ts'
import { generalisationRows } from '../runs/index.ts'
import type { Frame } from '../scene.ts'
import { generalisation, thingsOf } from './generalisation.ts'

const moves = (count: number): Partial<ToyConfig> => ({ moves: count })
const game: AnyGame = {
  ...toyGame,
  levels: {
    perception: [6, 6, 6, 6, 6, 6].map(moves),
    reasoning: [moves(3), moves(4), moves(6), { rows: 1 }, moves(8), moves(9)],
    horizon: [1, 2, 3, 4, 5, 6],
  },
  heldOut: (config: ToyConfig) => (config.moves === 50 ? null : { ...config, moves: 50 }),
}
const spec = envSpec({ game, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const things = thingsOf({ spec, trained: [spec], horizon: 3, states: 20, seed: 1 })

const GREYS = [0x20, 0x60, 0xa0, 0xf0]

/** Reads each digit by the exact grey in the middle of its tile, and plays the largest. */
function read(frame: Frame): string {
  const rgb = frameToRgb(frame)
  const cells = [0, 1, 2, 3, 4, 5].map((at) => {
    const pixel = (Math.floor(at / 3) * 8 + 4) * 24 + (at % 3) * 8 + 4
    return GREYS.indexOf(rgb[3 * pixel] as number)
  })
  const row = (from: number): string =>
    cells
      .slice(from, from + 3)
      .map((digit) => Math.max(0, digit))
      .join(' | ')
  return formatReply({ perception: `${row(0)}\n${row(3)}`, think: '', answer: String(cells.indexOf(Math.max(...cells))) })
}
const reader = scriptedPolicy((observation) => read(frameOf(observation)), 'reader')

describe('things', () => {
  it('are the training look, other themes, other knobs on the same board, and what is held out', () => {
    expect(things.map(({ kind, label }) => `${kind}: ${label}`)).toEqual([
      'skin: theme classic',
      'theme: theme dark',
      'theme: theme pastel',
      'theme: theme contrast',
      'knobs: moves 3',
      'knobs: moves 9',
      'pictures: held-out pictures',
    ])
    for (const { cells } of things) expect(cells).toHaveLength(6)
    expect(things[0]!.cells.map(({ seen }) => seen)).toEqual([true, false, false, false, false, false])
    expect(things[4]!.cells.some(({ seen }) => seen)).toBe(false)
    expect(things[1]!.states).toBe(things[0]!.states)
  })

  it('count every level that training drew from as seen', () => {
    const level = things[0]!.cells[2]!.spec
    const own = thingsOf({ spec, trained: [spec, level], horizon: 3, states: 2, seed: 1 })
    expect(own[0]!.cells.map(({ seen }) => seen)).toEqual([true, false, true, false, false, false])
  })

  it('of the picture game are pictures that training never showed', async () => {
    const pictures = envSpec({ ...spec, game: await loadGame('picture-shisen-sho'), config: { rows: 4, columns: 4, kinds: 4 } })
    const own = thingsOf({ spec: pictures, trained: [pictures], horizon: 2, states: 1, seed: 1 })
    const held = own.find(({ kind }) => kind === 'pictures')!
    expect(held.cells[0]!.spec.config).toMatchObject({ rows: 4, kinds: 4, split: 'test' })
    expect(held.cells.some(({ seen }) => seen)).toBe(false)
    expect(pictures.game.heldOut!({ ...(pictures.config as object), split: 'test' })).toBeNull()
  })
})

describe('generalisation', () => {
  it('measures each cell on the same states', async () => {
    const rows = await generalisation({ policy: reader, things, seed: 2 })
    expect(generalisationRows.parse(rows)).toEqual(rows)
    expect(rows).toHaveLength(7 * 6 * 4)
    const of = (thing: string, level: number, metric: string) =>
      rows.find((row) => row.thing === thing && row.level === level && row.metric === metric)!
    for (const thing of ['theme classic', 'moves 9', 'held-out pictures']) {
      expect(of(thing, 0, 'perception exact')).toMatchObject({ mean: 1, high: 1, states: 20 })
      expect(of(thing, 0, 'good')).toMatchObject({ mean: 1 })
      expect(of(thing, 5, 'perception cells').mean).toBeLessThan(0.7)
      expect(of(thing, 5, 'perception exact').mean).toBe(0)
    }
    expect(of('theme classic', 0, 'perception exact').low).toBeCloseTo(0.839, 2)
  })

  it('leaves out a cell that the policy cannot read', async () => {
    const blind = scriptedPolicy((observation) =>
      frameOf(observation).palette
        ? read(frameOf(observation))
        : { text: '', failure: { boundary: 'engine' as const, reason: 'no colours' } },
    )
    const rows = await generalisation({ policy: blind, things: things.slice(0, 1), seed: 2 })
    expect([...new Set(rows.map(({ level }) => level))]).toEqual([0])
  })
})
