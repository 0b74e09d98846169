import { describe, expect, it } from 'vitest'
import { StateError } from '../../errors.ts'
import { gamePrompt } from '../../gym/index.ts'
import { bundledPictures, registerPictureSet } from '../../pictures/index.ts'
import type { Picture } from '../../scene.ts'
import { checkGame, PLAIN_SKINS, PLAIN_THEME } from '../../testing/index.ts'
import { gamePictureShisenSho as game } from './index.ts'

const paper = { rows: 6, columns: 6, kinds: 9, clearable: false, pictures: 'bundled', split: 'train' } as const

describe('picture Shisen-Sho', () => {
  it('keeps to the contract', () => {
    const dot = (level: number): Picture => ({ width: 1, height: 1, rgb: new Uint8Array(3).fill(level) })
    const classes = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
    const pictures = classes.map((_, k) => [0, 1, 2, 3].map((i) => dot(25 * k + 5 * i)))
    registerPictureSet({ name: 'dots', classes, pictures, heldOut: classes.map(() => [2, 3]) })
    const configs = [{ pictures: 'dots' }, { rows: 3, columns: 4, kinds: 6, clearable: true, pictures: 'dots', split: 'test' }]
    checkGame(game, { configs, seeds: [0, 1], actions: 12, steps: 30, levels: false })
    checkGame(game, { seeds: [0], actions: 4, steps: 1, skins: [PLAIN_SKINS[0]!], levels: false })
  })

  it('defaults to the game of the paper and refuses the rest by name', () => {
    expect(game.config.parse({})).toEqual(paper)
    expect(game.config.safeParse({ kinds: 11 }).error?.issues[0]).toMatchObject({ path: ['kinds'], message: /10 kinds to draw from/ })
    expect(game.config.safeParse({ pictures: 'none' }).error?.issues[0]).toMatchObject({ path: ['pictures'], message: /bundled/ })
    expect(game.config.safeParse({ split: 'all' }).success).toBe(false)
  })

  it('shows four different pictures of each of nine classes, of its own split', () => {
    const { classes, heldOut } = bundledPictures()
    expect(classes).toEqual(['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'])
    for (const split of ['train', 'test'] as const) {
      for (let seed = 0; seed < 30; seed++) {
        const { board, faces } = game.rules.init({ ...paper, split }, seed)
        const kinds = [...new Set(board)]
        expect(kinds).toHaveLength(9)
        for (const kind of kinds) {
          const own = faces.filter((_, at) => board[at] === kind)
          expect(own).toHaveLength(4)
          expect(new Set(own).size).toBe(4)
          expect(own.every((face) => heldOut[kind]!.includes(face) === (split === 'test'))).toBe(true)
        }
      }
    }
  })

  it('removes pictures of one class with their faces', () => {
    const state = game.rules.init(paper, 4)
    const action = game.rules.legalActions(state)[0]!
    const { state: next, reward } = game.rules.step(state, action)
    expect(reward).toBe(1)
    for (const [row, column] of action) expect([next.board[row * 6 + column], next.faces[row * 6 + column]]).toEqual([-1, -1])
    expect(game.rules.parseState(next)).toEqual(next)
  })

  it.each([
    ['a picture of the other split', { split: 'test' }, /in the split 'test'/],
    ['a face too many', { faces: new Array(37).fill(0) }, /one a cell/],
    ['an unknown set', { pictures: 'gone' }, /no picture set 'gone'/],
  ])('parseState refuses: %s', (_, change, reason) => {
    const bad = { ...game.rules.init(paper, 4), ...change }
    expect(() => game.rules.parseState(bad)).toThrow(StateError)
    expect(() => game.rules.parseState(bad)).toThrow(reason)
  })

  it('plays with a registered set, and reuses pictures where there are too few', () => {
    const picture = { width: 2, height: 2, rgb: new Uint8Array(12) }
    const set = { name: 'tiny', classes: ['sun', 'moon'], pictures: [[picture], [picture, picture]], heldOut: [[], [1]] }
    registerPictureSet(set)
    const config = game.config.parse({ rows: 2, columns: 4, kinds: 2, pictures: 'tiny' })
    const state = game.rules.init(config, 1)
    expect(state.faces).toEqual(new Array(8).fill(0))
    expect(game.perception.format(game.perception.of(state))).toMatch(/^(sun|moon) \| /)
    expect(game.perception.parse('sun | moon')).toMatchObject({ rows: 1, columns: 2 })
    expect(gamePrompt(game, config, 'full')).toContain('sun, moon')
    expect(gamePrompt(game, config, 'brief')).toBe('picture-shisen-sho 2x4')
    expect(game.config.safeParse({ rows: 2, columns: 4, kinds: 2, pictures: 'tiny', split: 'test' }).success).toBe(false)
  })

  it('draws the pictures of the split', () => {
    const state = game.rules.init(paper, 2)
    const scene = game.draw(state, PLAIN_SKINS[0]!, PLAIN_THEME)
    const { pictures, heldOut } = bundledPictures()
    expect(scene.catalogue.sprites).toHaveLength(1 + pictures.flat().length - heldOut.flat().length)
    for (const [at, { sprite }] of scene.items.entries()) {
      const shape = scene.catalogue.sprites[sprite]!.shapes[0]!
      expect(shape.kind === 'image' && shape.picture).toBe(pictures[state.board[at]!]![state.faces[at]!])
    }
  })
})
