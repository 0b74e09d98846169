/**
 * The rules of Lights Out on graphs: lights on nodes, and presses. A set of nodes is a number whose bit k stands for node k.
 *
 * A press changes the light of a node and those of its neighbours. Two presses of one node cancel, and the order of presses does not matter: what
 * counts is the set of nodes pressed an odd number of times, so a solution is a vector over GF(2).
 */

/** Graphs have NODES_MIN..NODES_MAX nodes. */
export const NODES_MIN = 3
export const NODES_MAX = 12

/** An edge: two nodes, the lower first. */
export type Edge = readonly [from: number, to: number]

/** By node: the lights that a press of it changes, its own among them. */
export function pressesOf(nodes: number, edges: readonly Edge[]): number[] {
  const presses = Array.from({ length: nodes }, (_, node) => 1 << node)
  for (const [a, b] of edges) {
    presses[a]! |= 1 << b
    presses[b]! |= 1 << a
  }
  return presses
}

/** How many nodes a set has. */
export function sizeOf(set: number): number {
  let count = 0
  for (let left = set; left !== 0; left &= left - 1) count++
  return count
}

/** All ways of putting the lights out: one of them, and the sets that change no light (null space), from which all others are made. */
export interface Solutions {
  readonly one: number
  /** A basis. */
  readonly idle: readonly number[]
}

/** Gaussian elimination over GF(2). null: no presses put these lights out. */
export function solve(presses: readonly number[], lit: number): Solutions | null {
  const pivots: { effect: number; set: number; bit: number }[] = []
  const idle: number[] = []
  for (const [node, press] of presses.entries()) {
    let effect = press
    let set = 1 << node
    for (const pivot of pivots)
      if ((effect & pivot.bit) !== 0) {
        effect ^= pivot.effect
        set ^= pivot.set
      }
    if (effect === 0) idle.push(set)
    else pivots.push({ effect, set, bit: effect & -effect })
  }
  let left = lit
  let one = 0
  for (const pivot of pivots)
    if ((left & pivot.bit) !== 0) {
      left ^= pivot.effect
      one ^= pivot.set
    }
  return left === 0 ? { one, idle } : null
}

/** Every set of presses that puts the lights out: 2 to the number of `idle` sets. */
export function allSolutions({ one, idle }: Solutions): number[] {
  let sets = [one]
  for (const extra of idle) sets = [...sets, ...sets.map((set) => set ^ extra)]
  return sets
}

/** The smallest of the sets; of equally small ones the one whose first nodes come first. There is one at least. */
export function smallest(sets: readonly number[]): number {
  return sets.reduce((best, set) => {
    const [more, least] = [sizeOf(set), sizeOf(best)]
    const differ = set ^ best
    return more < least || (more === least && differ !== 0 && (set & differ & -differ) !== 0) ? set : best
  })
}
