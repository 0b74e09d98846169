/** The sections of a run's page, and those that a comparison shares with it. */
import { useMemo, useState } from 'preact/hooks'
import type { BootstrappingPage } from '../../src/report/bootstrapping-page.ts'
import type { ChartInfo, StageColumns } from '../../src/report/curves.ts'
import type { GeneralisationPage, HeatCell, HeatMap } from '../../src/report/generalisation-page.ts'
import type { InterventionsPage } from '../../src/report/interventions-page.ts'
import type { ProbesPage } from '../../src/report/probes-page.ts'
import type { RunFindings, RunHead, RunMetrics, StageHead } from '../../src/report/run-page.ts'
import { Curve, type CurveLine } from './curve.tsx'
import { DataTable } from './table.tsx'

export function Findings({ sentences, how }: RunFindings) {
  if (sentences.length === 0) return null
  return (
    <section class="findings" aria-label="What came out">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p class="note">{how}</p>
    </section>
  )
}

export function Results({ results }: { readonly results: NonNullable<RunHead['results']> }) {
  return (
    <>
      <p class="note">{results.note}</p>
      {results.games.map(({ title, sentences, tables }) => (
        <div key={title}>
          <h3>{title}</h3>
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {tables.map((table) => (
            <DataTable key={table.title} table={table} name={title} />
          ))}
        </div>
      ))}
    </>
  )
}

export function Probes({ probes: { question, note, games } }: { readonly probes: ProbesPage }) {
  return (
    <>
      {question !== null && <p>{question}</p>}
      <p class="note">{note}</p>
      {games.map(({ title, findings, tables }) => (
        <div key={title}>
          <h3>{title}</h3>
          {findings.length > 0 && (
            <ul>
              {findings.map((finding) => (
                <li key={finding}>{finding}</li>
              ))}
            </ul>
          )}
          {tables.map((table) => (
            <DataTable key={table.title} table={table} name={`${title}, probes`} />
          ))}
        </div>
      ))}
    </>
  )
}

