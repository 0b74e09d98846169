import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { gameRushHour as game } from './index.ts'
import { type Block, blocksMax, blocksMin, DIRECTIONS, movesMax, type Slide } from './rules.ts'
import { type ConfigRushHour, type StateRushHour, terminated } from './state.ts'
import { SlideTable, tableOf } from './table.ts'

const config = (given: Partial<ConfigRushHour>): ConfigRushHour => game.config.parse(given)

/** A state from a drawing: a letter a cell, '.' for free ones. X is the first block, then A, B and so on. */
function drawn(...rows: readonly string[]): StateRushHour {
  const letters = ['X', ...new Set(rows.join('').replaceAll(/[.X]/g, ''))].sort((a, b) => (a === 'X' ? -1 : b === 'X' ? 1 : a < b ? -1 : 1))
  const board = letters.map((letter): Block => {
    const cells = [...rows.join('')].flatMap((sign, at) => (sign === letter ? [at] : []))
    const upright = cells[1]! - cells[0]! === rows.length
    return { row: Math.floor(cells[0]! / rows.length), column: cells[0]! % rows.length, length: cells.length, upright }
  })
  return { ...{ size: rows.length, blocks: board.length, moves: 1, plain: false }, board, rng: [1, 2, 3, 4] }
}

/** B is in the way. */
const small = drawn('.AAB', 'XX.B', '....', 'CC..')

const rowsOf = (state: StateRushHour): string =>
  game.perception.format(game.perception.of(state)).replaceAll(/[ |]/g, '').replaceAll('_', '.')

/** Every board that one slide makes, by the letters alone: a letter's cells move together by one free cell, again and again. */
function neighbours(rows: string, size: number): string[] {
  const lines = rows.split('\n')
  const at = (row: number, column: number): string => lines[row]?.[column] ?? '#'
  return [...new Set(rows.replaceAll(/[.\n]/g, ''))].flatMap((letter) => {
    const cells = lines.flatMap((line, row) => [...line].flatMap((sign, column) => (sign === letter ? [[row, column] as const] : [])))
    const upright = cells[0]![1] === cells[1]![1]
    return (
      upright
        ? [
            [-1, 0],
            [1, 0],
          ]
        : [
            [0, -1],
            [0, 1],
          ]
    ).flatMap(([down, right]) => {
      const found: string[] = []
      for (let by = 1; by < size; by++) {
        const moved = cells.map(([row, column]) => [row + by * down!, column + by * right!] as const)
        if (!moved.every(([row, column]) => ['.', letter].includes(at(row, column)))) break
        const next = lines.map((line) => [...line.replaceAll(letter, '.')])
        for (const [row, column] of moved) next[row]![column] = letter
        found.push(next.map((line) => line.join('')).join('\n'))
      }
      return found
    })
  })
}

/** Fewest slides by trying everything from this board; null where nothing is left to try. */
function fewestByBruteForce(state: StateRushHour): number | null {
  const seen = new Set([rowsOf(state)])
  for (let front = [...seen], slides = 0; front.length > 0; slides++) {
    if (front.some((rows) => rows.split('\n').some((line) => line.endsWith('XX')))) return slides
    const next = new Set(front.flatMap((rows) => neighbours(rows, state.size)).filter((rows) => !seen.has(rows)))
    for (const rows of next) seen.add(rows)
    front = [...next]
  }
  return null
}

describe('rules', () => {
  it('slide blocks along their length, and pay what X gains', () => {
    const away = game.rules.step(small, { block: 2, direction: 'down', cells: 2 })
    expect(away).toMatchObject({
      reward: 1,
      legal: true,
      terminated: false,
      events: [{ kind: 'slid', block: 2, direction: 'down', cells: 2 }],
    })
    expect(rowsOf(away.state)).toBe('.AA.\nXX..\n...B\nCC.B')
    const out = game.rules.step(away.state, { block: 0, direction: 'right', cells: 2 })
    expect(out).toMatchObject({ reward: 2 + 10, terminated: true, events: [{ kind: 'slid' }, { kind: 'ended', reason: 'out' }] })
    expect(game.rules.won?.(out.state)).toBe(true)
    expect(game.text.feedback(out)).toBe('The game is over: X is out.')
    const back = game.rules.step(away.state, { block: 2, direction: 'up', cells: 1 })
    expect(back).toMatchObject({ reward: -1, legal: true })
  })

  it('refuse slides across a block and over what is not free, in a sentence', () => {
    const across = game.rules.step(small, { block: 1, direction: 'up', cells: 1 })
    expect(across).toMatchObject({ state: small, reward: 0, legal: false, terminated: false })
    expect(game.text.feedback(across)).toBe('A up 1 was refused: the block does not slide that way, only along its length.')
    const blocked = game.rules.step(small, { block: 0, direction: 'right', cells: 2 })
    expect(game.text.feedback(blocked)).toBe('X right 2 was refused: there are not so many free cells in front of the block.')
    expect(() => game.rules.step(small, { block: 4, direction: 'up', cells: 1 })).toThrow(GameError)
    expect(() => game.rules.step(small, { block: 1, direction: 'left', cells: 3 })).toThrow('1 to 2 cells')
  })

  it('find the same boards as letters moved about', () => {
    for (let seed = 0; seed < 15; seed++) {
      const state = game.scatter!(config({}), seed)
      const after = game.rules.legalActions(state).map((action) => rowsOf(game.rules.step(state, action).state))
      expect(after.sort()).toEqual(neighbours(rowsOf(state), state.size).sort())
    }
  })
})

