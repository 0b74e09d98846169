import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { gamePairs as game } from './index.ts'
import { type Counts, cardsOf, expected, outcomes, worthOf } from './rules.ts'
import { knownOf } from './solver.ts'
import { type ConfigPairs, type StatePairs, terminated } from './state.ts'

const config = (given: Partial<ConfigPairs>): ConfigPairs => game.config.parse(given)

/** 0 1 / 1 0, all face down and never seen. */
const start: StatePairs = {
  ...config({ rows: 2, columns: 2, peek: false }),
  board: [0, 1, 1, 0],
  shown: [-1, -1, -1, -1],
  seen: [0, 0, 0, 0],
  open: [],
  moves: 0,
  rng: [1, 2, 3, 4],
}

const played = (state: StatePairs, ...cells: number[]): StatePairs => cells.reduce((now, at) => game.rules.step(now, at).state, state)

/** All ways of dealing so many cards, each as the mate of every cell. */
function deals(cards: number): number[][] {
  const fill = (mates: readonly number[]): number[][] => {
    const first = mates.indexOf(-1)
    if (first < 0) return [[...mates]]
    return mates.flatMap((mate, at) => (at > first && mate === -1 ? fill(mates.with(first, at).with(at, first)) : []))
  }
  return fill(Array.from({ length: cards }, () => -1))
}

/**
 * Expected points of the best play of all, by trying every two cards in every belief: the deals that agree with all that was seen. Turning a card tells
 * which of the seen cards is its mate, or that none is. Two cards that were both seen and differ are left out: they change nothing.
 */
function bestByBruteForce(cards: number): number {
  const known = new Map<string, number>()
  const has = (set: number, at: number): boolean => ((set >> at) & 1) === 1
  const cells = Array.from({ length: cards }, (_, at) => at)
  /** The deals, sorted by what turning a card tells. */
  const told = (all: readonly number[][], seen: number, at: number): number[][][] => {
    const groups = new Map<number, number[][]>()
    for (const deal of all) {
      const mate = has(seen, deal[at]!) ? deal[at]! : -1
      groups.set(mate, [...(groups.get(mate) ?? []), deal])
    }
    return [...groups.values()]
  }
  const turn = (all: readonly number[][], seen: number, left: number): number => {
    if (left === 0) return 0
    const key = `${seen} ${left} ${all[0]!.map((mate, at) => (has(seen, at) && has(seen, mate) ? mate : -1))}`
    let best = known.get(key)
    if (best !== undefined) return best
    best = Number.NEGATIVE_INFINITY
    for (const first of cells.filter((at) => has(left, at))) {
      const parts = told(all, seen, first).map((agree) => (agree.length / all.length) * second(agree, seen, left, first))
      best = Math.max(
        best,
        parts.reduce((sum, part) => sum + part),
      )
    }
    known.set(key, best)
    return best
  }
  const second = (all: readonly number[][], seen: number, left: number, first: number): number => {
    let best = Number.NEGATIVE_INFINITY
    for (const at of cells.filter((one) => has(left, one) && one !== first)) {
      if (has(seen, first) && has(seen, at) && all[0]![first] !== at) continue
      const both = seen | (1 << first)
      const parts = told(all, both, at).map((agree) => {
        const pair = agree[0]![at] === first
        const rest = pair ? left & ~(1 << first) & ~(1 << at) : left
        return (agree.length / all.length) * ((pair ? 2 : -1) + turn(agree, both | (1 << at), rest))
      })
      best = Math.max(
        best,
        parts.reduce((sum, part) => sum + part),
      )
    }
    return best
  }
  return turn(deals(cards), 0, (1 << cards) - 1)
}

