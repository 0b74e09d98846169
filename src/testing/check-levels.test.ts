import { describe, expect, it } from 'vitest'
import type { AnyGame } from '../game.ts'
import type { Levels } from '../game-presets.ts'
import { type ToyConfig, toyGame } from '../gym/toy-game-fixture.ts'
import { checkLevels } from './check-levels.ts'

const LEVELS: Levels<ToyConfig> = {
  perception: [{}, {}, {}, {}, {}, {}],
  reasoning: [1, 2, 3, 4, 5, 6].map((columns) => ({ rows: columns > 4 ? 4 : columns, columns })),
  horizon: [1, 2, 3, 4, 5, 6],
}

const withLevels = (levels: Partial<Levels<ToyConfig>>): AnyGame => ({ ...toyGame, levels: { ...LEVELS, ...levels } })

describe('checkLevels', () => {
  it('takes a game without levels, and one with good ones', () => {
    checkLevels(toyGame)
    checkLevels(withLevels({}))
  })

  it.each([
    ['too few levels', { reasoning: LEVELS.reasoning.slice(1) }, /reasoning has 5 levels, not 6/],
    ['a horizon that stays', { horizon: [1, 2, 3, 3, 4, 5] }, /horizon level 3 is no longer/],
    ['knobs that are no config', { perception: LEVELS.perception.map(() => ({ rows: 9 })), reasoning: LEVELS.perception }, /rows|Too big/],
    ['boards that get easier', { reasoning: [...LEVELS.reasoning].reverse() }, /a guess is as often a best move at reasoning 5 as at 0/],
  ])('finds %s', (_, levels, message) => {
    expect(() => checkLevels(withLevels(levels))).toThrow(message)
  })
})
