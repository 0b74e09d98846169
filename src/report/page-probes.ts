/** The probes as HTML: what every stage reads, thinks and does on fixed states, and what each reward adds. */
import type { Interval } from '../eval/index.ts'
import type { StageInfo } from '../runs/index.ts'
import { type Html, html } from './html.ts'
import { policiesOf } from './policies.ts'
import { armFindings, hasArms, PROBE_FIGURES, type ProbeTable, shareText, signedShare } from './probes.ts'
import { PROBE_DIFFERENCE_NOTE, PROBE_NOTE, probePairLabel } from './probes-text.ts'

function shareCell(interval: Interval | null | undefined): Html {
  if (!interval) return html`<td class="start none">–</td>`
  const { mean, low, high } = interval
  return html`<td class="start">${shareText(mean)}<span class="range">${shareText(low)} to ${shareText(high)}</span></td>`
}

function changeCell(interval: Interval | null | undefined): Html {
  if (!interval) return html`<td class="start none">–</td>`
  const { mean, low, high } = interval
  return html`<td class="start"><span class="${low > 0 || high < 0 ? 'change clear' : 'change'}">${signedShare(mean)} <small>(${signedShare(low)} to ${signedShare(high)})</small></span></td>`
}

function table(first: string, rows: readonly Html[]): Html {
  return html`<div class="scroll"><table class="data"><thead><tr><th class="first">${first}</th>${PROBE_FIGURES.map(({ title }) => html`<th class="start">${title}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>`
}

function gamePart(probes: ProbeTable, stages: readonly StageInfo[]): Html {
  const names = policiesOf(stages)
  const lines = probes.lines.map(
    ({ policy, decoding, figures }) =>
      html`<tr><th scope="row">${names.called(policy)}<span class="gloss">${decoding}</span></th>${PROBE_FIGURES.map(({ key }) => shareCell(figures[key]))}</tr>\n`,
  )
  const changes = probes.differences.map(
    (one) =>
      html`<tr><th scope="row">${probePairLabel(names, one)}</th>${PROBE_FIGURES.map(({ key }) => changeCell(one.figures[key]))}</tr>\n`,
  )
  const findings = armFindings(probes, stages)
  return html`<h3>${probes.game}</h3>
${findings.length === 0 ? null : html`<ul>${findings.map((finding) => html`<li>${finding}</li>`)}</ul>`}
${table('Policy', lines)}
${changes.length === 0 ? null : html`${table('Difference', changes)}<p class="note">${PROBE_DIFFERENCE_NOTE} Bold where the interval leaves zero out.</p>`}`
}

const ARMS_TEXT =
  'Does seeing lift reasoning, and reasoning seeing? Reinforcement learning from one base, with other rewards and all else equal: F for the form of the reply alone (the control), P for perception, A for play, PA for both. No arm rewards thoughts.'

/** The section of the report; null without probes. */
export function probesSection(tables: readonly ProbeTable[], stages: readonly StageInfo[]): Html | null {
  const [first] = tables
  if (first === undefined) return null
  const seeds = first.seeds > 1 ? ` Means over ${first.seeds} seeds.` : ''
  return html`<h2>What the models see, think and do</h2>
${hasArms(stages) ? html`<p>${ARMS_TEXT}</p>` : null}
<p class="note">${first.states} states a game.${seeds} ${PROBE_NOTE}</p>
${tables.map((one) => gamePart(one, stages))}`
}
