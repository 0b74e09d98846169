/** Boards and generators that the tests of Swap share. */
import fc from 'fast-check'
import { type ConfigSwap, gameSwap as game, type Pair, type StateSwap } from './index.ts'

export const paper = { rows: 8, columns: 8, colours: 4, shapes: 3 }
export const small = { rows: 3, columns: 4, colours: 4, shapes: 3 }
const rng = [1, 2, 3, 4] as const

/** A state of 3 x 4 cells from kinds as read on the board. */
export function stateOf(board: readonly number[], extra: object = {}): StateSwap {
  return game.rules.parseState({ ...small, board, points: 0, swaps: 0, rng, ...extra })
}

// Swapping (0, 1) and (1, 1) makes a row of red circles; (1, 2) and (1, 3) a column of green squares.
export const TWO: StateSwap = stateOf([0, 5, 0, 4, 1, 0, 4, 2, 8, 7, 6, 4])
export const DOWN: Pair = [
  [0, 1],
  [1, 1],
]
export const ACROSS: Pair = [
  [1, 2],
  [1, 3],
]

const configs: fc.Arbitrary<ConfigSwap> = fc
  .record({
    rows: fc.integer({ min: 3, max: 8 }),
    columns: fc.integer({ min: 3, max: 8 }),
    colours: fc.integer({ min: 1, max: 4 }),
    shapes: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ colours, shapes }) => colours * shapes >= 3)
export const fresh: fc.Arbitrary<StateSwap> = fc.tuple(configs, fc.integer()).map(([config, seed]) => game.rules.init(config, seed))
