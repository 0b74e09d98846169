/** node scripts/make-images.mjs: the pictures of the README, from the built library. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { encodePng, frameToRgb, renderScene, seededRng, themeNamed } from 'vlm-gym'
import { gameNamed, loadGames } from 'vlm-gym/games'
import { lastMoment, startSnapshot, walk } from 'vlm-gym/gym'
import { THEMES } from 'vlm-gym/render'
import { beside } from './strip.mjs'

/** A state of a game after some random legal moves. */
function stateOf(game, seed, moves) {
  const spec = { game, config: game.config.parse({}) }
  return lastMoment(walk(spec, startSnapshot(spec, seed), moves, seededRng(seed, 'images'), { stop: 'before' })).state
}

/** Enlarges a frame by a whole factor, pixel by pixel. */
function enlarge(frame, factor) {
  const source = frameToRgb(frame)
  const width = frame.width * factor
  const height = frame.height * factor
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / factor) * frame.width + Math.floor(x / factor)) * 3
      pixels.set(source.subarray(from, from + 3), (y * width + x) * 3)
    }
  return { width, height, pixels }
}

mkdirSync('docs/images', { recursive: true })
await loadGames()
const game = gameNamed('2048')
const state = stateOf(game, 3, 90)
const frames = Object.keys(THEMES).map((theme) => renderScene(game.draw(state, { theme, tile: 40, layout: 'full' }, themeNamed(theme))))
const small = renderScene(game.draw(state, { theme: 'classic', tile: 16, layout: 'board' }, themeNamed('classic')))
writeFileSync('docs/images/2048.png', encodePng(beside([...frames, enlarge(small, 3)])))

// The four games as published, under the look that people and real VLMs get.
const four = ['2048', 'shisen-sho', 'picture-shisen-sho', 'swap'].map((id) => {
  const one = gameNamed(id)
  const look = { theme: 'classic', tile: id === '2048' ? 60 : id === 'swap' ? 30 : 40, layout: 'full' }
  return renderScene(one.draw(stateOf(one, 3, id === '2048' ? 90 : 4), look, themeNamed('classic')))
})
writeFileSync('docs/images/games.png', encodePng(beside(four)))
