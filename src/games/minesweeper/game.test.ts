import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { seededRng } from '../../rng.ts'
import { gameMinesweeper as game } from './index.ts'
import { risksOf } from './risk.ts'
import { COVERED, FLAG, isCovered, minesMax, numbersOf, opened } from './rules.ts'
import type { StateMinesweeper } from './state.ts'

const configs = fc
  .record({ size: fc.integer({ min: 4, max: 10 }), guesses: fc.boolean(), part: fc.double({ min: 0.05, max: 1, noNaN: true }) })
  .map(({ size, guesses, part }) => {
    const mines = Math.max(1, Math.floor(part * minesMax(size, guesses)))
    return { size, mines, guesses, plain: false }
  })

/** Every set of `count` of the cells. */
function* setsOf(cells: readonly number[], count: number, from = 0): Generator<number[]> {
  if (count === 0) yield []
  else for (let i = from; i < cells.length; i++) for (const rest of setsOf(cells, count - 1, i + 1)) yield [cells[i]!, ...rest]
}

/** Risks by laying the mines in every way there is. */
function risksByBruteForce({ shown, size, mines }: Pick<StateMinesweeper, 'shown' | 'size' | 'mines'>): {
  risk: number[]
  layouts: number
} {
  const covered = shown.flatMap((look, cell) => (isCovered(look) ? [cell] : []))
  const risk = shown.map(() => 0)
  let layouts = 0
  for (const mined of setsOf(covered, mines)) {
    const numbers = numbersOf(new Set(mined), size)
    if (!shown.every((look, cell) => isCovered(look) || look === numbers[cell])) continue
    layouts++
    for (const cell of mined) risk[cell]!++
  }
  return { risk: risk.map((sum) => (layouts === 0 ? 0 : sum / layouts)), layouts }
}

/** A 4x4 board: mines in the first row's second cell and the last cell. */
const start: StateMinesweeper = {
  ...{ size: 4, mines: 2, guesses: false, plain: false, mined: [1, 15] },
  shown: [9, 9, 9, 9, 1, 1, 1, 9, 0, 0, 1, 9, 0, 0, 1, 9],
  rng: [1, 2, 3, 4],
}
const open = (row: number, column: number) => ({ verb: 'open', row, column }) as const
const flag = (row: number, column: number) => ({ verb: 'flag', row, column }) as const

describe('rules', () => {
  it('open a cell, and around cells without a mine around them all that hang together', () => {
    fc.assert(
      fc.property(configs, fc.integer(), (config, seed) => {
        const { shown, mined, size } = game.scatter!(config, seed)
        const set = new Set(mined)
        const numbers = numbersOf(set, size)
        const cell = shown.findIndex((look, at) => look === COVERED && !set.has(at))
        if (cell < 0) return
        const after = opened(shown, set, size, cell)
        const changed = shown.flatMap((look, at) => (look === after.shown[at] ? [] : [at]))
        expect(changed).toContain(cell)
        expect(after.cells).toBe(changed.length)
        for (const at of changed) expect([shown[at], after.shown[at], set.has(at)]).toEqual([COVERED, numbers[at], false])
        // Every cell that opened beside the first lies beside one that is empty.
        for (const at of changed) {
          const near = changed.filter((one) => numbers[one] === 0 && beside(one, at, size))
          expect(at === cell || near.length > 0).toBe(true)
        }
        for (const at of changed.filter((one) => numbers[one] === 0))
          for (let one = 0; one < shown.length; one++) if (beside(one, at, size)) expect(after.shown[one]).not.toBe(COVERED)
      }),
      { numRuns: 60 },
    )
  })

  it('pay a point a cell, and the mines once more when the board is cleared', () => {
    const one = game.rules.step(start, open(0, 3))
    expect(one).toMatchObject({ reward: 4, legal: true, terminated: false, events: [{ kind: 'opened', row: 0, column: 3, cells: 4 }] })
    expect(one.state.shown).toEqual([9, 9, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 9])
    const two = game.rules.step(one.state, open(0, 0))
    expect(two).toMatchObject({ reward: 3, legal: true, terminated: true, events: [{ cells: 1 }, { kind: 'ended', reason: 'cleared' }] })
    expect(game.rules.won?.(two.state)).toBe(true)
    expect(game.text.feedback(two)).toBe('The game is over: the board is cleared.')
  })

  it('end with a mine', () => {
    const burst = game.rules.step(start, open(0, 1))
    expect(burst).toMatchObject({ reward: 0, legal: true, terminated: true, events: [{ kind: 'ended', reason: 'mine' }] })
    expect(game.rules.won?.(burst.state)).toBe(false)
    expect(game.text.feedback(burst)).toBe('The game is over: that was a mine.')
    expect(game.text.feedback(game.rules.step(burst.state, open(0, 0)))).toBe('open (0, 0) was refused: the game is over.')
    expect(game.perception.format(game.perception.of(burst.state)).split('\n')[0]).toBe('# | X | # | #')
  })

  it('set flags and take them away, and do not open a flagged cell', () => {
    const flagged = game.rules.step(start, flag(0, 1))
    expect(flagged).toMatchObject({ reward: 0, legal: true, terminated: false, events: [{ kind: 'flagged', on: true }] })
    const refused = game.rules.step(flagged.state, open(0, 1))
    expect(refused).toMatchObject({ reward: 0, legal: false, state: flagged.state })
    expect(game.text.feedback(refused)).toBe('open (0, 1) was refused: the cell has a flag.')
    expect(game.rules.step(flagged.state, flag(0, 1)).state).toEqual(start)
    expect(game.text.feedback(game.rules.step(start, flag(1, 0)))).toBe('flag (1, 0) was refused: the cell is open already.')
    expect(() => game.rules.step(start, open(4, 0))).toThrow(GameError)
  })
})

