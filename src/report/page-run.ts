/** What ran, as HTML: the config's main facts, the stages as far as they went, the whole config. Reads the config by name, as it is only shown. */
import * as z from 'zod'
import { meanOf, quantile } from '../eval/index.ts'
import type { Stage } from './curves.ts'
import { type Html, html } from './html.ts'

const optional = <T>(schema: z.ZodType<T>): z.ZodType<T | undefined> => schema.optional().catch(undefined) as z.ZodType<T | undefined>
const number = optional(z.number())
const stageSettings = optional(z.object({ steps: number, batch: number, states: number, replies: number, temperature: number }))

/** The parts of a run's config that reports name; whatever is missing or foreign is undefined. */
const shownConfig = z.object({
  preset: optional(z.string()),
  seed: number,
  games: optional(z.array(z.object({ id: z.string(), config: optional(z.record(z.string(), z.unknown())), horizon: number }))),
  skin: optional(z.object({ theme: optional(z.string()), tile: number, layout: optional(z.string()) })),
  recipes: optional(z.array(z.string())),
  teacher: optional(z.object({ blind: optional(z.boolean()), slip: number })),
  base: stageSettings,
  coldStart: stageSettings,
  rl: stageSettings,
  evaluation: optional(z.object({ episodes: number, seed: number })),
})
export type ShownConfig = z.output<typeof shownConfig>

/** Never throws. */
export function shownConfigOf(config: unknown): ShownConfig {
  const parsed = shownConfig.safeParse(config)
  return parsed.success ? parsed.data : shownConfig.parse({})
}

function facts({ preset, seed, games, skin, recipes, teacher, evaluation }: ShownConfig): (readonly [string, string])[] {
  const list: (readonly [string, string | undefined])[] = [
    ['preset', preset],
    ['seed', seed?.toString()],
    [
      'games',
      games?.map(({ id, config }) => (config && Object.keys(config).length > 0 ? `${id} ${JSON.stringify(config)}` : id)).join(', '),
    ],
    ['recipes', recipes?.join(', ')],
    ['pictures', skin && [skin.theme, skin.tile && `tiles of ${skin.tile} pixels`].filter(Boolean).join(', ')],
    [
      'teacher',
      teacher &&
        [teacher.blind ? 'blind spots' : 'no blind spots', teacher.slip && `${teacher.slip * 100} % slips`].filter(Boolean).join(', '),
    ],
    [
      'evaluation',
      evaluation &&
        `${evaluation.episodes ?? '?'} games of ${games?.map(({ horizon }) => horizon ?? '?').join(', ') ?? '?'} moves, seed ${evaluation.seed ?? '?'}`,
    ],
  ]
  return list.flatMap(([name, value]) => (value ? [[name, value] as const] : []))
}

function settingsOf(config: ShownConfig, stage: Stage): ShownConfig['rl'] {
  if (stage.kind === 'rl') return config.rl
  return stage.name === 'base' ? config.base : config.coldStart
}

function eachStep(config: ShownConfig, stage: Stage): string {
  const settings = settingsOf(config, stage)
  if (stage.kind === 'supervised') return settings?.batch ? `${settings.batch} examples` : ''
  return settings?.states && settings.replies ? `${settings.states} states × ${settings.replies} replies` : ''
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3))

/** Mean over the last ten steps at most. */
function lastOf(stage: Stage, key: string): number | null {
  return meanOf(stage.lines.slice(-10).flatMap(({ values }) => values[key] ?? []))
}

function time(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** Reply tokens a second of a step, if it logs its tokens. */
function speedOf({ seconds, values }: Stage['lines'][number]): number[] {
  return values.tokens && seconds > 0 ? [values.tokens / seconds] : []
}

function stageRow(config: ShownConfig, stage: Stage): Html {
  const planned = settingsOf(config, stage)?.steps
  const done = stage.lines.length
  const steps = planned === undefined || planned === done ? `${done}` : `${done} of ${planned}`
  const speeds = stage.lines.flatMap(speedOf).sort((a, b) => a - b)
  const end = stage.kind === 'rl' ? `reward ${figure(lastOf(stage, 'reward'))}` : `loss ${figure(lastOf(stage, 'loss'))}`
  const spent = stage.lines.reduce((sum, { seconds }) => sum + seconds, 0)
  return html`<tr><th scope="row">${stage.name}</th><td>${stage.kind === 'rl' ? 'GRPO' : 'supervised'}</td><td>${steps}</td><td>${eachStep(config, stage)}</td><td>${end}</td><td class="start">${time(spent)}</td><td>${speeds.length === 0 ? '–' : Math.round(quantile(speeds, 0.5)).toLocaleString('en-US')}</td></tr>\n`
}

function stageTable(config: ShownConfig, stages: readonly Stage[]): Html {
  if (stages.length === 0) return html`<p class="note">No step has been logged yet.</p>`
  return html`<div class="scroll"><table class="data"><thead><tr><th class="first">Stage</th><th>kind</th><th>steps</th><th>a step</th><th>last ten steps</th><th class="start">time *</th><th>tokens/s *</th></tr></thead><tbody>
${stages.map((stage) => stageRow(config, stage))}</tbody></table></div>
<p class="note">* Of this machine (sum and median over steps); they decide nothing. All else follows from the config and its seed.</p>`
}

/** The section's body. */
export function runSection(config: unknown, stages: readonly Stage[]): Html {
  const shown = shownConfigOf(config)
  return html`<dl class="facts" style="border:0;padding:0;margin:8px 0 18px">${facts(shown).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${stageTable(shown, stages)}
<details><summary>The whole config</summary><pre>${JSON.stringify(config, null, 2) ?? ''}</pre></details>`
}
