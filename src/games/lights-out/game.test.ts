import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { crossing, drawGraph, isDrawable } from './graph.ts'
import { gameLightsOut as game } from './index.ts'
import { allSolutions, pressesOf, sizeOf, smallest, solve } from './rules.ts'
import { litOf, type StateLightsOut } from './state.ts'

/** A path A - B - C - D in a row, the first two lit. */
const path: StateLightsOut = {
  ...{ nodes: 4, presses: 1, crossings: false, moves: 0 },
  cells: [0, 1, 2, 3],
  edges: [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  lights: [1, 1, 0, 0],
  rng: [1, 2, 3, 4],
}

const states = fc
  .record({ nodes: fc.integer({ min: 3, max: 12 }), crossings: fc.boolean(), seed: fc.integer() })
  .map(({ nodes, crossings, seed }) => game.scatter!(game.config.parse({ nodes, crossings, presses: 1 }), seed))

/** Fewest presses by trying sets of every size, with lights switched one by one. */
function fewestByBruteForce({ nodes, edges, lights }: StateLightsOut): number {
  let best = Number.POSITIVE_INFINITY
  for (let set = 0; set < 2 ** nodes; set++) {
    const after = [...lights]
    for (let node = 0; node < nodes; node++) {
      if (((set >> node) & 1) === 0) continue
      after[node]! ^= 1
      for (const [a, b] of edges) if (a === node || b === node) after[a === node ? b : a]! ^= 1
    }
    if (after.every((on) => on === 0)) best = Math.min(best, sizeOf(set))
  }
  return best
}

describe('rules', () => {
  it('change a node and its neighbours, and pay what goes out', () => {
    const one = game.rules.step(path, 0)
    expect(one).toMatchObject({ reward: 2 + 4, terminated: true, events: [{ kind: 'pressed', node: 0, on: 0, off: 2 }, { kind: 'ended' }] })
    const other = game.rules.step(path, 2)
    expect(other).toMatchObject({ reward: -1, legal: true, terminated: false, events: [{ kind: 'pressed', node: 2, on: 2, off: 1 }] })
    expect(other.state.lights).toEqual([1, 0, 1, 1])
    expect(() => game.rules.step(path, 4)).toThrow(GameError)
  })

  it('give lights back that are pressed twice, in any order', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), (state, a, b) => {
        const press = (from: StateLightsOut, node: number): StateLightsOut => game.rules.step(from, node).state
        const [one, other] = [press(press(state, a), b), press(press(state, b), a)]
        if (game.rules.terminated(press(state, a)) || game.rules.terminated(press(state, b))) return
        expect(one.lights).toEqual(other.lights)
        if (a === b) expect(one.lights).toEqual(state.lights)
      }),
      { numRuns: 60 },
    )
  })
})

describe('experts', () => {
  it('need the fewest presses, as trying all sets does', () => {
    fc.assert(
      fc.property(states, (state) => {
        const sets = allSolutions(solve(pressesOf(state.nodes, state.edges), litOf(state))!)
        const fewest = fewestByBruteForce(state)
        expect(sizeOf(smallest(sets))).toBe(fewest)
        expect(game.expert!.solver(state)[0]!.score).toBe(-fewest)
      }),
      { numRuns: 40 },
    )
  })

  it('put out the lights of a fresh graph in as many presses as the config says', () => {
    for (const presses of [1, 2, 5, 8])
      for (const seed of [0, 1, 2]) {
        let state = game.rules.init({ nodes: 8, presses, crossings: seed === 1 }, seed)
        expect(fewestByBruteForce(state)).toBe(presses)
        for (let press = 0; press < presses; press++) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
        expect(game.rules.won?.(state)).toBe(true)
      }
  })

  it('look one press ahead as play pays it', () => {
    fc.assert(
      fc.property(states, (state) => {
        for (const { action, score } of game.expert!.lookahead!(state, 1)) expect(score).toBe(game.rules.step(state, action).reward)
      }),
    )
  })

  it('need more presses at every level of reasoning', () => {
    const needed = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config } = difficulty(game, { reasoning })
      return -game.expert!.solver(game.rules.init(config, 1))[0]!.score
    })
    expect(needed).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('graphs', () => {
  it('are connected, keep lines clear of nodes, and cross only where they may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 12 }), fc.boolean(), fc.integer(), (nodes, crossings, seed) => {
        const graph = drawGraph(nodes, crossings, seededRng(seed, 'test'))
        expect(isDrawable(graph)).toBe(true)
        const reached = new Set([0])
        for (let round = 0; round < nodes; round++)
          for (const [a, b] of graph.edges) if (reached.has(a) || reached.has(b)) reached.add(a).add(b)
        expect(reached.size).toBe(nodes)
        if (!crossings)
          expect(graph.edges.some((one) => graph.edges.some((other) => one !== other && crossing(graph, one, other)))).toBe(false)
      }),
    )
  })
})