const beside = (one: number, other: number, size: number): boolean =>
  Math.abs(Math.floor(one / size) - Math.floor(other / size)) <= 1 && Math.abs((one % size) - (other % size)) <= 1

describe('risks', () => {
  it('are those of laying the mines in every way', () => {
    for (let seed = 0; seed < 60; seed++) {
      const [size, mines] = [4 + (seed % 2), 1 + (seed % 4)]
      const config = game.config.parse({ size, mines: Math.min(mines, minesMax(size, true)), guesses: true })
      const state = game.scatter!(config, seed)
      const [exact, counted] = [risksByBruteForce(state), risksOf(state)]
      expect(counted.layouts).toBe(exact.layouts)
      for (const [cell, risk] of exact.risk.entries()) {
        expect(counted.risk[cell]).toBeCloseTo(risk, 12)
        expect(counted.risk[cell] === 0).toBe(risk === 0)
      }
    }
  })

  it('are none on a board that cannot be, as every way of laying mines finds', () => {
    const rng = seededRng(1, 'test')
    let impossible = 0
    for (let i = 0; i < 200; i++) {
      const shown = Array.from({ length: 16 }, () => rng.pick([COVERED, COVERED, FLAG, 0, 1, 2]))
      const board = { shown, size: 4, mines: 3 }
      const { layouts } = risksByBruteForce(board)
      expect(risksOf(board).layouts).toBe(layouts)
      if (layouts === 0) impossible++
    }
    expect(impossible).toBeGreaterThan(20)
    expect(impossible).toBeLessThan(200)
  })

  it('weigh the mines of the whole board', () => {
    // One of two cells beside a 1 has a mine, and there is one mine: all others are safe.
    const shown = [9, 9, 9, 9, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]
    const { risk } = risksOf({ shown, size: 4, mines: 1 })
    expect(risk).toEqual([0.2, 0.2, 0, 0, 0, 0.2, 0, 0, 0.2, 0.2, 0, 0, 0, 0, 0, 0])
    expect(risksOf({ shown, size: 4, mines: 3 }).risk[15]).toBeCloseTo(0.2, 12)
  })
})

describe('the generator', () => {
  it('gives boards that safe moves alone clear, where no guess may be needed', () => {
    for (const [size, mines] of [
      [4, 2],
      [6, 6],
      [10, 16],
    ] as const)
      for (let seed = 0; seed < 12; seed++) {
        let state = game.rules.init(game.config.parse({ size, mines }), seed)
        while (!game.rules.terminated(state)) {
          const [best] = game.expert!.solver(state)
          expect(best!.score).toBe(1)
          state = game.rules.step(state, best!.action).state
        }
        expect(game.rules.won?.(state), `${size}x${size}, seed ${seed}`).toBe(true)
      }
  })

  it('gives such boards, and boards that need guesses, for every config', () => {
    fc.assert(
      fc.property(configs, fc.integer(), (config, seed) => {
        const state = game.rules.init(config, seed)
        expect(game.rules.parseState(state)).toEqual(state)
        expect(game.rules.terminated(state)).toBe(false)
        expect(state.shown).toContain(0)
      }),
      { numRuns: 60 },
    )
  })

  it('gives longer games at every level of reasoning, and no forced guess below level 4', () => {
    const played = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const { config } = difficulty(game, { reasoning })
      let [moves, guesses] = [0, 0]
      for (let seed = 0; seed < 20; seed++) {
        let state = game.rules.init(config, seed)
        while (!game.rules.terminated(state)) {
          const [best] = game.expert!.solver(state)
          if (best!.score < 1) guesses++
          state = game.rules.step(state, best!.action).state
          moves++
        }
      }
      return { moves, guesses }
    })
    for (let level = 1; level < 6; level++) expect(played[level]!.moves).toBeGreaterThan(played[level - 1]!.moves)
    expect(played.map(({ guesses }) => guesses > 0)).toEqual([false, false, false, false, true, true])
  })
})

