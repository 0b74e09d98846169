/** Dealing boards: kinds spread over pairs, pairs over cells. All chance comes from the generator given. */
import type { Rng } from '../../rng.ts'
import type { BoardConfig } from './position.ts'
import { anyJoin, EMPTY, joinLength, linesOf, toggle } from './rules.ts'

/**
 * A full board on which a pair can be joined: each of `kinds` (as many as the config says) stands in pairs, as evenly as the board allows, the
 * first ones once more where it does not divide. Clearable: a way of clearing is drawn first and the kinds are dealt onto it; otherwise all
 * arrangements are equally likely, but for those without a joinable pair, which are dealt again.
 */
export function deal({ rows, columns, clearable }: BoardConfig, kinds: readonly number[], rng: Rng): number[] {
  const cells = rows * columns
  const pairs = Array.from({ length: cells / 2 }, (_, i) => kinds[i % kinds.length]!)
  const board = new Array<number>(cells).fill(EMPTY)
  if (clearable) {
    const order = clearingOrder(rows, columns, rng)
    for (const [i, kind] of rng.shuffle(pairs).entries()) {
      board[order[2 * i]!] = kind
      board[order[2 * i + 1]!] = kind
    }
    return board
  }
  const tiles = pairs.flatMap((kind) => [kind, kind])
  for (;;) {
    const dealt = rng.shuffle(tiles)
    if (anyJoin(dealt, rows, columns)) return dealt
  }
}

/**
 * A way of clearing a full board, as cells two by two: each time a uniform pair of those that can be joined, whatever they show. It never
 * gets stuck. Two tiles of the uppermost row that holds any are joined over the row above them. If that row has a single tile, it goes up,
 * across and down onto the uppermost tile of any other column; and if there is no other column, neighbours in its own column are joined.
 */
function clearingOrder(rows: number, columns: number, rng: Rng): number[] {
  const left = Array.from({ length: rows * columns }, (_, at) => at)
  const lines = linesOf(left, rows, columns)
  const order: number[] = []
  while (left.length > 0) {
    const joins: number[] = []
    for (let i = 0; i < left.length; i++)
      for (let j = i + 1; j < left.length; j++) if (joinLength(lines, left[i]!, left[j]!) > 0) joins.push(i * 64 + j)
    const drawn = rng.pick(joins)
    const i = drawn >> 6
    const j = drawn & 63
    order.push(left[i]!, left[j]!)
    toggle(lines, left[i]!)
    toggle(lines, left[j]!)
    left.splice(j, 1)
    left.splice(i, 1)
  }
  return order
}

/**
 * The board less a number of its pairs, uniform from 0 to all but one; which pairs is drawn without regard to paths. The result is not over:
 * a pair can be joined on it.
 */
export function thinned(board: readonly number[], { rows, columns }: BoardConfig, rng: Rng): number[] {
  for (;;) {
    const out = [...board]
    for (let gone = rng.int(board.length / 2); gone > 0; gone--) {
      const tiles = out.flatMap((kind, at) => (kind === EMPTY ? [] : [at]))
      const first = rng.pick(tiles)
      const second = rng.pick(tiles.filter((at) => at !== first && out[at] === out[first]))
      out[first] = EMPTY
      out[second] = EMPTY
    }
    if (anyJoin(out, rows, columns)) return out
  }
}
