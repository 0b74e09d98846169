/** Experts of picture pairs, with perfect memory and exact chances over what they never saw: see rules.ts. */
import type { ScoredAction } from '../../game.ts'
import { type Card, type Counts, expected, expectedOver } from './rules.ts'
import { firstOf, legalActions, type StatePairs, TAKEN } from './state.ts'

/** What is known of a state, and what each card is to who knows it. */
export function knownOf(state: StatePairs): { readonly counts: Counts; readonly cards: ReadonlyMap<number, Card> } {
  const { board, seen } = state
  const first = firstOf(state)
  const cards = new Map<number, Card>()
  let [pairs, singles, unseen] = [0, 0, 0]
  let open: Counts['open'] = first === undefined ? 'none' : 'mate unseen'
  for (const [at, kind] of board.entries()) {
    if (kind === TAKEN || at === first) continue
    const mate = board.findIndex((other, place) => other === kind && place !== at)
    if (seen[at] === 0) {
      cards.set(at, 'unseen')
      unseen++
    } else if (mate === first) {
      cards.set(at, 'mate')
      open = 'mate seen'
    } else if (seen[mate] === 1) {
      cards.set(at, 'pair')
      pairs += 0.5
    } else {
      cards.set(at, 'single')
      singles++
    }
  }
  return { counts: { open, pairs, singles, unseen }, cards }
}

function scored(state: StatePairs, worth: (counts: Counts, card: Card) => number): readonly ScoredAction<number>[] {
  const { counts, cards } = knownOf(state)
  const worths = new Map<Card, number>()
  const of = (card: Card): number => {
    const known = worths.get(card) ?? worth(counts, card)
    worths.set(card, known)
    return known
  }
  return legalActions(state)
    .map((action) => ({ action, score: of(cards.get(action)!) }))
    .sort((a, b) => b.score - a.score)
}

/** Expected points to the end of each legal card with the best play after it, best first. `depth` changes nothing. */
export const solver = (state: StatePairs): readonly ScoredAction<number>[] => scored(state, expected)

/** Expected points of each legal card over `plies` cards with best play for points; best first. */
export const lookahead = (state: StatePairs, plies: number): readonly ScoredAction<number>[] =>
  scored(state, (counts, card) => expectedOver(counts, card, plies))
