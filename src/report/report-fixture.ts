/** A made-up run of both recipes, for tests of the report: real replays and anchors, invented curves and model results. */

import { evaluate, METRICS, type MetricName } from '../eval/index.ts'
import { game2048 } from '../games/2048/index.ts'
import { type EnvSpec, envSpec, formatReply } from '../gym/index.ts'
import { createPolicy, scriptedPolicy } from '../policies/index.ts'
import { seededRng } from '../rng.ts'
import type { GeneralisationRow, InterventionRow, MetricLine, Replay, ResultRow, RunFolder, StageInfo } from '../runs/index.ts'
import { presetNamed, stageInfos, type TrainConfig } from '../train/index.ts'

/** A reply that tries to become markup. */
export const HOSTILE = '</script><script>document.title = "taken"</script><img src=x onerror="document.title = \'taken\'"> & <b>bold</b>'

const LAPTOP = presetNamed('laptop')

/** Config of the made-up run. */
export const fixtureConfig: TrainConfig = {
  ...LAPTOP,
  games: LAPTOP.games.filter(({ id }) => id === game2048.id),
  teacher: { ...LAPTOP.teacher, blind: true, slip: 0.15 },
  base: { ...LAPTOP.base, steps: 60 },
  coldStart: { ...LAPTOP.coldStart, steps: 300 },
  rl: { ...LAPTOP.rl, steps: 150 },
}

/** Its stages: base, G0, cold start, G1. */
export const fixtureStages: readonly StageInfo[] = stageInfos(fixtureConfig)

function supervisedLines(stage: string, steps: number, end: number): MetricLine[] {
  const rng = seededRng(1, stage)
  return Array.from({ length: steps }, (_, step) => ({
    stage,
    step,
    seconds: 0.4,
    values: {
      tokens: 2400,
      loss: end + 3 * Math.exp(-step / (steps / 6)) + 0.08 * rng.real(),
      gradNorm: 0.4 + rng.real(),
      learningRate: 0.002 * (1 - step / steps),
    },
  }))
}

/** from, to: values at the start and the end of the stage. */
function rlLines(stage: string, steps: number, from: number, to: number, sight: readonly [number, number]): MetricLine[] {
  const rng = seededRng(2, stage)
  return Array.from({ length: steps }, (_, step) => {
    const at = 1 - Math.exp((-3 * step) / steps)
    const noisy = (a: number, b: number, noise = 0.08): number => Math.min(1, Math.max(0, a + (b - a) * at + noise * (rng.real() - 0.5)))
    const exact = noisy(...sight)
    return {
      stage,
      step,
      seconds: 2.5,
      values: {
        reward: -1 + 4.4 * noisy(from, to),
        format: noisy(0.9, 1, 0.03),
        perceptionExact: exact,
        perceptionCells: noisy(Math.sqrt(sight[0]), Math.sqrt(sight[1]), 0.03),
        think: noisy(from, to),
        legal: noisy(0.7, 0.98),
        good: noisy(from / 2, to / 1.4),
        reasoning: exact === 0 ? null : noisy(from / 2, to / 1.3, 0.15),
        signal: noisy(1, 0.7),
        kl: 0.06 * at * (0.8 + 0.4 * rng.real()),
        entropy: 1.2 - 0.8 * at + 0.1 * rng.real(),
        length: 40 + 2 * rng.real(),
        tokens: 10_000,
        gradNorm: rng.real(),
        learningRate: 4e-4,
      },
    }
  })
}

function modelRows(policy: string, values: Partial<Record<MetricName, number>>): ResultRow[] {
  return (['sampled', 'greedy'] as const).flatMap((decoding) =>
    Object.entries(values).map(([metric, value]): ResultRow => {
      const wide = METRICS[metric as MetricName].unit === 'points' ? value * 0.04 : 0.01
      const mean = decoding === 'greedy' && metric === 'return' ? value * 1.05 : value
      const most = METRICS[metric as MetricName].unit === 'points' ? Number.POSITIVE_INFINITY : 1
      return {
        game: '2048',
        policy,
        decoding,
        metric,
        mean,
        low: Math.max(0, mean - wide),
        high: Math.min(most, mean + wide),
        episodes: 100,
        seed: 2048,
      }
    }),
  )
}

function model(points: number, regret: number, cells: number, think: number, good: number): Partial<Record<MetricName, number>> {
  const exact = cells ** 4
  return {
    ...{ return: points, regret, wasted: 0.3 * (1 - cells), 'parse failures': 0.01, 'illegal moves': 0.3 * (1 - cells) },
    ...{ 'perception exact': exact, 'perception cells': cells, think, 'good given perception': good, failed: 0 },
  }
}

