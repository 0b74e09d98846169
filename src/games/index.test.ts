import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { checkGame } from '../testing/index.ts'
import { GAMES, gameNamed } from './index.ts'

/** Configs beyond the default that the conformance suite plays, by game. */
const CONFIGS: { readonly [id: string]: readonly object[] } = {
  '2048': [{}, { size: 3 }, { size: 5, goal: 32 }, { size: 6 }, { goal: 64 }],
  'shisen-sho': [{}, { rows: 4, columns: 4, kinds: 4 }, { clearable: true }],
  'picture-shisen-sho': [{ rows: 4, columns: 4, kinds: 4 }],
  swap: [{}, { rows: 5, columns: 5, colours: 3, shapes: 2 }],
}

describe('every game of the registry', () => {
  for (const [id, game] of Object.entries(GAMES)) {
    it(`${id} keeps the contract`, () => {
      expect(game.id).toBe(id)
      checkGame(game, { configs: CONFIGS[id] ?? [{}], seeds: [0, 1, 2], steps: 60 })
      checkGame(game, { seeds: [-1, Number.MAX_SAFE_INTEGER], steps: 600, skins: [] })
    })
  }

  it('is found by name, and only by its own', () => {
    expect(gameNamed('2048')).toBe(GAMES['2048'])
    expect(() => gameNamed('4096')).toThrow(ConfigError)
    expect(() => gameNamed('4096')).toThrow(/"4096".*2048/)
    expect(() => gameNamed('toString')).toThrow(ConfigError)
  })
})
