import { describe, expect, it } from 'vitest'
import { game2048, type State2048 } from '../games/2048/index.ts'
import { checkGame, PLAIN_SKINS, splitGreedily } from './index.ts'

const { step } = game2048
const scribble = (state: State2048): State2048 => {
  ;(state.board as number[])[0] = 1
  return state
}

/** Games that break one clause of the contract each, and what the check must say. */
const BROKEN = [
  [
    'chance from outside',
    { step: (s: State2048, a: 0) => step({ ...s, rng: [1, 2, 3, Math.floor(Math.random() * 1e9)] }, a) },
    /not deterministic/,
  ],
  ['mutation', { step: (s: State2048, a: 0) => step(scribble(s), a) }, /read only|read-only|assign/],
  ['illegal moves called legal', { step: (s: State2048, a: 0) => ({ ...step(s, a), legal: true }) }, /says legal true/],
  ['no end', { terminated: () => false }, /disagree|before the end/],
  ['lossy perception', { formatPerception: () => '2 | 2' }, /read back/],
  ['loose answers', { parseAction: () => ({ action: 0 as const }) }, /read back|reads as/],
  [
    'a missing word',
    { lexicon: () => game2048.lexicon({ size: 4, goal: 0 }).filter((word) => word !== '\n_') },
    /perception leaves the lexicon/,
  ],
  [
    'an illegal teacher',
    { teach: (s: State2048) => ({ ...game2048.teach!(s, { blind: true }), action: 9 as 0 }) },
    /names an action that is not legal/,
  ],
  ['false thoughts', { teach: (s: State2048) => ({ ...game2048.teach!(s, { blind: true }), think: 'rows' }) }, /not all true/],
  ['an undocumented knob', { knobs: {} }, /knobs/],
  ['a partial solver', { solver: () => [] }, /does not score/],
  [
    'a new catalogue each time',
    {
      draw: (...of: Parameters<typeof game2048.draw>) => {
        const scene = game2048.draw(...of)
        return { ...scene, catalogue: { ...scene.catalogue } }
      },
    },
    /new catalogue/,
  ],
  [
    'a sprite outside',
    {
      draw: (...of: Parameters<typeof game2048.draw>) => ({ ...game2048.draw(...of), width: 9 }),
    },
    /leaves the scene/,
  ],
] as const

describe('checkGame', () => {
  it.each(BROKEN)('finds %s', (_, change, message) => {
    const broken = { ...game2048, ...(change as object) }
    expect(() => checkGame(broken, { seeds: [1, 2], steps: 500, skins: PLAIN_SKINS.slice(0, 1) })).toThrow(message)
  })

  it('names game, config, seed and step', () => {
    const broken = { ...game2048, formatPerception: () => '2 | 2' }
    expect(() => checkGame(broken, { configs: [{ size: 3 }], seeds: [7] })).toThrow('2048 {"size":3} seed 7 step 0: ')
  })
})

describe('splitGreedily', () => {
  it('takes the longest word each time and says where it fails', () => {
    expect(splitGreedily('abcab', ['a', 'b', 'abc'])).toEqual(['abc', 'a', 'b'])
    expect(splitGreedily('abx', ['ab'])).toBe(2)
    expect(splitGreedily('', ['a'])).toEqual([])
  })
})
