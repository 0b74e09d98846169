import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { seededRng } from '../../rng.ts'
import { gameNonogram as game } from './index.ts'
import { clueOf, cluesOf, pictureCell } from './rules.ts'
import { BLANK, byLines, FILLED, looksFor, solutions, UNKNOWN } from './solve.ts'
import { type ConfigNonogram, cluesIn, isOnly, type StateNonogram } from './state.ts'

const config = (given: Partial<ConfigNonogram>): ConfigNonogram => game.config.parse(given)

/** How many boards have these clues, by going through all. */
function countByBruteForce(size: number, clues: ReturnType<typeof cluesOf>): number {
  const wanted = JSON.stringify(clues)
  let count = 0
  for (let board = 0; board < 2 ** (size * size); board++) {
    const filled = Array.from({ length: size * size }, (_, at) => ((board >> at) & 1) === 1)
    if (JSON.stringify(cluesOf(filled, size)) === wanted) count++
  }
  return count
}

const random = (size: number, seed: number, percent = 55): boolean[] => {
  const rng = seededRng(seed, 'test')
  return Array.from({ length: size * size }, () => rng.int(100) < percent)
}

const none = (size: number): number[] => new Array<number>(size * size).fill(UNKNOWN)

/** Filled but for its middle, and two cells of the last row. */
const small: StateNonogram = {
  ...{ size: 3, density: 55, faint: 0 },
  solution: [1, 1, 1, 1, 0, 1, 0, 0, 1],
  shown: [0, 0, 0, 0, 0, 0, 0, 0, 0],
  rng: [1, 2, 3, 4],
}
const at = (row: number, column: number): number => pictureCell(3, 3 * row + column)

describe('the solver', () => {
  it('knows the runs of a line', () => {
    expect(clueOf(0b0110111, 7)).toEqual([3, 2])
    expect(clueOf(0, 5)).toEqual([])
  })

  it('finds as many solutions as going through all boards, up to two', () => {
    const counts = new Set<number>()
    for (let seed = 0; seed < 24; seed++) {
      const size = seed < 21 ? 3 : 4
      const clues = cluesOf(random(size, seed, 45), size)
      const count = Math.min(2, countByBruteForce(size, clues))
      counts.add(count)
      expect(solutions(clues, none(size), 2).length).toBe(count)
    }
    expect(counts).toEqual(new Set([1, 2]))
  })

  it('tells nothing by lines that a solution contradicts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const filled = random(6, seed)
      const told = byLines(none(6), cluesOf(filled, 6))!
      for (const [cell, known] of told.entries()) if (known !== UNKNOWN) expect(known).toBe(filled[cell] ? FILLED : BLANK)
    }
  })
})

describe('rules', () => {
  it('pay a point a cell of the solution, and the size for the last', () => {
    let state = small
    const points = [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 2), at(2, 2)].map((action) => {
      const result = game.rules.step(state, action)
      state = result.state
      return result.reward
    })
    expect(points).toEqual([1, 1, 1, 1, 1, 1 + 3])
    expect([game.rules.terminated(state), game.rules.won?.(state)]).toEqual([true, true])
  })

  it('end with a wrong cell', () => {
    const wrong = game.rules.step(small, at(1, 1))
    expect(wrong).toMatchObject({
      reward: 0,
      legal: true,
      terminated: true,
      events: [{ kind: 'filled' }, { kind: 'ended', reason: 'wrong' }],
    })
    expect(game.rules.won?.(wrong.state)).toBe(false)
    expect(game.text.feedback(wrong)).toBe('The game is over: that cell is not filled in the solution.')
  })

  it('refuse clues and filled cells, in a sentence', () => {
    expect(game.text.feedback(game.rules.step(small, 0))).toBe('(0, 0) was refused: clues stand there, not the board.')
    const one = game.rules.step(small, at(0, 0)).state
    expect(game.text.feedback(game.rules.step(one, at(0, 0)))).toBe('(2, 2) was refused: it is filled already.')
    expect(() => game.rules.step(small, 25)).toThrow(GameError)
  })
})

