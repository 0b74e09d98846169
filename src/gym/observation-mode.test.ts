import { describe, expect, it } from 'vitest'
import { ConfigError, GameError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { gridOf, loadGames, readGrid } from '../games/index.ts'
import { frameOf } from '../messages.ts'
import { observationOf } from './env.ts'
import { startSnapshot } from './life.ts'
import { OBSERVATION_MODES, type ObservationMode } from './observation-mode.ts'
import { type EnvSpec, envSpec } from './spec.ts'
import { isBlank, toldBoard } from './told-board-fixture.ts'
import { toyGame } from './toy-game-fixture.ts'

const games = await loadGames()
const skin = { theme: 'classic', tile: 8, layout: 'board' } as const
const specOf = (game: AnyGame, mode?: ObservationMode): EnvSpec => envSpec({ game, skin, ...(mode && { mode }) })

describe('observation modes', () => {
  it('default to the picture alone, and refuse unknown names', () => {
    expect(specOf(toyGame).mode).toBe('image')
    expect(() => specOf(toyGame, 'sound' as ObservationMode)).toThrow(ConfigError)
  })

  it.each([toyGame as AnyGame, ...games])('give of $id what their names say', (game) => {
    for (const seed of [1, 2, 3]) {
      const { state } = startSnapshot(specOf(game), seed)
      const truth = game.perception.format(game.perception.of(state))
      const seen = Object.fromEntries(OBSERVATION_MODES.map((mode) => [mode, observationOf(specOf(game, mode), { state, last: null })]))
      const { image, caption } = seen as { [mode: string]: ReturnType<typeof observationOf> }
      expect(Object.keys(image!).sort()).toEqual(['game', 'messages'])
      expect([seen['image+caption'], caption].map((one) => toldBoard(one!))).toEqual([truth, truth])
      expect(toldBoard(image!)).toBeUndefined()
      expect(OBSERVATION_MODES.map((mode) => isBlank(seen[mode]!))).toEqual([false, false, true, false])
      for (const mode of ['image+caption', 'wrong-caption']) expect(frameOf(seen[mode]!)).toEqual(frameOf(image!))
      const { width, height, pixels, palette } = frameOf(caption!)
      expect({ width, height }).toMatchObject({ width: frameOf(image!).width, height: frameOf(image!).height })
      expect([new Set(pixels), palette]).toEqual([new Set([0]), Uint8Array.of(128, 128, 128)])
      const wrong = toldBoard(seen['wrong-caption']!) as string
      expect(wrong).not.toBe(truth)
      expect(game.perception.parse(wrong)).not.toBeNull()
      const grid = gridOf(game, state)
      if (grid !== null) expect(readGrid(game, wrong)).toMatchObject({ rows: grid.rows, columns: grid.columns })
      const later = observationOf(specOf(game, 'wrong-caption'), { state: game.rules.reseed(state, 99), last: null })
      expect(toldBoard(later)).toBe(wrong)
    }
  })

  it('say so where there is no other board', () => {
    const single = envSpec({ game: toyGame, skin, config: { rows: 1, columns: 1 }, mode: 'wrong-caption' })
    expect(() => observationOf(single, startSnapshot(single, 1))).toThrow(GameError)
  })
})
