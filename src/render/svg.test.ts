import { expect, test } from 'vitest'
import { sampleScene } from '../../test/golden/catalogue.ts'
import { ConfigError } from '../errors.ts'
import { sceneToSvg } from './svg.ts'
import { THEMES } from './themes.ts'

/** Names of all elements in order; throws where tags do not nest or attributes are not quoted. */
function elements(markup: string): string[] {
  const open: string[] = []
  const names: string[] = []
  const rest = markup.replace(/<(\/?)([a-z]+)((?: [A-Za-z:-]+="[^"<&]*")*)(\/?)>/g, (_, closing, name, _attributes, empty) => {
    if (closing) expect(open.pop()).toBe(name)
    else names.push(name)
    if (!closing && !empty) open.push(name)
    return ''
  })
  expect(open).toEqual([])
  expect(rest.trim()).toBe('')
  return names
}

const count = (names: readonly string[], name: string): number => names.filter((n) => n === name).length

test('the document is well formed, with one definition per sprite used and one use per item', () => {
  const scene = sampleScene(THEMES.classic!, 96)
  const svg = sceneToSvg({ ...scene, items: [...scene.items, { sprite: 1, x: 0, y: 0 }] })
  const names = elements(svg)
  expect(count(names, 'symbol')).toBe(20)
  expect(count(names, 'use')).toBe(21)
  for (const name of ['rect', 'circle', 'polygon', 'path']) expect(names).toContain(name)
  expect(names).not.toContain('text')
  expect(svg).not.toContain('NaN')
  expect(sceneToSvg(scene)).toBe(sceneToSvg(sampleScene(THEMES.classic!, 96)))
})

test('ids take a prefix; markup cannot be smuggled in', () => {
  const scene = sampleScene(THEMES.dark!, 16)
  expect(sceneToSvg(scene, { idPrefix: 'turn-3' })).toContain('href="#turn-3-0"')
  expect(() => sceneToSvg(scene, { idPrefix: '"><script>' })).toThrow(ConfigError)
  expect(() => sceneToSvg({ ...scene, background: '#"/><script>' })).toThrow(ConfigError)
  expect(() => sceneToSvg({ ...scene, items: [{ sprite: 77, x: 0, y: 0 }] })).toThrow(ConfigError)
})
