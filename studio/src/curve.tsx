/** A chart of one logged value: a line a stage, as logged (faint) and as a moving mean. Drag to zoom, double click to go back. */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import type { ChartInfo } from '../../src/report/curves.ts'
import type { MetricLine } from '../../src/runs/records.ts'

export interface CurveStage {
  readonly name: string
  readonly label: string
  readonly colour: number
}

type Values = (number | null)[]

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Centred moving mean over 2 * half + 1 points; null where none of them is defined. */
function smoothed(values: Values, half: number): Values {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - half), i + half + 1).filter((value) => value !== null)
    return near.length === 0 ? null : near.reduce((sum, value) => sum + value, 0) / near.length
  })
}

const text = (value: number, unit: ChartInfo['unit']): string =>
  unit === 'share' ? `${Number((100 * value).toFixed(1))} %` : String(Number(value.toPrecision(3)))

/** Whether the reader prefers dark colours. */
function useDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia(DARK).matches)
  useEffect(() => {
    const scheme = matchMedia(DARK)
    const follow = (): void => setDark(scheme.matches)
    scheme.addEventListener('change', follow)
    return () => scheme.removeEventListener('change', follow)
  }, [])
  return dark
}

const DARK = '(prefers-color-scheme: dark)'

export function Curve(props: {
  readonly info: ChartInfo
  readonly stages: readonly CurveStage[]
  readonly lines: readonly MetricLine[]
  /** Name of the value in the lines. */
  readonly field: string
  /** Share of the points in the half width of the moving mean, 0..0.2. */
  readonly smoothing: number
}) {
  const { info, stages, lines, field, smoothing } = props
  const holder = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const steps = [...new Set(lines.map(({ step }) => step))].sort((a, b) => a - b)
  const place = new Map(steps.map((step, i) => [step, i]))
  const curves = stages.flatMap((stage) => {
    const raw: Values = steps.map(() => null)
    for (const line of lines) if (line.stage === stage.name) raw[place.get(line.step) as number] = line.values[field] ?? null
    const count = raw.filter((value) => value !== null).length
    return count === 0 ? [] : [{ ...stage, raw, smooth: smoothed(raw, Math.round(smoothing * count)) }]
  })
  const size = curves.length
  const dark = useDark()
  useEffect(() => {
    const box = holder.current
    if (box === null || size === 0) return
    const axis = { stroke: css('--muted'), font: '11px system-ui', grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } }
    const plot = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: 180,
        legend: { show: false },
        scales: { x: { time: false }, ...(info.unit === 'share' && { y: { range: [0, 1.02] as [number, number] } }) },
        axes: [
          { ...axis, size: 28 },
          { ...axis, size: 52, values: (_, ticks) => ticks.map((tick) => text(tick, info.unit)) },
        ],
        series: [
          {},
          ...curves.flatMap(({ colour }) => [
            { stroke: `${css(`--c${colour}`)}4d`, width: 1, points: { show: false } },
            { stroke: css(`--c${colour}`), width: 2.25, spanGaps: true },
          ]),
        ],
        cursor: { y: false, sync: { key: 'curves' } },
        hooks: { setCursor: [(one) => setAt(one.cursor.idx ?? null)] },
      },
      [steps, ...curves.flatMap(({ raw, smooth }) => [raw, smooth])] as uPlot.AlignedData,
      box,
    )
    const resize = new ResizeObserver(() => plot.setSize({ width: Math.max(200, box.clientWidth), height: 180 }))
    resize.observe(box)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
  }, [lines, field, smoothing, size, dark])
  if (size === 0) return null
  const values = curves.map(({ label, colour, smooth }) => {
    const shown = at === null ? smooth.findLast((value) => value !== null) : smooth[at]
    return shown == null ? null : (
      <b key={label} class={`k${colour}`}>
        {label} {text(shown, info.unit)}
      </b>
    )
  })
  return (
    <figure class="curve">
      <figcaption>
        {info.title} <small>{info.note}</small>
      </figcaption>
      <p class="readout">
        {at === null ? 'last' : `step ${steps[at]}`} {values}
      </p>
      <div ref={holder} />
    </figure>
  )
}
