import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { gameMaze as game } from './index.ts'
import { countOf, Known } from './known.ts'
import { inSight, over, SIDES, waysFrom, wayTo } from './rules.ts'
import { type ConfigMaze, type StateMaze, terminated } from './state.ts'

const config = (given: Partial<ConfigMaze>): ConfigMaze => game.config.parse(given)

/**
 * Four rows that are corridors, joined at the right end of each: 0 1 2 3, down, 7 6 5 4, …; here at the left ends of every second one.
 * The player stands at 1 and sees two cells far.
 */
const start: StateMaze = {
  ...config({ rows: 4, columns: 4, sight: 2, loops: 0 }),
  open: [2, 10, 10, 12, 6, 10, 10, 9, 3, 10, 10, 12, 2, 10, 10, 9],
  at: 1,
  exit: 12,
  seen: [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  moves: 0,
  rng: [1, 2, 3, 4],
}

const states = fc
  .record({
    rows: fc.integer({ min: 4, max: 10 }),
    columns: fc.integer({ min: 4, max: 10 }),
    sight: fc.integer({ min: 1, max: 9 }),
    loops: fc.integer({ min: 0, max: 9 }),
    map: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ seed, ...given }) => game.scatter!(config(given), seed))

/** Steps between two cells, by widening circles over the maze's own sides. */
function stepsBetween({ open, rows, columns }: StateMaze, from: number, to: number): number {
  let circle = new Set([from])
  for (let steps = 0; ; steps++) {
    if (circle.has(to)) return steps
    const next = new Set(circle)
    for (const at of circle)
      for (const [side, { bit }] of SIDES.entries()) if ((open[at]! & bit) !== 0) next.add(over(at, side, rows, columns))
    circle = next
  }
}

