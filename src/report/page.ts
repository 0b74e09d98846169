/** The report as one HTML document. Pure: what it shows comes in, the text of the page comes out. */
import { createHash } from 'node:crypto'
import { type Bootstrapping, bootstrapping, WINDOW } from './bootstrapping.ts'
import { type Chart, chartOf, gamesIn, RL_CHARTS, type StageLines, SUPERVISED_CHARTS, stageCharts, stageOfGame } from './curves.ts'
import { type Html, html, jsonText, trusted } from './html.ts'
import { REPORT_CLIENT } from './page-client.ts'
import { generalisationSection } from './page-generalisation.ts'
import { headSection } from './page-head.ts'
import { interventionsSection } from './page-interventions.ts'
import { probesSection } from './page-probes.ts'
import { replaysSection } from './page-replays.ts'
import { resultsSection } from './page-results.ts'
import { runSection } from './page-run.ts'
import { REPORT_STYLE } from './page-style.ts'
import { policiesOf } from './policies.ts'
import { probeTables } from './probes.ts'
import { resultsByGame } from './results.ts'
import { type RunView, trainConfigOf } from './run-view.ts'
import { scatter } from './scatter.ts'

/** uPlot's files as text, inlined. */
export interface ChartLibrary {
  readonly script: string
  readonly style: string
}

/** Numbers the charts in the order in which they are placed. */
interface ChartShelf {
  readonly charts: Chart[]
  place(chart: Chart): Html
}

function chartShelf(): ChartShelf {
  const charts: Chart[] = []
  const place = (chart: Chart): Html => {
    const index = charts.push(chart) - 1
    return html`<figure><figcaption>${chart.title}<small>${chart.note}</small></figcaption><div class="readout"></div><div class="plot" data-chart="${index}"></div></figure>\n`
  }
  return { charts, place }
}

function legend(entries: readonly { readonly label: string; readonly colour: number }[]): Html {
  return html`<div class="legend">${entries.map(({ label, colour }) => html`<span><i class="c${colour}"></i>${label}</span>`)}</div>`
}

function curvesSection(stages: readonly StageLines[], kind: StageLines['kind'], infos: typeof RL_CHARTS, shelf: ChartShelf): Html | null {
  const charts = stageCharts(stages, kind, infos)
  if (charts.length === 0) return null
  const kindStages = stages.filter((stage) => stage.kind === kind)
  return html`${legend(kindStages.map(({ label, colour }) => ({ label, colour })))}
<div class="charts">${charts.map((chart) => shelf.place(chart))}</div>`
}

const PERCEPTION = 6
const REASONING = 5

function bootstrappingPart(stage: StageLines, found: Bootstrapping, shelf: ChartShelf): Html {
  const chart = chartOf(
    { title: `${stage.label}: perception and reasoning`, note: 'over RL steps', unit: 'share', group: `both-${stage.name}` },
    [
      { label: 'perception', colour: PERCEPTION, stage, key: 'perceptionExact' },
      { label: 'reasoning', colour: REASONING, stage, key: 'reasoning' },
    ],
  )
  return html`<h3>${stage.label}</h3><p>${found.sentence}</p>
<div class="pair">${chart && shelf.place(chart)}${scatter(found.gains, stage.colour, `${stage.label}: gains from window to window`)}</div>`
}

function bootstrappingSection(stages: readonly StageLines[], shelf: ChartShelf): Html | null {
  const rlStages = stages.filter(({ kind }) => kind === 'rl')
  if (rlStages.length === 0) return null
  const games = gamesIn(rlStages)
  const parts = (of: readonly StageLines[]): Html[] => of.map((stage) => bootstrappingPart(stage, bootstrapping(stage), shelf))
  return html`<h2>Bootstrapping</h2>
<p>Do perception and reasoning lift each other in RL? Perception: replies whose perception is exact. Reasoning: best moves among those. A gain is the change of the mean from one window of ${WINDOW} steps to the next; the correlation is Pearson’s, over windows. It shows that two things move together, not which moves the other.</p>
${
  games.length === 0
    ? parts(rlStages)
    : games.map((game) =>
        parts(
          rlStages.map((stage) => ({ ...stageOfGame(stage, game), name: `${stage.name} on ${game}`, label: `${stage.label} on ${game}` })),
        ),
      )
}`
}

