import { describe, expect, test } from 'vitest'
import { spread } from '../eval/replay.ts'
import type { MetricLine } from '../runs/index.ts'
import { bootstrapping, windowsOf } from './bootstrapping.ts'
import { chartOf, RL_CHARTS, type StageLines, smoothed, stageCharts } from './curves.ts'

const line = (stage: string, step: number, values: MetricLine['values']): MetricLine => ({ stage, step, seconds: 1, values })

const G0 = { name: 'g0', label: 'G0', kind: 'rl', colour: 0 } as const
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

  test('stages of different lengths share an axis', () => {
    const a: StageLines = { ...G0, lines: [0, 1, 2].map((step) => line('g0', step, { reward: step })) }
    const b: StageLines = { ...G1, lines: [0].map((step) => line('g1', step, { reward: 9, kl: 1 })) }
    const charts = stageCharts([a, b], 'rl', RL_CHARTS)
    expect(charts.map(({ title }) => title)).toEqual(['Reward', 'KL from the start'])
    expect(charts[0]).toMatchObject({
      x: [0, 1, 2],
      series: [
        { label: 'G0', colour: 0, raw: [0, 1, 2] },
        { label: 'G1', colour: 1, raw: [9, null, null] },
      ],
    })
  })

  test('long stages are thinned', () => {
    const long: StageLines = { ...G0, lines: Array.from({ length: 4000 }, (_, step) => line('g0', step, { reward: step })) }
    const chart = chartOf({ title: '', note: '', unit: 'number', group: '' }, [{ label: 'g0', colour: 0, stage: long, key: 'reward' }])
    expect(chart?.x).toHaveLength(800)
    expect(chart?.x.at(-1)).toBe(3999)
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
