import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { gameSnake as game } from './index.ts'
import { apart, roundWay, waysFrom } from './rules.ts'
import { type ConfigSnake, FOOD, type Going, type StateSnake, terminated } from './state.ts'
import type { SeenSnake } from './text.ts'

const config = (given: Partial<ConfigSnake>): ConfigSnake => game.config.parse(given)
const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3] as const

/** On a board of five: the head at (1, 1), the body to its left and down, food three cells to the right. */
const start: StateSnake = {
  ...config({ size: 5, length: 4, hunger: 30 }),
  body: [6, 5, 10, 11],
  food: 9,
  clock: 30,
  moves: 0,
  rng: [1, 2, 3, 4],
}

const states = fc
  .record({ size: fc.integer({ min: 5, max: 10 }), seed: fc.integer() })
  .map(({ size, seed }) => game.scatter!(config({ size }), seed))

const stepped = (state: StateSnake, ...goings: readonly Going[]): StateSnake =>
  goings.reduce((now, going) => game.rules.step(now, going).state, state)

describe('rules', () => {
  it('lead the body after the head, and pay for steps towards the food', () => {
    const result = game.rules.step(start, [RIGHT, 2])
    expect(result).toMatchObject({
      reward: 2,
      legal: true,
      terminated: false,
      events: [{ kind: 'went', direction: 1, steps: 2, ate: false }],
    })
    expect(result.state).toMatchObject({ body: [8, 7, 6, 5], clock: 28, moves: 1 })
    expect(game.rules.step(start, [UP, 1])).toMatchObject({ reward: -1, state: { body: [1, 6, 5, 10] } })
    expect(() => game.rules.step(start, [RIGHT, 5])).toThrow(GameError)
    expect(() => game.rules.step(start, [4, 1])).toThrow(GameError)
  })

  it('end a run on the food, let the snake grow, and put food where it does not lie', () => {
    const result = game.rules.step(start, [RIGHT, 4])
    expect(result).toMatchObject({ reward: 3 + FOOD, events: [{ kind: 'went', steps: 3, ate: true }] })
    expect(result.state).toMatchObject({ body: [9, 8, 7, 6, 5], clock: 30 })
    const places = new Set(Array.from({ length: 30 }, (_, seed) => game.rules.step(game.rules.reseed(start, seed), [RIGHT, 3]).state.food))
    expect(places.size).toBeGreaterThan(5)
    for (const food of places) expect(result.state.body).not.toContain(food)
  })

  it('refuse the edge and the body, in a sentence, and leave the cell of the tail free', () => {
    expect(game.text.feedback(game.rules.step(start, [UP, 2]))).toBe('up 2 was refused: the snake would leave the board.')
    expect(game.text.feedback(game.rules.step(start, [LEFT, 1]))).toBe('left 1 was refused: the snake would meet its body.')
    expect(game.rules.step(start, [DOWN, 1])).toMatchObject({ legal: true, state: { body: [11, 6, 5, 10] } })
  })

  it('end where the snake is stuck, starves, or fills the board', () => {
    const trap = { ...start, body: [0, 1, 6, 5, 10], food: 24 }
    // The head in the corner, its body around it.
    expect(terminated(trap)).toBe(true)
    const hungry = game.rules.step({ ...start, clock: 1 }, [DOWN, 1])
    expect(hungry).toMatchObject({ terminated: true, events: [{ kind: 'went' }, { kind: 'ended', reason: 'starved' }] })
    const cut = game.rules.step({ ...start, clock: 2 }, [RIGHT, 4])
    expect(cut).toMatchObject({
      state: { clock: 0 },
      events: [
        { kind: 'went', steps: 2, ate: false },
        { kind: 'ended', reason: 'starved' },
      ],
    })
    // All cells but one, row by row to and fro; the last is the food.
    const order = Array.from({ length: 25 }, (_, at) => (Math.floor(at / 5) % 2 === 0 ? at : 5 * Math.floor(at / 5) + 4 - (at % 5)))
    const last = game.rules.step({ ...start, body: order.slice(1), food: 0 }, [LEFT, 1])
    expect(last).toMatchObject({ reward: 1 + FOOD, terminated: true, events: [{ ate: true }, { kind: 'ended', reason: 'full' }] })
    expect(game.rules.won?.(last.state)).toBe(true)
    expect(game.rules.parseState(last.state).food).toBe(-1)
  })

  it('keep the body a path of its length, whatever is played', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 99 }), (from, pick) => {
        let state = from
        for (let move = 0; move < 6 && !terminated(state); move++) {
          const legal = game.rules.legalActions(state)
          const { state: next, events } = game.rules.step(state, legal[(pick + 7 * move) % legal.length]!)
          expect(next.body).toHaveLength(state.body.length + (events[0]!.ate === true ? 1 : 0))
          expect(new Set(next.body).size).toBe(next.body.length)
          for (const [at, cell] of next.body.entries()) if (at > 0) expect(apart(cell, next.body[at - 1]!, next.size)).toBe(1)
          state = next
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('experts', () => {
  it('know a round way through all cells of boards with an even side', () => {
    for (const size of [6, 8, 10]) {
      const next = roundWay(size)!
      const seen = new Set<number>()
      for (let at = 0; !seen.has(at); at = next[at]!) {
        expect(apart(at, next[at]!, size)).toBe(1)
        seen.add(at)
      }
      expect(seen.size).toBe(size * size)
    }
    expect(roundWay(7)).toBeNull()
  })

  it('take a shortest way to food that leaves a way to the tail', () => {
    const { steps } = waysFrom(start.body, 5)
    let state = start
    let made = 0
    while (state.body.length === 4) {
      const { state: next, events } = game.rules.step(state, game.expert!.solver(state)[0]!.action)
      made += events[0]!.steps as number
      state = next
    }
    expect(made).toBe(steps[9])
  })

  it('live longer than the greedy player, who shuts the snake in', () => {
    const length = (pick: (state: StateSnake) => Going): number => {
      let sum = 0
      for (let seed = 0; seed < 6; seed++) {
        let state = game.rules.init(config({ size: 6 }), seed)
        for (let move = 0; move < 200 && !terminated(state); move++) state = stepped(state, pick(state))
        sum += state.body.length
      }
      return sum / 6
    }
    const expert = length((state) => game.expert!.solver(state)[0]!.action)
    const greedy = length((state) => game.expert!.lookahead!(state, 1)[0]!.action)
    expect(expert).toBeGreaterThan(greedy + 3)
  })

  it('look ahead for points as play pays them, on average over the food to come', () => {
    const best = (state: StateSnake, plies: number): number =>
      plies === 0 || terminated(state) ? 0 : Math.max(...game.rules.legalActions(state).map((action) => paid(state, action, plies)))
    const paid = (state: StateSnake, action: Going, plies: number): number => {
      const { reward, state: next, events } = game.rules.step(state, action)
      if (plies === 1 || events[0]!.ate !== true || next.food < 0) return reward + 0.99 * best(next, plies - 1)
      const free = Array.from({ length: next.size ** 2 }, (_, at) => at).filter((at) => !next.body.includes(at))
      return reward + (0.99 * free.reduce((sum, food) => sum + best({ ...next, food }, plies - 1), 0)) / free.length
    }
    for (const state of [start, ...[1, 2].map((seed) => game.scatter!(config({ size: 6 }), seed))])
      for (const plies of [1, 2])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) expect(score).toBeCloseTo(paid(state, action, plies), 9)
  })

  it('have farther to go for food at every level of reasoning', () => {
    const mean = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config: own } = difficulty(game, { reasoning })
      let [steps, food] = [0, 0]
      for (let seed = 0; seed < 10; seed++) {
        let state = game.rules.init(own, seed)
        for (let move = 0; move < 30 && !terminated(state); move++) {
          const { state: next, events } = game.rules.step(state, game.expert!.solver(state)[0]!.action)
          steps += events[0]!.steps as number
          food += events[0]!.ate === true ? 1 : 0
          state = next
        }
      }
      return steps / food
    })
    for (let level = 1; level < 6; level++) expect(mean[level], String(mean)).toBeGreaterThan(mean[level - 1]!)
  })
})

