import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { gameFallingShapes as game } from './index.ts'
import { heightsOf, holesOf, NAMES, placed, TURNED } from './rules.ts'
import { type ConfigFallingShapes, type Placement, type StateFallingShapes, terminated } from './state.ts'
import type { SeenWell } from './text.ts'

const config = (given: Partial<ConfigFallingShapes>): ConfigFallingShapes => game.config.parse(given)
const kindOf = (name: (typeof NAMES)[number]): number => NAMES.indexOf(name)

/** A well from drawn rows, top first, filled up with empty rows. */
function wellOf(height: number, ...rows: readonly string[]): number[] {
  const drawn = rows.toReversed().map((row) => Array.from(row).reduce((bits, cell, at) => (cell === '#' ? bits | (1 << at) : bits), 0))
  return [...drawn, ...Array.from({ length: height - rows.length }, () => 0)]
}

/** Four columns, the third one deep and one hole in it. */
const start: StateFallingShapes = {
  ...config({ width: 4, height: 8, next: 1 }),
  well: wellOf(8, '##.#', '##.#', '##..'),
  shape: kindOf('I'),
  queue: [kindOf('T')],
  moves: 0,
  rng: [1, 2, 3, 4],
}

const states = fc
  .record({
    width: fc.integer({ min: 4, max: 10 }),
    height: fc.integer({ min: 8, max: 14 }),
    kinds: fc.integer({ min: 2, max: 7 }),
    next: fc.integer({ min: 0, max: 3 }),
    seed: fc.integer(),
  })
  .map(({ seed, ...given }) => game.scatter!(config(given), seed))

describe('shapes', () => {
  it('have four cells in every turn, and are themselves again after four turns', () => {
    for (const turns of TURNED)
      for (const { rows, width } of turns) {
        expect(rows.reduce((sum, row) => sum + row.toString(2).replaceAll('0', '').length, 0)).toBe(4)
        expect(Math.max(...rows)).toBeLessThan(2 ** width)
      }
  })

  it('turn clockwise: an L that lies with its foot up on the right stands with it below on the right', () => {
    expect(
      TURNED[kindOf('L')]!.map(({ rows }) =>
        rows.toReversed().map((row) => Array.from({ length: 3 }, (_, c) => ((row >> c) & 1 ? '#' : '.')).join('')),
      ),
    ).toEqual([
      ['..#', '###'],
      ['#..', '#..', '##.'],
      ['###', '#..'],
      ['##.', '.#.', '.#.'],
    ])
  })
})

