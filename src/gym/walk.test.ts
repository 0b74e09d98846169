import { describe, expect, it } from 'vitest'
import { seededRng } from '../rng.ts'
import { type EnvSnapshot, startSnapshot } from './life.ts'
import { envSpec } from './spec.ts'
import { type ToyState, toyGame } from './toy-game-fixture.ts'
import { lastMoment, walk } from './walk.ts'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const start = startSnapshot(spec, 3)
const over = ({ state }: EnvSnapshot): boolean => toyGame.rules.terminated(state as ToyState)

describe('walk', () => {
  it('gives the start and the moment after each move, all of them legal', () => {
    const moments = [...walk(spec, start, 3, seededRng(1))]
    expect(moments.map(({ steps }) => steps)).toEqual([0, 1, 2, 3])
    expect(moments[0]).toBe(start)
    expect(moments.slice(1).every(({ last }) => last?.legal === true)).toBe(true)
    expect([...walk(spec, start, 0, seededRng(1))]).toEqual([start])
  })

  it('is decided by the chance it is given, and draws once a move', () => {
    const [one, same] = [seededRng(7), seededRng(7)]
    expect([...walk(spec, start, 4, one)]).toEqual([...walk(spec, start, 4, same)])
    const alone = seededRng(7)
    let { state } = start
    for (let i = 0; i < 4; i++)
      state = toyGame.rules.step(state as ToyState, alone.pick(toyGame.rules.legalActions(state as ToyState))).state
    expect(lastMoment(walk(spec, start, 4, seededRng(7))).state).toEqual(state)
    expect(one.real()).toBe(alone.real())
  })

  it('stops at the end of a game, or before the move that ends it', () => {
    const at = [...walk(spec, start, 100, seededRng(2))]
    const before = [...walk(spec, start, 100, seededRng(2), { stop: 'before' })]
    expect(at).toHaveLength(7)
    expect(at.map(over)).toEqual([false, false, false, false, false, false, true])
    expect(before).toEqual(at.slice(0, -1))
  })

  it('never moves from the end of a game', () => {
    const end = lastMoment(walk(spec, start, 100, seededRng(2)))
    expect([...walk(spec, end, 5, seededRng(2))]).toEqual([end])
  })

  it('asks the caller for the move, with the moment and its legal actions', () => {
    const seen: number[] = []
    const pick = ({ steps }: EnvSnapshot, legal: readonly unknown[]): unknown => {
      seen.push(steps)
      return legal.at(-1)
    }
    const moments = [...walk(spec, start, 2, seededRng(1), { pick })]
    expect(seen).toEqual([0, 1])
    const last = toyGame.rules.legalActions(start.state as ToyState).at(-1) as number
    expect(moments[1]?.state).toEqual(toyGame.rules.step(start.state as ToyState, last).state)
  })

  it('plays no further than it is looked at', () => {
    let asked = 0
    const moments = walk(spec, start, 1_000_000, seededRng(1), {
      pick: (_, legal) => {
        asked++
        return legal[0]
      },
    })
    moments.next()
    moments.next()
    expect(asked).toBe(1)
  })
})

describe('lastMoment', () => {
  it('refuses an empty list', () => {
    expect(() => lastMoment([])).toThrow(RangeError)
  })
})
