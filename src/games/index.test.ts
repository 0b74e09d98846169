import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { checkGame } from '../testing/index.ts'
import { gameList, gameNamed, loadGames, registerGame } from './index.ts'

const games = await loadGames()
/** Configs beyond the default that the conformance suite plays, by game. */
const CONFIGS: { readonly [id: string]: readonly object[] } = {
  '2048': [{}, { size: 3 }, { size: 5, goal: 32 }, { size: 6 }, { goal: 64 }],
  'shisen-sho': [{}, { rows: 4, columns: 4, kinds: 4 }, { clearable: true }],
  'picture-shisen-sho': [{ rows: 4, columns: 4, kinds: 4 }],
  breakout: [{}, { columns: 12, rows: 1, paddle: 40, parts: 6, speed: 4, balls: 1, frames: 2 }],
  'falling-shapes': [{}, { width: 4, height: 8, kinds: 2, next: 3 }],
  snake: [{}, { size: 5, length: 12, hunger: 20, thin: 5 }],
  maze: [{}, { rows: 4, columns: 10, sight: 1, loops: 10, map: false, thin: 5 }],
  pairs: [{}, { rows: 2, columns: 4, peek: false, faces: 'classes' }],
  sliding: [{}, { rows: 2, columns: 4, moves: 12, face: 'picture' }],
  nonogram: [{}, { size: 7, density: 45, faint: 4 }],
  'rush-hour': [{}, { size: 5, blocks: 8, moves: 5, plain: true }],
  sokoban: [{}, { size: 6, boxes: 3, pushes: 7, shade: 3 }],
  swap: [{}, { rows: 5, columns: 5, colours: 3, shapes: 2 }],
}

describe('every game of the registry', () => {
  for (const game of games) {
    const { id } = game
    it(`${id} keeps the contract`, () => {
      checkGame(game, { configs: CONFIGS[id] ?? [{}], seeds: [0, 1], steps: 60 })
      // To their end, those that have one; test/long-games.test.ts goes on with the others.
      checkGame(game, { seeds: [-1, Number.MAX_SAFE_INTEGER], steps: 200, skins: [], games: 0, levels: false })
    })
  }

  it.each(games)('$id has a solver at least as good as random play over 200 games', (game) => {
    checkGame(game, { configs: CONFIGS[game.id]?.slice(0, 1) ?? [{}], seeds: [], games: 200, horizon: 25, levels: false })
  })

  it('is found by name, and only by its own', () => {
    for (const game of games) expect(gameNamed(game.id)).toBe(game)
    expect(() => gameNamed('4096')).toThrow(ConfigError)
    expect(() => gameNamed('4096')).toThrow(/"4096".*2048/)
    expect(() => gameNamed('toString')).toThrow(ConfigError)
  })
})

describe('registerGame', () => {
  const swap = gameNamed('swap')

  it('adds a game to the list and the look-up, behind those of the package', () => {
    const other = { ...swap, id: 'other-swap' }
    registerGame(other)
    expect(gameNamed('other-swap')).toBe(other)
    expect(gameList()).toEqual([...games, other])
    expect(() => registerGame(other)).toThrow(/"other-swap" is registered already/)
  })

  it.each<[string, unknown, RegExp]>([
    ['a taken id', swap, /"swap" is registered already/],
    ['nothing', null, /not a game: it is null/],
    ['a function', () => swap, /it is a function/],
    ['an id that no token can carry', { ...swap, id: 'My Game' }, /its id must be 1 to 64 of/],
    ['a wrong version', { ...swap, id: 'x', version: '1' }, /its version/],
    ['a config without a schema', { ...swap, id: 'x', config: {} }, /its config must be a zod schema/],
    ['a missing function', { ...swap, id: 'x', perception: { ...swap.perception, of: undefined } }, /its perception has no function of/],
    ['a missing facet', { ...swap, id: 'x', answer: undefined }, /its answer must be an object; make games with defineGame/],
    ['an expert that is none', { ...swap, id: 'x', expert: { solver: 7 } }, /its expert has no function solver/],
  ])('refuses %s', (_, value, message) => {
    const before = gameList()
    expect(() => registerGame(value as AnyGame)).toThrow(ConfigError)
    expect(() => registerGame(value as AnyGame)).toThrow(message)
    expect(gameList()).toEqual(before)
  })
})