describe('what is seen', () => {
  it('is told node by node, each edge once', () => {
    expect(game.perception.format(game.perception.of(path))).toBe('A on: B\nB on: C\nC off: D\nD off: -')
  })

  it('reads back, and agrees with nothing else', () => {
    fc.assert(
      fc.property(states, states, (one, other) => {
        const [seen, second] = [game.perception.of(one), game.perception.of(other)]
        expect(game.perception.parse(game.perception.format(seen))).toEqual(seen)
        expect(game.perception.agreement(seen, seen)).toBe(1)
        const same = game.perception.format(seen) === game.perception.format(second)
        expect(game.perception.agreement(seen, second) === 1).toBe(same)
        expect(game.perception.judge!(seen, game.perception.format(seen)).every(({ holds }) => holds)).toBe(true)
      }),
    )
  })

  it('is scored by lights and edges, and judged by its parts', () => {
    const truth = game.perception.of(path)
    const wrong = 'A on: B\nB off: C D\nC off: -\nD off: -'
    expect(game.perception.agreement(truth, game.perception.parse(wrong)!)).toBeCloseTo((3 + 2) / (4 + 4))
    expect(game.perception.judge!(truth, wrong).map(({ holds }) => holds)).toEqual([true, true, false, false, true, false, true, true])
  })

  it.each(['A on: A', 'A on: C\nB off: -', 'A on: B\nC off: -', 'A on B\nB off: -', 'A on: -\nB off: A', 'a on: -', 'A on: B B\nB off: -'])(
    '%j is no graph',
    (text) => expect(game.perception.parse(text)).toBeNull(),
  )
})

describe('what comes from outside', () => {
  it.each([
    [{ nodes: 2 }, 'nodes'],
    [{ nodes: 13 }, 'nodes'],
    [{ presses: 0 }, 'presses'],
    [{ nodes: 4, presses: 5 }, 'presses'],
    [{ crossings: 1 }, 'crossings'],
  ])('a knob out of range is refused by its name: %o', (config, field) => {
    expect(game.config.safeParse(config).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    [
      'lights that no presses put out',
      {
        nodes: 3,
        cells: [0, 1, 5],
        edges: [
          [0, 1],
          [0, 2],
          [1, 2],
        ],
        lights: [1, 0, 0],
      },
      /no presses put/,
    ],
    ['an edge over a node', { edges: [[0, 2]] }, /runs over a node/],
    ['a node too many', { cells: [0, 1, 2, 3, 4] }, /expected 4 different cells/],
    ['a light too few', { lights: [1, 1, 0] }, /expected 4 lights, got 3/],
    [
      'an edge twice',
      {
        edges: [
          [0, 1],
          [0, 1],
        ],
      },
      /different pairs/,
    ],
    [
      'edges that cross',
      {
        cells: [0, 1, 4, 5],
        edges: [
          [0, 3],
          [1, 2],
        ],
      },
      /cross/,
    ],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...path, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...path, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one letter from A to D.'],
    ['E', 'The answer "E" is not one letter from A to D.'],
    ['a', 'The answer "a" is not one letter from A to D.'],
    ['A B', 'The answer "A B" is not one letter from A to D.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, path)).toEqual({ reason })
  })
})

it('the teacher says what is so, and does not look beyond the next press when it is blind', () => {
  expect(game.teacher!.teach(path, { blind: false })).toEqual({ think: 'lit A B\nchange -2 -1 +1 +2\nneed A', action: 0 })
  const apart = { ...path, lights: [0, 1, 0, 1] }
  expect(game.teacher!.judge(apart, 'lit B D\nchange +2 +1 -1 0\nneed A').map(({ holds }) => holds)).toHaveLength(7)
})