describe('rules', () => {
  it('take a pair away for 2 points, and charge 1 for cards that differ', () => {
    const one = game.rules.step(start, 0)
    expect(one).toMatchObject({ reward: 0, legal: true, terminated: false, state: { open: [0], seen: [1, 0, 0, 0] } })
    const differ = game.rules.step(one.state, 1)
    expect(differ).toMatchObject({ reward: -1, state: { open: [0, 1], board: start.board }, events: [{ kind: 'differ' }] })
    expect(game.text.feedback(differ)).toBe('(0, 0) and (0, 1) differ.')
    const pair = game.rules.step(one.state, 3)
    expect(pair).toMatchObject({ reward: 2, terminated: false, state: { open: [], board: [-1, 1, 1, -1] }, events: [{ kind: 'pair' }] })
    expect(game.text.feedback(pair)).toBe('(0, 0) and (1, 1) were a pair and are taken away.')
    const end = game.rules.step(played(pair.state, 2), 1)
    expect(end).toMatchObject({ reward: 2, terminated: true })
    expect(game.rules.won?.(end.state)).toBe(true)
    expect(() => game.rules.step(start, 4)).toThrow(GameError)
  })

  it('turn cards that differ face down with the next card, and let them be turned again', () => {
    const next = played(start, 0, 1, 0)
    expect(next.open).toEqual([0])
    expect(game.perception.format(game.perception.of(next))).toBe('red circle | ?\n? | ?')
  })

  it('refuse the first card of a turn and a place without a card', () => {
    const one = played(start, 0)
    expect(game.text.feedback(game.rules.step(one, 0))).toBe('(0, 0) was refused: it is the first card of this turn.')
    expect(game.text.feedback(game.rules.step(played(start, 0, 3), 0))).toBe('(0, 0) was refused: no card is there.')
  })

  it('show all cards once with peek, and never again', () => {
    const state = game.rules.init(config({ rows: 2, columns: 3 }), 1)
    const shown = game.perception.format(game.perception.of(state))
    expect(shown).not.toContain('?')
    expect(game.perception.format(game.perception.of(played(state, 0))).match(/\?/g)).toHaveLength(5)
    expect(game.perception.format(game.perception.of(game.rules.init(config({ rows: 2, columns: 3, peek: false }), 1)))).toBe(
      '? | ? | ?\n? | ? | ?',
    )
  })

  it('pair different pictures of one class, or the same picture twice', () => {
    for (const faces of ['pictures', 'classes'] as const) {
      const { board, shown } = game.rules.init(config({ faces }), 5)
      for (const [at, kind] of board.entries()) {
        const mate = board.findIndex((other, place) => other === kind && place !== at)
        expect(shown[mate] === shown[at]).toBe(faces === 'pictures')
      }
    }
  })
})

