import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import type { AnyGame } from '../game.ts'
import { decide, envSpec, fixedStates, formatReply } from '../gym/index.ts'
import { isBlank, toldBoard } from '../gym/told-board-fixture.ts'
import { toyGame } from '../gym/toy-game-fixture.ts'
import { scriptedPolicy, teacherPolicy } from '../policies/index.ts'
import { interventionRows } from '../runs/index.ts'
import { interventions } from './interventions.ts'

const spec = envSpec({ game: toyGame, skin: { theme: 'classic', tile: 8, layout: 'board' } })
const states = fixedStates(spec, 4, 60, 3)

/** Plays the largest digit that it is told of; without a caption it names a cell that is always there. */
const listener = scriptedPolicy((observation) => {
  const caption = toldBoard(observation)
  const cells = (caption ?? '1').split(/[^0-3]+/).map(Number)
  return formatReply({ perception: caption ?? '', think: '', answer: String(cells.indexOf(Math.max(...cells))) })
}, 'listener')
const run = (policy = listener, own = states) => interventions({ policy, decoding: 'scripted', spec, states: own, seed: 5 })

describe('fixed states', () => {
  it('are decided by the seed, differ in depth and are never over', () => {
    expect(fixedStates(spec, 4, 60, 3)).toEqual(states)
    expect(fixedStates(spec, 4, 60, 4)).not.toEqual(states)
    expect(new Set(states.map(({ snapshot }) => snapshot.steps)).size).toBe(5)
    expect(states.some(({ snapshot }) => toyGame.rules.terminated(snapshot.state as never))).toBe(false)
  })
})

describe('interventions', () => {
  it('tell a policy that acts on its caption', async () => {
    const rows = await run()
    expect(interventionRows.parse(rows)).toEqual(rows)
    const of = (mode: string, metric: string) => rows.find((row) => row.mode === mode && row.metric === metric)!
    expect(rows).toHaveLength(8)
    expect(of('image', 'good').difference).toBeNull()
    for (const mode of ['image+caption', 'caption']) {
      expect(of(mode, 'good')).toMatchObject({ mean: 1, low: 1, high: 1, states: 60 })
      expect(of(mode, 'good').difference!.mean).toBeCloseTo(1 - of('image', 'good').mean)
      expect(of(mode, 'good').difference!.low).toBeGreaterThan(0)
    }
    expect(of('wrong-caption', 'good').mean).toBeLessThan(1)
    expect(of('wrong-caption', 'legal').mean).toBeLessThan(1)
    expect(await run()).toEqual(rows)
  })

  it('leave out what a game does not have', async () => {
    const { expert: _, ...rest } = toyGame
    const bare: AnyGame = rest
    const single = envSpec({ ...spec, game: bare, config: { rows: 1, columns: 1 } })
    const own = fixedStates(single, 0, 3, 1)
    const rows = await interventions({ policy: listener, decoding: 'scripted', spec: single, states: own, seed: 5 })
    expect(rows.map(({ mode, metric }) => `${mode} ${metric}`)).toEqual(['image legal', 'image+caption legal', 'caption legal'])
  })

  it('give no half of a table', async () => {
    const failing = scriptedPolicy((observation) =>
      isBlank(observation) ? { text: '', failure: { boundary: 'endpoint', reason: 'gone' } } : '',
    )
    await expect(run(failing)).rejects.toThrow(EngineError)
  })

  it('ask in batches, hand states to those who need them, and stop on abort', async () => {
    const questions = states.map((fixed) => ({ spec, fixed }))
    const teacher = teacherPolicy({ gameNamed: () => toyGame, blind: false, slip: 0 })
    const told = await decide(teacher, questions, { seed: 1, batch: 7 })
    expect(told).toEqual(states.map(() => ({ cells: 1, exact: 1, think: 1, own: null, legal: 1, good: 1 })))
    await expect(decide(listener, questions, { seed: 1, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})
