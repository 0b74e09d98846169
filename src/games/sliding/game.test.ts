import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameError, StateError } from '../../errors.ts'
import { difficulty } from '../../gym/index.ts'
import { pictureSetNames, registerPictureSet } from '../../pictures/index.ts'
import { gameSliding as game } from './index.ts'
import { finished, isSolvable, mostMoves, type Size } from './rules.ts'
import { movesToFinish } from './search.ts'
import { type ConfigSliding, type StateSliding, terminated } from './state.ts'

const config = (given: Partial<ConfigSliding>): ConfigSliding => game.config.parse(given)

/** The moves that every board of a size needs, breadth first from the finished one, by the rules' own definition written once more. */
function allBoards({ rows, columns }: Size): Map<string, number> {
  const start = finished(rows * columns)
  const found = new Map([[start.join(), 0]])
  for (let front = [start], moves = 1; front.length > 0; moves++) {
    const next: number[][] = []
    for (const board of front) {
      const gap = board.indexOf(0)
      for (const [down, right] of [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const) {
        const [row, column] = [Math.floor(gap / columns) + down, (gap % columns) + right]
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue
        const after = board.with(gap, board[row * columns + column]!).with(row * columns + column, 0)
        if (found.has(after.join())) continue
        found.set(after.join(), moves)
        next.push(after)
      }
    }
    front = next
  }
  return found
}

const numbers = (text: string): number[] => text.split(',').map(Number)

/** 1 2 3 / 4 5 6 / 7 _ 8: one move from the end. */
const near: StateSliding = { ...config({}), board: [1, 2, 3, 4, 5, 6, 7, 0, 8], picture: 0, made: 0, rng: [1, 2, 3, 4] }

describe('rules', () => {
  it('slide the piece beside the gap, and pay what comes nearer', () => {
    const last = game.rules.step(near, 8)
    expect(last).toMatchObject({
      reward: 1 + 9,
      terminated: true,
      events: [{ kind: 'slid', piece: 8, from: 8, to: 7, nearer: 1 }, { kind: 'ended' }],
    })
    expect(game.rules.won?.(last.state)).toBe(true)
    const away = game.rules.step(near, 6)
    expect(away).toMatchObject({ reward: -1, legal: true, terminated: false, events: [{ kind: 'slid', piece: 7, nearer: -1 }] })
    expect(away.state.board).toEqual([1, 2, 3, 4, 5, 6, 0, 7, 8])
    expect(game.rules.step(away.state, 7).state.board).toEqual(near.board)
    expect(() => game.rules.step(near, 9)).toThrow(GameError)
  })

  it('refuse the gap and what is not beside it, in a sentence', () => {
    expect(game.text.feedback(game.rules.step(near, 7))).toBe('(2, 1) was refused: the gap itself is there.')
    expect(game.text.feedback(game.rules.step(near, 0))).toBe('(0, 0) was refused: it is not beside the gap.')
    expect(game.rules.step(near, 0)).toMatchObject({ state: near, reward: 0, legal: false })
  })

  it('know the boards that can be finished: half of all', () => {
    for (const size of [
      { rows: 2, columns: 2 },
      { rows: 2, columns: 3 },
      { rows: 3, columns: 2 },
    ]) {
      const boards = allBoards(size)
      const cells = size.rows * size.columns
      const permute = (left: readonly number[]): number[][] =>
        left.length === 0 ? [[]] : left.flatMap((one) => permute(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
      for (const board of permute(finished(cells))) expect(isSolvable(board, size.columns)).toBe(boards.has(board.join()))
    }
  })
})

describe('the expert', () => {
  it.each([
    { rows: 2, columns: 2 },
    { rows: 3, columns: 2 },
    { rows: 2, columns: 3 },
  ])('counts the fewest moves of every board of $rows x $columns, as trying everything does', (size) => {
    for (const [text, moves] of allBoards(size)) expect(movesToFinish(numbers(text), size)).toEqual({ moves, exact: true })
  })

  it.each([
    { rows: 2, columns: 4 },
    { rows: 3, columns: 3 },
  ])('counts the fewest moves on $rows x $columns, sampled up to the farthest boards', (size) => {
    const boards = [...allBoards(size)]
    const some = [...boards.filter((_, at) => at % Math.ceil(boards.length / 150) === 0), ...boards.slice(-10)]
    for (const [text, moves] of some) expect(movesToFinish(numbers(text), size)).toEqual({ moves, exact: true })
  })

  it('finishes fresh boards in as many moves as the config says, whatever the size', () => {
    for (const given of [
      { rows: 2, columns: 2, moves: 6 },
      { rows: 4, columns: 2, moves: 24 },
      { moves: 26 },
      { rows: 5, columns: 2, moves: 28 },
      { rows: 3, columns: 4, moves: 30 },
      { rows: 3, columns: 5, moves: 28 },
      { rows: 4, columns: 4, moves: 32 },
    ])
      for (const seed of [1, 2]) {
        let state = game.rules.init(config(given), seed)
        for (let move = 0; move < given.moves; move++) {
          expect(terminated(state)).toBe(false)
          state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
        }
        expect(terminated(state), JSON.stringify(given)).toBe(true)
      }
  })

  it('scores each slide one move nearer or farther, as its own count after the slide', () => {
    for (const seed of [1, 2, 3]) {
      const state = game.scatter!(config({}), seed)
      for (const { action, score } of game.expert!.solver(state)) {
        const next = game.rules.step(state, action).state
        expect(score).toBe(-1 - movesToFinish(next.board, next).moves)
      }
    }
  })

  it('comes to the end of any board of 16 cells, where it cannot count them all', () => {
    let state = game.scatter!(config({ rows: 4, columns: 4, moves: 30 }), 1)
    for (let move = 0; move < 300 && !terminated(state); move++) state = game.rules.step(state, game.expert!.solver(state)[0]!.action).state
    expect(terminated(state)).toBe(true)
  })

  it('looks ahead for points as play pays them', () => {
    const best = (state: StateSliding, plies: number): number =>
      plies === 0 || terminated(state)
        ? 0
        : Math.max(
            ...game.rules.legalActions(state).map((action) => {
              const { reward, state: next } = game.rules.step(state, action)
              return reward + best(next, plies - 1)
            }),
          )
    for (const state of [near, ...[1, 2, 3].map((seed) => game.scatter!(config({}), seed))])
      for (const plies of [1, 2, 3])
        for (const { action, score } of game.expert!.lookahead!(state, plies)) {
          const { reward, state: next } = game.rules.step(state, action)
          expect(score).toBe(reward + best(next, plies - 1))
        }
  })

  it('needs more moves at every level of reasoning', () => {
    const needed = [0, 1, 2, 3, 4, 5].map((reasoning) => {
      const state = game.rules.init(difficulty(game, { reasoning }).config, 1)
      return -game.expert!.solver(state)[0]!.score
    })
    expect(needed).toEqual([6, 10, 16, 20, 24, 30])
  })
})

describe('pieces of pictures', () => {
  const skin = { theme: 'plain', tile: 16, layout: 'board' } as const

  it('stand beside the finished picture only where they show no numbers', async () => {
    const { PLAIN_THEME } = await import('../../testing/index.ts')
    const wide = (face: ConfigSliding['face']): number => game.draw(game.rules.init(config({ face }), 1), skin, PLAIN_THEME).width
    expect([wide('numbers'), wide('both'), wide('picture')]).toEqual([48, 48, 7 * 16])
  })

  it('are held out by split, and plain numbers have nothing to hold out', () => {
    expect(game.heldOut!(config({ face: 'picture' }))).toEqual(config({ face: 'picture', split: 'test' }))
    expect(game.heldOut!(config({}))).toBeNull()
  })

  it('must all differ: a set of one colour is refused', () => {
    const plain = { width: 8, height: 8, rgb: new Uint8Array(192) }
    if (!pictureSetNames().includes('one-colour'))
      registerPictureSet({
        name: 'one-colour',
        classes: ['black', 'dark'],
        pictures: [
          [plain, plain],
          [plain, plain],
        ],
        heldOut: [[0], [0]],
      } as never)
    const refused = game.config.safeParse({ face: 'both', pictures: 'one-colour' })
    expect(refused.error?.issues[0]).toMatchObject({ path: ['pictures'], message: expect.stringContaining('pieces that all differ') })
  })
})

describe('what comes from outside', () => {
  it.each([
    [{ rows: 1 }, 'rows'],
    [{ rows: 6 }, 'rows'],
    [{ columns: 1 }, 'columns'],
    [{ columns: 6 }, 'columns'],
    [{ rows: 4, columns: 5 }, 'columns'],
    [{ moves: 0 }, 'moves'],
    [{ rows: 2, columns: 2, moves: 7 }, 'moves'],
    [{ face: 'photo' }, 'face'],
    [{ pictures: 'none' }, 'pictures'],
    [{ split: 'dev' }, 'split'],
  ])('a knob out of range is refused by its name: %o', (given, field) => {
    expect(game.config.safeParse(given).error?.issues[0]?.path).toEqual([field])
  })

  it.each([
    ['a piece twice', { board: [1, 2, 3, 4, 5, 6, 7, 8, 8] }, /each of 0 to 8 once/],
    ['a short board', { board: [1, 2, 3, 0] }, /each of 0 to 8 once/],
    ['two pieces exchanged', { board: [2, 1, 3, 4, 5, 6, 7, 8, 0] }, /two pieces are exchanged/],
    ['a picture that it does not show', { picture: 3 }, /expected 0 where pieces show numbers/],
    ['a picture that there is not', { face: 'both', picture: 99_999 }, /no picture 99999/],
    ['an unknown field', { extra: 1 }, /extra/],
  ])('a state with %s is refused', (_, change, reason) => {
    expect(() => game.rules.parseState({ ...near, ...change })).toThrow(StateError)
    expect(() => game.rules.parseState({ ...near, ...change })).toThrow(reason)
  })

  it.each([
    ['', 'The answer is empty; it must be one cell from (0, 0) to (2, 2), written as (row, col).'],
    ['(3, 0)', 'The answer "(3, 0)" is not one cell from (0, 0) to (2, 2), written as (row, col).'],
    ['2, 1', 'The answer "2, 1" is not one cell from (0, 0) to (2, 2), written as (row, col).'],
    ['(0, 0) (0, 1)', 'The answer "(0, 0) (0, 1)" is not one cell from (0, 0) to (2, 2), written as (row, col).'],
  ])('the answer %j is refused in a sentence', (text, reason) => {
    expect(game.answer.parse(text, near)).toEqual({ reason })
  })

  it('a cell reads back, whatever its white space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.constantFrom('', ' ', '\n'), (action, space) => {
        const text = game.answer.format(near, action).replaceAll(/(?=[(),])/g, space)
        expect(game.answer.parse(text, near)).toEqual({ action })
      }),
      { numRuns: 20 },
    )
  })

  it('most moves are those that a board can need', () => {
    expect(mostMoves({ rows: 2, columns: 2 })).toBe(Math.max(...allBoards({ rows: 2, columns: 2 }).values()))
    expect(mostMoves({ rows: 2, columns: 3 })).toBeLessThan(Math.max(...allBoards({ rows: 2, columns: 3 }).values()))
  })
})

it('the teacher says what is so, and does not count what is left when it is blind', () => {
  expect(game.teacher!.teach(near, { blind: false })).toEqual({ think: 'pieces 5 7 8\nnearer -1 -1 +1\nleft 2 2 0', action: 8 })
  expect(game.teacher!.judge(near, 'pieces 5 7 8\nnearer -1 +1 +1\nleft 2').map(({ holds }) => holds)).toEqual([
    ...[true, true, true],
    ...[true, false, true],
    true,
  ])
  expect(game.teacher!.judge(near, 'pieces all\nnearer -1\nleft 2')).toEqual([])
})
