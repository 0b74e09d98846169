/** The report as one HTML document. Pure: what it shows comes in, the text of the page comes out. */
import { createHash } from 'node:crypto'
import type { EpisodeRecord, GeneralisationRow, InterventionRow, MetricLine, Replay, ResultRow, Session } from '../runs/index.ts'
import { aboutText } from './about-text.ts'
import { type Bootstrapping, bootstrapping, WINDOW } from './bootstrapping.ts'
import {
  type Chart,
  chartOf,
  gamesIn,
  RL_CHARTS,
  type Stage,
  SUPERVISED_CHARTS,
  stageCharts,
  stageColour,
  stageOfGame,
  stagesOf,
} from './curves.ts'
import { type Html, html, jsonText, trusted } from './html.ts'
import { REPORT_CLIENT } from './page-client.ts'
import { generalisationSection } from './page-generalisation.ts'
import { headSection } from './page-head.ts'
import { interventionsSection } from './page-interventions.ts'
import { replaysSection } from './page-replays.ts'
import { resultsSection } from './page-results.ts'
import { runSection, type ShownConfig, shownConfigOf } from './page-run.ts'
import { REPORT_STYLE } from './page-style.ts'
import { resultsByGame } from './results.ts'
import { scatter } from './scatter.ts'

/** All that a report shows. Empty lists: not there yet. */
export interface ReportInput {
  readonly config: unknown
  readonly lines: readonly MetricLine[]
  readonly results: readonly ResultRow[]
  readonly interventions: readonly InterventionRow[]
  readonly generalisation: readonly GeneralisationRow[]
  readonly replays: readonly Replay[]
  /** Every evaluated episode, for paired tests; absent: not kept. */
  readonly episodes?: readonly EpisodeRecord[]
  /** Which program wrote the run, when and where. */
  readonly about?: readonly Session[]
}

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

function curvesSection(stages: readonly Stage[], kind: Stage['kind'], infos: typeof RL_CHARTS, shelf: ChartShelf): Html | null {
  const charts = stageCharts(stages, kind, infos)
  if (charts.length === 0) return null
  const own = stages.filter((stage) => stage.kind === kind)
  return html`${legend(own.map(({ name }) => ({ label: name, colour: stageColour(name) })))}
<div class="charts">${charts.map((chart) => shelf.place(chart))}</div>`
}

const PERCEPTION = 6
const REASONING = 5

function bootstrappingPart(stage: Stage, found: Bootstrapping, shelf: ChartShelf): Html {
  const chart = chartOf(
    { title: `${stage.name}: perception and reasoning`, note: 'over RL steps', unit: 'share', group: `both-${stage.name}` },
    [
      { label: 'perception', colour: PERCEPTION, stage, key: 'perceptionExact' },
      { label: 'reasoning', colour: REASONING, stage, key: 'reasoning' },
    ],
  )
  return html`<h3>${stage.name}</h3><p>${found.sentence}</p>
<div class="pair">${chart && shelf.place(chart)}${scatter(found.gains, stageColour(stage.name.split(' ')[0] as string), `${stage.name}: gains from window to window`)}</div>`
}

function bootstrappingSection(stages: readonly Stage[], shelf: ChartShelf): Html | null {
  const own = stages.filter(({ kind }) => kind === 'rl')
  if (own.length === 0) return null
  const games = gamesIn(own)
  const parts = (of: readonly Stage[]): Html[] => of.map((stage) => bootstrappingPart(stage, bootstrapping(stage), shelf))
  return html`<h2>Bootstrapping</h2>
<p>Do perception and reasoning lift each other in RL? Perception: replies with the whole board right. Reasoning: best moves among those. A gain is the change of the mean from one window of ${WINDOW} steps to the next; the correlation is Pearson’s, over windows. It shows that two things move together, not which moves the other.</p>
${
  games.length === 0
    ? parts(own)
    : games.map((game) => parts(own.map((stage) => ({ ...stageOfGame(stage, game), name: `${stage.name} on ${game}` }))))
}`
}