describe('the expert', () => {
  it.each([
    [4, 3],
    [4, 5],
    [4, 6],
    [5, 5],
    [5, 9],
    [6, 12],
  ])('counts the fewest slides at size %i with %i blocks, as trying everything does', (size, blocks) => {
    for (let seed = 0; seed < 6; seed++) {
      const state = game.scatter!(config({ size, blocks, moves: 1 }), seed)
      expect(tableOf(state).slides(state.board)).toBe(fewestByBruteForce(state))
      expect(game.expert!.solver(state)[0]!.score).toBe(-fewestByBruteForce(state)!)
    }
  })

  it('knows boards that have no end', () => {
    const closed = drawn('..B.', 'XXB.', 'A.B.', 'A...')
    expect(fewestByBruteForce(closed)).toBeNull()
    expect(new SlideTable(closed).slides(closed.board)).toBe(-1)
    expect(game.expert!.solver(closed)[0]!.score).toBe(-1000)
    expect(game.teacher!.teach(closed, { blind: false }).think).toBe('block X 0 no 0 no\nblock A 0 no 0 no\nblock B 0 no 1 dead')
  })

  it('solves fresh boards in as many slides as the config says, whatever the size', () => {
    for (const size of [4, 5, 6])
      for (let blocks = blocksMin(size); blocks <= blocksMax(size); blocks++)
        for (const moves of [1, Math.min(movesMax(size, blocks), 10)]) {
          let state = game.rules.init(config({ size, blocks, moves }), 3)
          expect(game.rules.parseState(state)).toEqual(state)
          for (let slide = 0; slide < moves; slide++) {
            expect(terminated(state)).toBe(false)
            state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
          }
          expect(terminated(state), JSON.stringify({ size, blocks, moves })).toBe(true)
        }
  })

  it('finds the hardest boards of every size', () => {
    for (const [size, blocks] of [
      [4, 6],
      [5, 9],
      [6, 12],
    ] as const) {
      const state = game.rules.init(config({ size, blocks, moves: movesMax(size, blocks) }), 0)
      expect(fewestByBruteForce(state)).toBe(movesMax(size, blocks))
    }
  })

  it('looks ahead for points as play pays them, less a hundredth a slide that is left, sooner rather than later', () => {
    const best = (state: StateRushHour, plies: number): number => {
      if (plies === 0 || terminated(state)) return -0.01 * tableOf(state).slides(state.board)!
      return Math.max(
        ...game.rules.legalActions(state).map((action) => {
          const { reward, state: next } = game.rules.step(state, action)
          return reward - 0.001 * action.cells + 0.99 * best(next, plies - 1)
        }),
      )
    }
    for (let seed = 0; seed < 6; seed++) {
      const state = game.scatter!(config({ size: 5, blocks: 6, moves: 1 }), seed)
      for (const plies of [1, 2])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) {
          const { reward, state: next } = game.rules.step(state, action)
          expect(score).toBeCloseTo(reward - 0.001 * action.cells + 0.99 * best(next, plies - 1), 9)
        }
    }
  })

  it('needs more slides at every level of reasoning', () => {
    const needed = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const state = game.rules.init(difficulty(game, { reasoning }).config, 1)
      return -game.expert!.solver(state)[0]!.score
    })
    expect(needed).toEqual([3, 4, 6, 8, 10, 13])
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ size: 3 }, 'size'],
    [{ size: 7 }, 'size'],
    [{ blocks: 2 }, 'blocks'],
    [{ blocks: 13 }, 'blocks'],
    [{ size: 4, blocks: 7, moves: 1 }, 'blocks'],
    [{ size: 6, blocks: 5, moves: 1 }, 'blocks'],
    [{ moves: 0 }, 'moves'],
    [{ moves: 12 }, 'moves'],
    [{ plain: 'yes' }, 'plain'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  const change = (block: number, by: Partial<Block>): Partial<StateRushHour> => ({
    board: small.board.map((one, at) => (at === block ? { ...one, ...by } : one)),
  })
  it.each([
    ['a block too few', { board: small.board.slice(0, 3) }, /expected 4 blocks, got 3/],
    ['a block beyond the edge', change(1, { column: 3 }), /reaches beyond the 4 x 4 cells/],
    ['two blocks on a cell', change(1, { column: 2 }), /two blocks share a cell/],
    ['X in another row', change(0, { row: 2 }), /first block must lie in row 1/],
    ['another block lying in the row of the exit', change(1, { row: 1, column: 2 }), /share a cell|only the first block/],
    ['a length that there is not', change(1, { length: 4 }), /length/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, changed, reason) => {
    expect(() => game.rules.parseState({ ...small, ...changed })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...small, ...changed })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be a block, a direction and a number of cells, written as A up 2.'],
    ['B down', 'The answer "B down" is not a block, a direction and a number of cells, written as A up 2.'],
    ['b down 2', 'The answer "b down 2" is not a block, a direction and a number of cells, written as A up 2.'],
    ['D down 2', 'There is no block D; the blocks are X and A to C.'],
    ['B down 3', 'A block slides 1 to 2 cells here, not 3.'],
    ['B down 0', 'A block slides 1 to 2 cells here, not 0.'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, small)).toEqual({ reason })
  })

  it('a slide reads back, whatever its white space', () => {
    const slides = fc.record<Slide>({
      block: fc.integer({ min: 0, max: 3 }),
      direction: fc.constantFrom(...DIRECTIONS),
      cells: fc.integer({ min: 1, max: 2 }),
    })
    fc.assert(
      fc.property(slides, fc.constantFrom(' ', '\n', '  '), (action, space) => {
        const text = `${space}${game.answer.format(small, action).replaceAll(' ', space)}${space}`
        expect(game.answer.parse(text, small)).toEqual({ action })
      }),
      { numRuns: 20 },
    )
  })

  it('a board is told by its letters, if they are blocks of the config', () => {
    const { of, told, parse } = game.perception
    for (let seed = 0; seed < 10; seed++) {
      const state = game.scatter!(config({}), seed)
      expect(told!(state, of(state))).toEqual(state)
    }
    const read = (...rows: readonly string[]): unknown => told!(small, parse(rows.map((row) => [...row].join(' | ')).join('\n'))!)
    expect(read('AA_B', 'XX_B', '____', '_CC_')).toMatchObject({ board: [{ column: 0 }, { column: 0 }, { row: 0 }, { column: 1 }] })
    expect(read('AA_B', 'XX__', '___B', '_CC_')).toBeNull()
    expect(read('AA__', 'XX__', '____', '_CC_')).toBeNull()
    expect(read('AA_B', '___B', '_XX_', '_CC_')).toBeNull()
    expect(read('AA_B', 'XX_B', '___A', '_CC_')).toBeNull()
  })

  it('picked cells are a slide: a block, and how far it is to reach', () => {
    const answer = (...cells: readonly (readonly [number, number])[]): string => game.play!.pick!.answer(cells, small)
    expect(answer([0, 3], [3, 3])).toBe('B down 2')
    expect(answer([1, 3], [2, 3])).toBe('B down 1')
    expect(answer([0, 2], [0, 0])).toBe('A left 1')
    expect(answer([2, 2], [1, 3])).toBe('X right 2')
  })
})

