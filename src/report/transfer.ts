/**
 * Transfer: what reinforcement learning on some games changes in others. A matrix a figure: a row a stage of RL, a column a game, in each cell
 * the stage less the weights it began with, on the same states or games. Figures of single decisions are those of the probes; points are those of
 * whole games, on the scale from random legal moves to the solver of that game.
 */
import { bootstrapMean, type Interval, meanOf, pairedDifference } from '../eval/index.ts'
import type { ComparedRun } from './compare.ts'
import { markdownTable } from './markdown.ts'
import { policiesOf } from './policies.ts'
import { PROBE_FIGURES, type ProbeTable, probeTables, shareText, signedShare } from './probes.ts'
import { LITTLE } from './results.ts'
import { returnsOf } from './seeds.ts'

/** What a stage changed in a game. */
export interface TransferCell {
  readonly game: string
  /** Whether the stage learned from the game. */
  readonly isLearned: boolean
  /** Stage less where it began, with the 95 % interval over states or games (bootstrap); null where nothing was measured. */
  readonly change: Interval | null
  /** The mean change of each seed, in the order of the runs. */
  readonly bySeed: readonly (number | null)[]
}

/** A stage of RL. */
export interface TransferRow {
  readonly policy: string
  readonly label: string
  readonly cells: readonly TransferCell[]
}

/** The weights that stages of RL began with. */
export interface TransferStart {
  readonly policy: string
  readonly label: string
  /** By place in `games`: the figure itself, with its 95 % interval; null where nothing was measured. */
  readonly levels: readonly (Interval | null)[]
}

/** One figure of every stage in every game. */
export interface TransferMatrix {
  readonly key: string
  readonly title: string
  /** What a change of 1 is, for people. */
  readonly unit: string
  readonly seeds: number
  readonly games: readonly string[]
  readonly starts: readonly TransferStart[]
  readonly rows: readonly TransferRow[]
}

const FIGURES = ['cells', 'think', 'legal', 'good']

/**
 * The matrices of sampled replies. `runs`: training runs of one recipe that differ by seed; their games and stages are those of the first.
 * A figure that nothing measured is left out.
 */
export function transferMatrices(runs: readonly ComparedRun[]): TransferMatrix[] {
  const stages = runs[0]?.training?.stages ?? []
  const tables = probeTables(
    runs.map(({ probes = [] }) => probes),
    stages,
  )
  const games = runs[0]?.setups?.map(({ game }) => game) ?? tables.map(({ game }) => game)
  const learned = stages.filter(({ kind, from }) => kind === 'rl' && from !== null)
  const starts = [...new Set(learned.map(({ from }) => from as string))]
  const { called } = policiesOf(stages)
  const matrix = (key: string, title: string, unit: string, { levelOf, changeOf }: Figure): TransferMatrix => ({
    ...{ key, title, unit, seeds: runs.length, games },
    starts: starts.map((policy) => ({ policy, label: called(policy), levels: games.map((game) => levelOf(policy, game)) })),
    rows: learned.map(({ name, from, games: own }) => ({
      ...{ policy: name, label: called(name) },
      cells: games.map((game) => ({ game, isLearned: own?.includes(game) ?? true, ...changeOf(name, from as string, game) })),
    })),
  })
  const probed = PROBE_FIGURES.filter(({ key }) => FIGURES.includes(key)).map(({ key, title }) =>
    matrix(key, title, 'share', probeFigure(tables, key)),
  )
  const points = matrix('points', 'points', '0: random legal moves, 1: the solver', pointsFigure(runs))
  return [...probed, points].filter(({ rows }) => rows.some(({ cells }) => cells.some(({ change }) => change !== null)))
}

type Change = Pick<TransferCell, 'change' | 'bySeed'>

interface Figure {
  levelOf(policy: string, game: string): Interval | null
  changeOf(policy: string, from: string, game: string): Change
}

function probeFigure(tables: readonly ProbeTable[], key: string): Figure {
  const tableOf = (game: string): ProbeTable | undefined => tables.find((table) => table.game === game)
  return {
    levelOf: (policy, game) =>
      tableOf(game)?.lines.find((line) => line.policy === policy && line.decoding === 'sampled')?.figures[key] ?? null,
    changeOf: (policy, from, game) => {
      const found = tableOf(game)?.differences.find((one) => one.policy === policy && one.other === from && one.decoding === 'sampled')
      return { change: found?.figures[key] ?? null, bySeed: found?.bySeed[key] ?? [] }
    },
  }
}

