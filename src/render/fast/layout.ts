/**
 * Where the items of a scene stand, apart from what they show. Pictures of one game and skin have few layouts (a score of one digit more is
 * another one), so what can be known from places and sizes alone is worked out once for each.
 */
import type { Scene } from '../../scene.ts'
import { spriteAt } from '../sprite-at.ts'
import { createRecent } from './recent.ts'

/** Places and sizes of a scene's items. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** x, y, width, height of each item, pixels. */
  readonly boxes: Int32Array
  /** Whether no two items overlap: then their order does not matter. */
  readonly apart: boolean
  /**
   * The whole height in bands from top to bottom, only if `apart`, else empty. Of each band `top`, `bottom`, the number of its segments and
   * then their `width`, `item`, `y`, `above` and `goesOn` (0 or 1).
   */
  readonly bands: Int32Array
}

/** Numbers of a band before its segments, and of a segment, in `bands`. */
const BAND = 3
const SEGMENT = 5

/** Rows `top` … `bottom` - 1, all of which cross the same items. */
interface Band {
  readonly top: number
  readonly bottom: number
  /** From left to right, the whole width. */
  readonly segments: readonly Segment[]
}

/** A stretch of a band. */
interface Segment {
  /** Pixels. */
  readonly width: number
  /** Index of the item, -1 for background. */
  readonly item: number
  /** Row of the picture where the item begins; for background that of the band. */
  readonly y: number
  /** The item whose last row is right above, of the same place and width; -1 if there is none. */
  readonly above: number
  /** Whether background of the same place and width is right above. */
  readonly goesOn: boolean
}

/** Layouts that are kept, the latest ones. */
const KEPT = 16

/** Finds the layout of a scene among the latest ones, or makes it. Throws ConfigError for an item that has no place. */
export function createLayoutCache(): (scene: Scene) => Layout {
  const recent = createRecent<Layout>(KEPT)
  return (scene) =>
    recent(
      (layout) => fits(scene, layout),
      () => layoutOf(scene),
    )
}

function fits({ width, height, items, catalogue: { sprites } }: Scene, layout: Layout): boolean {
  const { boxes } = layout
  if (layout.width !== width || layout.height !== height || boxes.length !== 4 * items.length) return false
  for (let i = items.length - 1, at = 4 * i; i >= 0; i--, at -= 4) {
    const { sprite, x, y } = items[i]!
    if (boxes[at] !== x || boxes[at + 1] !== y) return false
    const shown = sprites[sprite]
    if (shown === undefined || boxes[at + 2] !== shown.width || boxes[at + 3] !== shown.height) return false
  }
  return true
}

function layoutOf(scene: Scene): Layout {
  const { width, height, items } = scene
  const placed = items.map((item, at): Box => {
    const shown = spriteAt(scene, item)
    return { at, x: item.x, y: item.y, width: shown.width, height: shown.height }
  })
  const boxes = new Int32Array(4 * placed.length)
  for (const { at, x, y, width: wide, height: high } of placed) boxes.set([x, y, wide, high], 4 * at)
  const apart = areApart(placed)
  return { width, height, boxes, apart, bands: Int32Array.from(apart ? bandsOf(width, height, placed).flatMap(flat) : []) }
}

/** The same layout with everything along x taken `factor` times. */
export function widened({ width, height, boxes, apart, bands }: Layout, factor: number): Layout {
  const wide = Int32Array.from(bands)
  for (let at = 0; at < wide.length; ) {
    const end = at + BAND + wide[at + 2]! * SEGMENT
    for (at += BAND; at < end; at += SEGMENT) wide[at]! *= factor
  }
  return { width: width * factor, height, apart, bands: wide, boxes: boxes.map((value, i) => (i % 2 === 0 ? value * factor : value)) }
}

function flat({ top, bottom, segments }: Band): number[] {
  const numbers = segments.flatMap(({ width, item, y, above, goesOn }) => [width, item, y, above, goesOn ? 1 : 0])
  return [top, bottom, segments.length, ...numbers]
}

interface Box {
  readonly at: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function areApart(boxes: readonly Box[]): boolean {
  const sorted = boxes.toSorted((a, b) => a.y - b.y)
  return sorted.every((a, i) => {
    for (let j = i + 1; j < sorted.length && sorted[j]!.y < a.y + a.height; j++) {
      const b = sorted[j]!
      if (b.x < a.x + a.width && a.x < b.x + b.width) return false
    }
    return true
  })
}

function bandsOf(width: number, height: number, boxes: readonly Box[]): Band[] {
  const edges = [...new Set([0, height, ...boxes.flatMap((box) => [box.y, box.y + box.height])])].sort((a, b) => a - b)
  const sorted = boxes.toSorted((a, b) => a.x - b.x)
  const bands: Band[] = []
  let before: Placed[] = []
  for (const [i, top] of edges.slice(0, -1).entries()) {
    const placed = segmentsOf(width, top, sorted, before)
    bands.push({ top, bottom: edges[i + 1]!, segments: placed.map(({ segment }) => segment) })
    before = placed
  }
  return bands
}

interface Placed {
  readonly x: number
  readonly segment: Segment
}

function segmentsOf(width: number, top: number, sorted: readonly Box[], before: readonly Placed[]): Placed[] {
  const out: Placed[] = []
  const push = (x: number, wide: number, box: Box | undefined): void => {
    const over = before.find((other) => other.x === x && other.segment.width === wide)?.segment
    const starts = box?.y === top
    const segment = {
      width: wide,
      item: box?.at ?? -1,
      y: box?.y ?? top,
      above: starts ? (over?.item ?? -1) : -1,
      goesOn: box === undefined && over?.item === -1,
    }
    out.push({ x, segment })
  }
  let x = 0
  for (const box of sorted) {
    if (box.y > top || box.y + box.height <= top) continue
    if (box.x > x) push(x, box.x - x, undefined)
    push(box.x, box.width, box)
    x = box.x + box.width
  }
  if (x < width) push(x, width - x, undefined)
  return out
}