/** Reinforcement learning over all games, then game by game. */
function rlSection(stages: readonly StageLines[], shelf: ChartShelf): Html | null {
  const all = curvesSection(stages, 'rl', RL_CHARTS, shelf)
  if (all === null) return null
  const byGame = gamesIn(stages).map((game) => {
    const own = stages.map((stage) => stageOfGame(stage, game))
    return html`<h3>${game}</h3>${curvesSection(own, 'rl', RL_CHARTS, shelf)}`
  })
  return html`${all}${byGame}`
}

function resultsPart({ results, stages }: RunView): Html {
  if (results.length === 0) return html`<p class="note">No results yet: evaluation comes after training.</p>`
  const games = resultsByGame(results, policiesOf(stages))
  const episodes = Math.max(...results.map((row) => row.episodes))
  return html`<p>Means over up to ${episodes} episodes, the same seeds for all; below each its 95 % bootstrap interval. The best model of a column is marked; shaded rows are anchors, which are handed the board and read no picture.</p>
${games.map((game) => html`${games.length > 1 ? html`<h3>${game.game}</h3>` : null}${resultsSection(game)}`)}`
}

function headerPart(view: RunView): Html {
  const config = trainConfigOf(view.config)
  const what = config === null ? '' : `, preset ${config.preset}, seed ${config.seed}`
  const recipes = view.stages.flatMap(({ label, about, from }) => (from === null ? [] : [`${capital(label)}: ${about}.`]))
  return html`<header><h1>${view.title}</h1><p class="muted">Report of a vlm-gym run${what}. ${recipes.join(' ')}</p>
${view.about === '' ? null : html`<p class="muted about">${view.about}</p>`}</header>`
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

function body(view: RunView, shelf: ChartShelf): Html {
  const names = policiesOf(view.stages)
  const stages = view.stages.filter(({ lines }) => lines.length > 0)
  const rl = rlSection(stages, shelf)
  const supervised = curvesSection(stages, 'supervised', SUPERVISED_CHARTS, shelf)
  const notes = stages.flatMap(({ note }) => (note === '' ? [] : [note]))
  return html`<main>
${headerPart(view)}
${headSection(view)}
<h2>Results</h2>${resultsPart(view)}
${notes.map((note) => html`<p class="note">${note}</p>`)}
${probesSection(probeTables([view.probes], view.stages), view.stages)}
${interventionsSection(view.interventions, names)}
${generalisationSection(view.generalisation, names, trainConfigOf(view.config)?.themes ?? null)}
<h2>What ran</h2>${runSection(view)}
${rl && html`<h2>Reinforcement learning</h2><p class="note">Sampled replies of each training step, as logged (faint) and as a moving mean (bold). Point at a chart for the values of a step. Recipes with rewards of their own cannot be compared by reward.</p>${rl}`}
${bootstrappingSection(stages, shelf)}
${supervised && html`<h2>Supervised stages</h2>${supervised}`}
${view.replays.length === 0 ? null : html`<h2>Replays</h2><p class="note">Steps of evaluation games, evenly spread. Cells read wrongly are marked.</p>${replaysSection(view.replays, names)}`}
</main>`
}

/** A script element and the hash that lets it run: with it in the policy of the page, no other script can. */
function script(text: string): { element: Html; hash: string } {
  const safe = text.replaceAll('</script', '<\\/script')
  return { element: trusted(`<script>${safe}</script>`), hash: `'sha256-${createHash('sha256').update(safe).digest('base64')}'` }
}

/** The document. It loads nothing from anywhere, and its content policy forbids it to. */
export function reportPage(view: RunView, library: ChartLibrary): string {
  const shelf = chartShelf()
  const content = body(view, shelf)
  const scripts = [script(library.script), script(REPORT_CLIENT)]
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${scripts.map(({ hash }) => hash).join(' ')}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${view.title} · vlm-gym</title>
<link rel="icon" href="data:,"><style>${trusted(library.style)}${trusted(REPORT_STYLE)}</style></head><body>
${content}
<script type="application/json" id="charts">${trusted(jsonText(shelf.charts))}</script>
${scripts.map(({ element }) => element)}
</body></html>
`.markup
}
