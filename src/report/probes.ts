/**
 * What the stages of a run read, think and do on fixed states, and how much of it comes from which reward. Everything is a mean over states,
 * of each state the mean over the seeds; intervals are over states (bootstrap), differences are of the same states.
 */
import { bootstrapMean, type Interval, meanOf, pairedDifference } from '../eval/index.ts'
import type { ProbeMetric, ProbeRow, StageInfo } from '../runs/index.ts'
import { ARMS, type ArmName } from '../train/index.ts'
import { type Policies, policiesOf } from './policies.ts'

/** A figure of the table: what is measured, and whether the true board was told. */
export interface ProbeFigure {
  readonly key: string
  readonly title: string
  readonly metric: ProbeMetric
  readonly mode: ProbeRow['mode']
}

/** The columns of the table, left to right. */
export const PROBE_FIGURES: readonly ProbeFigure[] = [
  { key: 'cells', title: 'cells read', metric: 'cells', mode: 'image' },
  { key: 'exact', title: 'perception exact', metric: 'exact', mode: 'image' },
  { key: 'think', title: 'thoughts true', metric: 'think', mode: 'image' },
  { key: 'own', title: 'thoughts true of the board as read', metric: 'own', mode: 'image' },
  { key: 'legal', title: 'legal moves', metric: 'legal', mode: 'image' },
  { key: 'good', title: 'best moves', metric: 'good', mode: 'image' },
  { key: 'told-good', title: 'best moves, told the board', metric: 'good', mode: 'image+caption' },
]

type Decoding = 'sampled' | 'greedy'
const DECODINGS: readonly Decoding[] = ['sampled', 'greedy']

/** A stage under one decoding. */
export interface ProbeLine {
  readonly policy: string
  readonly decoding: Decoding
  /** By key of `PROBE_FIGURES`; null where no state has a value. */
  readonly figures: Readonly<Record<string, Interval | null>>
}

/** One policy less another, on the same states. */
export interface ProbeDifference {
  readonly policy: string
  readonly other: string
  readonly decoding: Decoding
  readonly figures: Readonly<Record<string, Interval | null>>
  /** The mean difference of each seed, in the order of the runs. */
  readonly bySeed: Readonly<Record<string, readonly (number | null)[]>>
}

/** The probes of one game, of one run or of several seeds of a recipe. */
export interface ProbeTable {
  readonly game: string
  readonly states: number
  readonly seeds: number
  /** In report order, sampled before greedy. */
  readonly lines: readonly ProbeLine[]
  /** What comes of RL (against where it began), and of each reward (against the arm without it); none without such stages. */
  readonly differences: readonly ProbeDifference[]
}

/** One table a game. `runs`: the rows of each run; the runs are of one recipe, so their states are the same. */
export function probeTables(runs: readonly (readonly ProbeRow[])[], stages: readonly StageInfo[]): ProbeTable[] {
  const names = policiesOf(stages)
  const games = [...new Set(runs.flat().map(({ game }) => game))]
  return games.map((game) => tableOf(game, runs, stages, names))
}

function tableOf(game: string, runs: readonly (readonly ProbeRow[])[], stages: readonly StageInfo[], names: Policies): ProbeTable {
  const own = runs.map((rows) => rows.filter((row) => row.game === game))
  const seed = own.flat()[0]?.seed ?? 0
  const policies = [...new Set(own.flat().map(({ policy }) => policy))].sort(names.compare)
  const there = (policy: string, decoding: Decoding): boolean =>
    own.every((rows) => rows.some((row) => row.policy === policy && row.decoding === decoding))
  const valuesOf = (policy: string, decoding: Decoding, { metric, mode }: ProbeFigure): (readonly (number | null)[])[] =>
    own.map((rows) => rows.find((row) => row.policy === policy && row.decoding === decoding && row.mode === mode)?.values[metric] ?? [])
  const lines = policies.flatMap((policy) =>
    DECODINGS.filter((decoding) => there(policy, decoding)).map((decoding): ProbeLine => {
      const figure = (one: ProbeFigure): Interval | null => {
        const means = overSeeds(valuesOf(policy, decoding, one)).flatMap((value) => value ?? [])
        return means.length === 0 ? null : bootstrapMean(means, { seed })
      }
      return { policy, decoding, figures: figuresBy(figure) }
    }),
  )
  const differences = pairsOf(stages).flatMap(([policy, other]) =>
    DECODINGS.filter((decoding) => there(policy, decoding) && there(other, decoding)).map((decoding): ProbeDifference => {
      const both = (one: ProbeFigure) => [valuesOf(policy, decoding, one), valuesOf(other, decoding, one)] as const
      return {
        ...{ policy, other, decoding },
        figures: figuresBy((one) => difference(...both(one), seed)),
        bySeed: figuresBy((one) => {
          const [a, b] = both(one)
          return a.map((values, i) => difference([values], [b[i] ?? []], seed)?.mean ?? null)
        }),
      }
    }),
  )
  const states = Math.max(0, ...own.flat().map(({ values }) => values.legal.length))
  return { game, states, seeds: runs.length, lines, differences }
}