describe('rules', () => {
  it('drop a shape straight down, and take full rows away', () => {
    const result = game.rules.step(start, [1, 2])
    expect(result).toMatchObject({
      legal: true,
      terminated: false,
      events: [{ kind: 'placed', shape: 1, turns: 1, column: 2, rows: 2, holes: -1 }],
    })
    expect(result.state.well).toEqual(wellOf(8, '..#.', '###.'))
    expect(result.reward).toBe(1 + 2 * 4 + 1)
    expect(result.state).toMatchObject({ shape: kindOf('T'), moves: 1 })
  })

  it('charge for holes, and pay for those that go', () => {
    const flat = game.rules.step({ ...start, shape: kindOf('O') }, [0, 1])
    // Over the deep column: three holes more.
    expect(flat).toMatchObject({ reward: 1 - 3, events: [{ kind: 'placed', holes: 3 }] })
    expect(holesOf(start.well)).toBe(1)
  })

  it('refuse what leaves the well, in a sentence, and end where nothing fits', () => {
    expect(game.text.feedback(game.rules.step(start, [0, 1]))).toBe(
      '0 1 was refused: after that turn the shape is 4 wide and would leave the well on the right.',
    )
    const high = { ...start, well: wellOf(8, ...Array.from({ length: 6 }, () => '##.#')), shape: kindOf('O') }
    expect(game.text.feedback(game.rules.step(high, [0, 3]))).toBe(
      '0 3 was refused: after that turn the shape is 2 wide and would leave the well on the right.',
    )
    const full = { ...start, well: wellOf(8, ...Array.from({ length: 8 }, () => '##.#')), shape: kindOf('O') }
    expect([terminated(full), game.rules.legalActions(full)]).toEqual([true, []])
    const almost = { ...start, well: wellOf(8, ...Array.from({ length: 7 }, () => '##.#')), shape: kindOf('I'), queue: [kindOf('O')] }
    expect(game.text.feedback(game.rules.step(almost, [1, 0]))).toBe('1 0 was refused: the shape would stick out of the top of the well.')
    const last = game.rules.step(almost, [0, 0])
    expect(last).toMatchObject({ legal: true, terminated: true, events: [{ kind: 'placed' }, { kind: 'ended', reason: 'full' }] })
    expect(() => game.rules.step(start, [4, 0])).toThrow(GameError)
    expect(() => game.rules.step(start, [0, 4])).toThrow(GameError)
  })

  it('lie on the bottom or on a filled cell, as cell by cell falling does', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 39 }), (state, pick) => {
        const legal = game.rules.legalActions(state)
        const [turns, column] = legal[pick % legal.length]!
        const { well, width, height, shape } = state
        const cells = TURNED[shape]![turns]!.rows.flatMap((row, up) =>
          Array.from({ length: 4 }, (_, c) => ((row >> c) & 1 ? [[up, column + c] as const] : [])).flat(),
        )
        const filled = (row: number, at: number): boolean => row < 0 || (row < height && ((well[row]! >> at) & 1) === 1)
        let drop = height
        while (cells.every(([up, at]) => !filled(drop - 1 + up, at))) drop--
        const result = placed(well, width, shape, turns, column)
        expect(typeof result).not.toBe('string')
        const after = well.map((row, at) => cells.reduce((bits, [up, c]) => (drop + up === at ? bits | (1 << c) : bits), row))
        const left = after.filter((row) => row !== 2 ** width - 1)
        expect(result).toEqual({ well: [...left, ...after.slice(left.length).map(() => 0)], rows: after.length - left.length })
      }),
      { numRuns: 60 },
    )
  })

  it('count holes and heights as they are seen', () => {
    expect(heightsOf(start.well, 4)).toEqual([3, 3, 0, 3])
    expect(heightsOf([0, 0], 4)).toEqual([0, 0, 0, 0])
    expect(holesOf(wellOf(8, '#..#', '....', '#..#'))).toBe(2)
  })

  it('draw the shapes by chance alone', () => {
    const next = new Set(Array.from({ length: 30 }, (_, seed) => game.rules.step(game.rules.reseed(start, seed), [1, 2]).state.queue[0]))
    expect(next.size).toBeGreaterThan(4)
  })
})

describe('experts', () => {
  it('look ahead for points as play pays them: over shown shapes exactly, over others on average', () => {
    const best = (state: StateFallingShapes, plies: number): number =>
      plies === 0 || terminated(state) ? 0 : Math.max(...game.rules.legalActions(state).map((action) => paid(state, action, plies)))
    const paid = (state: StateFallingShapes, action: Placement, plies: number): number => {
      const { reward, state: next } = game.rules.step(state, action)
      if (state.queue.length > 0 || plies === 1) return reward + best(next, plies - 1)
      const kinds = Array.from({ length: state.kinds }, (_, kind) => kind)
      return reward + kinds.reduce((sum, shape) => sum + best({ ...next, shape }, plies - 1), 0) / kinds.length
    }
    for (const next of [0, 1])
      for (const seed of [1, 2]) {
        const state = game.scatter!(config({ width: 5, height: 10, kinds: 4, next }), seed)
        for (const plies of [1, 2])
          for (const { action, score } of game.expert!.lookahead!(state, plies)) expect(score).toBeCloseTo(paid(state, action, plies), 9)
      }
  })

  it('hold out where random play is over soon', () => {
    const rng = seededRng(1, 'test')
    const length = (pick: (state: StateFallingShapes) => Placement): number => {
      let state = game.rules.init(config({}), 1)
      while (!terminated(state) && state.moves < 150) state = game.rules.step(state, pick(state)).state
      return state.moves
    }
    expect(length((state) => game.expert!.solver(state)[0]!.action)).toBe(150)
    expect(length((state) => rng.pick(game.rules.legalActions(state)))).toBeLessThan(60)
  })

  it('have more different placements to choose from at every level of reasoning', () => {
    const branching = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config: own } = difficulty(game, { reasoning })
      const counts = Array.from({ length: 40 }, (_, seed) => {
        const state = game.scatter!(own, seed)
        return new Set(game.rules.legalActions(state).map((action) => game.rules.step(state, action).state.well.join())).size
      })
      return counts.reduce((sum, count) => sum + count, 0)
    })
    for (let level = 1; level < 6; level++) expect(branching[level], String(branching)).toBeGreaterThan(branching[level - 1]!)
  })
})

