/** Random walks of every game under several skins: frames and PNGs against painting every tile anew, pixel by pixel. */
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { drawPng, drawState, type Frame, frameToRgb, type Scene, type Skin, seededRng, themeNamed } from 'vlm-gym'
import { loadGames } from 'vlm-gym/games'
import { createRenderer, encodeScene, frameToRgba } from 'vlm-gym/render'

const games = await loadGames()
const SKINS: readonly Skin[] = [
  { theme: 'classic', tile: 17, layout: 'full', labels: true },
  { theme: 'dark', tile: 16, layout: 'board', symbols: 'dots' },
  { theme: 'contrast', tile: 30, layout: 'full', labels: false, symbols: 'letters' },
  { theme: 'classic', tile: 16, layout: 'full', jitter: 0.1, contrast: 0.6 },
]

/** Paints item by item with pixels of sprites that were drawn alone. */
function painter(): (scene: Scene) => Uint8Array {
  const { renderScene } = createRenderer()
  const alone = new Map<object, Uint8Array>()
  return (scene) => {
    const { width, height, background, catalogue } = scene
    const out = new Uint8Array(3 * width * height)
    const ground = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16))
    for (let i = 0; i < out.length; i++) out[i] = ground[i % 3]!
    for (const { sprite, x, y } of scene.items) {
      const shown = catalogue.sprites[sprite]!
      const items = [{ sprite, x: 0, y: 0 }]
      const rgb = alone.get(shown) ?? frameToRgb(renderScene({ ...scene, width: shown.width, height: shown.height, items }))
      alone.set(shown, rgb)
      for (let row = 0; row < shown.height; row++)
        out.set(rgb.subarray(3 * row * shown.width, 3 * (row + 1) * shown.width), 3 * ((y + row) * width + x))
    }
    return out
  }
}

const equal = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
const decodes = (png: Uint8Array, frame: Frame): boolean =>
  equal(PNG.sync.read(Buffer.from(png), { checkCRC: true }).data, new Uint8Array(frameToRgba(frame).buffer))

test.each(games.flatMap((game) => SKINS.map((skin, i) => [game.id, i, game, skin] as const)))('%s, skin %i', (_, at, game, skin) => {
  const theme = themeNamed(skin.theme)
  const paint = painter()
  const rng = seededRng(at, 'walk')
  const config = game.config.parse({})
  let state = game.rules.init(config, at)
  for (let turn = 0; turn < 25; turn++) {
    const scene = game.draw(state, skin, theme)
    const frame = createdOnce.renderScene(scene)
    expect(equal(frameToRgb(frame), paint(scene))).toBe(true)
    if (turn % 5 === 0) {
      expect(decodes(encodeScene(scene), frame)).toBe(true)
      expect(decodes(drawPng(game, state, skin), drawState(game, state, skin))).toBe(true)
      const rgb = drawPng(game, state, skin, { rgb: true })
      expect([rgb[24], rgb[25]]).toEqual([8, 2])
      expect(decodes(rgb, drawState(game, state, skin))).toBe(true)
    }
    const legal = game.rules.legalActions(state)
    state = legal.length === 0 || rng.int(8) === 0 ? game.rules.init(config, turn) : game.rules.step(state, rng.pick(legal)).state
  }
})

const createdOnce = createRenderer()

test.each(games.filter(({ id }) => id !== 'picture-shisen-sho').map((game) => [game.id, game] as const))(
  'PNGs of %s are no larger than those of an independent encoder at its defaults',
  (_, game) => {
    const skin: Skin = { theme: 'classic', tile: 60, layout: 'full' }
    for (const seed of [1, 2, 3]) {
      const state = game.scatter!(game.config.parse({}), seed)
      const frame = drawState(game, state, skin)
      const stock = new PNG({ width: frame.width, height: frame.height })
      stock.data = Buffer.from(frameToRgba(frame).buffer)
      expect(drawPng(game, state, skin).length).toBeLessThanOrEqual(PNG.sync.write(stock).length)
    }
  },
)
