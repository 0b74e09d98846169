import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { PLAIN_THEME } from '../../testing/index.ts'
import { gameBreakout as game } from './index.ts'
import { AIMS, BRICK, flight, landing, PADDLE_TOP, partHit, RADIUS, TOP } from './rules.ts'
import { type ConfigBreakout, LOST, type StateBreakout, terminated } from './state.ts'
import { type SeenField, TOLERANCE } from './text.ts'

const config = (given: Partial<ConfigBreakout>): ConfigBreakout => game.config.parse(given)

/** Six bricks in a row and a ball in the middle that falls to the right. */
const start: StateBreakout = {
  ...config({ columns: 6, rows: 1, paddle: 20, parts: 2, speed: 60, balls: 2, frames: 4 }),
  bricks: [1, 1, 1, 1, 1, 1],
  ball: { x: 30, y: 63, dx: 4 },
  trail: [
    [26, 57],
    [22, 51],
    [18, 45],
  ],
  at: 30,
  left: 2,
  moves: 0,
  rng: [1, 2, 3, 4],
}

const states = fc
  .record({
    columns: fc.integer({ min: 6, max: 12 }),
    rows: fc.integer({ min: 1, max: 4 }),
    paddle: fc.integer({ min: 6, max: 20 }).map((half) => 2 * half),
    parts: fc.constantFrom(2, 4, 6),
    speed: fc.integer({ min: 4, max: 60 }),
    frames: fc.integer({ min: 2, max: 4 }),
    seed: fc.integer(),
  })
  .map(({ seed, ...given }) => game.scatter!(config(given), seed))

describe('the flight', () => {
  it('goes straight: where no wall and no brick is met, the landing is where the line leads', () => {
    expect(landing({ x: 30, y: 63, dx: 4 }, 12)).toEqual({ x: 30 + Math.floor((4 * (PADDLE_TOP - RADIUS - 63)) / 6), frames: 9 })
    expect(landing({ x: 30, y: 63, dx: -3 }, 12).x).toBe(30 - 24)
  })

  it('turns back at the edges: the landing is the mirror image of the line, to a tenth at each edge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 58 }), fc.constantFrom(-7, -6, -4, -2, 3, 5, 7), (x, dx) => {
        const fall = PADDLE_TOP - RADIUS - 63
        const wide = 6 * BRICK.width - 2 * RADIUS
        // Unfolded: walls at 0 and wide.
        const way = x - RADIUS + (dx * fall) / 6
        const folded = Math.abs(((((way + wide) % (2 * wide)) + 2 * wide) % (2 * wide)) - wide)
        expect(Math.abs(landing({ x, y: 63, dx }, 6).x - RADIUS - folded)).toBeLessThanOrEqual(3)
      }),
      { numRuns: 60 },
    )
  })

  it('takes away every brick that it meets, and counts it', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 5 }), ({ columns, parts, bricks, at }, k) => {
        const dx = AIMS[parts]![k % parts]!
        const flown = flight({ columns, bricks }, Math.max(RADIUS, at), dx)
        expect(flown.bricks.every((there, place) => there <= bricks[place]!)).toBe(true)
        expect(bricks.filter((there) => there === 1).length - flown.bricks.filter((there) => there === 1).length).toBe(flown.hits)
        expect(flight({ columns, bricks }, Math.max(RADIUS, at), dx)).toEqual(flown)
        if (!flown.bricks.includes(1)) return
        const { x, y } = flown.ball
        expect([x >= RADIUS, x <= columns * BRICK.width - RADIUS, y > TOP + 20, flown.trail.length]).toEqual([true, true, true, 3])
        // The frames before are those of a ball that falls.
        expect(flown.trail.map(([, ty]) => ty)).toEqual([y - 6, y - 12, y - 18])
      }),
      { numRuns: 60 },
    )
  })

  it('hits the brick straight above and comes back', () => {
    const flown = flight({ columns: 6, bricks: [0, 0, 0, 1, 0, 1] }, 35 - 64, 4)
    expect(flown.hits).toBeLessThanOrEqual(1)
    const low = flight({ columns: 8, bricks: Array.from({ length: 8 }, () => 1) }, 40, -2)
    // Under a full row: one brick or the two beside each other that the ball's square meets at once.
    expect([1, 2]).toContain(low.hits)
  })

  it('is aimed by the part of the paddle: left parts to the left, each as wide as the others', () => {
    const parts = Array.from({ length: 25 }, (_, k) => partHit(30 + k - 12, 30, 10, 4))
    expect(parts).toEqual([...parts].sort((a, b) => a - b))
    expect(new Set(parts)).toEqual(new Set([0, 1, 2, 3]))
    expect([partHit(17, 30, 10, 4), partHit(43, 30, 10, 4)]).toEqual([-1, -1])
    for (const aims of Object.values(AIMS)) expect(aims).toEqual([...aims].sort((a, b) => a - b))
  })
})