describe('experts', () => {
  it('guess where the next move is safest', () => {
    for (let seed = 0; seed < 30; seed++) {
      const board = game.scatter!(game.config.parse({ size: 6, mines: 7, guesses: true }), seed)
      const [best] = game.expert!.solver(board)
      if (best!.score === 1) continue
      const { risk } = risksOf(board)
      const cell = best!.action.row * 6 + best!.action.column
      const least = Math.min(...board.shown.flatMap((look, at) => (look === COVERED ? [risk[at]!] : [])))
      expect(risk[cell]!).toBeLessThanOrEqual(least + 0.1)
      expect(best!.score).toBeLessThanOrEqual(1 - risk[cell]!)
    }
  })

  it('count the points of a move over all layouts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const board = game.scatter!(game.config.parse({ size: 4, mines: 3, guesses: true }), seed)
      const covered = board.shown.flatMap((look, cell) => (isCovered(look) ? [cell] : []))
      const layouts = [...setsOf(covered, 3)].filter((mined) => {
        const numbers = numbersOf(new Set(mined), 4)
        return board.shown.every((look, cell) => isCovered(look) || look === numbers[cell])
      })
      for (const { action, score } of game.expert!.lookahead!(board, 2)) {
        const cell = action.row * 4 + action.column
        const points = layouts.map((mined) => {
          if (action.verb === 'flag') return 1
          if (mined.includes(cell)) return 0
          const near = covered.filter((one) => one !== cell && beside(one, cell, 4))
          const none = !near.some((one) => mined.includes(one))
          return 2 + (none ? near.filter((one) => board.shown[one] === COVERED).length : 0)
        })
        expect(score).toBeCloseTo(points.reduce((sum, one) => sum + one, 0) / layouts.length, 9)
      }
    }
  })
})

describe('teacher', () => {
  it('says what all layouts agree on, and weighs numbers together only when it is not blind', () => {
    const { think, action } = game.teacher!.teach(start, { blind: false })
    expect(think).toBe(
      ['row0 50 50 safe safe', 'row1 clear clear clear safe', 'row2 clear clear clear 50', 'row3 clear clear clear 50', 'least 0 2'].join(
        '\n',
      ),
    )
    expect(action).toEqual(open(0, 2))
    expect(game.teacher!.teach(start, { blind: true }).action, 'no number alone tells of a safe cell').toEqual(open(0, 0))
    expect(game.teacher!.judge(start, think.replace('50 safe safe', '30 safe mine')).map(({ holds }) => holds)).toEqual([
      ...[true, false, true, false],
      ...Array.from({ length: 14 }, () => true),
    ])
    expect(game.teacher!.judge(start, think.replace('safe', 'maybe'))).toEqual([])
  })

  it('is right about every covered cell of every board', () => {
    fc.assert(
      fc.property(configs, fc.integer(), (config, seed) => {
        const state = game.scatter!(config, seed)
        const words = game
          .teacher!.teach(state, { blind: true })
          .think.split('\n')
          .flatMap((line) => line.split(' ').slice(1))
        for (const [cell, look] of state.shown.entries()) {
          expect(words[cell] === 'clear').toBe(!isCovered(look))
          if (words[cell] === 'safe') expect(state.mined).not.toContain(cell)
          if (words[cell] === 'mine') expect(state.mined).toContain(cell)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ size: 3 }, 'size'],
    [{ size: 11 }, 'size'],
    [{ mines: 0 }, 'mines'],
    [{ mines: 7 }, 'mines'],
    [{ guesses: 1 }, 'guesses'],
    [{ plain: 'no' }, 'plain'],
  ])('a knob out of range is refused by its name: %o', (config, field) => {
    expect(game.config.safeParse(config).error?.issues[0]?.path).toEqual([field])
  })

  it('a config with too many mines is told what to do', () => {
    expect(game.config.safeParse({ mines: 7 }).error?.issues[0]?.message).toBe(
      'at most 6 for size 6 without guesses, got 7: lower mines or raise size, or set guesses',
    )
    expect(game.config.safeParse({ mines: 7, guesses: true }).success).toBe(true)
  })

  it.each([
    ['a short board', { shown: [0, 1] }, /expected 16 cells for size 4, got 2/],
    ['a number that the mines do not give', { shown: start.shown.with(4, 2) }, /cell 4 shows 2, which the mines do not give/],
    ['an open mine that shows a number', { shown: start.shown.with(1, 1) }, /cell 1 shows 1/],
    ['two mines that were opened', { shown: start.shown.with(1, 11).with(15, 11) }, /at most one mine/],
    ['too few mines', { mined: [1] }, /expected 2 different cells of 16/],
    ['mines outside the board', { mined: [1, 16] }, /expected 2 different cells of 16/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...start, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one move written as open (row, col) or flag (row, col).'],
    ['(0, 1)', 'The answer "(0, 1)" is not one move written as open (row, col) or flag (row, col).'],
    ['open (0, 4)', 'The cell (0, 4) is outside the board of 4 rows and 4 columns, counted from 0.'],
    ['open (0, 1) (0, 2)', 'The answer "open (0, 1) (0, 2)" is not one move written as open (row, col) or flag (row, col).'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, start)).toEqual({ reason })
  })

  it('a board that cannot be is no board of the game', () => {
    const { perception } = game
    const told = (text: string) => perception.told!(start, perception.parse(text)!)
    const text = perception.format(perception.of(start))
    expect(told(text)).toEqual(start)
    expect(told(text.replace('1 | 1 | 1', '1 | 1 | 8'))).toBeNull()
    expect(told('# | #\n# | #')).toBeNull()
  })
})