describe('what is seen', () => {
  const truth: SeenWell = game.perception.of(start)

  it('is told by names and rows', () => {
    expect(game.perception.format(truth)).toBe('shape I\nnext T\nrow # # . #\nrow # # . #\nrow # # . .')
    expect(game.perception.format(game.perception.of({ ...start, well: wellOf(8), next: 0, queue: [] }))).toBe('shape I\nnext -\nrow -')
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

  it('is scored by its parts, rows from the bottom up', () => {
    const score = (change: Partial<SeenWell>): number => game.perception.agreement(truth, { ...truth, ...change })
    expect(score({ shape: 'L' })).toBeCloseTo(2 / 3)
    expect(score({ next: [] })).toBeCloseTo(2 / 3)
    expect(score({ rows: truth.rows.slice(1) })).toBeCloseTo((1 + 1 + 8 / 12) / 3)
    expect(score({ rows: [[1, 0, 0, 0], ...truth.rows] })).toBeCloseTo((1 + 1 + 12 / 16) / 3)
    const missing = 'shape I\nnext T\nrow # # . #\nrow # # . .'
    expect(game.perception.judge!(truth, missing).every(({ holds }) => holds)).toBe(true)
  })

  it.each([
    'shape I',
    'shape X\nnext T\nrow # # . #',
    'shape I\nnext\nrow # # . #',
    'shape I\nnext T\nrow # # .',
    'shape I\nnext T\nrow # # . #\nrow # # . # #',
    'shape I\nnext T\nrow . . . .',
    'shape I\nnext T\nrow -\nrow # # . #',
    'next T\nshape I\nrow # # . #',
  ])('%j is no well', (text) => expect(game.perception.parse(text)).toBeNull())
})

describe('what comes from outside', () => {
  it.each([
    [{ width: 3 }, 'width'],
    [{ width: 11 }, 'width'],
    [{ height: 7 }, 'height'],
    [{ height: 15 }, 'height'],
    [{ kinds: 1 }, 'kinds'],
    [{ kinds: 8 }, 'kinds'],
    [{ next: -1 }, 'next'],
    [{ next: 4 }, 'next'],
    [{ dim: 6 }, 'dim'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a row too few', { well: [1, 1] }, /expected 8 rows, got 2/],
    ['a full row', { well: start.well.with(0, 15) }, /not full: 0 to 14/],
    ['a column too many', { well: start.well.with(0, 16) }, /not full: 0 to 14/],
    ['a hanging row', { well: start.well.with(5, 1) }, /stand on an empty one/],
    ['a shape too many ahead', { queue: [1, 2] }, /expected 1 shapes, got 2/],
    ['a shape of another config', { kinds: 2, queue: [4] }, /shape 4 is not among/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be two whole numbers, turns from 0 to 3 and a column from 0 to 3, such as 1 2.'],
    ['4 0', 'The answer "4 0" is not two whole numbers, turns from 0 to 3 and a column from 0 to 3, such as 1 2.'],
    ['0 4', 'The answer "0 4" is not two whole numbers, turns from 0 to 3 and a column from 0 to 3, such as 1 2.'],
    ['1', 'The answer "1" is not two whole numbers, turns from 0 to 3 and a column from 0 to 3, such as 1 2.'],
    ['1, 2', 'The answer "1, 2" is not two whole numbers, turns from 0 to 3 and a column from 0 to 3, such as 1 2.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

it('the teacher says what is so, and does not mind the skyline when it is blind', () => {
  expect(game.teacher!.teach(start, { blind: false })).toEqual({ think: 'heights 3 3 0 3\nholes 1\nrows 2\nchange -1', action: [1, 2] })
  expect(game.teacher!.teach({ ...start, shape: kindOf('O') }, { blind: true }).action).toEqual([0, 0])
  expect(game.teacher!.judge(start, 'heights 3 3 1 3\nholes 1\nrows 0\nchange').map(({ holds }) => holds)).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ])
})