/** Replies that read some cells wrongly, play, and now and then write something hostile. */
function clumsy(name: string) {
  return scriptedPolicy((_, { call, index }) => {
    if ((call + index) % 5 === 1) return HOSTILE
    const perception = '2 | _ | _ | 4\n_ | _ | 2 | _\n_ | _ | _ | _\n_ | 4 | _ | 2'
    return formatReply({ perception, think: 'rows both stuck both both', answer: String((call + index) % 4) })
  }, name)
}

async function playedParts(spec: EnvSpec): Promise<{ rows: ResultRow[]; replays: Replay[] }> {
  const common = { specs: [{ ...spec, horizon: 30, restart: true }], episodes: 6, seed: 2048 } as const
  const anchors = ['random', 'teacher', 'greedy-1', 'greedy-2', 'solver']
  const parts = []
  for (const name of anchors) {
    parts.push(await evaluate({ ...common, policy: createPolicy(name), decoding: 'scripted', replays: name === 'teacher' ? 1 : 0 }))
  }
  for (const name of ['base', 'g0', 'g1']) parts.push(await evaluate({ ...common, policy: clumsy(name), decoding: 'sampled', replays: 2 }))
  return {
    rows: parts.slice(0, anchors.length).flatMap(({ rows }) => rows),
    replays: parts.flatMap(({ replays }) => replays),
  }
}

/** Around a share, as if of 200 states. */
const near = (mean: number, half = 0.06) => ({ mean, low: Math.max(-1, mean - half), high: Math.min(1, mean + half) })

/** Invented: a model that acts on what it is told, g0 less so. */
function interventionRows(): InterventionRow[] {
  const shares = { image: 0.5, 'image+caption': 0.56, caption: 0.55, 'wrong-caption': 0.2 }
  return ['g0', 'cold-start', 'g1'].flatMap((policy, p) =>
    (['sampled', 'greedy'] as const).flatMap((decoding) =>
      (['good', 'legal'] as const).flatMap((metric) =>
        Object.entries(shares).map(([mode, share]) => {
          const mean = 0.2 + p * 0.3 * share + (metric === 'legal' ? 0.3 : 0)
          const difference = mode === 'image' ? null : near(p * 0.3 * (share - shares.image), 0.03)
          return { game: '2048', policy, decoding, mode, metric, ...near(mean), difference, states: 200, seed: 1 }
        }),
      ),
    ),
  )
}

/** Invented: what is farther from training, and harder to see, is read worse. */
function generalisationRows(): GeneralisationRow[] {
  const things = { 'theme classic': 'skin', 'theme dark': 'theme', 'theme pastel': 'theme', 'goal 2048 <b>': 'knobs' } as const
  return ['cold-start', 'g1'].flatMap((policy) =>
    Object.entries(things).flatMap(([thing, kind], far) =>
      [0, 1, 2, 3, 4, 5].flatMap((level) =>
        (['perception cells', 'perception exact', 'legal', 'good'] as const).map((metric, m) => {
          const mean = (0.85 ** level * 0.8 ** far) ** (1 + m / 2)
          const seen = kind === 'skin' && level === 0
          return { game: '2048', policy, kind, thing, level, seen, metric, ...near(mean), states: 100, seed: 1 }
        }),
      ),
    ),
  )
}

/** Writes metrics, results and replays of the made-up run. */
export async function fillRun(folder: RunFolder): Promise<void> {
  const spec = envSpec({ game: game2048, skin: { theme: 'classic', tile: 16, layout: 'board' }, promptStyle: 'brief' })
  const lines = [
    ...supervisedLines('base', 60, 1.9),
    ...rlLines('g0', 150, 0.05, 0.35, [0, 0.02]),
    ...supervisedLines('cold-start', 300, 0.3),
    ...rlLines('g1', 110, 0.6, 0.98, [0.55, 0.96]),
  ]
  for (const line of lines) await folder.append('metrics.jsonl', line)
  const { rows, replays } = await playedParts(spec)
  const models = [
    ...modelRows('base', model(236, 9.4, 0.12, 0.21, 0.24)),
    ...modelRows('g0', model(310, 6.1, 0.41, 0.3, 0.31)),
    ...modelRows('cold-start', model(402, 4.2, 0.97, 0.92, 0.52)),
    ...modelRows('g1', model(1043, 1.2, 0.998, 0.97, 0.81)),
  ]
  await folder.write('results.json', [...rows, ...models])
  await folder.write('replays.json', replays)
  await folder.write('interventions.json', interventionRows())
  await folder.write('generalisation.json', generalisationRows())
}