describe('the generator', () => {
  it('gives puzzles that going through all boards finds one solution of', () => {
    for (let seed = 0; seed < 12; seed++) {
      const state = game.rules.init(config({ size: 3, density: 40 + 2 * seed }), seed)
      expect(countByBruteForce(3, cluesIn(state))).toBe(1)
    }
    expect(countByBruteForce(4, cluesIn(game.rules.init(config({ size: 4 }), 1)))).toBe(1)
  })

  it('gives such puzzles for every config, which the expert solves without a wrong cell', () => {
    for (const size of [3, 4, 5, 6, 7])
      for (const density of [40, 55, 70]) {
        let state = game.rules.init(config({ size, density }), 5)
        expect(isOnly(state.solution, size)).toBe(true)
        expect(game.rules.parseState(state)).toEqual(state)
        while (!game.rules.terminated(state)) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
        expect(game.rules.won?.(state)).toBe(true)
      }
  })
})

describe('the picture', () => {
  it('has the clues next to the board', () => {
    expect(game.perception.format(game.perception.of(small)).split('\n')).toEqual([
      '_ | _ | _ | _ | _',
      '_ | _ | 2 | 1 | 3',
      '_ | 3 | _ | _ | _',
      '1 | 1 | _ | _ | _',
      '_ | 1 | _ | _ | _',
    ])
  })

  it('is told back whole, and not with a number that no board has', () => {
    const { of, told, parse } = game.perception
    for (let seed = 0; seed < 10; seed++) {
      const state = game.scatter!(config({}), seed)
      expect(told!(state, of(state))).toEqual(state)
    }
    expect(told!(small, parse('_|_|_|_|_\n_|_|2|1|3\n_|3|_|_|_\n1|1|_|_|_\n_|2|_|_|_')!)).toBeNull()
    expect(told!(small, parse('_|_|_|_|_\n_|_|2|1|3\n_|3|_|_|_\n1|1|_|#|_\n_|1|_|_|_')!)).toBeNull()
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ size: 2 }, 'size'],
    [{ size: 8 }, 'size'],
    [{ density: 39 }, 'density'],
    [{ density: 71 }, 'density'],
    [{ faint: 6 }, 'faint'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['too few cells', { shown: [0, 1] }, /expected 9 cells for size 3, got 2/],
    ['an empty solution', { solution: small.shown }, /some cell must be filled/],
    ['clues with two solutions', { solution: [1, 0, 0, 0, 1, 0, 0, 0, 1] }, /clues have other solutions/],
    ['a filled cell that is wrong', { shown: small.shown.with(4, 1) }, /against the solution/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...small, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...small, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one cell from (0, 0) to (4, 4), written as (row, col).'],
    ['(5, 0)', 'The answer "(5, 0)" is not one cell from (0, 0) to (4, 4), written as (row, col).'],
    ['fill (2, 2)', 'The answer "fill (2, 2)" is not one cell from (0, 0) to (4, 4), written as (row, col).'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, small)).toEqual({ reason })
  })
})

describe('the teacher', () => {
  it('says what lines tell, and weighs rows with columns only when it is not blind', () => {
    const { teach, judge } = game.teacher!
    const think = 'row fill fill fill\nrow fill blank fill\nrow blank blank fill'
    expect(teach(small, { blind: false })).toEqual({ think, action: at(0, 0) })
    expect(teach(small, { blind: true }).action).toBe(at(0, 0))
    expect(judge(small, think.replace('blank blank', 'blank full')).filter(({ holds }) => !holds).length).toBe(1)
    expect(judge(small, 'row fill')).toEqual([])
  })

  it('solves every puzzle when it is not blind, and few when it is', () => {
    const wins = (blind: boolean): number =>
      Array.from({ length: 30 }, (_, seed) => {
        let state = game.rules.init(config({}), seed)
        while (!game.rules.terminated(state)) state = game.rules.step(state, game.teacher!.teach(state, { blind }).action).state
        return game.rules.won?.(state) === true
      }).filter(Boolean).length
    expect(wins(false)).toBe(30)
    expect(wins(true)).toBeLessThan(15)
  })

  it('says of cells only what the one solution has', () => {
    for (let seed = 0; seed < 10; seed++) {
      const state = game.scatter!(config({ size: 6, density: 45 }), seed)
      const words = game
        .teacher!.teach(state, { blind: false })
        .think.split('\n')
        .flatMap((line) => line.split(' ').slice(1))
      for (const [cell, word] of words.entries()) if (word !== 'open') expect(word === 'blank').toBe(state.solution[cell] === 0)
      const looks = looksFor(state.shown, cluesIn(state))
      expect(looks.every((count, cell) => Number.isFinite(count) === (words[cell] !== 'open'))).toBe(true)
    }
  })
})