const figuresBy = <T>(of: (figure: ProbeFigure) => T): Record<string, T> =>
  Object.fromEntries(PROBE_FIGURES.map((figure) => [figure.key, of(figure)]))

/** Of each state the mean over the seeds that have a value; null where none has. */
function overSeeds(runs: readonly (readonly (number | null)[])[]): (number | null)[] {
  const count = Math.max(0, ...runs.map(({ length }) => length))
  return Array.from({ length: count }, (_, i) => meanOf(runs.flatMap((values) => values[i] ?? [])))
}

/** Of the states that both have a value of. */
function difference(a: readonly (readonly (number | null)[])[], b: readonly (readonly (number | null)[])[], seed: number): Interval | null {
  const [x, y] = [overSeeds(a), overSeeds(b)]
  const both = x.flatMap((value, i) => (value === null || (y[i] ?? null) === null ? [] : [[value, y[i] as number] as const]))
  return both.length === 0
    ? null
    : pairedDifference(
        both.map(([value]) => value),
        both.map(([, value]) => value),
        { seed },
      )
}

/** The pairs that are compared: every RL stage with where it began, and with its control; every arm with those that lack one of its rewards, the control first. */
function pairsOf(stages: readonly StageInfo[]): (readonly [string, string])[] {
  const arms = stages.filter(({ name }) => isArm(name)).map(({ name }) => name as ArmName)
  const rl = stages.filter(({ name, kind, from }) => kind === 'rl' && from !== null && !isArm(name))
  const lacks = (policy: ArmName): ArmName[] => arms.filter((other) => other !== policy && isWithin(other, policy))
  return [
    ...rl.flatMap(({ name, from, control }) => [
      [name, from as string] as const,
      ...(control === undefined ? [] : [[name, control] as const]),
    ]),
    ...arms.slice(0, 1).flatMap((name) => stages.filter((stage) => stage.name === name).map(({ from }) => [name, from as string] as const)),
    ...arms.flatMap((policy) => lacks(policy).map((other) => [policy, other] as const)),
  ]
}

const isArm = (name: string): name is ArmName => Object.hasOwn(ARMS, name)

/** Whether all rewards of an arm are rewards of another one too. */
function isWithin(arm: ArmName, other: ArmName): boolean {
  const rewards: readonly string[] = ARMS[other].rewards
  return ARMS[arm].rewards.every((reward) => rewards.includes(reward))
}

/** Whether the run has the arms of the experiment, its control among them. */
export const hasArms = (stages: readonly StageInfo[]): boolean => stages.filter(({ name }) => isArm(name)).length > 1

/** What the arms show, a sentence each, of sampled replies: claims only where the interval leaves zero out. */
export function armFindings({ differences }: ProbeTable, stages: readonly StageInfo[]): string[] {
  const names = policiesOf(stages)
  const questions: readonly (readonly [string, string, string, string])[] = [
    ['arm-a', 'arm-f', 'cells', 'The reward of play alone lifts the cells that are read'],
    ['arm-a', 'arm-f', 'exact', 'The reward of play alone lifts exact perception'],
    ['arm-p', 'arm-f', 'think', 'The reward of perception alone lifts true thoughts'],
    ['arm-pa', 'arm-a', 'legal', 'With play rewarded, the reward of perception lifts legal moves'],
  ]
  return questions.flatMap(([policy, other, key, claim]) => {
    const found = differences.find((one) => one.policy === policy && one.other === other && one.decoding === 'sampled')
    const figure = found?.figures[key]
    if (!figure) return []
    const shown = `${signedShare(figure.mean)} [${signedShare(figure.low)}, ${signedShare(figure.high)}]`
    const seeds = (found?.bySeed[key] ?? []).flatMap((value) => value ?? [])
    const each = seeds.length > 1 ? `; by seed ${seeds.map(signedShare).join(', ')}` : ''
    const verdict = figure.low > 0 ? claim : `Not shown: ${claim.charAt(0).toLowerCase()}${claim.slice(1)}`
    return [`${verdict}: ${shown} against ${names.called(other)}${each}.`]
  })
}

/** '+.10', as shares are written in tables. */
export function signedShare(value: number): string {
  return `${value < 0 ? '−' : '+'}${shareText(Math.abs(value))}`
}

/** '.10', '1.00'. */
export function shareText(value: number): string {
  return value.toFixed(2).replace(/^0\./, '.')
}
