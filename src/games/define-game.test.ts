import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { StateError } from '../errors.ts'
import type { GameDefinition } from '../game.ts'
import { defineGame } from './define-game.ts'
import { gridLayout, gridPerception } from './shared/grid-perception.ts'
import { labelGrid } from './shared/grid-text.ts'

interface Count {
  readonly left: number
}

/** Counts down; every action is legal as far as its own step is concerned. */
const definition: GameDefinition<Count, number, object, ReturnType<typeof labelGrid>> = {
  id: 'count',
  title: 'Count',
  summary: 'Count down.',
  version: 1,
  config: z.strictObject({}),
  knobs: {},
  rules: {
    init: () => ({ left: 2 }),
    configOf: () => ({}),
    state: z.strictObject({ left: z.int().min(0).max(9) }),
    reseed: (state) => state,
    actions: () => [1],
    legalActions: ({ left }) => (left > 0 ? [1] : []),
    terminated: ({ left }) => left === 0,
    step: ({ left }, action) => ({ state: { left: left - action }, reward: 1, legal: true, terminated: left === action, events: [] }),
  },
  draw: () => ({ width: 8, height: 8, background: '#000000', catalogue: { sprites: [] }, items: [] }),
  perception: gridPerception({
    of: ({ left }) => labelGrid(1, 1, () => String(left)),
    side: 1,
    isLabel: (label) => /^\d$/.test(label),
    layout: () => gridLayout({ rows: 1, columns: 1, first: 0, stands: 'the count', cell: 'a cell is a digit' }),
  }),
  answer: { format: (_, action) => String(action), parse: () => ({ action: 1 }), layout: () => ({ example: '1', how: 'put 1' }) },
  text: { rules: () => 'Count.', feedback: () => '' },
  teacher: {
    teach: ({ left }) => {
      if (left === 0) throw new Error('over')
      return { think: `${left} left`, action: 1 }
    },
    judge: ({ left }, think) =>
      [...think.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
        start: index,
        end: index + word.length,
        holds: word === 'left' || word === String(left),
      })),
  },
}
const { rules, teacher } = defineGame(definition)

describe('defineGame adds', () => {
  it('that after the end nothing moves', () => {
    const over = { left: 0 }
    const refused = { state: over, reward: 0, legal: false, terminated: true, events: [{ kind: 'refused', reason: 'ended', action: 1 }] }
    expect(rules.step({ left: 1 }, 1)).toMatchObject({ legal: true, terminated: true })
    expect(rules.step(over, 1)).toEqual(refused)
    const stuck = {
      ...definition.rules,
      endsWhenStuck: true as const,
      step: (state: Count) => ({ ...definition.rules.step(state, 0), legal: false }),
    }
    expect(defineGame({ ...definition, rules: stuck }).rules.step(over, 1)).toEqual(refused)
    expect(defineGame({ ...definition, rules: stuck }).rules.step({ left: 1 }, 1)).toMatchObject({ reward: 1, legal: false })
  })

  it('what an unreadable reply does', () => {
    const event = { kind: 'unreadable' }
    expect(rules.unreadable({ left: 1 })).toEqual({ state: { left: 1 }, reward: -1, legal: false, terminated: false, events: [event] })
    expect(rules.unreadable({ left: 0 })).toEqual({ state: { left: 0 }, reward: 0, legal: false, terminated: true, events: [event] })
  })

  it('a door for states from outside, by the schema', () => {
    const given = { left: 3 }
    expect(rules.parseState(given)).toEqual(given)
    expect(rules.parseState(given)).not.toBe(given)
    expect(Object.is((rules.parseState({ left: -0 }) as Count).left, 0)).toBe(true)
    expect(() => rules.parseState({ left: 10 })).toThrow(StateError)
    expect(() => rules.parseState({ left: 10 })).toThrow(/^Not a state of Count: left cannot be 10 \(give .*\)\.$/)
    expect(() => rules.parseState({ left: 1, more: 1 })).toThrow(/^Not a state of Count: unknown key "more"\.$/)
  })

  it('the share of true thoughts, counted from the judge', () => {
    expect(teacher?.share({ left: 2 }, '2 left')).toBe(1)
    expect(teacher?.share({ left: 2 }, '3 left')).toBe(0.5)
    expect(teacher?.share({ left: 2 }, 'left')).toBe(0.5)
    expect(teacher?.share({ left: 2 }, '')).toBe(0)
    expect(teacher?.share({ left: 0 }, '0 left')).toBe(0)
  })
})
