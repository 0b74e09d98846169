/**
 * What is known of a maze by who remembers all that was seen: ways through seen cells, and from which of them something new surely comes into sight. A cell
 * behind an open side of a seen cell is known to be there; what lies behind that is not.
 */
import { inSight, type Maze, over, SIDES, type Ways, waysFrom, wayTo } from './rules.ts'
import type { StateMaze } from './state.ts'

/** A maze as it is known. */
export class Known {
  /** By cell: the cells never seen that surely come into sight there, as bits. */
  readonly news: readonly bigint[]
  /** The exit if it was seen, else -1. */
  readonly exit: number
  readonly #state: StateMaze
  readonly #ways = new Map<number, Ways>()

  constructor(state: StateMaze) {
    const { rows, columns, open, seen, exit, sight } = state
    this.#state = state
    this.exit = seen[exit] === 1 ? exit : -1
    // Cells that were never seen are dead ends here: open towards the seen cells beside them alone.
    const known = open.map((sides, at) => {
      if (seen[at] === 1) return sides
      return SIDES.reduce((sum, { bit, back }, side) => {
        const next = over(at, side, rows, columns)
        return next >= 0 && seen[next] === 1 && (open[next]! & back) !== 0 ? sum | bit : sum
      }, 0)
    })
    const maze: Maze = { rows, columns, open: known }
    this.news = seen.map((own, at) => {
      if (own === 0) return 0n
      const fresh = inSight(maze, at, sight).filter((cell) => seen[cell] === 0)
      return fresh.reduce((bits, cell) => bits | (1n << BigInt(cell)), 0n)
    })
  }

  ways(from: number): Ways {
    let ways = this.#ways.get(from)
    if (ways === undefined) {
      ways = waysFrom(this.#state, this.#state.seen, from)
      this.#ways.set(from, ways)
    }
    return ways
  }

  /** A walk: where it ends (at the exit if the way leads over it), its steps, and what surely came into sight on it, as bits. */
  walk(from: number, to: number): { readonly at: number; readonly steps: number; readonly bits: bigint } {
    let bits = 0n
    let steps = 0
    for (const at of wayTo(this.ways(from), to)) {
      bits |= this.news[at]!
      steps++
      if (at === this.exit) return { at, steps, bits }
    }
    return { at: to, steps, bits }
  }

  /** The cells where something new surely comes into sight, and how many steps away, in reading order. */
  frontier(from: number): { readonly at: number; readonly steps: number }[] {
    const { steps } = this.ways(from)
    return this.news.flatMap((bits, at) => (bits !== 0n && steps[at]! > 0 ? [{ at, steps: steps[at]! }] : []))
  }
}

/** How many bits are set. */
export function countOf(bits: bigint): number {
  let count = 0
  for (let left = bits; left !== 0n; left &= left - 1n) count++
  return count
}
