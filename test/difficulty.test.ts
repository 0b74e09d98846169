/**
 * Levels of difficulty, by the published names. Each axis is monotone in a quantity that is measured here:
 * - perception (the skin's part): how often the nearest neighbour among tiles seen under the same skin shows the same; falls at every level;
 * - perception (the game's part): different labels on a board of the largest size; never falls;
 * - reasoning: the chance that a uniform action of the grammar is a best one by the level's look-ahead; falls at every level;
 * - horizon: moves; rises at every level.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnyGame, drawState, Env, envSpec, frameOf, frameToRgb, type Skin, seededRng } from 'vlm-gym'
import { gameNamed, gridOf, loadGames } from 'vlm-gym/games'
import { type Difficulty, difficulty, difficultyPreset, LEVELS, SKIN_LEVELS } from 'vlm-gym/gym'
import { EFFECTS, frameHash, THEMES } from 'vlm-gym/render'

const LOOK: Skin = { theme: 'classic', tile: 16, layout: 'board' }
const levels = Array.from({ length: LEVELS }, (_, level) => level)
const games = (await loadGames()).map((game) => [game.id, game] as const)
/** The games with levels; levels and margins are options. */
const graded = games.filter(([, game]) => game.levels !== undefined)
const framed = games.filter(([, game]) => {
  const state = game.rules.init(game.config.parse({}), 5)
  return drawState(game, state, { ...LOOK, layout: 'full' }).width > drawState(game, state, LOOK).width
})

it.each([['levels', graded] as const, ['margins', framed] as const])('the first games have %s', (_, some) => {
  expect(some.map(([id]) => id)).toEqual(expect.arrayContaining(['2048', 'shisen-sho', 'picture-shisen-sho', 'swap']))
})

interface Patch {
  readonly pixels: Float32Array
  readonly label: string
}

/** Whether the perception is a grid, so that what there is to tell apart can be cut out of the picture. */
const hasCells = (game: AnyGame): boolean => gridOf(game, game.rules.init(game.config.parse({}), 1)) !== null

/** Whether cells are colours without a shape, which can be shifted without a trace. */
function isPlain(game: AnyGame): boolean {
  const { catalogue } = game.draw(game.rules.init(game.config.parse({}), 1), LOOK, THEMES.classic!)
  return catalogue.sprites.every(({ shapes }) => shapes.length === 0)
}

/** The cells of a scattered board as a learner would meet them. */
function patches(game: AnyGame, config: unknown, skin: Skin, seed: number): Patch[] {
  const state = game.scatter!(config, seed)
  const frame = drawState(game, state, skin)
  const rgb = frameToRgb(frame)
  const row = 3 * skin.tile
  return gridOf(game, state)!.cells.flatMap((labels, r) =>
    labels.map((label, c) => {
      const pixels = new Float32Array(row * skin.tile)
      for (let y = 0; y < skin.tile; y++) {
        const at = 3 * ((r * skin.tile + y) * frame.width + c * skin.tile)
        pixels.set(rgb.subarray(at, at + row), row * y)
      }
      return { pixels, label }
    }),
  )
}

function collected(game: AnyGame, config: unknown, skin: Skin, seed: number, count: number): Patch[] {
  const out: Patch[] = []
  for (let i = 0; out.length < count; i++) out.push(...patches(game, config, skin, seed + i))
  return out.slice(0, count)
}

function nearest(patch: Patch, seen: readonly Patch[]): string {
  let least = Number.POSITIVE_INFINITY
  let label = ''
  for (const other of seen) {
    let sum = 0
    for (let i = 0; i < patch.pixels.length && sum < least; i++) sum += (patch.pixels[i]! - other.pixels[i]!) ** 2
    if (sum < least) {
      least = sum
      label = other.label
    }
  }
  return label
}

/**
 * Share of tiles whose nearest neighbour under the same skin has the same label, beyond what always saying the commonest label gets: 1 when all are
 * read, 0 when no more than that. So cells that are nearly all alike (walls) do not decide.
 */