describe('rules', () => {
  it('pay for bricks, and for the last one the whole field', () => {
    const { x } = landing(start.ball, 6)
    const result = game.rules.step(start, x - 5)
    expect(result).toMatchObject({ legal: true, terminated: false, events: [{ kind: 'caught', x }] })
    expect(result.reward).toBe(result.state.bricks.filter((there) => there === 0).length)
    const last = Array.from({ length: 6 }, (_, at) =>
      game.rules.step({ ...start, bricks: start.bricks.map((_, k) => (k === at ? 1 : 0)) }, x - 5),
    )
    const cleared = last.find((one) => one.terminated)!
    expect(cleared).toMatchObject({
      reward: 1 + 6,
      events: [
        { kind: 'caught', hits: 1 },
        { kind: 'ended', reason: 'cleared' },
      ],
    })
    expect(game.rules.won?.(cleared.state)).toBe(true)
    expect(() => game.rules.step(start, 61)).toThrow(GameError)
    expect(() => game.rules.step(start, 1.5)).toThrow(GameError)
  })

  it('take a ball that is missed, and end with the last one', () => {
    const { x } = landing(start.ball, 6)
    const lost = game.rules.step(start, 10)
    expect(lost).toMatchObject({
      reward: LOST,
      legal: true,
      terminated: false,
      state: { left: 1, at: 10 },
      events: [{ kind: 'lost', x, paddle: 10, left: 1 }],
    })
    expect(game.text.feedback(lost)).toBe(`The ball came down at ${x} and was lost: the paddle was at 10. Balls left: 1.`)
    const over = game.rules.step({ ...start, left: 1 }, 10)
    expect(over).toMatchObject({
      reward: LOST,
      terminated: true,
      events: [
        { kind: 'lost', left: 0 },
        { kind: 'ended', reason: 'lost' },
      ],
    })
    expect(game.rules.won?.(over.state)).toBe(false)
  })

  it('serve the next ball by chance alone', () => {
    const served = Array.from({ length: 12 }, (_, seed) => game.rules.step(game.rules.reseed(start, seed), 12).state.ball)
    expect(new Set(served.map((ball) => JSON.stringify(ball))).size).toBeGreaterThan(1)
  })

  it('let the paddle go no faster than it can', () => {
    const slow = { ...start, speed: 4, at: 10 }
    expect(game.rules.step(slow, 50).state.at).toBe(10 + 4 * landing(start.ball, 6).frames)
  })

  it('refuse places where the paddle would leave the field', () => {
    expect(game.rules.step(start, 9)).toMatchObject({ state: start, reward: 0, legal: false })
    expect(game.text.feedback(game.rules.step(start, 51))).toBe('51 was refused: the middle of the paddle must be at 10 to 50.')
  })
})

describe('experts', () => {
  it('look ahead for points as play pays them, a lost ball being the end', () => {
    const best = (state: StateBreakout, plies: number): number =>
      plies === 0 || terminated(state) ? 0 : Math.max(...game.rules.legalActions(state).map((action) => paid(state, action, plies)))
    const paid = (state: StateBreakout, action: number, plies: number): number => {
      const { reward, events, state: next } = game.rules.step(state, action)
      return events[0]!.kind === 'lost' ? reward : reward + best(next, plies - 1)
    }
    for (const seed of [1, 2, 3]) {
      const state = game.scatter!(config({ columns: 6, rows: 2, parts: 4, speed: 5 }), seed)
      for (const plies of [1, 2])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) expect(score).toBe(paid(state, action, plies))
    }
  })

  it('catch the ball wherever it can be caught', () => {
    for (let seed = 0; seed < 10; seed++) {
      let state = game.rules.init(config({}), seed)
      for (let move = 0; move < 12 && !terminated(state); move++) {
        const reachable = game.rules.legalActions(state).some((action) => game.rules.step(state, action).events[0]!.kind === 'caught')
        const result = game.rules.step(state, game.expert!.solver(state)[0]!.action)
        expect(result.events[0]!.kind).toBe(reachable ? 'caught' : 'lost')
        state = result.state
      }
    }
  })

  it('clear the field without a lost ball', () => {
    for (const seed of [1, 2, 3]) {
      let state = game.rules.init(config({}), seed)
      for (let move = 0; move < 40 && !terminated(state); move++)
        state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
      expect([game.rules.won?.(state), state.left]).toEqual([true, 3])
    }
  })

  it('have less room to catch the ball at every level of reasoning', () => {
    const room = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config: own } = difficulty(game, { reasoning })
      const shares = Array.from({ length: 30 }, (_, seed) => {
        const state = game.rules.init(own, seed)
        const legal = game.rules.legalActions(state)
        return legal.filter((action) => game.rules.step(state, action).events[0]!.kind === 'caught').length / legal.length
      })
      return shares.reduce((sum, share) => sum + share, 0)
    })
    for (let level = 1; level < 6; level++) expect(room[level]).toBeLessThan(room[level - 1]!)
  })
})

