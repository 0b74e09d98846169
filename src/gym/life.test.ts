import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { promptOf } from '../messages.ts'
import { Env } from './env.ts'
import { Episode } from './episode.ts'
import { endingOf, firstMoment, nextMoment, startSnapshot } from './life.ts'
import { formatReply } from './protocol.ts'
import { envSpec } from './spec.ts'
import { type ToyState, toyGame } from './toy-game-fixture.ts'
import { VectorEnv } from './vector-env.ts'

/** A game of two moves. */
const small = { game: toyGame, config: { rows: 1, columns: 2, moves: 2 } }
const say = (cell: number): string => formatReply({ perception: '', think: '', answer: String(cell) })
const never = (): number => {
  throw new Error('no seed is needed here')
}

/** The first legal action as a reply; -1, which no cell is, where none is legal. */
const legalReply = (state: unknown): string => say((toyGame.rules.legalActions(state as ToyState)[0] as number | undefined) ?? -1)

describe('endingOf', () => {
  it('ends with the game unless it restarts, and at the horizon', () => {
    const horizon = fc.option(fc.integer({ min: 1, max: 20 }), { nil: null })
    fc.assert(
      fc.property(horizon, fc.boolean(), fc.nat(30), fc.boolean(), (limit, restart, steps, over) => {
        const ending = endingOf({ horizon: limit, restart }, steps, over)
        const cut = limit !== null && steps >= limit
        expect(ending === 'terminated').toBe(over && !restart)
        expect(ending === 'truncated').toBe(cut && !(over && !restart))
      }),
    )
  })
})

describe('nextMoment', () => {
  const spec = envSpec({ ...small, restart: true })
  const start = startSnapshot(spec, 1)
  const last = { ...start, state: { ...(start.state as ToyState), left: 1, cells: [1, 1] }, steps: 4, return: 9 }
  const end = toyGame.rules.step(last.state as ToyState, 0)

  it('starts a fresh game of the seed it is given, and the counters go on', () => {
    const moment = nextMoment(spec, last, end, () => 77)
    expect(moment).toMatchObject({ ending: null, over: true, restarted: true })
    expect(moment.snapshot).toEqual({ ...startSnapshot(spec, 77), steps: 5, return: 9 + end.reward })
  })

  it('needs no seed where no fresh game follows', () => {
    expect(nextMoment({ ...spec, restart: false }, last, end, never)).toMatchObject({ ending: 'terminated', over: true, restarted: false })
    expect(nextMoment({ ...spec, horizon: 5 }, last, end, never)).toMatchObject({ ending: 'truncated', over: true, restarted: false })
    const middle = toyGame.rules.step(start.state as ToyState, 0)
    expect(nextMoment({ ...spec, horizon: 1 }, start, middle, never)).toMatchObject({ ending: 'truncated', over: false })
    expect(nextMoment(spec, start, middle, never)).toMatchObject({ ending: null, over: false, restarted: false })
  })

  it('knows an episode that starts in a game which is over', () => {
    const over = { ...start, state: end.state }
    expect(firstMoment({ ...spec, restart: false }, over, never)).toMatchObject({ ending: 'terminated', snapshot: over })
    expect(firstMoment(spec, over, () => 5)).toMatchObject({ ending: null, restarted: true, snapshot: startSnapshot(spec, 5) })
  })
})

describe('an Env', () => {
  it('says terminated at the end of its game, and truncated at its horizon', () => {
    const flags = (horizon: number | null): unknown[] => {
      const env = new Env(envSpec({ ...small, horizon }), 3)
      return [0, 1].map(() => {
        const { terminated, truncated } = env.step(legalReply(env.snapshot().state))
        return [terminated, truncated]
      })
    }
    expect(flags(null)).toEqual([
      [false, false],
      [true, false],
    ])
    expect(flags(1)[0]).toEqual([false, true])
    expect(flags(2)[1]).toEqual([true, false])
  })

  it('goes on in a fresh game with restart, the same from a copy of the moment', () => {
    const env = new Env(envSpec({ ...small, restart: true, horizon: 7 }), 3)
    const copies: unknown[] = []
    const steps = Array.from({ length: 7 }, () => {
      const copy = new Env(env.spec, 99)
      copy.restore(JSON.parse(JSON.stringify(env.snapshot())))
      const reply = legalReply(env.snapshot().state)
      copy.step(reply)
      const step = env.step(reply)
      copies.push(copy.snapshot())
      expect(copy.snapshot()).toEqual(env.snapshot())
      return step
    })
    expect(steps.map(({ terminated }) => terminated)).toEqual(Array(7).fill(false))
    expect(steps.map(({ restarted }) => restarted).filter(Boolean).length).toBeGreaterThanOrEqual(3)
    expect(steps.map(({ truncated }) => truncated)).toEqual([...Array(6).fill(false), true])
    for (const { restarted, observation } of steps) if (restarted) expect(promptOf(observation)).not.toContain('picked')
    expect(env.snapshot()).toMatchObject({ steps: 7, return: steps.reduce((sum, { reward }) => sum + reward, 0) })
  })
})

describe('a VectorEnv', () => {
  it.each(['next-step', 'same-step', 'disabled'] as const)('%s: a truncated episode is reset as a terminated one is', (autoreset) => {
    const vector = new VectorEnv([envSpec({ game: toyGame, horizon: 2 })], { seed: 4, autoreset })
    const step = () => vector.step([legalReply(vector.snapshot().envs[0]?.state)])[0]
    step()
    expect(step()).toMatchObject({ truncated: true, terminated: false, reset: autoreset === 'same-step' })
    const third = step()
    expect(third).toMatchObject({ reset: autoreset === 'next-step', truncated: autoreset === 'disabled' })
    expect(vector.snapshot().episodes).toEqual([autoreset === 'disabled' ? 1 : 2])
  })
})

describe('an Episode', () => {
  it('marks the step that its horizon cut, and none that its game ended', () => {
    const flagsOf = (rules: { horizon: number; restart?: boolean }): unknown => {
      const episode = new Episode({ spec: envSpec({ ...small, ...rules }), seed: 3 })
      while (episode.stopped === null) episode.play({ text: legalReply(episode.state) })
      return [episode.stopped, episode.steps.map(({ terminated, truncated }) => [terminated, truncated])]
    }
    expect(flagsOf({ horizon: 1 })).toEqual(['horizon', [[false, true]]])
    expect(flagsOf({ horizon: 9 })).toEqual([
      'terminated',
      [
        [false, false],
        [true, false],
      ],
    ])
    expect(flagsOf({ horizon: 2, restart: true })).toEqual([
      'horizon',
      [
        [false, false],
        [true, true],
      ],
    ])
  })

  it('is not cut by a failure at its horizon', () => {
    const episode = new Episode({ spec: envSpec({ ...small, horizon: 1 }), seed: 3 })
    const { step } = episode.play({ text: '', failure: { boundary: 'endpoint', reason: 'gone' } })
    expect([step.truncated, episode.stopped]).toEqual([false, 'failed'])
  })
})