describe('the teacher', () => {
  it('says what every slide comes to, and counts what is left only when it is not blind', () => {
    const { teach, judge } = game.teacher!
    expect(teach(small, { blind: false })).toEqual({
      think: 'block X 0 no 1 2\nblock A 1 2 0 no\nblock B 0 no 2 1\nblock C 0 no 2 2',
      action: { block: 2, direction: 'down', cells: 2 },
    })
    const said = judge(small, 'block X 0 no 2 2\nblock A 1 3 0 no\nblock B 0 no 2 1\nblock C 0 no 2 2').map(({ holds }) => holds)
    expect(said.flatMap((holds, at) => (holds ? [] : [at]))).toEqual([3, 7])
    expect(judge(small, 'block X 0 no 2 2')).toEqual([])
  })

  it('gets X out always when it is not blind, and seldom when it is', () => {
    const wins = (blind: boolean): number => {
      const games = Array.from({ length: 20 }, (_, seed) => {
        let state = game.rules.init(config({ size: 5, blocks: 8, moves: 5 }), seed)
        for (let move = 0; move < 20 && !terminated(state); move++)
          state = game.rules.step(state, game.teacher!.teach(state, { blind }).action).state
        return terminated(state)
      })
      return games.filter(Boolean).length
    }
    expect(wins(false)).toBe(20)
    expect(wins(true)).toBeLessThan(10)
  })
})