describe('what is seen', () => {
  const truth: SeenField = game.perception.of(start)

  it('is told in tenths of a brick', () => {
    expect(game.perception.format(truth)).toBe('ball 30 63\ntrail 26 57 22 51 18 45\npaddle 30\nrow # # # # # #')
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

  it('is scored by distance, within a brick', () => {
    const score = (change: Partial<SeenField>): number => game.perception.agreement(truth, { ...truth, ...change })
    expect(score({ ball: [33, 67] })).toBeCloseTo((0.5 + 3) / 4)
    expect(score({ ball: [30 + TOLERANCE, 63] })).toBeCloseTo(3 / 4)
    expect(score({ ball: [59, 110] })).toBeCloseTo(3 / 4)
    expect(score({ paddle: 32 })).toBeCloseTo((0.8 + 3) / 4)
    expect(score({ bricks: [[1, 1, 1, 0, 0, 0]] })).toBeCloseTo((0.5 + 3) / 4)
    expect(score({ trail: truth.trail.slice(0, 1) })).toBeCloseTo((1 / 3 + 3) / 4)
    expect(score({ bricks: [...truth.bricks, ...truth.bricks] })).toBeCloseTo((0.5 + 3) / 4)
    for (let off = 1; off < 12; off++) expect(score({ paddle: 30 + off })).toBeLessThanOrEqual(score({ paddle: 29 + off }))
  })

  it.each([
    'ball 30 63',
    'ball 30 63\ntrail 26 57\npaddle 30',
    'ball 30 63\ntrail 26\npaddle 30\nrow # # # # # #',
    'ball 030 63\ntrail 26 57\npaddle 30\nrow # # # # # #',
    'ball 30 63\ntrail 26 57\npaddle 30\nrow # # # # # #\nrow # #',
    'ball 30 63\ntrail 26 57\npaddle 30\nrow # # # # # x',
    'trail 26 57\nball 30 63\npaddle 30\nrow # # # # # #',
  ])('%j is no field', (text) => expect(game.perception.parse(text)).toBeNull())

  it('has a ball and a trail that move in the picture with every tenth, in both styles', () => {
    for (const symbols of ['numbers', 'letters'] as const)
      for (const tile of [16, 31, 64]) {
        const scene = (x: number) =>
          game.draw({ ...start, ball: { ...start.ball, x } }, { theme: 'plain', tile, layout: 'board', symbols }, PLAIN_THEME)
        const at = [28, 29, 30, 31, 32].map((x) => JSON.stringify(scene(x).items))
        expect(new Set(at).size).toBe(5)
      }
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ columns: 5 }, 'columns'],
    [{ columns: 13 }, 'columns'],
    [{ rows: 0 }, 'rows'],
    [{ rows: 5 }, 'rows'],
    [{ paddle: 10 }, 'paddle'],
    [{ paddle: 42 }, 'paddle'],
    [{ paddle: 21 }, 'paddle'],
    [{ parts: 3 }, 'parts'],
    [{ parts: 8 }, 'parts'],
    [{ speed: 3 }, 'speed'],
    [{ speed: 61 }, 'speed'],
    [{ balls: 0 }, 'balls'],
    [{ balls: 6 }, 'balls'],
    [{ frames: 1 }, 'frames'],
    [{ frames: 5 }, 'frames'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a brick too few', { bricks: [1, 1] }, /expected 6 of them, got 2/],
    ['a paddle outside', { at: 5 }, /so that the paddle is in the field, got 5/],
    ['a motion of another paddle', { ball: { x: 30, y: 63, dx: 3 } }, /expected one of -4,4, got 3/],
    ['a ball outside', { ball: { x: 70, y: 63, dx: 4 } }, /expected 58 at most, got 70/],
    ['a ball among the bricks', { ball: { x: 30, y: 12, dx: 4 } }, /below the bricks, got 12/],
    ['a trail too short', { trail: [[26, 57]] }, /expected 3 places in the field, got 1/],
    ['more balls than the game has', { left: 3 }, /at most the 2 balls/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one whole number from 0 to 60.'],
    ['61', 'The answer "61" is not one whole number from 0 to 60.'],
    ['030', 'The answer "030" is not one whole number from 0 to 60.'],
    ['30.5', 'The answer "30.5" is not one whole number from 0 to 60.'],
    ['left', 'The answer "left" is not one whole number from 0 to 60.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

it('the teacher says where the ball lands, and does not aim when it is blind', () => {
  const middle: StateBreakout = { ...start, ball: { x: 5, y: 63, dx: 4 } }
  const { x, frames } = landing(middle.ball, 6)
  const { think, action } = game.teacher!.teach(middle, { blind: true })
  expect(think).toMatch(new RegExp(`^lands ${x}\nframes ${frames}\nreach 10 50\nhits \\d \\d$`))
  expect(action).toBe(x)
  const hits = think.split('hits ')[1]!.split(' ').map(Number)
  expect(game.rules.step(middle, game.teacher!.teach(middle, { blind: false }).action).reward).toBe(Math.max(...hits))
  const said = game.teacher!.judge(middle, `lands ${x + 1}\nframes ${frames}\nreach 10 51\nhits 0`)
  expect(said.map(({ holds }) => holds).slice(0, 4)).toEqual([false, true, true, false])
})
