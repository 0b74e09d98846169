import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { PLAIN_THEME } from '../../testing/index.ts'
import { gameFloodIt as game } from './index.ts'
import { flooded, isFlooded, patch } from './rules.ts'
import { movesToFlood } from './search.ts'
import type { StateFloodIt } from './state.ts'

const boards = fc
  .record({ size: fc.integer({ min: 3, max: 14 }), colours: fc.integer({ min: 3, max: 6 }), seed: fc.integer() })
  .map(({ size, colours, seed }) => ({ size, colours, board: randomBoard(size, colours, seed) }))

function randomBoard(size: number, colours: number, seed: number): number[] {
  const rng = seededRng(seed, 'test')
  return Array.from({ length: size * size }, () => rng.int(colours))
}

/** The area by its definition: cells are added until none can be. */
function areaByDefinition(board: readonly number[], size: number): Set<number> {
  const area = new Set([0])
  for (let before = 0; before < area.size; ) {
    before = area.size
    for (let at = 0; at < board.length; at++) {
      const [row, column] = [Math.floor(at / size), at % size]
      const touches = [...area].some((other) => Math.abs(Math.floor(other / size) - row) + Math.abs((other % size) - column) === 1)
      if (board[at] === board[0] && touches) area.add(at)
    }
  }
  return area
}

/** Fewest moves by trying everything, breadth first. */
function fewestByBruteForce(board: readonly number[], size: number, colours: number): number {
  let front = new Map([[board.join(), board]])
  for (let moves = 0; ; moves++) {
    const next = new Map<string, readonly number[]>()
    for (const one of front.values()) {
      if (isFlooded(one)) return moves
      for (let colour = 0; colour < colours; colour++) {
        const { board: after, joined } = flooded(one, size, colour)
        if (joined > 0) next.set(after.join(), after)
      }
    }
    front = next
  }
}

const start: StateFloodIt = {
  ...{ size: 3, colours: 3, spare: 1, dim: 0, limit: 4, moves: 0 },
  board: [0, 1, 2, 0, 1, 2, 0, 0, 1],
  rng: [1, 2, 3, 4],
}

describe('rules', () => {
  it('join what touches the area, and nothing else', () => {
    fc.assert(
      fc.property(boards, fc.integer({ min: 0, max: 2 }), ({ board, size }, colour) => {
        const area = areaByDefinition(board, size)
        expect(new Set(patch(board, size, 0))).toEqual(area)
        const { board: after, joined } = flooded(board, size, colour)
        expect(after).toEqual(board.map((own, at) => (area.has(at) ? colour : own)))
        expect(joined).toBe(areaByDefinition(after, size).size - area.size)
      }),
      { numRuns: 60 },
    )
  })

  it('pay a point a cell, and the board once more when it is flooded', () => {
    const one = game.rules.step(start, 1)
    expect(one).toMatchObject({ reward: 3, legal: true, terminated: false, events: [{ kind: 'flooded', colour: 1, joined: 3 }] })
    const two = game.rules.step(one.state, 2)
    expect(two).toMatchObject({ reward: 2 + 9, legal: true, terminated: true, events: [{ joined: 2 }, { kind: 'ended', reason: 'whole' }] })
    expect(game.rules.won?.(two.state)).toBe(true)
    expect(game.rules.step(two.state, 0)).toMatchObject({ reward: 0, legal: false, terminated: true })
  })

  it('end when no move is left, and refuse the colour of the area', () => {
    expect(game.rules.step(start, 0)).toEqual({
      ...{ state: start, reward: 0, legal: false, terminated: false },
      events: [{ kind: 'refused', reason: 'own', action: 0 }],
    })
    const last = game.rules.step({ ...start, moves: 3 }, 2)
    expect(last).toMatchObject({ reward: 0, terminated: true, events: [{ kind: 'flooded' }, { kind: 'ended', reason: 'out-of-moves' }] })
    expect(game.rules.won?.(last.state)).toBe(false)
    expect(() => game.rules.step(start, 3)).toThrow(GameError)
    expect(game.text.feedback(last)).toBe('The game is over: no move is left.')
    expect(game.text.feedback(game.rules.step(start, 0))).toBe('red was refused: the area has that colour already.')
  })
})

