/**
 * How many moves flood a board: by A* where the board is small, by a beam where it is large.
 *
 * A* is exact. Its bound is `atLeast` of rules.ts, and where a colour can be ended for good it looks at that move alone. It gives up after
 * NODES areas; then, and always on boards of more than SMALL cells, the count is that of a beam of BEAM areas, those with the lowest bounds after
 * each move, and may be too large.
 */
import { type Area, keyOf, Regions } from './rules.ts'

/** Cells of the largest board that A* is tried on. */
export const SMALL = 64
/** Areas that A* looks at before it gives up. */
const NODES = 4000
/** Areas that the beam keeps after each move. */
const BEAM = 40

/** A count of moves, and whether it is certainly the fewest. */
export interface Count {
  readonly moves: number
  readonly exact: boolean
}

/** Moves that flood the whole board from here, the fewest that the expert finds. */
export function movesToFlood(board: readonly number[], size: number, colours: number): Count {
  const regions = new Regions(board, size, colours)
  return movesFrom(regions, regions.start, size * size <= SMALL)
}

/** The same from an area on. `small`: whether A* is tried. */
export function movesFrom(regions: Regions, area: Area, small: boolean): Count {
  const moves = small ? fewest(regions, area) : null
  return moves === null ? { moves: byBeam(regions, area), exact: false } : { moves, exact: true }
}

/** Fewest moves by A*; null where it gives up. */
function fewest(regions: Regions, start: Area): number | null {
  /** Areas to look at, by their bound, then by the moves made. */
  const waiting: { area: Area; made: number }[][] = []
  const seen = new Map<string, number>()
  const add = (area: Area, made: number): void => {
    const bound = made + regions.atLeast(area)
    const key = keyOf(area)
    if ((seen.get(key) ?? Number.POSITIVE_INFINITY) <= made) return
    seen.set(key, made)
    waiting[bound] ??= []
    waiting[bound].push({ area, made })
  }
  add(start, 0)
  let looked = 0
  for (let bound = 0; bound < waiting.length; bound++) {
    const list = waiting[bound] ?? []
    for (let next = list.pop(); next !== undefined; next = list.pop()) {
      const { area, made } = next
      if (seen.get(keyOf(area))! < made) continue
      if (regions.isWhole(area)) return made
      if (++looked > NODES) return null
      for (const after of branches(regions, area)) add(after, made + 1)
    }
  }
  return null
}

/** The areas one move on that are worth a look. */
function branches(regions: Regions, area: Area): Area[] {
  const out: Area[] = []
  for (let colour = 0; colour < regions.colours; colour++) {
    const after = regions.after(area, colour)
    if (after === area) continue
    if (regions.endsColour(area, colour)) return [after]
    out.push(after)
  }
  return out
}

/** Moves by the beam. */
function byBeam(regions: Regions, start: Area): number {
  let beam = [start]
  for (let made = 0; ; made++) {
    if (beam.some((area) => regions.isWhole(area))) return made
    const next = new Map<string, { area: Area; size: number; left: number }>()
    for (const area of beam)
      for (const after of branches(regions, area)) {
        const key = keyOf(after)
        if (!next.has(key)) next.set(key, { area: after, size: regions.sizeOf(after), left: regions.atLeast(after) })
      }
    beam = [...next.values()]
      .sort((a, b) => a.left - b.left || b.size - a.size)
      .slice(0, BEAM)
      .map(({ area }) => area)
  }
}