export function Interventions({ interventions: { notes, tables } }: { readonly interventions: InterventionsPage }) {
  return (
    <>
      {notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      {tables.map(({ conclusion, table }) => (
        <div key={table.title}>
          <h3>{table.title}</h3>
          {conclusion !== '' && <p>{conclusion}</p>}
          <DataTable table={{ ...table, title: 'Shares, and changes from the picture alone' }} name={table.title} />
        </div>
      ))}
    </>
  )
}

/** Share of the heat's colour in a cell of 100 %: text must stay readable on it, in light and dark. */
const DEEPEST = 45

const heatOf = (share: number): string => `color-mix(in srgb, var(--c6) ${(share * DEEPEST).toFixed(0)}%, var(--card))`
const percent = (share: number): string => (share * 100).toFixed(1)

function Heat({ cell }: { readonly cell: HeatCell | null }) {
  if (cell === null) return <td class="none">–</td>
  const { mean, low, high, seen } = cell
  return (
    <td
      class={seen ? 'seen' : ''}
      style={{ background: heatOf(mean) }}
      title={`${percent(mean)} % (${percent(low)} to ${percent(high)})${seen ? ', as in training' : ''}`}
    >
      {(mean * 100).toFixed(0)}
    </td>
  )
}

function HeatTable({ map: { title, levels, rows }, of }: { readonly map: HeatMap; readonly of: string }) {
  return (
    <figure class="map">
      <figcaption>{title}</figcaption>
      <table class="heat" aria-label={`${of}: ${title}`}>
        <thead>
          <tr>
            <th scope="col">level</th>
            {levels.map((level) => (
              <th scope="col" key={level}>
                {level}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ thing, cells }) => (
            <tr key={thing}>
              <th scope="row" class="thing">
                {thing}
              </th>
              {cells.map((cell, i) => (
                <Heat key={levels[i]} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

/** What the colours and the frame of the heat maps mean. */
function HeatLegend() {
  return (
    <p class="heatlegend">
      <span>0 %</span>
      <i class="heatbar" style={{ background: `linear-gradient(to right, ${heatOf(0)}, ${heatOf(1)})` }} />
      <span>100 %</span>
      <b class="seen">42</b> <span>as in training</span>
      <b>–</b> <span>not measured</span>
    </p>
  )
}

export function Generalisation({ generalisation: { note, games } }: { readonly generalisation: GeneralisationPage }) {
  return (
    <>
      <p class="note">{note}</p>
      <HeatLegend />
      {games.map(({ title, sentence, policies }) => (
        <div key={title}>
          <h3>{title}</h3>
          <p>{sentence}</p>
          {policies.map(({ label, gloss, maps }, i) => (
            <details key={label} open={i === policies.length - 1}>
              <summary>{gloss === '' ? label : `${label}: ${gloss}`}</summary>
              <div class="heats">
                {maps.map((map) => (
                  <HeatTable key={map.title} map={map} of={`${title}, ${label}`} />
                ))}
              </div>
            </details>
          ))}
        </div>
      ))}
    </>
  )
}

/** Name of a value in the columns. */
export const fieldOf = (key: string, game: string | null): string => (game === null || game === '' ? key : `${game}.${key}`)

const NOTHING: readonly (number | null)[] = []

function lineOf({ label, colour, name }: StageHead, columns: readonly StageColumns[], field: string): CurveLine[] {
  const own = columns.find(({ stage }) => stage === name)
  return own === undefined ? [] : [{ label, colour, steps: own.steps, values: own.values[field] ?? NOTHING }]
}

/** Which game, and how smooth. */
export function useCurveControls(games: readonly string[]) {
  const [smoothing, setSmoothing] = useState(0.025)
  const [game, setGame] = useState('')
  const controls = (
    <p class="controls">
      {games.length > 0 && (
        <label>
          Game{' '}
          <select value={game} onChange={(event) => setGame(event.currentTarget.value)}>
            <option value="">all together</option>
            {games.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Smoothing{' '}
        <input
          type="range"
          min="0"
          max="0.2"
          step="0.005"
          value={smoothing}
          onInput={(event) => setSmoothing(Number(event.currentTarget.value))}
        />
      </label>
      <span class="note">Point at a curve for its values, drag to zoom, double click to go back.</span>
    </p>
  )
  return { smoothing, game, controls }
}

export const KINDS = [
  { kind: 'rl', title: 'Reinforcement learning' },
  { kind: 'supervised', title: 'Supervised stages' },
] as const

export function Curves({ head, metrics }: { readonly head: RunHead; readonly metrics: RunMetrics }) {
  const { smoothing, game, controls } = useCurveControls(metrics.games)
  return (
    <>
      <p class="note">
        As logged (faint) and as a moving mean (bold), a line a stage. Recipes with rewards of their own cannot be compared by reward.
      </p>
      {controls}
      {KINDS.map(({ kind, title }) => {
        const stages = head.stages.filter((stage) => stage.kind === kind && metrics.columns.some((one) => one.stage === stage.name))
        if (stages.length === 0) return null
        return (
          <div key={kind}>
            <h3>{title}</h3>
            <div class="curves">
              {head.charts[kind].map((info) => (
                <StageCurve
                  key={info.key}
                  info={info}
                  stages={stages}
                  columns={metrics.columns}
                  field={fieldOf(info.key, kind === 'rl' ? game : null)}
                  smoothing={smoothing}
                  group={kind}
                />
              ))}
            </div>
          </div>
        )
      })}
    </>
  )
}

function StageCurve(props: {
  readonly info: ChartInfo
  readonly stages: readonly StageHead[]
  readonly columns: readonly StageColumns[]
  readonly field: string
  readonly smoothing: number
  readonly group: string
}) {
  const { info, stages, columns, field, smoothing, group } = props
  const lines = useMemo(
    () => stages.flatMap((stage) => lineOf(stage, columns, field)),
    [columns, field, stages.map(({ name }) => name).join()],
  )
  return <Curve info={info} lines={lines} smoothing={smoothing} group={group} />
}

/** Colours of perception and reasoning. */
const [PERCEPTION, REASONING] = [6, 5]
const BOTH: ChartInfo = { key: 'both', title: 'Perception and reasoning', note: 'over RL steps', unit: 'share' }

export function Bootstrapping(props: { readonly bootstrapping: BootstrappingPage; readonly columns: readonly StageColumns[] }) {
  const { bootstrapping, columns } = props
  return (
    <>
      <p class="note">{bootstrapping.note}</p>
      {bootstrapping.parts.map((part) => (
        <BootstrappingPart key={part.label} part={part} columns={columns} />
      ))}
    </>
  )
}

function BootstrappingPart(props: { readonly part: BootstrappingPage['parts'][number]; readonly columns: readonly StageColumns[] }) {
  const { part, columns } = props
  const { stage, game, label, colour, sentence, gains } = part
  const lines = useMemo(() => {
    const own = columns.find((one) => one.stage === stage)
    const of = (key: string) => own?.values[fieldOf(key, game)] ?? NOTHING
    const steps = own?.steps ?? []
    return [
      { label: 'perception', colour: PERCEPTION, steps, values: of('perceptionExact') },
      { label: 'reasoning', colour: REASONING, steps, values: of('reasoning') },
    ]
  }, [columns, stage, game])
  return (
    <div>
      <h3>{label}</h3>
      <p>{sentence}</p>
      <div class="pair">
        <Curve info={BOTH} lines={lines} smoothing={0.025} group={`both ${label}`} />
        <Scatter gains={gains} colour={colour} title={`${label}: gains from window to window`} />
      </div>
    </div>
  )
}

const [WIDE, HIGH, MARGIN] = [340, 210, 26]

/** Gains of perception against gains of reasoning: both axes in percentage points, zero in the middle. */
function Scatter(props: { readonly gains: BootstrappingPage['parts'][number]['gains']; readonly colour: number; readonly title: string }) {
  const { gains, colour, title } = props
  if (gains.length === 0) return null
  const reach = (of: (gain: (typeof gains)[number]) => number): number => Math.max(0.01, ...gains.map((gain) => Math.abs(of(gain)))) * 1.1
  const across = reach(({ perception }) => perception)
  const up = reach(({ reasoning }) => reasoning)
  const x = (value: number): number => WIDE / 2 + (value / across) * (WIDE / 2 - MARGIN)
  const y = (value: number): number => HIGH / 2 - (value / up) * (HIGH / 2 - MARGIN)
  const change = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}`
  return (
    <figure class="scatter">
      <figcaption>
        {title} <small class="under">change in percentage points; a dot a window</small>
      </figcaption>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={title}>
        <line x1={MARGIN} x2={WIDE - MARGIN} y1={HIGH / 2} y2={HIGH / 2} />
        <line x1={WIDE / 2} x2={WIDE / 2} y1={MARGIN} y2={HIGH - MARGIN} />
        <g class={`k${colour}`}>
          {gains.map(({ perception, reasoning }, i) => (
            <circle key={i} cx={x(perception)} cy={y(reasoning)} r="4.5" />
          ))}
        </g>
        <text x={WIDE - MARGIN} y={HIGH / 2 - 6} text-anchor="end">
          perception {change(across)}
        </text>
        <text x={MARGIN} y={HIGH / 2 - 6}>
          {change(-across)}
        </text>
        <text x={WIDE / 2 + 6} y={MARGIN - 8}>
          reasoning {change(up)}
        </text>
        <text x={WIDE / 2 + 6} y={HIGH - 10}>
          {change(-up)}
        </text>
      </svg>
    </figure>
  )
}

export function WhatRan({ head, metrics }: { readonly head: RunHead; readonly metrics: RunMetrics | undefined }) {
  return (
    <>
      {head.facts === null ? (
        <p class="note">The config is of another version of vlm-gym; it stands below as it was written.</p>
      ) : (
        <dl class="runfacts">
          {head.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {metrics !== undefined && <DataTable table={metrics.table} name={head.title} />}
      {head.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      <details>
        <summary>The whole config</summary>
        <pre>{JSON.stringify(head.config, null, 2)}</pre>
      </details>
    </>
  )
}

/** How far the stages of a run are. */
export function Stages({ head: { stages }, metrics: { done } }: { readonly head: RunHead; readonly metrics: RunMetrics }) {
  return (
    <ul class="stages">
      {stages.map(({ name, label, about, steps }, i) => (
        <li key={name}>
          <b>{label}</b> {about}: {done[i]} of {steps} steps
          <progress aria-label={`Steps of ${label}`} value={done[i]} max={steps} />
        </li>
      ))}
    </ul>
  )
}
