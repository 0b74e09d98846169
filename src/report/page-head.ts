/** The head of a run's report: one chart of all policies and games, and what it comes to in two or three sentences. */

import type { Interval } from '../eval/index.ts'
import { type Html, html } from './html.ts'
import { policiesOf } from './policies.ts'
import { type GameResults, pointsText, resultsByGame } from './results.ts'
import type { RunView } from './run-view.ts'
import { type Mark, type Panel, type ScaleRow, scaleChart } from './scale-chart.ts'
import { gameTitle } from './seeds-text.ts'
import { type Setup, trainingSetups } from './training-run.ts'
import { DECODINGS, known } from './verdicts.ts'

/** Policies that are lines of the chart, or that its readers do not look for: they stand in the tables. */
const NO_ROWS = ['random', 'uniform', 'solver']

/** Index of the palette: scripted policies. */
const SCRIPTED = 6

const range = ({ mean, low, high }: Interval): string => `${pointsText(mean)} (${pointsText(low)} to ${pointsText(high)})`

function rowOf(results: GameResults, policy: string): ScaleRow {
  const marks = ([...DECODINGS, 'scripted'] as const).flatMap((decoding): Mark[] => {
    const interval = known(results.cell(policy, decoding, 'return'))
    if (interval === null) return []
    const look = decoding === 'greedy' ? 'hollow' : 'full'
    return [
      { ...interval, look, title: `${results.names.called(policy)}${decoding === 'scripted' ? '' : `, ${decoding}`}: ${range(interval)}` },
    ]
  })
  const isModel = DECODINGS.some((decoding) => results.cell(policy, decoding, 'return') !== null)
  return { label: shortName(results, policy), colour: isModel ? results.names.colour(policy) : SCRIPTED, marks }
}

/** A name that fits beside a chart. */
const shortName = ({ names }: GameResults, policy: string): string => names.called(policy).split(',')[0] as string

function panelOf(results: GameResults, setup: Setup | undefined): Panel {
  return {
    title: gameTitle(results.game),
    note: setup ? `${setup.counts} in ${setup.horizon} replies` : 'points an episode',
    random: known(results.cell('random', 'scripted', 'return')),
    expert: known(results.cell('solver', 'scripted', 'return')),
    rows: results.policies.filter((policy) => !NO_ROWS.includes(policy)).map((policy) => rowOf(results, policy)),
  }
}

/** Null before anything was evaluated. */
export function headSection({ config, stages, results: rows, episodes, findings: sentences }: RunView): Html | null {
  const games = resultsByGame(rows, policiesOf(stages))
  if (games.length === 0) return null
  const setups = trainingSetups(config)
  const panels = games.map((results) =>
    panelOf(
      results,
      setups?.find(({ game }) => game === results.game),
    ),
  )
  const how =
    episodes.length > 0
      ? 'Above and below: p < 0.05 in a sign-flip test on the same games, corrected for all tests of a game.'
      : 'Above and below: the 95 % intervals do not overlap.'
  const legend =
    'Filled: sampled, or scripted; hollow: greedy (numbers: sampled / greedy). Lines through the dots: 95 % over games. Shaded: fewer points than random legal moves.'
  return html`<section class="head">${sentences.length === 0 ? null : html`<div class="findings">${sentences.map((sentence) => html`<p>${sentence}</p>`)}<p class="muted">${how}</p></div>`}
${scaleChart(panels, legend)}</section>`
}