/** Reinforcement learning over all games, then game by game. */
function rlSection(stages: readonly Stage[], shelf: ChartShelf): Html | null {
  const all = curvesSection(stages, 'rl', RL_CHARTS, shelf)
  if (all === null) return null
  const byGame = gamesIn(stages).map((game) => {
    const own = stages.map((stage) => stageOfGame(stage, game))
    return html`<h3>${game}</h3>${curvesSection(own, 'rl', RL_CHARTS, shelf)}`
  })
  return html`${all}${byGame}`
}

function resultsPart(results: readonly ResultRow[]): Html {
  if (results.length === 0) return html`<p class="note">No results yet: evaluation comes after training.</p>`
  const games = resultsByGame(results)
  const episodes = Math.max(...results.map((row) => row.episodes))
  return html`<p>Means over up to ${episodes} episodes, the same seeds for all; below each its 95 % bootstrap interval. The best model of a column is marked; shaded rows are anchors, which are handed the board and read no picture.</p>
${games.map((game) => html`${games.length > 1 ? html`<h3>${game.game}</h3>` : null}${resultsSection(game)}`)}`
}

function titleOf({ games, recipes }: ShownConfig): string {
  const names = (recipes ?? []).map((recipe) => recipe.toUpperCase().replace('-PAPER', ' (paper)'))
  const what =
    names.length === 0 ? 'A run' : names.length === 1 ? (names[0] as string) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return games && games.length > 0 ? `${what} on ${games.map(({ id }) => id).join(', ')}` : what
}

const BASE_NOTE =
  'The base was trained on the form of replies alone: it writes boards, thoughts and moves that are random. It stands in for an instruct model, which knows the words and the format.'

function body(input: ReportInput, shelf: ChartShelf): Html {
  const stages = stagesOf(input.lines)
  const config = shownConfigOf(input.config)
  const about = aboutText(input.about ?? [])
  const rl = rlSection(stages, shelf)
  const supervised = curvesSection(stages, 'supervised', SUPERVISED_CHARTS, shelf)
  return html`<main>
<header><h1>${titleOf(config)}</h1><p class="muted">Report of a vlm-gym run${config.preset ? `, preset ${config.preset}` : ''}${config.seed === undefined ? '' : `, seed ${config.seed}`}. G0: base, then RL. G1: base, cold start on a teacher’s replies, then RL.</p>
${about === '' ? null : html`<p class="muted about">${about}</p>`}</header>
${headSection({ config: input.config, results: input.results, episodes: input.episodes ?? [] })}
<h2>Results</h2>${resultsPart(input.results)}
${stages.some(({ name }) => name === 'base') ? html`<p class="note">${BASE_NOTE}</p>` : null}
${interventionsSection(input.interventions)}
${generalisationSection(input.generalisation)}
<h2>What ran</h2>${runSection(input.config, stages)}
${rl && html`<h2>Reinforcement learning</h2><p class="note">Sampled replies of each training step, as logged (faint) and as a moving mean (bold). Point at a chart for the values of a step. Recipes with rewards of their own cannot be compared by reward.</p>${rl}`}
${bootstrappingSection(stages, shelf)}
${supervised && html`<h2>Supervised stages</h2>${supervised}`}
${input.replays.length === 0 ? null : html`<h2>Replays</h2><p class="note">Steps of evaluation games, evenly spread. Cells read wrongly are marked.</p>${replaysSection(input.replays)}`}
</main>`
}

/** A script element and the hash that lets it run: with it in the policy of the page, no other script can. */
function script(text: string): { element: Html; hash: string } {
  const safe = text.replaceAll('</script', '<\\/script')
  return { element: trusted(`<script>${safe}</script>`), hash: `'sha256-${createHash('sha256').update(safe).digest('base64')}'` }
}

/** The document. It loads nothing from anywhere, and its content policy forbids it to. */
export function reportPage(input: ReportInput, library: ChartLibrary): string {
  const shelf = chartShelf()
  const content = body(input, shelf)
  const scripts = [script(library.script), script(REPORT_CLIENT)]
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${scripts.map(({ hash }) => hash).join(' ')}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${titleOf(shownConfigOf(input.config))} · vlm-gym</title>
<link rel="icon" href="data:,"><style>${trusted(library.style)}${trusted(REPORT_STYLE)}</style></head><body>
${content}
<script type="application/json" id="charts">${trusted(jsonText(shelf.charts))}</script>
${scripts.map(({ element }) => element)}
</body></html>
`.markup
}
