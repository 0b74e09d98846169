import { describe, expect, it } from 'vitest'
import { toyGame } from '../gym/toy-game-fixture.ts'
import type { Skin } from '../scene.ts'
import { applyEffects, EFFECTS, type Effect, hasEffects, renderSkinned } from './effects.ts'
import { frameHash, frameToRgb } from './frame.ts'
import { renderScene } from './renderer.ts'
import { THEMES } from './themes.ts'

const theme = THEMES.classic!
const plain: Skin = { theme: 'classic', tile: 16, layout: 'board' }
const names = Object.keys(EFFECTS) as Effect[]
const sceneOf = (skin: Skin, seed = 1) => toyGame.draw(toyGame.rules.init({ rows: 3, columns: 4, moves: 5 }, seed), skin, theme)
const drawn = (skin: Skin, seed = 1) => renderSkinned(sceneOf(skin, seed), skin, theme)

/** Mean distance of two pictures, levels a byte. */
function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, i) => sum + Math.abs(byte - b[i]!), 0) / a.length
}

/** Values of an effect from none to most. */
function scale(name: Effect): number[] {
  const { min, max, none } = EFFECTS[name]
  const most = none === min ? max : min
  return [none, ...[0.25, 0.5, 0.75].map((part) => none + part * (most - none)), most]
}

describe('effects', () => {
  it('leave the frame alone when there are none', () => {
    const frame = renderScene(sceneOf(plain))
    expect(applyEffects(frame, sceneOf(plain), plain, theme)).toBe(frame)
    const none = Object.fromEntries(names.map((name) => [name, EFFECTS[name].none]))
    expect(hasEffects({ ...plain, ...none, labels: true, symbols: 'dots' })).toBe(false)
    expect(frameHash(drawn({ ...plain, ...none }))).toBe(frameHash(frame))
  })

  it('are the same for the same picture and differ between pictures', () => {
    const noisy: Skin = { ...plain, noise: 0.2, jitter: 0.2, clutter: 1, occlusion: 0.3, contrast: 0.5 }
    expect(frameHash(drawn(noisy))).toBe(frameHash(drawn(noisy)))
    expect(frameHash(drawn(noisy, 2))).not.toBe(frameHash(drawn(noisy)))
    expect(frameHash(drawn(noisy))).toMatchInlineSnapshot(`"6c09e4a327b51239112060ff3410ef162d7f2edbceff3e7173d8d04191128de0"`)
  })

  it('keep what later pictures share', () => {
    const before = frameHash(drawn(plain))
    drawn({ ...plain, contrast: 0.2 })
    drawn({ ...plain, jitter: 0.25 })
    expect(frameHash(drawn(plain))).toBe(before)
  })

  it.each(names.filter((name) => name !== 'jitter'))('%s: more of it is farther from the picture without', (name) => {
    const clean = frameToRgb(drawn(plain))
    const far = scale(name).map((value) => distance(clean, frameToRgb(drawn({ ...plain, [name]: value }))))
    expect(far[0]).toBe(0)
    for (let i = 1; i < far.length; i++) expect(far[i]).toBeGreaterThan(far[i - 1]!)
  })

  it('occlusion covers exactly its share of each tile', () => {
    const skin: Skin = { ...plain, occlusion: 0.3 }
    const clean = frameToRgb(drawn(plain))
    const covered = frameToRgb(drawn(skin))
    for (const { x, y } of sceneOf(plain).items) {
      let count = 0
      for (let i = 0; i < 256; i++) {
        const at = 3 * ((y + (i >> 4)) * 64 + x + (i & 15))
        if (clean[at] !== covered[at] || clean[at + 1] !== covered[at + 1] || clean[at + 2] !== covered[at + 2]) count++
      }
      expect(count).toBe(Math.floor(0.3 * 256 + 0.5))
    }
  })

  it('jitter moves tiles within their place, contrast keeps the palette', () => {
    expect(drawn({ ...plain, jitter: 0.2, contrast: 0.5 }).palette).toBeDefined()
    expect(frameHash(drawn({ ...plain, jitter: 0.2 }))).toBe(frameHash(drawn(plain)))
  })

  it('are refused out of range, by name', () => {
    for (const name of names) expect(() => hasEffects({ ...plain, [name]: 2 })).toThrow(`A skin's ${name} is 2; give a number from`)
    expect(() => hasEffects({ ...plain, noise: Number.NaN })).toThrow('noise')
  })
})