/** Of each game the mean over the seeds; the ends of the scale are means, taken as known. None of a game whose ends lie too near to make a scale. */
function pointsFigure(runs: readonly ComparedRun[]): Figure {
  const seed = runs[0]?.seed ?? 0
  const returns = (run: ComparedRun, game: string, policy: string, decoding: string): Map<number, number> =>
    returnsOf(run.episodes.filter((one) => one.game === game && one.policy === policy && one.decoding === decoding))
  const endOf = (game: string, policy: string): number | null =>
    meanOf(runs.flatMap((run) => [...returns(run, game, policy, 'scripted').values()]))
  /** Of the games that all of them played: by policy and run the values on the scale. Null: no scale, or no such game. */
  const onScale = (game: string, policies: readonly string[]): number[][][] | null => {
    const [random, solver] = [endOf(game, 'random'), endOf(game, 'solver')]
    const all = policies.map((policy) => runs.map((run) => returns(run, game, policy, 'sampled')))
    const shared = [...(all[0]?.[0]?.keys() ?? [])].filter((one) => all.flat().every((values) => values.has(one)))
    if (random === null || solver === null || random >= LITTLE * solver || shared.length === 0) return null
    return all.map((ofRuns) => ofRuns.map((values) => shared.map((one) => ((values.get(one) as number) - random) / (solver - random))))
  }
  const overRuns = (values: readonly (readonly number[])[]): number[] =>
    (values[0] ?? []).map((_, i) => meanOf(values.map((own) => own[i] as number)) as number)
  return {
    levelOf: (policy, game) => {
      const scaled = onScale(game, [policy])
      return scaled && bootstrapMean(overRuns(scaled[0] as number[][]), { seed })
    },
    changeOf: (policy, from, game) => {
      const [after, before] = onScale(game, [policy, from]) ?? []
      if (!after || !before) return { change: null, bySeed: [] }
      return {
        change: pairedDifference(overRuns(after), overRuns(before), { seed }),
        bySeed: after.map((values, i) => (meanOf(values) as number) - (meanOf(before[i] as number[]) as number)),
      }
    },
  }
}

/** What the signs in the tables are. */
export const TRANSFER_NOTE =
  'Sampled replies. First row: the figure itself. Rows of RL: after less before, on the same states or games, with a 95 % interval over these (bootstrap). [+]: the stage learned from this game. Bold: the interval leaves zero out.'

const levelText = (level: Interval | null): string =>
  level === null ? '–' : `${plain(level.mean)} [${plain(level.low)}, ${plain(level.high)}]`

/** A share; on the scale of points it can be below 0. */
const plain = (value: number): string => (value < 0 ? `−${shareText(-value)}` : shareText(value))

/** A cell as text: '**+.12** [+.08, +.16] ↑↑↑', behind '[+] ' where the game was learned. */
function cellText({ change, bySeed, isLearned }: TransferCell): string {
  if (change === null) return '–'
  const mean = signedShare(change.mean)
  const isSure = change.low > 0 || change.high < 0
  const seeds = bySeed.flatMap((value) => value ?? [])
  const arrows = seeds.length < 2 ? '' : ` ${seeds.map((value) => (value > 0 ? '↑' : value < 0 ? '↓' : '·')).join('')}`
  return `${isLearned ? '[+] ' : ''}${isSure ? `**${mean}**` : mean} [${signedShare(change.low)}, ${signedShare(change.high)}]${arrows}`
}

/** The matrices as Markdown that reads well in a terminal, and what they come to in a sentence each. */
export function transferText(matrices: readonly TransferMatrix[]): string {
  return [
    ...matrices.flatMap(({ title, unit, games, starts, rows, seeds }) => [
      `${title} (${unit}${seeds > 1 ? `, mean of ${seeds} seeds` : ''})`,
      markdownTable([
        ['', ...games],
        ...starts.map(({ label, levels }) => [label, ...levels.map(levelText)]),
        ...rows.map(({ label, cells }) => [label, ...cells.map(cellText)]),
      ]),
    ]),
    TRANSFER_NOTE,
    ...matrices.map(transferFinding),
  ].join('\n\n')
}

/** 'cells read: learned games rise in 6 of 6 cells (fall in 0); other games in 2 of 9 (fall in 1).' */
export function transferFinding({ title, rows }: TransferMatrix): string {
  const cells = rows.flatMap((row) => row.cells)
  const count = (isLearned: boolean): string => {
    const there = cells.flatMap((cell) => (cell.isLearned === isLearned && cell.change !== null ? [cell.change] : []))
    const [up, down] = [there.filter(({ low }) => low > 0).length, there.filter(({ high }) => high < 0).length]
    return `in ${up} of ${there.length} cells (down in ${down})`
  }
  return `${title}: up ${count(true)} of games that were learned, ${count(false)} of games that were not.`
}
