/** What the registry does before its games are loaded; index.test.ts has the rest. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyGame } from '../game.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import type * as Registry from './registry.ts'

const toy = toyGame as AnyGame
/** A registry in which nothing is loaded yet. */
let registry: typeof Registry
beforeEach(async () => {
  vi.resetModules()
  registry = await import('./registry.ts')
})

describe('the built-in games', () => {
  it('are listed without being loaded', () => {
    expect(registry.gameEntries().map(({ title }) => title)).toEqual(
      expect.arrayContaining(['2048', 'Shisen-Sho', 'Picture Shisen-Sho', 'Swap']),
    )
    expect(registry.gameList()).toEqual([])
  })

  it('are what their entries say', async () => {
    const games = await registry.loadGames()
    expect(registry.gameList()).toEqual(games)
    for (const [i, { id, title, tags, draws = [] }] of registry.gameEntries().entries()) {
      expect({ id, title, draws }).toEqual({ id: games[i]?.id, title: games[i]?.title, draws: Object.keys(games[i]?.draws ?? {}) })
      expect(tags.length).toBeGreaterThan(0)
    }
  })

  it('are loaded when they are named, and found without waiting from then on', async () => {
    expect(() => registry.gameNamed('swap')).toThrow(/the game swap is not loaded yet; call await loadGame\("swap"\) first/)
    expect(() => registry.findGame('swap')).toThrow(/not loaded yet/)
    const game = await registry.loadGame('swap')
    expect(registry.gameNamed('swap')).toBe(game)
    expect(registry.findGame('swap')).toBe(game)
    expect(registry.gameList()).toEqual([game])
  })

  it('come in the order of their names', async () => {
    const games = await registry.loadGames(['swap', '2048', 'swap'])
    expect(games.map(({ id }) => id)).toEqual(['swap', '2048', 'swap'])
    expect(registry.gameList().map(({ id }) => id)).toEqual(['2048', 'swap'])
  })
})

describe('an unknown name', () => {
  it('is refused with the choices, loaded or not', async () => {
    const message = /no game is called "swop".*swap.*choose one of 2048, shisen-sho, /
    await expect(registry.loadGame('swop')).rejects.toThrow(message)
    await expect(registry.loadGames(['2048', 'swop'])).rejects.toThrow(message)
    expect(() => registry.gameNamed('swop')).toThrow(message)
    expect(registry.gameList(), 'nothing is loaded then').toEqual([])
  })

  it('is left out where a game may be unknown', async () => {
    await registry.loadKnownGames(['swop', '2048'])
    expect(registry.gameList().map(({ id }) => id)).toEqual(['2048'])
    expect(registry.findGame('swop')).toBeUndefined()
  })
})

describe('an entry', () => {
  const entry = { id: toy.id, title: toy.title, tags: ['digits'] }

  it('is registered without its game, which is loaded once', async () => {
    const load = vi.fn(async () => toy)
    registry.registerGame({ ...entry, load })
    expect(registry.gameEntries().at(-1)).toMatchObject(entry)
    expect(load).not.toHaveBeenCalled()
    expect(await Promise.all([registry.loadGame(toy.id), registry.loadGame(toy.id)])).toEqual([toy, toy])
    expect(await registry.loadGame(toy.id)).toBe(toy)
    expect(load).toHaveBeenCalledTimes(1)
    expect(() => registry.registerGame(toy)).toThrow(/"toy" is registered already/)
  })

  it('is tried again after it failed', async () => {
    const load = vi.fn(async () => toy).mockRejectedValueOnce(new Error('no network'))
    registry.registerGame({ ...entry, load })
    await expect(registry.loadGame(toy.id)).rejects.toThrow('no network')
    expect(await registry.loadGame(toy.id)).toBe(toy)
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['no game', async () => ({ id: 'toy' }), /not a game: its title must be a text/],
    ['a game of another id', async () => ({ ...toy, id: 'other' }), /entry of the game toy loads a game called "other"/],
  ])('that loads %s is refused', async (_, load, message) => {
    registry.registerGame({ ...entry, load: load as () => Promise<AnyGame> })
    await expect(registry.loadGame(toy.id)).rejects.toThrow(message)
    expect(() => registry.gameNamed(toy.id)).toThrow(/not loaded yet/)
  })

  it.each([{ title: 7 }, { tags: 'digits' }, { load: null }, { id: 'My Game' }])('with %o is refused', (wrong) => {
    const before = registry.gameEntries()
    expect(() => registry.registerGame({ ...entry, load: async () => toy, ...wrong } as never)).toThrow(/not an entry of a game/)
    expect(registry.gameEntries()).toEqual(before)
  })
})
