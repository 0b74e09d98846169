/** The chart of panels as a PNG, on white, for documents. */
import type { Panel } from '../../src/report/scale-chart.ts'
import { endsText, placeOf, points } from './panels.tsx'

/** The light palette: a picture is for paper. */
const COLOURS = ['#2f6eb6', '#b05308', '#6d6a62', '#1d6e3b', '#793890', '#b04787', '#114b4c']
const [TEXT, MUTED, SOFT] = ['#23211d', '#655f57', '#f3f0ea']

const [WIDTH, ROW, HEAD, GAP] = [620, 27, 58, 24]
/** Pixels of the picture for one of its units. */
const DENSITY = 2

const heightOf = ({ rows }: Panel): number => HEAD + ROW * rows.length

export function panelsPicture(panels: readonly Panel[], title: string): Promise<Blob> {
  const columns = panels.length > 1 ? 2 : 1
  const lines = Array.from({ length: Math.ceil(panels.length / columns) }, (_, i) => panels.slice(i * columns, (i + 1) * columns))
  const heights = lines.map((line) => Math.max(...line.map(heightOf)))
  const canvas = document.createElement('canvas')
  canvas.width = DENSITY * (columns * WIDTH + (columns + 1) * GAP)
  canvas.height = DENSITY * (heights.reduce((sum, height) => sum + height + GAP, GAP) + 30)
  const to = canvas.getContext('2d') as CanvasRenderingContext2D
  to.scale(DENSITY, DENSITY)
  to.fillStyle = '#ffffff'
  to.fillRect(0, 0, canvas.width, canvas.height)
  to.textBaseline = 'middle'
  write(to, title, GAP, GAP, { bold: true, size: 16 })
  let top = GAP + 24
  for (const [i, line] of lines.entries()) {
    for (const [column, panel] of line.entries()) drawPanel(to, panel, GAP + column * (WIDTH + GAP), top)
    top += (heights[i] as number) + GAP
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob as Blob), 'image/png'))
}

interface Look {
  readonly size?: number
  readonly bold?: boolean
  readonly colour?: string
  readonly right?: boolean
}

function write(
  to: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { size = 13, bold, colour = TEXT, right }: Look = {},
): number {
  to.font = `${bold ? '600 ' : ''}${size}px system-ui, sans-serif`
  to.fillStyle = colour
  to.textAlign = right ? 'right' : 'left'
  to.fillText(text, x, y)
  return to.measureText(text).width
}

function drawPanel(to: CanvasRenderingContext2D, panel: Panel, left: number, top: number): void {
  const { title, note, random, expert, rows } = panel
  const width = write(to, title, left, top + 10, { bold: true, size: 15 })
  write(to, note, left + width + 10, top + 10, { colour: MUTED })
  write(to, endsText(panel), left, top + 32, { colour: MUTED, size: 12 })
  to.font = '13px system-ui, sans-serif'
  const values = rows.map(({ marks }) => marks.map(({ mean }) => points(mean)).join(' / '))
  const names = Math.max(...rows.map(({ label }) => to.measureText(label).width)) + 12
  const figures = Math.max(...values.map((value) => to.measureText(value).width)) + 12
  const [from, wide] = [left + names, WIDTH - names - figures]
  const at = (value: number): number => from + (placeOf(panel, value) / 100) * wide
  const [head, foot] = [top + HEAD - 8, top + HEAD - 8 + ROW * rows.length]
  const line = (value: number, dashes: readonly number[]): void => {
    to.strokeStyle = MUTED
    to.lineWidth = 1.5
    to.setLineDash([...dashes])
    to.beginPath()
    to.moveTo(at(value), head)
    to.lineTo(at(value), foot)
    to.stroke()
    to.setLineDash([])
  }
  if (random) {
    to.fillStyle = SOFT
    to.fillRect(from, head, at(random.mean) - from, foot - head)
    line(random.mean, [4, 4])
  }
  if (expert) line(expert.mean, [])
  for (const [i, { label, colour, marks }] of rows.entries()) {
    const middle = head + ROW * i + ROW / 2
    write(to, label, left, middle)
    write(to, values[i] as string, left + WIDTH, middle, { right: true })
    for (const [k, { mean, low, high, look, dots = [] }] of marks.entries()) {
      const y = marks.length > 1 ? middle - 5 + 10 * k : middle
      to.strokeStyle = to.fillStyle = COLOURS[colour] as string
      to.lineWidth = 2
      to.beginPath()
      to.moveTo(at(low), y)
      to.lineTo(at(high), y)
      to.stroke()
      for (const dot of dots) disc(to, at(dot), y, 2.5)
      disc(to, at(mean), y, 4.5)
      if (look === 'hollow') {
        to.fillStyle = '#ffffff'
        disc(to, at(mean), y, 2.5)
      }
    }
  }
}

function disc(to: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  to.beginPath()
  to.arc(x, y, radius, 0, 2 * Math.PI)
  to.fill()
}