describe('the expert', () => {
  it.each([2, 4, 6, 8])('expects the points of the best play of all with %i cards, as trying everything does', (cards) => {
    const counts: Counts = { open: 'none', pairs: 0, singles: 0, unseen: cards }
    expect(worthOf(counts)).toBeCloseTo(bestByBruteForce(cards), 9)
  })

  it('gains nothing by a known card in place of news as the second of a turn, whatever is known', () => {
    for (let unseen = 1; unseen <= 36; unseen++)
      for (let singles = (unseen + 1) % 2; singles < unseen; singles += 2) {
        const counts: Counts = { open: 'mate unseen', pairs: 0, singles, unseen }
        if (singles > 0) expect(expected(counts, 'single')).toBeLessThanOrEqual(expected(counts, 'unseen') + 1e-9)
      }
  })

  it('knows what may come of a card: chances sum to 1 and no card is lost', () => {
    const cards = ({ open, pairs, singles, unseen }: Counts): number =>
      2 * pairs + singles + unseen + { none: 0, 'mate seen': 2, 'mate unseen': 1 }[open]
    for (const open of ['none', 'mate seen', 'mate unseen'] as const) {
      const counts: Counts = { open, pairs: 1, singles: 2, unseen: open === 'mate unseen' ? 7 : 6 }
      for (const card of cardsOf(counts)) {
        const all = outcomes(counts, card)
        expect(all.reduce((sum, { chance }) => sum + chance, 0)).toBeCloseTo(1)
        for (const { points, next } of all) expect(cards(next)).toBe(cards(counts) - (points === 2 ? 2 : 0))
      }
    }
  })

  it('never misses where all cards were shown', () => {
    for (const seed of [1, 2, 3]) {
      let state = game.rules.init(config({}), seed)
      let points = 0
      for (let move = 0; move < 16; move++) {
        const result = game.rules.step(state, game.expert!.solver(state)[0]!.action)
        points += result.reward
        state = result.state
      }
      expect([points, terminated(state)]).toEqual([16, true])
    }
  })

  it('expects what it gets: the mean of games is its value', () => {
    const { counts } = knownOf(game.rules.init(config({ rows: 3, columns: 4, peek: false }), 0))
    let sum = 0
    for (let seed = 0; seed < 400; seed++) {
      let state = game.rules.init(config({ rows: 3, columns: 4, peek: false }), seed)
      while (!terminated(state)) {
        const result = game.rules.step(state, game.expert!.solver(state)[0]!.action)
        sum += result.reward
        state = result.state
      }
    }
    expect(Math.abs(sum / 400 - worthOf(counts))).toBeLessThan(0.25)
  })

  it('does not look at cards that were never seen', () => {
    const rng = seededRng(1, 'test')
    for (let seed = 0; seed < 20; seed++) {
      const state = game.scatter!(config({ peek: false }), seed)
      const hidden = state.seen.flatMap((seen, at) => (seen === 0 && state.board[at] !== -1 ? [at] : []))
      // Hidden cards whose mates are hidden too change places among each other.
      const free = hidden.filter((at) => hidden.some((other) => other !== at && state.board[other] === state.board[at]))
      const order = rng.shuffle(free)
      const board = [...state.board]
      for (const [i, at] of free.entries()) board[at] = state.board[order[i]!]!
      expect(game.expert!.solver({ ...state, board })).toEqual(game.expert!.solver(state))
      expect(game.expert!.lookahead!({ ...state, board }, 3)).toEqual(game.expert!.lookahead!(state, 3))
    }
  })

  it('turns more cards at every level of reasoning', () => {
    const turned = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config: own } = difficulty(game, { reasoning })
      const { counts } = knownOf(game.rules.init(own, 1))
      // Two points a pair, less one a miss: two cards a pair and two a miss.
      return 3 * own.rows * own.columns - 2 * worthOf(counts)
    })
    for (let level = 1; level < 6; level++) expect(turned[level]).toBeGreaterThan(turned[level - 1]!)
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ rows: 1 }, 'rows'],
    [{ rows: 7 }, 'rows'],
    [{ columns: 1 }, 'columns'],
    [{ columns: 7 }, 'columns'],
    [{ rows: 3, columns: 3 }, 'columns'],
    [{ peek: 1 }, 'peek'],
    [{ faces: 'words' }, 'faces'],
    [{ faces: 'pictures', rows: 6, columns: 6 }, 'faces'],
    [{ pictures: 'none' }, 'pictures'],
    [{ split: 'dev' }, 'split'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['one card of a kind', { board: [0, 1, 2, 0] }, /two cards of each kind, got 1 of kind 1/],
    ['a card too few', { board: [0, 0] }, /expected 4 cards/],
    ['a symbol that there is not', { board: [0, 36, 36, 0] }, /a picture of each card/],
    ['an open card that was never seen', { open: [0] }, /cards that were seen/],
    ['an open card that was taken away', { board: [-1, 1, 1, -1], seen: [1, 1, 1, 1], open: [0] }, /cards that were seen/],
    ['an open pair', { seen: [1, 1, 1, 1], open: [0, 3] }, /two that differ, got 2/],
    ['all cards open where none are shown', { seen: [1, 1, 1, 1], open: [0, 1, 2, 3] }, /two that differ, got 4/],
    ['a memory too short', { seen: [0] }, /one a card/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one cell from (0, 0) to (1, 1), written as (row, col).'],
    ['(0, 2)', 'The answer "(0, 2)" is not one cell from (0, 0) to (1, 1), written as (row, col).'],
    ['(0, 0) (1, 1)', 'The answer "(0, 0) (1, 1)" is not one cell from (0, 0) to (1, 1), written as (row, col).'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

it('the teacher remembers, and tries one card against all others in turn when it is blind', () => {
  const seen = played(start, 0, 1, 2)
  expect(game.teacher!.teach(seen, { blind: false })).toEqual({ think: 'open 1,0\nmate 0,1\npairs 0\nsingles 1\nunseen 1', action: 1 })
  expect(game.teacher!.teach(start, { blind: false }).think).toBe('open -\nmate -\npairs 0\nsingles 0\nunseen 4')
  const turned: number[] = []
  for (let state = start; turned.length < 6; state = game.rules.step(state, turned.at(-1)!).state)
    turned.push(game.teacher!.teach(state, { blind: true }).action)
  expect(turned).toEqual([0, 1, 0, 2, 0, 3])
  expect(game.teacher!.judge(seen, 'open 1,0\nmate 0,0\npairs 1\nsingles 1\nunseen').map(({ holds }) => holds)).toEqual([
    true,
    false,
    false,
    true,
  ])
})
