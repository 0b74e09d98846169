/**
 * The rules of picture pairs as counts, for the experts: what is known of the cards, whatever they show and wherever they lie.
 *
 * A turn is two cards. Cards that were seen are remembered. Of the cards that lie face down some are pairs of which both were seen, some are singles
 * whose mate was never seen, and the rest were never seen at all.
 */

/** Boards have SIDE_MIN..SIDE_MAX rows, and as many columns. */
export const SIDE_MIN = 2
export const SIDE_MAX = 6

/** Points of a pair, and of two cards that differ. */
export const PAIR = 2
export const MISS = -1

/** The first card of a turn: none yet, one whose mate was seen, or one whose mate was not. */
export type Open = 'none' | 'mate seen' | 'mate unseen'

/** What is known. The open card is in no count, nor is its mate where that was seen; an unseen mate counts as unseen. */
export interface Counts {
  readonly open: Open
  /** Pairs of which both cards were seen. */
  readonly pairs: number
  /** Cards that were seen and whose mate was not. */
  readonly singles: number
  /** Cards that were never seen. */
  readonly unseen: number
}

/** What a card is to a player with perfect memory. 'mate': that of the open card. */
export type Card = 'mate' | 'pair' | 'single' | 'unseen'

/** What may come of turning a card. */
export interface Outcome {
  readonly chance: number
  readonly points: number
  readonly next: Counts
}

/** All that may come of turning a card of that kind, of which there must be one. */
export function outcomes({ open, pairs, singles, unseen }: Counts, card: Card): Outcome[] {
  const to = (chance: number, points: number, next: Counts): Outcome => ({ chance, points, next })
  const none = (p: number, s: number, u: number): Counts => ({ open: 'none', pairs: p, singles: s, unseen: u })
  if (open === 'none') {
    if (card === 'pair') return [to(1, 0, { open: 'mate seen', pairs: pairs - 1, singles, unseen })]
    if (card === 'single') return [to(1, 0, { open: 'mate unseen', pairs, singles: singles - 1, unseen })]
    return likely([
      to(singles / unseen, 0, { open: 'mate seen', pairs, singles: singles - 1, unseen: unseen - 1 }),
      to((unseen - singles) / unseen, 0, { open: 'mate unseen', pairs, singles, unseen: unseen - 1 }),
    ])
  }
  if (open === 'mate seen') {
    if (card === 'mate') return [to(1, PAIR, none(pairs, singles, unseen))]
    if (card !== 'unseen') return [to(1, MISS, none(pairs + 1, singles, unseen))]
    return likely([
      to(singles / unseen, MISS, none(pairs + 2, singles - 1, unseen - 1)),
      to((unseen - singles) / unseen, MISS, none(pairs + 1, singles + 1, unseen - 1)),
    ])
  }
  if (card !== 'unseen') return [to(1, MISS, none(pairs, singles + 1, unseen))]
  return likely([
    to(1 / unseen, PAIR, none(pairs, singles, unseen - 1)),
    to(singles / unseen, MISS, none(pairs + 1, singles, unseen - 1)),
    to((unseen - 1 - singles) / unseen, MISS, none(pairs, singles + 2, unseen - 1)),
  ])
}

const likely = (all: readonly Outcome[]): Outcome[] => all.filter(({ chance }) => chance > 0)

/** The kinds of cards that there are to turn. */
export function cardsOf({ open, pairs, singles, unseen }: Counts): Card[] {
  const there: Card[] = open === 'mate seen' ? ['mate'] : []
  if (pairs > 0) there.push('pair')
  if (singles > 0) there.push('single')
  if (unseen > 0) there.push('unseen')
  return there
}

const values = new Map<string, number>()

/**
 * Expected points from here to the end with the best play: known pairs first; then a card that was not seen, its mate if that is known, else one
 * more that was not seen, unless a single is the better beginning. That this is the best of all play is known of the solitaire game, and a
 * test compares it with trying everything.
 */
export function worthOf(counts: Counts): number {
  const { open, pairs, singles, unseen } = counts
  const rest: Counts = { ...counts, pairs: 0 }
  if (pairs > 0) return PAIR * pairs + worthOf(rest)
  if (open === 'mate seen') return PAIR + worthOf({ ...rest, open: 'none' })
  if (unseen === 0) return 0
  const key = `${open} ${singles} ${unseen}`
  let value = values.get(key)
  if (value === undefined) {
    value = expected(rest, 'unseen')
    if (open === 'none' && singles > 0) value = Math.max(value, expected(rest, 'single'))
    values.set(key, value)
  }
  return value
}

/** Expected points to the end of turning a card of that kind, with the best play after it. */
export function expected(counts: Counts, card: Card): number {
  return outcomes(counts, card).reduce((sum, { chance, points, next }) => sum + chance * (points + worthOf(next)), 0)
}

/** Expected points of turning a card of that kind over `plies` cards with best play for points, itself included. */
export function expectedOver(counts: Counts, card: Card, plies: number): number {
  return outcomes(counts, card).reduce((sum, { chance, points, next }) => {
    const cards = plies === 1 ? [] : cardsOf(next)
    const later = cards.length === 0 ? 0 : Math.max(...cards.map((one) => expectedOver(next, one, plies - 1)))
    return sum + chance * (points + later)
  }, 0)
}
