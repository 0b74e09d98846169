/** A chart of one logged value: a line a stage, as logged (faint) and as a moving mean; of several seeds a band. Drag to zoom. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import type { ChartInfo } from '../../src/report/curves.ts'
import { smoothed, type Values } from './smoothing.ts'

/** A line of the chart. */
export interface CurveLine {
  readonly label: string
  /** Index of the palette. */
  readonly colour: number
  /** Ascending. */
  readonly steps: readonly number[]
  readonly values: Values
  /** Of several seeds: the least and the greatest value of a step, drawn instead of the values as logged. */
  readonly band?: { readonly low: Values; readonly high: Values }
}

const HEIGHT = 180

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export const valueText = (value: number, unit: ChartInfo['unit']): string =>
  unit === 'share' ? `${Number((100 * value).toFixed(1))} %` : String(Number(value.toPrecision(3)))

const DARK = '(prefers-color-scheme: dark)'

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

/** The lines on one axis of steps, and smoothed. */
function drawnOf(lines: readonly CurveLine[], smoothing: number) {
  const known = lines.filter(({ values }) => values.some((value) => value !== null))
  const steps = [...new Set(known.flatMap((line) => line.steps))].sort((a, b) => a - b)
  const place = new Map(steps.map((step, i) => [step, i]))
  const series = known.map(({ label, colour, band, ...line }) => {
    const half = Math.round(smoothing * line.values.length)
    const on = (values: Values): (number | null)[] => {
      const all: (number | null)[] = steps.map(() => null)
      for (const [i, step] of line.steps.entries()) all[place.get(step) as number] = values[i] ?? null
      return all
    }
    const smooth = on(smoothed(line.values, half))
    const [low, high] = band === undefined ? [] : [on(smoothed(band.low, half)), on(smoothed(band.high, half))]
    return { label, colour, smooth, rest: low && high ? [low, high] : [on(line.values)] }
  })
  return { steps, series, data: [steps, ...series.flatMap(({ rest, smooth }) => [...rest, smooth])] as uPlot.AlignedData }
}

type Drawn = ReturnType<typeof drawnOf>

function plotOf(box: HTMLElement, { series, data }: Drawn, info: ChartInfo, group: string, onPlace: (at: number | null) => void): uPlot {
  const axis = { stroke: css('--muted'), font: '11px system-ui', grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } }
  const bands: uPlot.Band[] = []
  const drawn = series.flatMap(({ colour, rest, smooth }, i): uPlot.Series[] => {
    const stroke = css(`--c${colour}`)
    const points = { show: smooth.filter((value) => value !== null).length < 3 }
    const before = 1 + series.slice(0, i).reduce((sum, one) => sum + one.rest.length + 1, 0)
    if (rest.length === 2) bands.push({ series: [before + 1, before], fill: `${stroke}33` })
    const faint = { stroke: rest.length === 2 ? 'transparent' : `${stroke}4d`, width: 1, points: { show: false } }
    return [...rest.map(() => faint), { stroke, width: 2.25, points, spanGaps: true }]
  })
  return new uPlot(
    {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      bands,
      scales: { x: { time: false }, ...(info.unit === 'share' && { y: { range: [0, 1.02] as [number, number] } }) },
      axes: [
        { ...axis, size: 28 },
        { ...axis, size: 52, values: (_, ticks) => ticks.map((tick) => valueText(tick, info.unit)) },
      ],
      series: [{}, ...drawn],
      cursor: { y: false, sync: { key: group } },
      hooks: { setCursor: [({ cursor }) => onPlace(cursor.idx ?? null)] },
    },
    data,
    box,
  )
}

/** Charts of one `group` share their cursor. `smoothing`: half width of the moving mean as a share of the points, 0..0.2. */
export function Curve(props: {
  readonly info: ChartInfo
  readonly lines: readonly CurveLine[]
  readonly smoothing: number
  readonly group: string
}) {
  const { info, lines, smoothing, group } = props
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const drawn = useMemo(() => drawnOf(lines, smoothing), [lines, smoothing])
  const { steps, series, data } = drawn
  const dark = useDark()
  const shape = JSON.stringify([dark, series.map(({ label, colour, rest }) => [label, colour, rest.length])])
  useEffect(() => {
    const box = holder.current
    if (box === null) return
    const made = plotOf(box, drawn, info, group, setAt)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT }))
    resize.observe(box)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape, info.key, group])
  useEffect(() => {
    const { current } = plot
    if (current === null || current.data === data) return
    const { min, max } = current.scales.x as { min?: number; max?: number }
    const before = current.data[0]
    // A reader who has zoomed in stays there while the run goes on.
    const zoomed = (min ?? 0) > (before[0] ?? 0) || (max ?? 0) < (before.at(-1) ?? 0)
    current.setData(data, !zoomed)
    if (zoomed) current.redraw()
  }, [data])
  if (series.length === 0) return null
  return (
    <figure class="curve">
      <figcaption>
        {info.title} <small class="under">{info.note}</small>
      </figcaption>
      <p class="readout">
        {at === null ? 'last' : `step ${steps[at]}`}{' '}
        {series.map(({ label, colour, smooth }) => {
          const shown = at === null ? smooth.findLast((value) => value !== null) : smooth[at]
          return shown == null ? null : (
            <b key={label} class={`k${colour}`}>
              {label} {valueText(shown, info.unit)}
            </b>
          )
        })}
      </p>
      <div ref={holder} class="plot" />
    </figure>
  )
}