describe('mazes', () => {
  it('have no loops but those that are asked for, and no part that cannot be reached', () => {
    for (const loops of [0, 1, 9]) {
      const state = game.rules.init(config({ loops }), loops)
      const sides = state.open.reduce((sum, own) => sum + countOf(BigInt(own)), 0)
      expect(sides / 2).toBe(state.open.length - 1 + loops)
      expect(
        waysFrom(
          state,
          state.open.map(() => 1),
          0,
        ).steps,
      ).not.toContain(-1)
    }
  })

  it('are seen straight ahead, as far as sight goes and no wall stands', () => {
    expect(inSight(start, 1, 2)).toEqual([1, 2, 3, 0])
    expect(inSight(start, 3, 1).sort((a, b) => a - b)).toEqual([2, 3, 7])
    fc.assert(
      fc.property(states, (state) => {
        const { columns, sight, at } = state
        for (const cell of inSight(state, at, sight)) {
          const [down, right] = [Math.floor(cell / columns) - Math.floor(at / columns), (cell % columns) - (at % columns)]
          expect(down === 0 || right === 0).toBe(true)
          expect(stepsBetween(state, at, cell)).toBe(Math.abs(down) + Math.abs(right))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('hide the exit at first', () => {
    for (let seed = 0; seed < 30; seed++) {
      const state = game.rules.init(config({ rows: 4, columns: 4, sight: 9 }), seed)
      expect(state.seen[state.exit]).toBe(0)
    }
  })
})

describe('rules', () => {
  it('pay for news, charge for steps, and show what comes into sight on the way', () => {
    const result = game.rules.step(start, 3)
    expect(result).toMatchObject({ reward: 1 - 2, legal: true, terminated: false, events: [{ kind: 'walked', to: 3, steps: 2, news: 1 }] })
    expect(result.state).toMatchObject({ at: 3, moves: 1 })
    expect(game.perception.format(game.perception.of(result.state))).toBe('E | EW | EW | SW@\n? | ? | ? | NW\n? | ? | ? | ?\n? | ? | ? | ?')
    expect(() => game.rules.step(start, 16)).toThrow(GameError)
  })

  it('refuse the own cell and cells that no seen way leads to', () => {
    expect(game.text.feedback(game.rules.step(start, 1))).toBe('(0, 1) was refused: you are there.')
    expect(game.text.feedback(game.rules.step(start, 7))).toBe('(1, 3) was refused: no way that you have seen leads there.')
  })

  it('pay the same for all ways of one length: the sum hangs on the steps alone', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 99 }), (from, pick) => {
        let state = from
        let [points, steps] = [0, 0]
        for (let move = 0; !terminated(state); move++) {
          const legal = game.rules.legalActions(state)
          const action = move < 3 ? legal[(pick + move) % legal.length]! : game.expert!.solver(state)[0]!.action
          const result = game.rules.step(state, action)
          points += result.reward
          steps += result.events[0]!.steps as number
          state = result.state
        }
        const unseen = from.seen.filter((one) => one === 0).length
        expect(points).toBe(unseen + from.open.length - steps)
      }),
      { numRuns: 30 },
    )
  })

  it('without a map show what is in sight now alone, and still know the ways', () => {
    const next = game.rules.step({ ...start, map: false }, 3).state
    expect(game.perception.format(game.perception.of(next))).toBe('? | EW | EW | SW@\n? | ? | ? | NW\n? | ? | ? | ?\n? | ? | ? | ?')
    expect(game.rules.legalActions(next)).toContain(0)
  })

  it('stop at the exit, even on the way elsewhere', () => {
    const open = { ...start, exit: 2 }
    const result = game.rules.step(open, 3)
    expect(result).toMatchObject({ terminated: true, state: { at: 2 }, events: [{ kind: 'walked', to: 2, steps: 1 }, { kind: 'ended' }] })
    expect(result.reward).toBe(0 - 1 + 12 + 16)
  })
})

describe('the expert', () => {
  it('walks the shortest way to an exit that was seen', () => {
    fc.assert(
      fc.property(states, (given) => {
        const state = { ...given, seen: given.seen.map(() => 1) }
        const wanted = stepsBetween(state, state.at, state.exit)
        const best = game.expert!.solver(state)[0]!
        expect(-best.score).toBe(wanted)
        expect(game.rules.step(state, best.action).events[0]!.steps as number).toBeLessThanOrEqual(wanted)
        expect(wayTo(waysFrom(state, state.seen, state.at), state.exit)).toHaveLength(wanted)
      }),
      { numRuns: 30 },
    )
  })

  it('comes to the exit, with news on every walk until then', () => {
    for (const map of [true, false])
      for (const seed of [1, 2, 3]) {
        let state = game.rules.init(config({ rows: 8, columns: 8, sight: 2, map }), seed)
        for (let walk = 0; walk < 64 && !terminated(state); walk++) {
          const result = game.rules.step(state, game.expert!.solver(state)[0]!.action)
          expect(result.terminated || (result.events[0]!.news as number) > 0).toBe(true)
          state = result.state
        }
        expect(terminated(state)).toBe(true)
      }
  })

  it('does not look at what was never seen', () => {
    fc.assert(
      fc.property(states, fc.integer(), (state, seed) => {
        // Another maze of the same config that agrees on every seen cell: sides between two cells never seen are closed here.
        const open = state.open.map((sides, at) =>
          state.seen[at] === 1
            ? sides
            : SIDES.reduce((sum, { bit }, side) => {
                const next = over(at, side, state.rows, state.columns)
                return next >= 0 && state.seen[next] === 0 ? sum & ~bit : sum
              }, sides),
        )
        const hidden = state.seen.flatMap((one, at) => (one === 0 ? [at] : []))
        const exit = state.seen[state.exit] === 1 ? state.exit : hidden[Math.abs(seed) % hidden.length]!
        const other = { ...state, open, exit }
        expect(game.expert!.solver(other)).toEqual(game.expert!.solver(state))
        expect(game.expert!.lookahead!(other, 2)).toEqual(game.expert!.lookahead!(state, 2))
        expect(game.teacher!.teach(other, { blind: false })).toEqual(game.teacher!.teach(state, { blind: false }))
      }),
      { numRuns: 30 },
    )
  })

  it('counts points that are sure: play pays as much or more, and as much where all was seen', () => {
    fc.assert(
      fc.property(states, (state) => {
        for (const { action, score } of game.expert!.lookahead!(state, 1))
          expect(game.rules.step(state, action).reward).toBeGreaterThanOrEqual(score)
        const seen = { ...state, seen: state.seen.map(() => 1) }
        for (const { action, score } of game.expert!.lookahead!(seen, 1)) expect(game.rules.step(seen, action).reward).toBe(score)
      }),
      { numRuns: 30 },
    )
  })

  it('takes more steps at every level of reasoning', () => {
    const mean = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config: own } = difficulty(game, { reasoning })
      let steps = 0
      for (let seed = 0; seed < 40; seed++) {
        let state = game.rules.init(own, seed)
        while (!terminated(state)) {
          const result = game.rules.step(state, game.expert!.solver(state)[0]!.action)
          steps += result.events[0]!.steps as number
          state = result.state
        }
      }
      return steps / 40
    })
    for (let level = 1; level < 6; level++) expect(mean[level], String(mean)).toBeGreaterThan(mean[level - 1]!)
  })

  it('knows news where a seen side is open to a cell never seen', () => {
    const known = new Known(start)
    expect(known.exit).toBe(-1)
    expect(known.frontier(1)).toEqual([{ at: 3, steps: 2 }])
    expect(countOf(known.news[3]!)).toBe(1)
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ rows: 3 }, 'rows'],
    [{ rows: 11 }, 'rows'],
    [{ columns: 3 }, 'columns'],
    [{ columns: 11 }, 'columns'],
    [{ sight: 0 }, 'sight'],
    [{ sight: 10 }, 'sight'],
    [{ loops: -1 }, 'loops'],
    [{ loops: 11 }, 'loops'],
    [{ rows: 4, columns: 4, loops: 10 }, 'loops'],
    [{ map: 1 }, 'map'],
    [{ thin: 6 }, 'thin'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a cell too few', { open: [2, 8] }, /expected 16 cells/],
    ['a side open on one side alone', { open: start.open.with(0, 6) }, /open on one side alone/],
    ['a part that cannot be reached', { open: [2, 8, 2, 12, ...start.open.slice(4)] }, /cannot be reached/],
    ['a player outside', { at: 16 }, /expected a cell of 16, got 16/],
    ['an exit outside', { exit: 20 }, /expected a cell of 16, got 20/],
    ['a memory too short', { seen: [1, 1] }, /one a cell, got 2/],
    ['fog before the eyes', { seen: start.seen.with(2, 0) }, /the cells in sight were seen/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one cell from (0, 0) to (3, 3), written as (row, col).'],
    ['(4, 0)', 'The answer "(4, 0)" is not one cell from (0, 0) to (3, 3), written as (row, col).'],
    ['up', 'The answer "up" is not one cell from (0, 0) to (3, 3), written as (row, col).'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

it('the teacher says what is known, and minds no steps when it is blind', () => {
  expect(game.teacher!.teach(start, { blind: false })).toEqual({ think: 'at 0,1\nexit -\nunseen 12\nnews 0,3\nsteps 2', action: 3 })
  expect(game.teacher!.judge(start, 'at 0,1\nexit 1,1\nunseen 12\nnews 0,3 1,1\nsteps').map(({ holds }) => holds)).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
  expect(game.teacher!.teach({ ...start, exit: 0 }, { blind: true }).action).toBe(0)
})
