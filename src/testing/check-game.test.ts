import { describe, expect, it } from 'vitest'
import type { AnyGame, Grid, StepResult } from '../game.ts'
import { game2048, type State2048 } from '../games/2048/index.ts'
import { gameLexicon } from '../gym/index.ts'
import type { Skin, Theme } from '../scene.ts'
import { checkGame, PLAIN_SKINS, splitGreedily } from './index.ts'

const { step } = game2048.rules
const scribble = (state: State2048): State2048 => {
  ;(state.board as number[])[0] = 1
  return state
}

const withState = (result: StepResult<State2048>, change: object) => ({ ...result, state: { ...result.state, ...change } })
const terminatedOr = (state: State2048, reward: number): number => (game2048.rules.terminated(state) ? 0 : reward)
const untagged = (text: string) => game2048.perception.parse(text.replace('<think>', ''))
const tagged = () => [...gameLexicon(game2048, { size: 4, goal: 0 }), '<think>']

/** Chance that lives outside the state, by the state's identity: steady for one object, other for a copy. */
const memory = new WeakMap<object, number>()
let drawn = 0
const hidden = (state: object): number => {
  memory.set(state, memory.get(state) ?? ++drawn)
  return memory.get(state)!
}
/** The seed of the game begun last: right while one game is played at a time. */
let latest = 0
const board = (state: State2048): string => game2048.perception.format(game2048.perception.of(state))

