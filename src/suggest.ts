/** Guesses at what a mistyped word was meant to be. */

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) cost = Math.min(cost, before[j - 2]! + 1)
      row.push(cost)
    }
    before = above
    above = row
  }
  return above[to.length]!
}

/** The nearest choice, if it is near. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const [best] = choices
    .map((choice) => ({ choice, cost: distance(word.slice(0, 60).toLowerCase(), choice.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost)
  if (best === undefined || best.cost > Math.max(1, Math.floor(Math.min(word.length, best.choice.length) * 0.4))) return undefined
  return best.choice
}

/** ' (did you mean "size"?)' for the nearest choice if it is near; '' otherwise. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const guess = nearest(word, choices)
  return guess === undefined ? '' : ` (did you mean "${guess}"?)`
}
