import { describe, expect, it } from 'vitest'
import { type GroupRewards, groupAdvantages, hasSignal } from './advantages.ts'
import { presetNamed } from './presets.ts'

const { rewards } = presetNamed('laptop').rl
const settings = { credit: 'section', normalise: 'none', rewards } as const
const group = (game: string, answers: readonly number[], truths: GroupRewards['truths'] = answers.map(() => [])): GroupRewards => ({
  game,
  rewards: answers.map((answer) => ({ perception: 1, think: 0, answer })),
  truths,
  cells: answers.map(() => []),
})

describe('groupAdvantages', () => {
  it('centres every section within its group; equal rewards give nothing', () => {
    const [mixed, flat] = groupAdvantages([group('a', [1, -1, 3]), group('a', [2, 2])], settings)
    expect(mixed?.map(({ answer }) => answer)).toEqual([0, -2, 2])
    expect(mixed?.map(({ perception }) => perception)).toEqual([0, 0, 0])
    expect([hasSignal({ advantages: mixed ?? [] }), hasSignal({ advantages: flat ?? [] })]).toEqual([true, false])
  })

  it('gives the whole reward to every section with credit by reply', () => {
    const [advantages] = groupAdvantages([group('a', [1, 3])], { ...settings, credit: 'reply' })
    expect(advantages?.map(({ perception, think, answer }) => [perception, think, answer])).toEqual([
      [-1, -1, -1],
      [1, 1, 1],
    ])
  })

  it('scales by the group, or by all groups of the game', () => {
    const groups = [group('a', [1, -1]), group('a', [10, -10]), group('b', [100, -100])]
    const scaled = (normalise: 'group' | 'game') => groupAdvantages(groups, { ...settings, normalise }).map(([first]) => first?.answer ?? 0)
    expect(scaled('group').map((value) => value.toFixed(4))).toEqual(['1.0000', '1.0000', '1.0000'])
    const deviation = Math.sqrt((1 + 100) / 2)
    const expected = [1 / deviation, 10 / deviation, 1]
    for (const [i, value] of scaled('game').entries()) expect(value).toBeCloseTo(expected[i] as number, 5)
  })

  it('judges each statement against the group’s statements in its place, also where a reply has fewer', () => {
    const truths = [[true, false], [true, true], [false]]
    const [advantages] = groupAdvantages([group('a', [0, 0, 0], truths)], { ...settings, credit: 'statement' })
    const [first, second, third] = (advantages ?? []).map(({ statements }) => statements)
    expect(first?.[0]).toBeCloseTo(1 / 3)
    expect(third?.[0]).toBeCloseTo(-2 / 3)
    expect([first?.[1], second?.[1]]).toEqual([-0.5, 0.5])
    expect(third).toHaveLength(1)
  })

  it('judges each cell so, and has signal where only places differ', () => {
    const cells = [
      [true, false],
      [false, true],
    ]
    const weights = { ...rewards, perceptionCells: 2 }
    const [advantages = []] = groupAdvantages([{ ...group('a', [0, 0]), cells }], { ...settings, rewards: weights })
    expect(advantages.map((one) => one.cells)).toEqual([
      [1, -1],
      [-1, 1],
    ])
    expect(advantages.every(({ perception, answer }) => perception === 0 && answer === 0)).toBe(true)
    expect(hasSignal({ advantages })).toBe(true)
  })
})