/** Games that break one clause of the contract each, and what the check must say. */
const BROKEN = [
  [
    'chance from outside',
    { rules: { step: (s: State2048, a: 0) => step({ ...s, rng: [1, 2, 3, Math.floor(Math.random() * 1e9)] }, a) } },
    /not deterministic/,
  ],
  ['mutation', { rules: { step: (s: State2048, a: 0) => step(scribble(s), a) } }, /read only|read-only|assign/],
  ['illegal moves called legal', { rules: { step: (s: State2048, a: 0) => ({ ...step(s, a), legal: true }) } }, /says legal true/],
  ['no end', { rules: { terminated: () => false } }, /disagree|before the end/],
  ['lossy perception', { perception: { format: () => '2 | 2' } }, /read back/],
  ['loose answers', { answer: { parse: () => ({ action: 0 as const }) } }, /read back|reads as/],
  [
    'a missing word',
    { embedded: { lexicon: () => gameLexicon(game2048, { size: 4, goal: 0 }).filter((word) => word !== '\n_') } },
    /perception leaves the lexicon/,
  ],
  [
    'an illegal teacher',
    { teacher: { teach: (s: State2048) => ({ ...game2048.teacher!.teach(s, { blind: true }), action: 9 as 0 }) } },
    /names an action that is not legal/,
  ],
  [
    'false thoughts',
    { teacher: { teach: (s: State2048) => ({ ...game2048.teacher!.teach(s, { blind: true }), think: 'rows' }) } },
    /not all true/,
  ],
  ['an undocumented knob', { knobs: {} }, /knobs/],
  ['held-out things that are not', { heldOut: (config: object) => config }, /held-out config is that of training/],
  ['rules for people with tags', { play: { rules: () => 'Write <answer>0</answer>.' } }, /rules for people are empty or speak of tags/],
  [
    'a key that play takes for itself',
    { play: { keys: [{ keys: ['u'], name: 'up', action: 0 as const }] } },
    /the key u is one of u n h \? q/,
  ],
  ['a key for no action', { play: { keys: [{ keys: ['x'], name: 'x', action: 7 as 0 }] } }, /the key x plays no action/],
  ['places that are no answer', { play: { places: () => [['here']] } }, /a place gives here, which reads as no action/],
  ['picked cells that are no answer', { play: { pick: { cells: 1, answer: () => 'here' } } }, /gives? here, which reads as no action/],
  [
    'looks that are the same without colours',
    { play: { look: (_: string, theme: Theme) => ({ text: 'o', fill: theme.empty, ink: theme.text }) } },
    /look the same without colours/,
  ],
  ['a partial solver', { expert: { solver: () => [] } }, /does not score/],
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
  [
    'a state that is not JSON after a step',
    { rules: { step: (s: State2048, a: 0) => withState(step(s, a), { moves: Number.NaN }) } },
    /is not plain JSON at \.state\.moves/,
  ],
  [
    'chance that a copy does not have',
    { rules: { step: (s: State2048, a: 0) => ({ ...step(s, a), reward: terminatedOr(s, 4 * hidden(s)) }) } },
    /group play differs from single play/,
  ],
  [
    'games that share a seed',
    {
      rules: {
        event: undefined,
        init: (config: { size: number; goal: number }, seed: number) => {
          latest = seed
          return game2048.rules.init(config, seed)
        },
        step: (s: State2048, a: 0) => ({ ...step(s, a), events: [...step(s, a).events, { kind: 'seed', latest }] }),
      },
    },
    /of a vector plays otherwise than alone/,
  ],
  [
    'a state that is refused by chance',
    {
      rules: {
        parseState: (value: unknown) => {
          const { size } = (value ?? {}) as { size?: number }
          return size === 2 ** 40 ? { board: new Array(size) } : game2048.rules.parseState(value)
        },
      },
    },
    /parseState throws something other than StateError for size 1099511627776: /,
  ],
  ['feedback of many words', { embedded: { feedback: () => ' ok ok' } }, /not one word of the lexicon/],
  [
    'a prompt that tells the truth',
    {
      rules: { step: (s: State2048, a: 0) => ({ ...step(s, a), events: [{ kind: 'board', reason: board(step(s, a).state) }] }) },
      text: { feedback: (last: { events: readonly { reason?: string }[] } | null) => String(last?.events[0]?.reason ?? '') },
    },
    /full prompt tells the truth/,
  ],
  [
    'a picture of the chance to come',
    {
      draw: (state: State2048, ...look: [Skin, Theme]) => {
        const scene = game2048.draw(state, ...look)
        return { ...scene, items: [...scene.items, { sprite: 0, x: 0, y: Math.abs(state.rng[0]) % 8 }] }
      },
    },
    /depends on the chance to come/,
  ],
  [
    'events that are not JSON',
    { rules: { step: (s: State2048, a: 0) => ({ ...step(s, a), events: [{ kind: 'at', when: new Map([[1, 2]]) }] }) } },
    /is not plain JSON at \.events\.0\.when/,
  ],
  [
    'a perception with tags in it',
    { perception: { format: (p: Grid) => `${game2048.perception.format(p)}<think>`, parse: untagged }, embedded: { lexicon: tagged } },
    /not in the format/,
  ],
  ['a spelling that is an answer itself', { answer: { spellings: { answers: { '2': '0' } } } }, /the spelling "2" is an answer itself/],
  [
    'a spelling that means no answer',
    { answer: { spellings: { answers: { up: 'north' } } } },
    /the spelling "up" means "north", which is no answer/,
  ],
  ['a spelling that is a label itself', { answer: { spellings: { cells: { '2': '_' } } } }, /the spelling "2" is a label itself/],
  ['rules with tags in them', { text: { rules: () => 'Write a digit in <move>.' } }, /rules speak of tags/],
  [
    'an expert that is worse than chance',
    {
      expert: {
        solver: (s: State2048) => game2048.expert!.solver(s).map((_, at, all) => ({ action: all.at(-1 - at)!.action, score: -at })),
      },
    },
    /the solver earns/,
  ],
] as const

/** 2048 with members of facets, or whole facets, in place of its own. */
function changed(change: { readonly [name: string]: unknown }): AnyGame {
  const facets = Object.entries(change).map(([name, value]) => {
    const own = game2048[name as keyof typeof game2048]
    return [
      name,
      typeof value === 'object' && typeof own === 'object' && name !== 'knobs' && name !== 'play' ? { ...own, ...value } : value,
    ]
  })
  return { ...game2048, ...Object.fromEntries(facets) }
}

describe('checkGame', () => {
  it.each(BROKEN)('finds %s', (_, change, message) => {
    expect(() => checkGame(changed(change), { seeds: [1, 2], steps: 500, skins: PLAIN_SKINS.slice(0, 1) })).toThrow(message)
  })

  it('names game, config, seed and step', () => {
    expect(() => checkGame(changed({ perception: { format: () => '2 | 2' } }), { configs: [{ size: 3 }], seeds: [7] })).toThrow(
      '2048 {"size":3} seed 7 step 0: ',
    )
  })
})

describe('splitGreedily', () => {
  it('takes the longest word each time and says where it fails', () => {
    expect(splitGreedily('abcab', ['a', 'b', 'abc'])).toEqual(['abc', 'a', 'b'])
    expect(splitGreedily('abx', ['ab'])).toBe(2)
    expect(splitGreedily('', ['a'])).toEqual([])
  })
})