describe('what is seen', () => {
  const truth: SeenSnake = game.perception.of(start)

  it('is a path from head to tail, and food', () => {
    expect(game.perception.format(truth)).toBe('snake 1,1 1,0 2,0 2,1\nfood 1,4')
    const long = {
      ...start,
      body: Array.from({ length: 20 }, (_, at) => (Math.floor(at / 5) % 2 === 0 ? at : 5 * Math.floor(at / 5) + 4 - (at % 5))),
      food: 24,
    }
    expect(
      game.perception
        .format(game.perception.of(long))
        .split('\n')
        .map((line) => line.split(' ').length),
    ).toEqual([16, 6, 2])
  })

  it('reads back, and agrees with nothing else', () => {
    fc.assert(
      fc.property(states, states, (one, other) => {
        const [seen, second] = [game.perception.of(one), game.perception.of(other)]
        expect(game.perception.parse(game.perception.format(seen))).toEqual(seen)
        expect(game.perception.agreement(seen, seen)).toBe(1)
        expect(game.perception.agreement(seen, second) === 1).toBe(game.perception.format(seen) === game.perception.format(second))
        expect(game.perception.judge!(seen, game.perception.format(seen)).every(({ holds }) => holds)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is scored by the steps of the path, its head and the food', () => {
    const score = (change: Partial<SeenSnake>): number => game.perception.agreement(truth, { ...truth, ...change })
    expect(score({ food: '1,3' })).toBeCloseTo(4 / 5)
    expect(score({ path: truth.path.slice(0, 3) })).toBeCloseTo(4 / 5)
    // Backwards: no step is right, nor is the head.
    expect(score({ path: truth.path.toReversed() })).toBeCloseTo(1 / 8)
    expect(score({ path: ['0,1', ...truth.path] })).toBeCloseTo((3 + 0 + 1) / (4 + 2))
    expect(game.perception.judge!(truth, 'snake 1,1 1,0 2,1\nfood 1,4').map(({ holds }) => holds)).toEqual([true, true, false, true])
  })

  it.each([
    'snake 1,1 1,0',
    'food 1,4',
    'snake\nfood 1,4',
    'snake 1,1 1,1\nfood 1,4',
    'snake 1,1 10,0\nfood 1,4',
    'snake 1,1\nthen 1,0\nfood 1,4',
    'snake 1,1 1,0\nfood',
    'then 1,1 1,0\nfood 1,4',
  ])('%j is no snake', (text) => expect(game.perception.parse(text)).toBeNull())
})

describe('what comes from outside', () => {
  it.each([
    [{ size: 4 }, 'size'],
    [{ size: 11 }, 'size'],
    [{ length: 2 }, 'length'],
    [{ length: 13 }, 'length'],
    [{ hunger: 19 }, 'hunger'],
    [{ hunger: 201 }, 'hunger'],
    [{ thin: 6 }, 'thin'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a torn body', { body: [6, 5, 11] }, /beside the one before, got 11/],
    ['a short body', { body: [6, 5] }, /expected 3 cells or more, got 2/],
    ['a cell outside', { body: [24, 29, 28] }, /expected a cell of 25/],
    ['a body that crosses itself', { body: [6, 5, 6] }, /lies twice on a cell/],
    ['food in the snake', { food: 5 }, /without the snake, got 5/],
    ['no food', { food: -1 }, /without the snake, got -1/],
    ['too much time', { clock: 31 }, /at most the 30 steps/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be a direction (up, right, down, left) and 1 to 4 steps, such as right 2.'],
    ['right', 'The answer "right" is not a direction (up, right, down, left) and 1 to 4 steps, such as right 2.'],
    ['right 5', 'The answer "right 5" is not a direction (up, right, down, left) and 1 to 4 steps, such as right 2.'],
    ['Right 2', 'The answer "Right 2" is not a direction (up, right, down, left) and 1 to 4 steps, such as right 2.'],
    ['right 2 down 1', 'The answer "right 2 down 1" is not a direction (up, right, down, left) and 1 to 4 steps, such as right 2.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

it('the teacher says what is so, and runs for the food when it is blind', () => {
  expect(game.teacher!.teach(start, { blind: true })).toEqual({ think: 'food 0 3\nfree 1 3 3 0\nway 3\ntail 1', action: [RIGHT, 3] })
  expect(game.teacher!.judge(start, 'food 0 2\nfree 1 3 3 0\nway -\ntail').map(({ holds }) => holds)).toEqual([
    true,
    false,
    true,
    true,
    true,
    true,
    false,
  ])
})
