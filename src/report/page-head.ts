/** The head of a run's report: one chart of all policies and games, and what it comes to in two or three sentences. */

import { type Interval, pairedDifference } from '../eval/index.ts'
import type { EpisodeRecord, ResultRow } from '../runs/index.ts'
import { type ComparedGroup, compareRuns } from './compare.ts'
import { stageColour } from './curves.ts'
import { type Compared, findingsOf, type Verdict } from './findings.ts'
import { type Html, html } from './html.ts'
import { calledOf, type GameResults, pointsText, resultsByGame } from './results.ts'
import { type Mark, type Panel, type ScaleRow, scaleChart } from './scale-chart.ts'
import { returnsOf } from './seeds.ts'
import { gameTitle } from './seeds-text.ts'
import type { Setup } from './training-run.ts'
import { trainingOf, trainingSetups } from './training-run.ts'

/** What the head is made from. */
export interface HeadInput {
  readonly config: unknown
  readonly results: readonly ResultRow[]
  /** Empty: a run that kept none. */
  readonly episodes: readonly EpisodeRecord[]
}

const DECODINGS = ['sampled', 'greedy'] as const

/** Policies that are lines of the chart, or that its readers do not look for: they stand in the tables. */
const NO_ROWS = ['random', 'uniform', 'solver']

/** Index of the palette: scripted policies. */
const SCRIPTED = 6

/** A cell with all of its numbers. */
function known(row: ResultRow | null): Interval | null {
  return row && row.mean !== null && row.low !== null && row.high !== null ? { mean: row.mean, low: row.low, high: row.high } : null
}

const range = ({ mean, low, high }: Interval): string => `${pointsText(mean)} (${pointsText(low)} to ${pointsText(high)})`

function rowOf(results: GameResults, policy: string): ScaleRow {
  const marks = ([...DECODINGS, 'scripted'] as const).flatMap((decoding): Mark[] => {
    const interval = known(results.cell(policy, decoding, 'return'))
    if (interval === null) return []
    const look = decoding === 'greedy' ? 'hollow' : 'full'
    return [{ ...interval, look, title: `${calledOf(policy)}${decoding === 'scripted' ? '' : `, ${decoding}`}: ${range(interval)}` }]
  })
  const isModel = DECODINGS.some((decoding) => results.cell(policy, decoding, 'return') !== null)
  return { label: shortName(policy), colour: isModel ? stageColour(policy) : SCRIPTED, marks }
}

/** A name that fits beside a chart. */
const shortName = (policy: string): string => calledOf(policy).split(',')[0] as string

function panelOf(results: GameResults, setup: Setup | undefined): Panel {
  return {
    title: gameTitle(results.game),
    note: setup ? `${setup.counts} in ${setup.horizon} replies` : 'points an episode',
    random: known(results.cell('random', 'scripted', 'return')),
    expert: known(results.cell('solver', 'scripted', 'return')),
    rows: results.policies.filter((policy) => !NO_ROWS.includes(policy)).map((policy) => rowOf(results, policy)),
  }
}

/** Below this, corrected for all tests of a game, a difference is more than chance. */
const CHANCE = 0.05

/** By the paired test where the episodes were kept, else by intervals that do not overlap. */
function verdictOf(
  results: GameResults,
  group: ComparedGroup | undefined,
  policy: string,
  decoding: (typeof DECODINGS)[number],
  other: string,
): Verdict {
  const own = known(results.cell(policy, decoding, 'return'))
  const like = known(results.cell(other, decoding, 'return'))
  const its = like ?? known(results.cell(other, 'scripted', 'return'))
  if (own === null || its === null) return null
  const called = like === null ? other : `${other}, ${decoding}`
  const test = group?.tests.find(({ a, b }) => a === `${policy}, ${decoding}` && b === called)
  if (test) return test.corrected >= CHANCE ? 'open' : test.difference.mean > 0 ? 'above' : 'below'
  if (own.low > its.high) return 'above'
  return own.high < its.low ? 'below' : 'open'
}

/** By the games that both played, where they were kept; else by whether each mean lies in the other's interval. */
function solverAbove(results: GameResults, episodes: readonly EpisodeRecord[]): boolean | null {
  const [random, solver] = ['random', 'solver'].map((policy) => known(results.cell(policy, 'scripted', 'return')))
  if (!random || !solver) return null
  const [low, high] = ['random', 'solver'].map((policy) =>
    returnsOf(episodes.filter((one) => one.game === results.game && one.policy === policy)),
  ) as [Map<number, number>, Map<number, number>]
  const seeds = [...low.keys()].filter((seed) => high.has(seed))
  const of = (returns: ReadonlyMap<number, number>): number[] => seeds.map((seed) => returns.get(seed) as number)
  if (seeds.length > 1) return pairedDifference(of(high), of(low), { seed: 0 }).low > 0
  return solver.mean > random.high || random.mean < solver.low
}

/** Verdicts of a run. */
export function comparedOf({ config, results, episodes }: HeadInput): Compared {
  const games = resultsByGame(results)
  const groups = compareRuns([
    { name: 'run', seed: results[0]?.seed ?? 0, setups: trainingSetups(config), training: trainingOf(config), episodes, rows: results },
  ])
  const group = (game: number): ComparedGroup | undefined => groups.find((one) => one.game === games[game]?.game)
  return {
    games: games.map(({ game }) => gameTitle(game)),
    decodings: DECODINGS.filter((decoding) => results.some((row) => row.decoding === decoding)),
    verdict: (game, policy, decoding, other) => verdictOf(games[game] as GameResults, group(game), policy, decoding, other),
    solverAbove: (game) => solverAbove(games[game] as GameResults, episodes),
  }
}

/** Null before anything was evaluated. */
export function headSection(input: HeadInput): Html | null {
  const games = resultsByGame(input.results)
  if (games.length === 0) return null
  const setups = trainingSetups(input.config)
  const panels = games.map((results) =>
    panelOf(
      results,
      setups?.find(({ game }) => game === results.game),
    ),
  )
  const sentences = findingsOf(comparedOf(input))
  const how =
    input.episodes.length > 0
      ? 'Above and below: p < 0.05 in a sign-flip test on the same games, corrected for all tests of a game.'
      : 'Above and below: the 95 % intervals do not overlap.'
  const legend =
    'Filled: sampled, or scripted; hollow: greedy (numbers: sampled / greedy). Lines through the dots: 95 % over games. Shaded: fewer points than random legal moves.'
  return html`<section class="head">${sentences.length === 0 ? null : html`<div class="findings">${sentences.map((sentence) => html`<p>${sentence}</p>`)}<p class="muted">${how}</p></div>`}
${scaleChart(panels, legend)}</section>`
}
