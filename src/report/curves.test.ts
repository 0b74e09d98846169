import { describe, expect, test } from 'vitest'
import { smoothed } from '../../studio/src/smoothing.ts'
import { spread } from '../eval/replay.ts'
import type { MetricLine } from '../runs/index.ts'
import { bootstrapping, windowsOf } from './bootstrapping.ts'
import { gamesIn, type StageLines, stageColumns } from './curves.ts'

const line = (stage: string, step: number, values: MetricLine['values']): MetricLine => ({ stage, step, seconds: 1, values })

const G1 = { name: 'g1', label: 'G1', kind: 'rl', colour: 1 } as const

/** An RL stage whose perception and reasoning are functions of the step. */
const stage = (steps: number, perception: (step: number) => number | null, reasoning: (step: number) => number | null): StageLines => ({
  ...G1,
  lines: Array.from({ length: steps }, (_, step) =>
    line('g1', step, { reward: 0, perceptionExact: perception(step), reasoning: reasoning(step) }),
  ),
})

describe('curves', () => {
  test('smoothing is a centred mean that passes over nulls', () => {
    expect(smoothed([1, 2, 3, 4, 5], 1)).toEqual([1.5, 2, 3, 4, 4.5])
    expect(smoothed([1, null, 3, null, null, null], 1)).toEqual([1, 2, 3, 3, null, null])
  })

  test('are columns by stage, with null where a step has no value, and nothing that no chart shows', () => {
    const lines = [
      line('g0', 0, { reward: 0, tokens: 5 }),
      line('g0', 1, { reward: 1.23456, kl: 0.5 }),
      line('g1', 0, { 'swap.reward': 9 }),
    ]
    expect(stageColumns(lines)).toEqual([
      { stage: 'g0', steps: [0, 1], values: { reward: [0, 1.235], kl: [null, 0.5] } },
      { stage: 'g1', steps: [0], values: { 'swap.reward': [9] } },
    ])
    expect(gamesIn([{ lines }])).toEqual(['swap'])
  })

  test('of long stages are thinned', () => {
    const [long] = stageColumns(
      Array.from({ length: 4000 }, (_, step) => line('g0', step, { reward: step })),
      800,
    )
    expect(long?.steps).toHaveLength(800)
    expect(long?.steps.at(-1)).toBe(3999)
    expect(long?.values.reward?.[0]).toBe(2)
  })
})

describe('bootstrapping', () => {
  test('windows are means over ten steps; a rest is dropped', () => {
    const windows = windowsOf(
      stage(
        25,
        (step) => step / 100,
        (step) => (step < 10 ? null : 0.5),
      ),
    )
    expect(windows).toHaveLength(2)
    expect(windows[0]).toMatchObject({ from: 0, to: 9, reasoning: null })
    expect(windows[1]?.perception).toBeCloseTo(0.145, 12)
  })

  test('gains that go together correlate', () => {
    const wave = (step: number): number => 0.5 + 0.2 * Math.sin(Math.floor(step / 10))
    const found = bootstrapping(stage(120, wave, (step) => 0.3 + 0.5 * wave(step)))
    expect(found.correlation).toBeCloseTo(1, 6)
    expect(found.doubt).toBeNull()
    expect(found.sentence).toContain('where one gains more, so does the other')
  })

  test('says when there is nothing to correlate', () => {
    const rise = (step: number): number => 0.2 + step / 300
    expect(bootstrapping(stage(100, (step) => 0.97 + 0.0002 * step, rise)).sentence).toContain('Perception is saturated')
    expect(bootstrapping(stage(100, () => 0.01, rise)).doubt).toBe('still')
    expect(bootstrapping(stage(100, rise, () => null)).doubt).toBe('short')
    expect(bootstrapping(stage(4, rise, rise)).sentence).toContain('too few')
  })
})

test('spread keeps the ends', () => {
  expect(spread(3, 15)).toEqual([0, 1, 2])
  expect(spread(100, 15)).toHaveLength(15)
  expect([spread(100, 15)[0], spread(100, 15).at(-1)]).toEqual([0, 99])
  expect(new Set(spread(16, 15)).size).toBe(15)
})
