/** A table of pictures with headings, as one scene: what `vlm-gym show --grid` draws. Pictures keep their pixels. */
import type { Frame, Scene, Shape, Sprite, Theme } from '../scene.ts'
import { frameToRgb } from './frame.ts'
import { textWidth } from './text.ts'

/** A bold line and smaller ones below it. */
export interface SheetHeading {
  readonly title: string
  readonly notes: readonly string[]
}

/** frames[row][column]; as many headings as rows and columns. */
export interface Sheet {
  readonly title: string
  readonly subtitle: string
  readonly columns: readonly SheetHeading[]
  readonly rows: readonly SheetHeading[]
  readonly frames: readonly (readonly Frame[])[]
}

const GAP = 16
const TITLE = 22
const HEADING = 16
const NOTE = 13
const LINE = 18

type Placed = { readonly sprite: Sprite; readonly x: number; readonly y: number }

/** The sheet with every picture in the middle of its place: columns as wide, rows as high as what stands in them. */
export function sheetScene({ title, subtitle, columns, rows, frames }: Sheet, theme: Theme): Scene {
  const heads = columns.map((heading) => headingSprite(heading, 'middle', theme))
  const sides = rows.map((heading) => headingSprite(heading, 'start', theme))
  const top = headingSprite({ title, notes: [subtitle] }, 'start', theme, TITLE)
  const widths = heads.map((head, c) => Math.max(head.width, ...frames.map((row) => row[c]!.width)))
  const heights = sides.map((side, r) => Math.max(side.height, ...frames[r]!.map((frame) => frame.height)))
  const left = 2 * GAP + Math.max(...sides.map(({ width }) => width))
  const headTop = 2 * GAP + top.height
  const bodyTop = headTop + Math.max(...heads.map(({ height }) => height)) + GAP
  const xs = starts(left, widths)
  const ys = starts(bodyTop, heights)
  const middle = (start: number, room: number, size: number): number => start + Math.floor((room - size) / 2)
  const placed: Placed[] = [
    { sprite: top, x: GAP, y: GAP },
    ...heads.map((sprite, c) => ({ sprite, x: middle(xs[c]!, widths[c]!, sprite.width), y: headTop })),
    ...sides.map((sprite, r) => ({ sprite, x: GAP, y: middle(ys[r]!, heights[r]!, sprite.height) })),
    ...frames.flatMap((row, r) =>
      row.map((frame, c) => ({
        sprite: frameSprite(frame, theme),
        x: middle(xs[c]!, widths[c]!, frame.width),
        y: middle(ys[r]!, heights[r]!, frame.height),
      })),
    ),
  ]
  return {
    width: Math.max(xs.at(-1)! + widths.at(-1)! + GAP, 2 * GAP + top.width),
    height: ys.at(-1)! + heights.at(-1)! + GAP,
    background: theme.page,
    catalogue: { sprites: placed.map(({ sprite }) => sprite) },
    items: placed.map(({ x, y }, sprite) => ({ sprite, x, y })),
  }
}

function starts(first: number, sizes: readonly number[]): number[] {
  const out: number[] = []
  let at = first
  for (const size of sizes) {
    out.push(at)
    at += size + GAP
  }
  return out
}

function frameSprite(frame: Frame, theme: Theme): Sprite {
  const { width, height } = frame
  const picture = { width, height, rgb: frameToRgb(frame) }
  return { width, height, fill: theme.page, shapes: [{ kind: 'image', x: 0, y: 0, width, height, picture }] }
}

function headingSprite({ title, notes }: SheetHeading, align: 'start' | 'middle', theme: Theme, size = HEADING): Sprite {
  const width = Math.ceil(Math.max(textWidth(title, size), ...notes.map((note) => textWidth(note, NOTE)))) + 2
  const height = Math.ceil(size * 1.4) + notes.length * LINE
  const x = align === 'middle' ? width / 2 : 0
  const line = (text: string, y: number, em: number, fill: Theme['text']): Shape => ({ kind: 'text', x, y, size: em, text, fill, align })
  const shapes = [
    line(title, size * 0.7, size, theme.text),
    ...notes.map((note, i) => line(note, Math.ceil(size * 1.4) + (i + 0.5) * LINE, NOTE, theme.muted)),
  ]
  return { width, height, fill: theme.page, shapes }
}
