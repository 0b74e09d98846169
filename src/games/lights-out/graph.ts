/**
 * Drawing graphs at random: nodes on cells of a square lattice, edges as straight lines between their middles. Whole numbers only, so graphs are
 * equal everywhere.
 */
import type { Rng } from '../../rng.ts'
import type { Edge } from './rules.ts'

/** A graph as it is drawn. */
export interface Graph {
  /** Cells a side of the lattice. */
  readonly side: number
  /** By node: its cell, row-major. */
  readonly cells: readonly number[]
  /** In order of their nodes. */
  readonly edges: readonly Edge[]
}

/** Cells a side: room for the nodes and as much again. */
export const sideOf = (nodes: number): number => (nodes <= 4 ? 4 : nodes <= 8 ? 5 : 6)

type Point = readonly [x: number, y: number]

const pointOf = (side: number, cell: number): Point => [cell % side, Math.floor(cell / side)]

/** Twice the signed area of a triangle. */
const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

/** Whether two lines cross between their ends; lines with a common end do not. */
export function cross([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): boolean {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/** Whether a line keeps clear of a point that is none of its ends: 0.55 cells or more, so that it touches no disc. */
function clears(a: Point, b: Point, point: Point): boolean {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const along = dx * (point[0] - a[0]) + dy * (point[1] - a[1])
  const length = dx * dx + dy * dy
  if (along <= 0 || along >= length) return true
  const off = turn(a, b, point)
  return 400 * off * off >= 121 * length
}

/** Every edge that may be drawn between nodes on these cells. */
function candidates(side: number, cells: readonly number[]): Edge[] {
  const points = cells.map((cell) => pointOf(side, cell))
  const edges: Edge[] = []
  for (let a = 0; a < cells.length; a++)
    for (let b = a + 1; b < cells.length; b++)
      if (points.every((point, node) => node === a || node === b || clears(points[a]!, points[b]!, point))) edges.push([a, b])
  return edges
}

/** Whether edges cross. */
export function crossing({ side, cells }: Pick<Graph, 'side' | 'cells'>, one: Edge, other: Edge): boolean {
  const line = ([from, to]: Edge): readonly [Point, Point] => [pointOf(side, cells[from]!), pointOf(side, cells[to]!)]
  return cross(line(one), line(other))
}

/** Whether every edge keeps clear of every node that is not its end. */
export function isDrawable({ side, cells, edges }: Graph): boolean {
  const allowed = new Set(candidates(side, cells).map(String))
  return edges.every((edge) => allowed.has(String(edge)))
}

/**
 * A connected graph: nodes on cells drawn at random, counted in reading order, and about half as many edges again as nodes. Without `crossings` no
 * two edges cross; with them some may.
 */
export function drawGraph(nodes: number, crossings: boolean, rng: Rng): Graph {
  const side = sideOf(nodes)
  const all = Array.from({ length: side * side }, (_, cell) => cell)
  for (;;) {
    const cells = rng
      .shuffle(all)
      .slice(0, nodes)
      .sort((a, b) => a - b)
    const wanted = nodes - 1 + rng.int(Math.floor(nodes / 2) + 1)
    const edges = spanning(side, cells, rng.shuffle(candidates(side, cells)), crossings, wanted)
    if (edges !== null) return { side, cells, edges }
  }
}

/** Edges in the order given: first those that join parts, then others up to `wanted`; null where the graph stays in parts. */
function spanning(side: number, cells: readonly number[], from: readonly Edge[], crossings: boolean, wanted: number): Edge[] | null {
  const part = cells.map((_, node) => node)
  const taken: Edge[] = []
  const fits = (edge: Edge): boolean => crossings || taken.every((other) => !crossing({ side, cells }, edge, other))
  for (const edge of from) {
    const [a, b] = [part[edge[0]]!, part[edge[1]]!]
    if (a === b || !fits(edge)) continue
    taken.push(edge)
    for (const [node, own] of part.entries()) if (own === b) part[node] = a
  }
  if (part.some((own) => own !== part[0])) return null
  for (const edge of from) if (taken.length < wanted && !taken.includes(edge) && fits(edge)) taken.push(edge)
  return taken.sort((one, other) => one[0] - other[0] || one[1] - other[1])
}
