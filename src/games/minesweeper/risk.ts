/**
 * Exact risks: for each covered cell the share of layouts of mines that agree with the board in which it has one. All layouts are equally likely,
 * for mines are drawn evenly; flags are a player's notes and tell nothing.
 *
 * Cells with the same numbers around them are alike and are counted as one group. Groups that share a number make a component; its layouts are
 * counted by going through its groups from top to bottom, with what each number still needs as the state (dynamic programming), apart for each
 * number of mines. The components and the cells that no number touches share the mines of the board. Counts are sums and products of whole
 * numbers in double precision: a risk of 0 or 1 is exact, another right to 12 digits or more.
 */
import { coveredIn, isCovered, neighboursOf } from './rules.ts'

/** What there is to see of a board, and how many mines it has. */
export interface Board {
  readonly shown: readonly number[]
  readonly size: number
  readonly mines: number
}

/** What a board tells of its mines. */
export interface Risks {
  /** By cell: chance of a mine, 0..1; 0 for open cells, and everywhere if `layouts` is 0. */
  readonly risk: readonly number[]
  /** Layouts of mines that agree with the board. */
  readonly layouts: number
}

/** Covered cells with the same numbers around them. */
interface Group {
  readonly cells: readonly number[]
  /** Indices of the clues around. */
  readonly clues: readonly number[]
}

/** Counts by number of mines: of layouts, and for each group the sum of its mines over them. */
interface Counts {
  readonly layouts: readonly number[]
  readonly sums: readonly (readonly number[])[]
}

const CHOOSE = pascal(100)

/** Rows 0..most of Pascal's triangle. */
function pascal(most: number): number[][] {
  const rows = [[1]]
  for (let n = 1; n <= most; n++) {
    const last = rows[n - 1]!
    rows.push(Array.from({ length: n + 1 }, (_, k) => (last[k - 1] ?? 0) + (last[k] ?? 0)))
  }
  return rows
}

const choose = (n: number, k: number): number => CHOOSE[n]?.[k] ?? 0

/** Risks of a board; `layouts` is 0 for one that cannot be. */
export function risksOf({ shown, size, mines }: Board): Risks {
  const risk = new Array<number>(shown.length).fill(0)
  const parts = partsOf(shown, size)
  if (parts === null) return { risk, layouts: 0 }
  const { groups, needs, free } = parts
  const components = componentsOf(groups).map((part) => ({ part, counts: countLayouts(part, needs) }))
  // Mines in the first k components, all layouts together; and the same from the last on.
  const before = [[1]]
  for (const { counts } of components) before.push(product(before.at(-1)!, counts.layouts))
  let after = Array.from({ length: Math.min(free.length, mines) + 1 }, (_, k) => choose(free.length, k))
  const layouts = at(product(before.at(-1)!, after), mines)
  if (layouts === 0) return { risk, layouts }
  const held = before.at(-1)!
  // A free cell has a mine as often as any other: with one mine put there, the others lie in the rest.
  const rest = Array.from({ length: free.length + 1 }, (_, k) => (k === 0 ? 0 : choose(free.length - 1, k - 1)))
  const freeRisk = free.length === 0 ? 0 : at(product(held, rest), mines) / layouts
  for (const cell of free) risk[cell] = freeRisk
  for (let k = components.length - 1; k >= 0; k--) {
    const { part, counts } = components[k]!
    const others = product(before[k]!, after)
    for (const [i, { cells }] of part.entries()) {
      const share = at(product(others, counts.sums[i]!), mines) / layouts / cells.length
      for (const cell of cells) risk[cell] = share
    }
    after = product(after, counts.layouts)
  }
  return { risk, layouts }
}

const at = (counts: readonly number[], mines: number): number => counts[mines] ?? 0

function product(one: readonly number[], other: readonly number[]): number[] {
  const sums = new Array<number>(Math.max(0, one.length + other.length - 1)).fill(0)
  for (const [i, a] of one.entries()) if (a !== 0) for (const [j, b] of other.entries()) sums[i + j]! += a * b
  return sums
}

/** What a board is made of. */
interface Parts {
  readonly groups: readonly Group[]
  /** By clue: mines around it. */
  readonly needs: readonly number[]
  /** The covered cells that no number touches. */
  readonly free: readonly number[]
}

