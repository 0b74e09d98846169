/** The head of a run's report: one chart of all policies and games, and what it comes to in two or three sentences. */

import { headPanels, PANELS_LEGEND, verdictNote } from './head-panels.ts'
import { type Html, html } from './html.ts'
import { policiesOf } from './policies.ts'
import { resultsByGame } from './results.ts'
import type { RunView } from './run-view.ts'
import { scaleChart } from './scale-chart.ts'
import { trainingSetups } from './training-run.ts'

/** Null before anything was evaluated. */
export function headSection({ config, stages, results: rows, episodes, findings: sentences }: RunView): Html | null {
  const games = resultsByGame(rows, policiesOf(stages))
  if (games.length === 0) return null
  const panels = headPanels(games, trainingSetups(config))
  const how = verdictNote(episodes.length > 0)
  return html`<section class="head">${sentences.length === 0 ? null : html`<div class="findings">${sentences.map((sentence) => html`<p>${sentence}</p>`)}<p class="muted">${how}</p></div>`}
${scaleChart(panels, PANELS_LEGEND)}</section>`
}