function readability(game: AnyGame, skin: Skin): number {
  const config: unknown = game.config.parse({})
  const seen = collected(game, config, skin, 0, 400)
  const fresh = collected(game, config, skin, 1000, 160)
  const count = (holds: (patch: Patch) => boolean): number => fresh.filter(holds).length
  const commonest = Math.max(...fresh.map(({ label }) => count((other) => other.label === label)))
  return (count((patch) => nearest(patch, seen) === patch.label) - commonest) / (fresh.length - commonest)
}

/** Chance that a uniform action is a best one, over scattered boards. */
function luck(game: AnyGame, { config, lookahead }: Difficulty<unknown>): number {
  const shares = Array.from({ length: 60 }, (_, seed) => {
    const state = game.scatter!(config, seed)
    const scored = game.expert!.lookahead!(state, lookahead)
    return scored.filter(({ score }) => score > scored[0]!.score - 1e-6).length / game.rules.actions(state).length
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

function expectFalling(values: readonly number[]): void {
  for (let i = 1; i < values.length; i++) expect(values[i], `level ${i} of ${values.join(', ')}`).toBeLessThan(values[i - 1]!)
}

describe.each(graded)('levels of %s', (_, game) => {
  it('are six on every axis, and any combination is valid and playable', () => {
    expect([game.levels?.perception.length, game.levels?.reasoning.length, game.levels?.horizon.length]).toEqual([6, 6, 6])
    for (const perception of levels) {
      for (const reasoning of levels) {
        const { config, skin, horizon, lookahead } = difficulty(game, { perception, reasoning }, LOOK)
        expect(game.config.parse(config)).toEqual(config)
        const env = new Env(envSpec({ game, config, skin }), 3)
        expect(game.rules.legalActions(env.snapshot().state).length).toBeGreaterThan(0)
        expect(frameOf(env.observe()).width % LOOK.tile).toBe(0)
        expect([horizon > 0, lookahead > 0]).toEqual([true, true])
      }
    }
  })

  it('of perception: tiles are read less and less reliably', () => {
    if (!hasCells(game)) return
    const read = levels.map((level) => readability(game, { ...LOOK, ...SKIN_LEVELS[level] }))
    for (let i = 1; i < read.length; i++) expect(read[i], `level ${i} of ${read.join(', ')}`).toBeLessThanOrEqual(read[i - 1]!)
    // A colour to the edges of its cell outlives noise and marks: such a game dims its colours itself.
    if (!isPlain(game)) expect(read[5]).toBeLessThan(0.85 * read[0]!)
  })

  it('of perception: there is never less to tell apart', () => {
    if (!hasCells(game)) return
    const kinds = levels.map((perception) => {
      const { config } = difficulty(game, { perception, reasoning: 5 })
      return new Set(gridOf(game, game.rules.init(config, 1))!.cells.flat()).size
    })
    expect(kinds).toEqual([...kinds].sort((a, b) => a - b))
  })

  it.each([0, 3, 5])('of reasoning, at perception %i: a guess is a best move less and less often', (perception) => {
    expectFalling(levels.map((reasoning) => luck(game, difficulty(game, { perception, reasoning }))))
  })

  it('of the horizon: games get longer', () => {
    expectFalling(levels.map((horizon) => -difficulty(game, { horizon }).horizon))
  })

  it('have presets that are configs of the game', () => {
    const names = Object.keys(game.presets!)
    for (const name of names) {
      const { config, skin, horizon } = difficultyPreset(game, name, LOOK)
      expect(game.config.parse(config)).toEqual(config)
      expect([skin, horizon > 0]).toEqual([LOOK, true])
    }
    expect(names).toContain('laptop')
    if (names.includes('paper')) expect(difficultyPreset(game, 'paper').config).toEqual(game.config.parse({}))
    expect(() => difficultyPreset(game, 'desk')).toThrow(`"desk" of ${game.id}; choose one of ${names.join(', ')}`)
  })

  it.each(['contrast', 'noise', 'occlusion', 'clutter', 'jitter'] as const)('%s alone changes pictures more, the more there is', (name) => {
    if (name === 'jitter' && isPlain(game)) return
    const { min, max, none } = EFFECTS[name]
    const most = none === min ? max : min
    const states = Array.from({ length: 4 }, (_, seed) => game.scatter!(game.config.parse({}), seed))
    const change = [0.25, 0.5, 1].map((part) => {
      const skin = { ...LOOK, [name]: part === 1 ? most : none + part * (most - none) }
      const parts = states.map((state) => {
        const [clean, changed] = [frameToRgb(drawState(game, state, LOOK)), frameToRgb(drawState(game, state, skin))]
        return clean.reduce((sum, byte, i) => sum + Math.abs(byte - changed[i]!), 0) / clean.length
      })
      return parts.reduce((sum, part) => sum + part, 0)
    })
    expect(change[0]).toBeGreaterThan(0)
    expectFalling(change.map((value) => -value))
  })
})

const effect = (name: keyof typeof EFFECTS): fc.Arbitrary<number> =>
  fc.double({ min: EFFECTS[name].min, max: EFFECTS[name].max, noNaN: true })
const someSkin: fc.Arbitrary<Skin> = fc.record(
  {
    theme: fc.constantFrom(...Object.keys(THEMES)),
    tile: fc.integer({ min: 8, max: 24 }),
    layout: fc.constantFrom('board', 'full'),
    contrast: effect('contrast'),
    noise: effect('noise'),
    occlusion: effect('occlusion'),
    clutter: effect('clutter'),
    jitter: effect('jitter'),
    labels: fc.boolean(),
    symbols: fc.constantFrom('numbers', 'letters', 'dots'),
  },
  { requiredKeys: ['theme', 'tile', 'layout'] },
)

/** Four random moves of a game, every picture drawn on the way; the states. */
function played(game: AnyGame, skin: Skin, seed: number): unknown[] {
  const env = new Env(envSpec({ game, skin }), seed)
  const rng = seededRng(seed, 'moves')
  return Array.from({ length: 4 }, () => {
    frameOf(env.observe())
    const { state } = env.snapshot()
    const action = rng.pick(game.rules.actions(state))
    env.step(`<perception>x</perception><think>x</think><answer>${game.answer.format(state, action)}</answer>`)
    return state
  })
}

describe.each(games)('skins of %s', (_, game) => {
  it('never change the game: one seed, the same states', () => {
    fc.assert(
      fc.property(fc.integer(), someSkin, (seed, skin) => {
        expect(played(game, skin, seed)).toEqual(played(game, LOOK, seed))
      }),
      { numRuns: 8 },
    )
  })

  it('show the same state by the same pixels, whatever its chance', () => {
    fc.assert(
      fc.property(fc.integer(), someSkin, (seed, skin) => {
        const state = game.rules.init(game.config.parse({}), seed)
        const again = game.rules.reseed(game.rules.parseState(JSON.parse(JSON.stringify(state))), seed + 1)
        expect(frameHash(drawState(game, again, skin))).toBe(frameHash(drawState(game, state, skin)))
      }),
      { numRuns: 8 },
    )
  })
})

it.each(framed)('skins of %s place the effects alike in both layouts', (_, game) => {
  const state = game.rules.init(game.config.parse({}), 5)
  const skin: Skin = { ...LOOK, occlusion: 0.3, jitter: 0.2 }
  const [board, full] = [drawState(game, state, skin), drawState(game, state, { ...skin, layout: 'full' })]
  const [small, large] = [frameToRgb(board), frameToRgb(full)]
  for (let y = 0; y < board.height; y++) {
    const at = 3 * ((y + 24) * full.width + 8)
    expect(large.subarray(at, at + 3 * board.width)).toEqual(small.subarray(3 * y * board.width, 3 * (y + 1) * board.width))
  }
})

it('a level outside 0..5 is refused by name', () => {
  const game = gameNamed('2048')
  for (const level of [-1, 6, 1.5, Number.NaN]) expect(() => difficulty(game, { reasoning: level })).toThrow('the reasoning level is')
})