/** The parts of a board; null where a number has no covered cell around it for its mines. */
function partsOf(shown: readonly number[], size: number): Parts | null {
  const neighbours = neighboursOf(size)
  const needs: number[] = []
  const clueOf = new Map<number, number>()
  for (const [cell, look] of shown.entries()) {
    if (look > 8) continue
    clueOf.set(cell, needs.length)
    needs.push(look)
  }
  const byClues = new Map<string, { cells: number[]; clues: number[] }>()
  const free: number[] = []
  const touched = new Set<number>()
  for (const [cell, look] of shown.entries()) {
    if (!isCovered(look)) continue
    const clues = neighbours[cell]!.flatMap((near) => clueOf.get(near) ?? [])
    if (clues.length === 0) {
      free.push(cell)
      continue
    }
    for (const clue of clues) touched.add(clue)
    const key = clues.join()
    const group = byClues.get(key) ?? { cells: [], clues }
    group.cells.push(cell)
    byClues.set(key, group)
  }
  if (needs.some((need, clue) => need > 0 && !touched.has(clue))) return null
  return { groups: [...byClues.values()], needs, free }
}

/** Groups that hang together by clues, each component in the order of its first cells. */
function componentsOf(groups: readonly Group[]): Group[][] {
  const ofClue = new Map<number, number[]>()
  for (const [i, { clues }] of groups.entries()) for (const clue of clues) ofClue.set(clue, [...(ofClue.get(clue) ?? []), i])
  const seen = new Set<number>()
  const parts: Group[][] = []
  for (let start = 0; start < groups.length; start++) {
    if (seen.has(start)) continue
    const part = [start]
    seen.add(start)
    for (const i of part)
      for (const clue of groups[i]!.clues)
        for (const other of ofClue.get(clue)!)
          if (!seen.has(other)) {
            seen.add(other)
            part.push(other)
          }
    parts.push(part.sort((a, b) => a - b).map((i) => groups[i]!))
  }
  return parts
}

/** Whether a board can be cleared from here by safe moves alone. `open`: the board once a safe cell is open. */
export function needsNoGuess(board: Board, open: (shown: readonly number[], cell: number) => readonly number[]): boolean {
  const { size, mines } = board
  let { shown } = board
  for (;;) {
    if (coveredIn(shown) === mines) return true
    const { risk } = risksOf({ shown, size, mines })
    const safe = shown.flatMap((look, cell) => (isCovered(look) && risk[cell] === 0 ? [cell] : []))
    if (safe.length === 0) return false
    for (const cell of safe) if (isCovered(shown[cell]!)) shown = open(shown, cell)
  }
}

/** All layouts of a component that give every clue what it needs. */
function countLayouts(groups: readonly Group[], needs: readonly number[]): Counts {
  const clues = [...new Set(groups.flatMap((group) => group.clues))]
  const first = new Map(clues.map((clue) => [clue, groups.findIndex((group) => group.clues.includes(clue))]))
  const last = new Map(clues.map((clue) => [clue, groups.findLastIndex((group) => group.clues.includes(clue))]))
  /** Cells around a clue in the groups from i on, at most so many mines can still come. */
  const room = groups.map((_, i) => new Map(clues.map((clue) => [clue, roomFrom(groups, i, clue)])))
  /** The clues whose need tells one state at group i from another. */
  const running = groups.map((_, i) => clues.filter((clue) => first.get(clue)! < i && last.get(clue)! >= i))
  const left = [...needs]
  const known = groups.map(() => new Map<string, Counts>())

  const count = (i: number): Counts => {
    const group = groups[i]
    if (group === undefined) return { layouts: [1], sums: [] }
    const key = running[i]!.map((clue) => left[clue]).join()
    const before = known[i]!.get(key)
    if (before !== undefined) return before
    const most = Math.min(group.cells.length, ...group.clues.map((clue) => left[clue]!))
    const layouts: number[] = []
    const sums: number[][] = groups.slice(i).map(() => [])
    for (let mines = 0; mines <= most; mines++) {
      for (const clue of group.clues) left[clue]! -= mines
      if (group.clues.every((clue) => left[clue]! <= (room[i + 1]?.get(clue) ?? 0))) {
        const rest = count(i + 1)
        const ways = choose(group.cells.length, mines)
        for (const [m, number] of rest.layouts.entries()) {
          add(layouts, m + mines, ways * number)
          add(sums[0]!, m + mines, ways * mines * number)
        }
        for (const [j, sum] of rest.sums.entries()) for (const [m, number] of sum.entries()) add(sums[j + 1]!, m + mines, ways * number)
      }
      for (const clue of group.clues) left[clue]! += mines
    }
    const counts = { layouts, sums }
    known[i]!.set(key, counts)
    return counts
  }
  return count(0)
}

function roomFrom(groups: readonly Group[], from: number, clue: number): number {
  return groups.slice(from).reduce((sum, { cells, clues }) => sum + (clues.includes(clue) ? cells.length : 0), 0)
}

/** Adds to a list that grows with zeros. */
function add(list: number[], index: number, value: number): void {
  while (list.length <= index) list.push(0)
  list[index]! += value
}
