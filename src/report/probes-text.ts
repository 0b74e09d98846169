/** The probes of a run, or of several seeds of a recipe, as text. */
import type { Interval } from '../eval/index.ts'
import type { StageInfo } from '../runs/index.ts'
import { markdownTable } from './markdown.ts'
import { type Policies, policiesOf } from './policies.ts'
import { armFindings, PROBE_FIGURES, type ProbeDifference, type ProbeTable, shareText, signedShare } from './probes.ts'

const range = (interval: Interval | null | undefined, text: (value: number) => string): string =>
  interval ? `${text(interval.mean)} [${text(interval.low)}, ${text(interval.high)}]` : '–'

/** '↑↑·' : a mark a seed where there are several: the sign of its own mean difference. */
function seedMarks({ bySeed }: ProbeDifference, key: string): string {
  const seeds = (bySeed[key] ?? []).flatMap((value) => value ?? [])
  return seeds.length < 2 ? '' : ` ${seeds.map((value) => (value > 0 ? '↑' : value < 0 ? '↓' : '·')).join('')}`
}

/** 'PA: both − A: play, sampled' */
export const probePairLabel = ({ called }: Policies, { policy, other, decoding }: ProbeDifference): string =>
  `${called(policy)} − ${called(other)}, ${decoding}`

/** What the numbers of the tables are, for readers. */
export const PROBE_NOTE =
  'Shares, with 95 % intervals over states (bootstrap). Every policy answers the same states of random play once. "As read": thoughts against the board that the reply itself gives. "Told the board": the true board was put into the model’s mouth.'
export const PROBE_DIFFERENCE_NOTE =
  'Of the same states; an arrow a seed where there are several. RL makes sampled replies surer, and better by that alone: what a reward adds is its arm less the control F, never less the base.'

/** Both tables of a game, and what the arms come to. */
export function probesText(table: ProbeTable, stages: readonly StageInfo[], heading = ''): string {
  const names = policiesOf(stages)
  const { game, states, seeds, lines, differences } = table
  const head = ['policy', ...PROBE_FIGURES.map(({ title }) => title)]
  const body = lines.map(({ policy, decoding, figures }) => [
    `${names.called(policy)}, ${decoding}`,
    ...PROBE_FIGURES.map(({ key }) => range(figures[key], shareText)),
  ])
  const changes = differences.map((one) => [
    probePairLabel(names, one),
    ...PROBE_FIGURES.map(({ key }) => range(one.figures[key], signedShare) + seedMarks(one, key)),
  ])
  const of = seeds > 1 ? `, mean of ${seeds} seeds` : ''
  return [
    `${heading}${game}: probes, ${states} states${of}`,
    markdownTable([head, ...body]),
    PROBE_NOTE,
    ...(changes.length === 0 ? [] : [markdownTable([['difference', ...head.slice(1)], ...changes]), PROBE_DIFFERENCE_NOTE]),
    ...armFindings(table, stages),
  ].join('\n\n')
}
