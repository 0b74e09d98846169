/** The interventions as tables of a page: a table a game and metric, a column a mode, and what each table comes to. */
import type { Interval } from '../eval/index.ts'
import type { InterventionRow } from '../runs/index.ts'
import { listText } from './findings.ts'
import type { Policies } from './policies.ts'
import { gameTitle } from './seeds-text.ts'
import type { Table, TableCell, TableRow } from './table.ts'

/** The section of a page. */
export interface InterventionsPage {
  readonly notes: readonly string[]
  readonly tables: readonly { readonly conclusion: string; readonly table: Table }[]
}

const MODES: readonly { readonly mode: string; readonly title: string; readonly note: string }[] = [
  { mode: 'image', title: 'Picture', note: 'as trained' },
  { mode: 'image+caption', title: 'Picture, true caption', note: 'told the true board' },
  { mode: 'caption', title: 'True caption alone', note: 'the picture is grey' },
  { mode: 'wrong-caption', title: 'Picture, wrong caption', note: 'told another board' },
]

const METRICS = [
  { metric: 'good', title: 'good moves, %', what: 'good moves' },
  { metric: 'legal', title: 'legal moves, %', what: 'legal moves' },
] as const

const DECODINGS = ['sampled', 'greedy', 'scripted'] as const

const per = (value: number): string => (value * 100).toFixed(1)
const change = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}`
const isClear = ({ low, high }: Interval): boolean => low > 0 || high < 0

function cell(row: InterventionRow | undefined): TableCell | null {
  if (row === undefined) return null
  const { difference } = row
  const range = `${per(row.low)} to ${per(row.high)}`
  return {
    text: per(row.mean),
    value: row.mean,
    title: `${row.states} states`,
    note: difference === null ? range : `${range}; ${change(difference.mean)} (${change(difference.low)} to ${change(difference.high)})`,
    ...(difference !== null && isClear(difference) && { look: 'clear' as const }),
  }
}

/** '12.5 points (4.7 to 21.9)' of a fall, '−6.3 points (−15.6 to +4.7)' of a change that is not clear */
const fallText = ({ mean, low, high }: Interval): string => `${per(-mean)} points (${per(-high)} to ${per(-low)})`
const changeText = ({ mean, low, high }: Interval): string => `${change(mean)} points (${change(low)} to ${change(high)})`

/** What the rows of one policy say: whether a wrong board that it is told costs it moves, and whether the true one adds some. */
function conclusionOf(called: string, what: string, rows: readonly InterventionRow[]): string {
  const of = (mode: string) =>
    DECODINGS.flatMap((decoding) => {
      const difference = rows.find((row) => row.mode === mode && row.decoding === decoding)?.difference ?? null
      return difference === null ? [] : [{ decoding, difference }]
    })
  const wrong = of('wrong-caption')
  if (wrong.length === 0) return ''
  const falls = wrong.filter(({ difference }) => difference.high < 0)
  const verdict =
    falls.length > 0
      ? `${called} acts on the board that it is told: a wrong one costs it ${listText(falls.map(({ decoding, difference }) => `${fallText(difference)} of its ${what}, ${decoding}`))}.`
      : `It is not shown that ${called} acts on the board that it is told: a wrong one changes its ${what} by ${listText(wrong.map(({ decoding, difference }) => `${changeText(difference)}, ${decoding}`))}.`
  const gains = of('image+caption').filter(({ difference }) => difference.low > 0)
  const told = gains.map(({ decoding, difference }) => `${changeText(difference)}, ${decoding}`)
  return gains.length === 0
    ? `${verdict} The true one is not shown to add to them.`
    : `${verdict} The true one adds to them: ${listText(told)}.`
}

function tableOf(names: Policies, game: string, rows: readonly InterventionRow[], { metric, title, what }: (typeof METRICS)[number]) {
  const own = rows.filter((row) => row.game === game && row.metric === metric)
  const policies = [...new Set(own.map(({ policy }) => policy))].sort(names.compare)
  const parts = policies.flatMap((policy) =>
    DECODINGS.flatMap((decoding) => {
      const cells = own.filter((row) => row.policy === policy && row.decoding === decoding)
      return cells.length === 0 ? [] : [{ policy, decoding, cells }]
    }),
  )
  if (parts.length === 0) return []
  const subject = names.subjects.find((policy) => policies.includes(policy)) ?? (policies.at(-1) as string)
  const conclusion = conclusionOf(
    names.called(subject),
    what,
    own.filter(({ policy }) => policy === subject),
  )
  const table: Table = {
    title: `${gameTitle(game)}: ${title}`,
    first: 'Policy',
    columns: MODES.map(({ title: name, note }) => ({ title: name, note })),
    rows: parts.map(
      ({ policy, decoding, cells }): TableRow => ({
        head: names.called(policy),
        gloss: decoding,
        cells: MODES.map(({ mode }) => cell(cells.find((row) => row.mode === mode))),
      }),
    ),
    notes: [],
  }
  return [{ conclusion, table }]
}

/** Null without rows. */
export function interventionsPage(rows: readonly InterventionRow[], names: Policies): InterventionsPage | null {
  if (rows.length === 0) return null
  const games = [...new Set(rows.map(({ game }) => game))]
  const states = Math.max(...rows.map((row) => row.states))
  return {
    notes: [
      `One decision on each of ${states} fixed states from random play, the same for all. A caption is a board as text, put in the model’s mouth as its own perception. Below each share its 95 % bootstrap interval, then the difference from the picture alone on the same states, bold where its interval leaves zero out.`,
      'A model that acts on what it says it sees gains by a true caption where it misreads, plays as well without a picture, and loses by a wrong one. A model that plays the same whatever it is told does not use its own perception.',
    ],
    tables: games.flatMap((game) => METRICS.flatMap((metric) => tableOf(names, game, rows, metric))),
  }
}
