/**
 * How many pushes every position of a room is from its end, exactly: breadth first from the solved positions, with pulls, which are pushes
 * backwards. A position that is not reached cannot be solved. Positions in which the player stands in different cells but gets to the same ones are
 * one. Rooms of 8 x 8 with three boxes have some 5,000 positions, those of 10 x 10 some
 * 40,000.
 */
import { FLOOR, type Position, type Room, stepsOf } from './rules.ts'

/** Keys of positions: the boxes and the first cell that the player gets to, in digits to this base. */
const BASE = 128

/** Pushes to the end by position. */
export class PushTable {
  readonly #room: Room
  readonly #closed: Uint8Array
  readonly #pushes = new Map<number, number>()
  /** Positions by pushes. */
  readonly #layers: number[][] = []
  readonly #boxes: number
  /** Marks of cells reached, by the number of the search. */
  readonly #mark: Int32Array
  readonly #front: Int32Array
  #search = 0

  constructor(room: Room, goals: readonly number[]) {
    this.#room = room
    this.#boxes = goals.length
    this.#closed = Uint8Array.from(room.cells, (cell) => (cell === FLOOR ? 0 : 1))
    this.#mark = new Int32Array(room.cells.length)
    this.#front = new Int32Array(room.cells.length)
    this.#fill([...goals].sort((a, b) => a - b))
  }

  /** Fewest pushes from a position to the end; null if it cannot be solved. */
  pushes({ crates, player }: Position): number | null {
    for (const crate of crates) this.#closed[crate] = 1
    const key = keyOf(crates, this.#reach(player))
    for (const crate of crates) this.#closed[crate] = 0
    return this.#pushes.get(key) ?? null
  }

  /** Most pushes that a position that can be solved needs. */
  get longest(): number {
    return this.#layers.length - 1
  }

  /** The positions that need so many pushes, the player in the first cell that the player gets to. */
  positions(pushes: number): Position[] {
    return (this.#layers[pushes] ?? []).map((key) => positionOf(key, this.#boxes))
  }

  #fill(goals: readonly number[]): void {
    let layer: number[] = []
    const add = (key: number): void => {
      if (this.#pushes.has(key)) return
      this.#pushes.set(key, this.#layers.length)
      layer.push(key)
    }
    const closed = this.#closed
    for (const goal of goals) closed[goal] = 1
    for (const [cell, shut] of closed.entries()) if (shut === 0) add(keyOf(goals, this.#reach(cell)))
    for (const goal of goals) closed[goal] = 0
    while (layer.length > 0) {
      this.#layers.push(layer)
      const before = layer
      layer = []
      for (const key of before) this.#pull(positionOf(key, this.#boxes), add)
    }
  }

  /** Gives the key of every position that one push makes this one of. */
  #pull({ crates, player }: Position, add: (key: number) => void): void {
    const closed = this.#closed
    for (const crate of crates) closed[crate] = 1
    this.#reach(player)
    const here = this.#search
    const pulls: number[] = []
    for (const [i, crate] of crates.entries())
      for (const step of stepsOf(this.#room.size))
        if (this.#mark[crate + step] === here && closed[crate + 2 * step] === 0) pulls.push(i, step)
    for (let at = 0; at < pulls.length; at += 2) {
      const [i, step] = [pulls[at]!, pulls[at + 1]!]
      const from = crates[i]!
      closed[from] = 0
      closed[from + step] = 1
      const next = [...crates]
      next[i] = from + step
      next.sort((a, b) => a - b)
      add(keyOf(next, this.#reach(from + 2 * step)))
      closed[from + step] = 0
      closed[from] = 1
    }
    for (const crate of crates) closed[crate] = 0
  }

  /** Marks what is reached from a cell; the first of it. */
  #reach(start: number): number {
    const [mark, closed, front] = [this.#mark, this.#closed, this.#front]
    const search = ++this.#search
    const steps = stepsOf(this.#room.size)
    front[0] = start
    mark[start] = search
    let first = start
    for (let at = 0, end = 1; at < end; at++) {
      const cell = front[at]!
      if (cell < first) first = cell
      for (const step of steps) {
        const next = cell + step
        if (closed[next] !== 0 || mark[next] === search) continue
        mark[next] = search
        front[end++] = next
      }
    }
    return first
  }
}

function keyOf(crates: readonly number[], first: number): number {
  let key = first
  for (const crate of crates) key = key * BASE + crate
  return key
}

function positionOf(key: number, boxes: number): Position {
  const crates = new Array<number>(boxes)
  let rest = key
  for (let i = boxes - 1; i >= 0; i--) {
    crates[i] = rest % BASE
    rest = Math.floor(rest / BASE)
  }
  return { crates, player: rest }
}

/** Tables of the rooms that were asked about last. */
const known = new Map<string, PushTable>()
const MOST = 32

/** The table of a room and its goals, kept for the next call. */
export function tableOf(room: Room, goals: readonly number[]): PushTable {
  const key = `${room.cells.join('')} ${goals.join()}`
  const table = known.get(key) ?? new PushTable(room, goals)
  known.delete(key)
  known.set(key, table)
  if (known.size > MOST) known.delete(known.keys().next().value!)
  return table
}
