/** The probes as tables of a page: what every stage reads, thinks and does on fixed states, and what each reward adds. */
import type { Interval } from '../eval/index.ts'
import type { StageInfo } from '../runs/index.ts'
import { policiesOf } from './policies.ts'
import { armFindings, hasArms, PROBE_FIGURES, type ProbeTable, shareText, signedShare } from './probes.ts'
import { PROBE_DIFFERENCE_NOTE, PROBE_NOTE, probePairLabel } from './probes-text.ts'
import { gameTitle } from './seeds-text.ts'
import type { Table, TableCell } from './table.ts'

/** The section of a page. */
export interface ProbesPage {
  /** The question that the arms answer; null without arms. */
  readonly question: string | null
  readonly note: string
  readonly games: readonly { readonly title: string; readonly findings: readonly string[]; readonly tables: readonly Table[] }[]
}

const ARMS_TEXT =
  'Does seeing lift reasoning, and reasoning seeing? Reinforcement learning from one base, with other rewards and all else equal: F for the form of the reply alone (the control), P for perception, A for play, PA for both. No arm rewards thoughts.'

function shareCell(interval: Interval | null | undefined): TableCell | null {
  if (!interval) return null
  const { mean, low, high } = interval
  return { text: shareText(mean), value: mean, note: `${shareText(low)} to ${shareText(high)}` }
}

function changeCell(interval: Interval | null | undefined): TableCell | null {
  if (!interval) return null
  const { mean, low, high } = interval
  const clear = low > 0 || high < 0
  return {
    text: signedShare(mean),
    value: mean,
    note: `${signedShare(low)} to ${signedShare(high)}`,
    ...(clear && { look: 'clear' as const }),
  }
}

const columns = PROBE_FIGURES.map(({ title }) => ({ title }))

function gamePart(probes: ProbeTable, stages: readonly StageInfo[]): ProbesPage['games'][number] {
  const names = policiesOf(stages)
  const shares: Table = {
    title: 'Shares',
    first: 'Policy',
    columns,
    rows: probes.lines.map(({ policy, decoding, figures }) => ({
      head: names.called(policy),
      gloss: decoding,
      cells: PROBE_FIGURES.map(({ key }) => shareCell(figures[key])),
    })),
    notes: [],
  }
  const changes: Table = {
    title: 'Differences',
    first: 'Difference',
    columns,
    rows: probes.differences.map((one) => ({
      head: probePairLabel(names, one),
      cells: PROBE_FIGURES.map(({ key }) => changeCell(one.figures[key])),
    })),
    notes: [`${PROBE_DIFFERENCE_NOTE} Bold where the interval leaves zero out.`],
  }
  return {
    title: gameTitle(probes.game),
    findings: armFindings(probes, stages),
    tables: changes.rows.length === 0 ? [shares] : [shares, changes],
  }
}

/** Null without probes. */
export function probesPage(tables: readonly ProbeTable[], stages: readonly StageInfo[]): ProbesPage | null {
  const [first] = tables
  if (first === undefined) return null
  const seeds = first.seeds > 1 ? ` Means over ${first.seeds} seeds.` : ''
  return {
    question: hasArms(stages) ? ARMS_TEXT : null,
    note: `${first.states} states a game.${seeds} ${PROBE_NOTE}`,
    games: tables.map((one) => gamePart(one, stages)),
  }
}