describe('experts', () => {
  it('count the fewest moves, as trying everything does', () => {
    for (let seed = 0; seed < 40; seed++) {
      const [size, colours] = [3 + (seed % 3), 3 + (seed % 2)]
      const board = randomBoard(size, colours, seed)
      expect(movesToFlood(board, size, colours)).toEqual({ moves: fewestByBruteForce(board, size, colours), exact: true })
    }
  })

  it('flood every board within its limit, whatever its size', () => {
    for (const [size, colours] of [
      [6, 5],
      [8, 6],
      [9, 4],
      [14, 6],
    ] as const)
      for (const seed of [1, 2]) {
        let state = game.rules.init({ size, colours, spare: 0, dim: 0 }, seed)
        while (!game.rules.terminated(state)) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
        expect(game.rules.won?.(state), `${size}x${size}, seed ${seed}`).toBe(true)
      }
  })

  it('look ahead for points as play pays them', () => {
    const best = (state: StateFloodIt, plies: number): number =>
      plies === 0
        ? 0
        : Math.max(
            0,
            ...game.rules.legalActions(state).map((action) => {
              const { reward, state: next } = game.rules.step(state, action)
              return reward + best(next, plies - 1)
            }),
          )
    for (let seed = 0; seed < 20; seed++) {
      const state = game.rules.init({ size: 4, colours: 4, spare: 0, dim: 0 }, seed)
      for (const plies of [1, 2, 3])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) {
          const { reward, state: next } = game.rules.step(state, action)
          expect(score).toBe(reward + best(next, plies - 1))
        }
    }
  })

  it('need more moves at every level of reasoning', () => {
    const lengths = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config } = difficulty(game, { reasoning })
      const counts = Array.from({ length: 12 }, (_, seed) => game.rules.init(config, seed).limit - config.spare)
      return counts.reduce((sum, count) => sum + count, 0)
    })
    for (let level = 1; level < 6; level++) expect(lengths[level]).toBeGreaterThan(lengths[level - 1]!)
  })
})

describe('the picture', () => {
  it('has colours that lie closer together, the dimmer it is', () => {
    const skin = { theme: 'plain', tile: 16, layout: 'board' } as const
    const closest = [0, 1, 2, 3, 4, 5].map((dim) => {
      const { sprites } = game.draw({ ...start, dim }, skin, PLAIN_THEME).catalogue
      return Math.min(...sprites.flatMap((one, at) => sprites.slice(0, at).map((other) => apart(one.fill, other.fill))))
    })
    for (let dim = 1; dim < 6; dim++) expect(closest[dim]).toBeLessThan(closest[dim - 1]!)
    expect(closest[5]).toBeGreaterThan(0)
  })
})

/** Sum of the differences of the channels. */
function apart(one: string, other: string): number {
  const channel = (fill: string, at: number): number => Number.parseInt(fill.slice(at, at + 2), 16)
  return [1, 3, 5].reduce((sum, at) => sum + Math.abs(channel(one, at) - channel(other, at)), 0)
}

describe('what comes from outside', () => {
  it.each([
    ['size', { size: 2 }, 'size'],
    ['size', { size: 15 }, 'size'],
    ['colours', { colours: 2 }, 'colours'],
    ['colours', { colours: 7 }, 'colours'],
    ['spare', { spare: -1 }, 'spare'],
    ['spare', { spare: 51 }, 'spare'],
    ['dim', { dim: 6 }, 'dim'],
  ])('a knob out of range is refused by its name: %s', (_, config, field) => {
    expect(game.config.safeParse(config).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a short board', { board: [0, 1] }, /expected 9 cells for size 3, got 2/],
    ['a colour of another config', { board: [0, 1, 2, 3, 1, 2, 0, 0, 1] }, /colour 3 is not among/],
    ['more moves than allowed', { moves: 5 }, /at most the 4/],
    ['a limit below the spare moves', { limit: 1 }, /more than the 1 spare/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one colour of red, green, blue.'],
    ['yellow', 'The answer "yellow" is not one colour of red, green, blue.'],
    ['Red', 'The answer "Red" is not one colour of red, green, blue.'],
    ['red blue', 'The answer "red blue" is not one colour of red, green, blue.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })
})

describe('teacher', () => {
  it('says what is so, and counts only when it is not blind', () => {
    expect(game.teacher!.teach(start, { blind: false })).toEqual({ think: 'area 4\ngains own 3 0\nafter own 5 3', action: 1 })
    const wide = { ...start, board: [0, 1, 2, 0, 2, 2, 0, 2, 2] }
    expect(game.teacher!.teach(wide, { blind: true }).action).toBe(1)
    expect(game.teacher!.teach(wide, { blind: false }).action).toBe(2)
    expect(game.teacher!.judge(start, 'area 4\ngains own 2 0\nafter own 5').map(({ holds }) => holds)).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ])
    expect(game.teacher!.judge(start, 'area many\ngains own 2 0\nafter own 5')).toEqual([])
  })
})
