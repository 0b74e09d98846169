/** Generalisation as heat maps of a page: things down, levels of perception across, a map a metric. */
import type { GeneralisationRow } from '../runs/index.ts'
import type { Policies } from './policies.ts'
import { reachText, trainedThemesText } from './reach.ts'
import { gameTitle } from './seeds-text.ts'

/** Shares 0..1 with a 95 % interval; `seen`: part of training. */
export interface HeatCell {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly seen: boolean
}

/** A map of one metric: a cell a thing and level; null where nothing was measured. */
export interface HeatMap {
  readonly title: string
  readonly levels: readonly number[]
  readonly rows: readonly { readonly thing: string; readonly cells: readonly (HeatCell | null)[] }[]
}

/** The section of a page. */
export interface GeneralisationPage {
  readonly note: string
  readonly games: readonly {
    readonly title: string
    /** How far the last policy reaches. */
    readonly sentence: string
    /** In report order. */
    readonly policies: readonly { readonly label: string; readonly gloss: string; readonly maps: readonly HeatMap[] }[]
  }[]
}

const METRICS = [
  { metric: 'perception cells', title: 'Cells read rightly, %' },
  { metric: 'perception exact', title: 'Perception exact, %' },
  { metric: 'legal', title: 'Legal moves, %' },
  { metric: 'good', title: 'Good moves, %' },
] as const

const short = (value: number): number => Number(value.toFixed(4))

function heatMap(rows: readonly GeneralisationRow[], title: string): HeatMap[] {
  if (rows.length === 0) return []
  const things = [...new Set(rows.map(({ thing }) => thing))]
  const levels = [...new Set(rows.map(({ level }) => level))].sort((a, b) => a - b)
  const cell = (thing: string, level: number): HeatCell | null => {
    const row = rows.find((one) => one.thing === thing && one.level === level)
    return row === undefined ? null : { mean: short(row.mean), low: short(row.low), high: short(row.high), seen: row.seen }
  }
  return [{ title, levels, rows: things.map((thing) => ({ thing, cells: levels.map((level) => cell(thing, level)) })) }]
}

/** Null without rows. `themes`: random ones that training drew in; null if unknown. */
export function generalisationPage(rows: readonly GeneralisationRow[], names: Policies, themes: number | null): GeneralisationPage | null {
  if (rows.length === 0) return null
  const states = Math.max(...rows.map((row) => row.states))
  const games = [...new Set(rows.map(({ game }) => game))]
  return {
    note: `One greedy decision on each of ${states} fixed states a cell. Across: the levels of perception 0 (as designed) to 5 (faint, noisy, covered, shifted). Down: the theme of training, other themes, other knobs on a board of the same size, pictures held out. Point at a cell for its 95 % interval.${themes === null ? '' : ` ${trainedThemesText(themes)}`}`,
    games: games.map((game) => {
      const own = rows.filter((row) => row.game === game)
      const policies = [...new Set(own.map(({ policy }) => policy))].sort(names.compare)
      const rowsOf = (policy: string): GeneralisationRow[] => own.filter((row) => row.policy === policy)
      const last = policies.at(-1) as string
      return {
        title: gameTitle(game),
        sentence: reachText(names.called(last), rowsOf(last)),
        policies: policies.map((policy) => ({
          label: names.called(policy),
          gloss: names.gloss(policy),
          maps: METRICS.flatMap(({ metric, title }) =>
            heatMap(
              rowsOf(policy).filter((row) => row.metric === metric),
              title,
            ),
          ),
        })),
      }
    }),
  }
}
