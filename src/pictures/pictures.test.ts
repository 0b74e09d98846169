import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import type { Picture } from '../scene.ts'
import { CIFAR10_CLASSES } from './cifar10.ts'
import { bundledPictures, checkPictureSet, type PictureSet, pictureSetNamed, pictureSetNames, registerPictureSet } from './index.ts'

const hash = ({ rgb }: Picture): string => bytesToHex(sha256(rgb))
const dot = (value: number): Picture => ({ width: 1, height: 1, rgb: Uint8Array.of(value, value, value) })
const tiny: PictureSet = { name: 'tiny', classes: ['a', 'b'], pictures: [[dot(1), dot(2)], [dot(3)]], heldOut: [[1], []] }

describe('the bundled set', () => {
  const set = bundledPictures()

  test('has 24 pictures of 32x32 in each class of CIFAR-10, the last six held out, and is decoded once', () => {
    checkPictureSet(set)
    expect(set.classes).toEqual(CIFAR10_CLASSES)
    for (const own of set.pictures) expect(own.map(({ width, height }) => [width, height])).toEqual(Array(24).fill([32, 32]))
    expect(set.heldOut).toEqual(Array(10).fill([18, 19, 20, 21, 22, 23]))
    expect(bundledPictures()).toBe(set)
    expect(pictureSetNamed('bundled')).toBe(set)
  })

  test('has no picture twice', () => {
    const all = set.pictures.flat().map(hash)
    expect(new Set(all).size).toBe(all.length)
  })

  test('has no picture without contrast', () => {
    for (const { rgb } of set.pictures.flat()) {
      const mean = rgb.reduce((sum, v) => sum + v, 0) / rgb.length
      const variance = rgb.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rgb.length
      expect(Math.sqrt(variance)).toBeGreaterThan(20)
    }
  })

  test('has the pixels that tasks of old were made of', () => {
    expect(bytesToHex(sha256(Uint8Array.from(set.pictures.flat().flatMap(({ rgb }) => [...rgb]))))).toMatchInlineSnapshot(
      `"bb970550323510da720d0979eda4a9827ea1b233bbbb5676f92dc3b7fc96764a"`,
    )
  })
})

describe('registered sets', () => {
  test('are found by name; others are refused with the choices', () => {
    registerPictureSet(tiny)
    expect(pictureSetNamed('tiny')).toBe(tiny)
    expect(pictureSetNames()).toEqual(['bundled', 'tiny'])
    expect(() => pictureSetNamed('cifar')).toThrow("There is no picture set 'cifar'; choose one of bundled, tiny")
    expect(() => pictureSetNamed('constructor')).toThrow(ConfigError)
  })

  test('are checked at the door', () => {
    const wrong: Partial<PictureSet>[] = [
      { name: 'bundled' },
      { name: 'a b' },
      { classes: ['a', 'a'] },
      { classes: ['a'] },
      { pictures: [[dot(1)]] },
      { pictures: [[dot(1)], []] },
      { heldOut: [[]] },
      { heldOut: [[2], []] },
      { heldOut: [[1, 0], []] },
      { pictures: [[dot(1), { ...dot(2), width: 2 }], [dot(3)]] },
    ]
    for (const part of wrong) expect(() => registerPictureSet({ ...tiny, ...part })).toThrow(ConfigError)
  })
})
