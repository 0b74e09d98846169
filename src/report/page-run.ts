/** What ran, as HTML: the config's main facts, the stages as far as they went, the whole config. */

import type { TrainConfig } from '../train/index.ts'
import { type Html, html } from './html.ts'
import { type RunView, type StageView, trainConfigOf } from './run-view.ts'

function facts({ preset, seed, games, skin, recipes, teacher, evaluation }: TrainConfig): (readonly [string, string])[] {
  const knobs = (config: object): string => (Object.keys(config).length > 0 ? ` ${JSON.stringify(config)}` : '')
  return [
    ['preset', preset],
    ['seed', String(seed)],
    ['games', games.map(({ id, config }) => `${id}${knobs(config)}`).join(', ')],
    ['recipes', recipes.join(', ')],
    ['pictures', `${skin.theme}, tiles of ${skin.tile} pixels`],
    [
      'teacher',
      [teacher.blind ? 'blind spots' : 'no blind spots', ...(teacher.slip > 0 ? [`${teacher.slip * 100} % slips`] : [])].join(', '),
    ],
    ['evaluation', `${evaluation.episodes} games of ${games.map(({ horizon }) => horizon).join(', ')} moves, seed ${evaluation.seed}`],
  ]
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3))

function time(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function stageRow(stage: StageView): Html {
  const { label, kind, batch, last, seconds, tokensPerSecond } = stage
  const done = stage.lines.length
  const steps = stage.steps === done ? `${done}` : `${done} of ${stage.steps}`
  const speed = tokensPerSecond === null ? '–' : Math.round(tokensPerSecond).toLocaleString('en-US')
  const isRl = kind === 'rl'
  return html`<tr><th scope="row">${label}</th><td>${isRl ? 'GRPO' : 'supervised'}</td><td>${steps}</td><td>${batch}</td><td>${isRl ? 'reward' : 'loss'} ${figure(last)}</td><td class="start">${time(seconds)}</td><td>${speed}</td></tr>\n`
}

function stageTable(all: readonly StageView[]): Html {
  const stages = all.filter(({ lines }) => lines.length > 0)
  if (stages.length === 0) return html`<p class="note">No step has been logged yet.</p>`
  return html`<div class="scroll"><table class="data"><thead><tr><th class="first">Stage</th><th>kind</th><th>steps</th><th>a step</th><th>last ten steps</th><th class="start">time *</th><th>tokens/s *</th></tr></thead><tbody>
${stages.map(stageRow)}</tbody></table></div>
<p class="note">* Of this machine (sum and median over steps); they decide nothing. All else follows from the config and its seed.</p>`
}

/** The section's body. */
export function runSection({ config, stages }: RunView): Html {
  const known = trainConfigOf(config)
  const list =
    known === null
      ? html`<p class="note">The config is of another version of vlm-gym; it stands below as it was written.</p>`
      : html`<dl class="facts" style="border:0;padding:0;margin:8px 0 18px">${facts(known).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
  return html`${list}
${stageTable(stages)}
<details><summary>The whole config</summary><pre>${JSON.stringify(config, null, 2) ?? ''}</pre></details>`
}
