/** Golden frames: pictures and hashes under test/golden. After a wanted change: `UPDATE_GOLDEN=1 npx vitest run src/render/golden.test.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { sampleScene } from '../../test/golden/catalogue.ts'
import { frameHash, frameToRgba } from './frame.ts'
import { encodePng } from './png.ts'
import { renderScene } from './renderer.ts'
import { THEMES } from './themes.ts'

const at = (file: string): URL => new URL(`../../test/golden/${file}`, import.meta.url)
const cases = Object.keys(THEMES).flatMap((name) => [16, 96].map((tile) => [name, tile] as const))
const frameOf = (name: string, tile: number) => renderScene(sampleScene(THEMES[name]!, tile))

if (process.env.UPDATE_GOLDEN) {
  const hashes = Object.fromEntries(cases.map(([name, tile]) => [`${name}-${tile}`, frameHash(frameOf(name, tile))]))
  writeFileSync(at('hashes.json'), `${JSON.stringify(hashes, null, 2)}\n`)
  for (const [name, tile] of cases) writeFileSync(at(`${name}-${tile}.png`), encodePng(frameOf(name, tile)))
}

const hashes = JSON.parse(readFileSync(at('hashes.json'), 'utf8'))

test.each(cases)('%s at tile %i is the golden frame, bit by bit', (name, tile) => {
  const frame = frameOf(name, tile)
  const file = readFileSync(at(`${name}-${tile}.png`))
  expect(frameHash(frame)).toBe(hashes[`${name}-${tile}`])
  expect(Buffer.compare(PNG.sync.read(file).data, Buffer.from(frameToRgba(frame).buffer))).toBe(0)
  expect(Buffer.compare(file, encodePng(frame)), 'PNG bytes').toBe(0)
})
