import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { gameNamed, loadGames } from '../games/index.ts'
import { frameOf, promptOf } from '../messages.ts'
import { EFFECTS } from '../render/index.ts'
import type { Skin } from '../scene.ts'
import { difficulty, LEVELS } from './difficulty.ts'
import { Env } from './env.ts'
import { OBSERVATION_MODES } from './observation-mode.ts'
import { REPLY_TAGS } from './protocol.ts'
import { paperReward } from './rewards.ts'
import { PLAIN_SKIN } from './skin.ts'
import { type EnvSpec, envSpec } from './spec.ts'
import { specConfig, specConfigOf, specFrom } from './spec-config.ts'

const games = await loadGames()
const size = (name: keyof typeof EFFECTS) => fc.double({ ...EFFECTS[name], noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)
const skin: fc.Arbitrary<Skin> = fc.record(
  {
    theme: fc.constantFrom('classic', 'dark'),
    tile: fc.integer({ min: 8, max: 256 }),
    layout: fc.constantFrom('board', 'full'),
    contrast: size('contrast'),
    noise: size('noise'),
    jitter: size('jitter'),
    labels: fc.boolean(),
    symbols: fc.constantFrom('numbers', 'letters', 'dots'),
  },
  { requiredKeys: ['theme', 'tile', 'layout'] },
)
const level = fc.nat(LEVELS - 1)
const spec: fc.Arbitrary<EnvSpec> = fc
  .record({
    game: fc.constantFrom(...games),
    levels: fc.record({ perception: level, reasoning: level }),
    skin,
    promptStyle: fc.constantFrom('full', 'brief'),
    feedback: fc.boolean(),
    mode: fc.constantFrom(...OBSERVATION_MODES),
    tags: fc.constantFrom(...REPLY_TAGS),
    horizon: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: null }),
    restart: fc.boolean(),
    reward: fc.record({
      weights: fc.constant({ ...paperReward.weights, think: 2 }),
      signal: fc.constantFrom('paper', 'regret'),
      expert: fc.constantFrom('lookahead', 'solver'),
      scale: fc.integer({ min: 1, max: 50 }),
    }),
  })
  .map(({ game, levels, ...rest }) => envSpec({ ...rest, game, config: difficulty(game, levels).config }))

describe('a spec', () => {
  it('turned to data, to JSON and back is the same', () => {
    fc.assert(
      fc.property(spec, (one) => {
        const data = specConfigOf(one)
        expect(specFrom(data, gameNamed)).toEqual(one)
        const json = JSON.parse(JSON.stringify(data))
        expect(specFrom(json, gameNamed)).toEqual(one)
        expect(specConfig.parse(json)).toEqual(json)
      }),
      { numRuns: 200 },
    )
  })

  it('plays and shows the same after it', () => {
    fc.assert(
      fc.property(spec, fc.nat(1000), (one, seed) => {
        const [env, same] = [one, specFrom(specConfigOf(one), gameNamed)].map((each) => new Env(each, seed)) as [Env, Env]
        expect(same.snapshot()).toEqual(env.snapshot())
        expect(promptOf(same.observe())).toBe(promptOf(env.observe()))
      }),
      { numRuns: 20 },
    )
  })

  it('needs nothing but a game', () => {
    const game = gameNamed('2048')
    const plain = envSpec({ game })
    expect(plain).toEqual({
      game,
      config: game.config.parse({}),
      skin: PLAIN_SKIN,
      promptStyle: 'full',
      feedback: true,
      mode: 'image',
      tags: 'paper',
      horizon: null,
      restart: false,
      reward: paperReward,
    })
    expect(specFrom({ game: '2048' }, gameNamed)).toEqual(plain)
    expect(frameOf(new Env(plain, 7).observe()).width).toBeGreaterThan(0)
  })
})

describe('specFrom', () => {
  const refusal = (given: object): string => {
    try {
      specFrom(given as never, gameNamed)
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      return (error as Error).message
    }
    return ''
  }

  it('names what is wrong', () => {
    expect(refusal({})).toContain('game is missing')
    expect(refusal({ game: '2049' })).toContain('did you mean "2048"')
    expect(refusal({ game: '2048', config: { sise: 5 } })).toMatch(/config of 2048.*unknown key "sise" \(did you mean "size"\?\)/)
    expect(refusal({ game: '2048', promt: 'full' })).toContain('unknown key "promt"')
    expect(refusal({ game: '2048', horizon: 0 })).toContain('horizon cannot be 0')
    expect(refusal({ game: '2048', skin: { tile: 4 } })).toContain('skin.tile cannot be 4')
    expect(refusal({ game: '2048', skin: { theme: 'clasic' } })).toContain('clasic')
    expect(refusal({ game: '2048', reward: { signal: 'regrets' } })).toContain('reward.signal')
  })
})
