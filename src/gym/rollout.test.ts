import { describe, expect, it } from 'vitest'
import { ConfigError, EngineError } from '../errors.ts'
import { promptOf } from '../messages.ts'
import type { Policy, Reply } from '../policy.ts'
import { Env } from './env.ts'
import { formatReply } from './protocol.ts'
import { type RolloutEvent, rollout } from './rollout.ts'
import { envSpec } from './spec.ts'
import { gamePrompt } from './texts.ts'
import { decodeState, stateHash } from './token.ts'
import { type ToyState, toyGame } from './toy-game-fixture.ts'

const skin = { theme: 'classic', tile: 8, layout: 'board' } as const
const spec = envSpec({ game: toyGame, skin, horizon: 20 })
const episodes = [1, 2, 3, 4, 5].map((seed) => ({ spec, seed }))
const say = (answer: number): Reply => ({ text: formatReply({ perception: '', think: '', answer: String(answer) }) })

/** Takes the first legal cell; `spoil` may replace a reply or throw. */
function firstLegal(spoil: (call: number, index: number) => Reply | null = () => null): Policy & { calls: number[] } {
  const calls: number[] = []
  return {
    name: 'first',
    privileged: true,
    calls,
    reply: async (observations, { privileged }) => {
      calls.push(observations.length)
      return ((privileged?.states ?? []) as ToyState[]).map((state, index) => [
        spoil(calls.length - 1, index) ?? say(toyGame.rules.legalActions(state)[0] as number),
      ])
    },
  }
}

describe('rollout', () => {
  it('plays all episodes together, equal to an env played alone', async () => {
    const policy = firstLegal()
    const done = await rollout(policy, { episodes, seed: 1, keep: 'states' })
    expect(policy.calls[0]).toBe(5)
    for (const [index, trajectory] of done.entries()) {
      const env = new Env(spec, episodes[index]?.seed as number)
      for (const step of trajectory.steps) {
        const { state, last } = decodeState(step.token as string, { toy: toyGame })
        expect({ state, last }).toEqual({ state: env.snapshot().state, last: env.snapshot().last })
        expect(step.hash).toBe(stateHash(toyGame, state))
        expect(env.step(step.reply).score).toEqual(step.score)
      }
      expect(env.terminated).toBe(true)
      expect(trajectory).toMatchObject({ game: 'toy', policy: 'first', stopReason: 'terminated', finished: 1, problem: null })
      expect(trajectory.return).toBe(env.snapshot().return)
      expect(trajectory.played).toBe(trajectory.steps.length)
    }
    expect(JSON.parse(JSON.stringify(done))).toEqual(done)
  })

  it('is the same in small batches for a policy without chance', async () => {
    const plain = await rollout(firstLegal(), { episodes, seed: 1 })
    const policy = firstLegal()
    expect(await rollout(policy, { episodes, seed: 1, batch: 2 })).toEqual(plain)
    expect(policy.calls.slice(0, 3)).toEqual([2, 2, 1])
    expect(plain[0]?.steps[0]).toMatchObject({ token: null, hash: null })
  })

  it('restart: goes on to the horizon through fresh games', async () => {
    const events: RolloutEvent[] = []
    const long = episodes.map(({ seed }) => ({ spec: { ...spec, horizon: 25, restart: true }, seed }))
    const done = await rollout(firstLegal(), { episodes: long, seed: 1, onStep: (event) => events.push(event) })
    for (const [index, { steps, stopReason, finished, score, return: sum }] of done.entries()) {
      expect(steps).toHaveLength(25)
      expect(stopReason).toBe('horizon')
      expect(finished).toBe(steps.filter((step) => step.terminated).length)
      expect(finished).toBeGreaterThanOrEqual(4)
      expect(sum).toBe(score)
      const mine = events.filter((event) => event.episode === index)
      expect(mine.map((event) => event.index)).toEqual(steps.map((_, at) => at))
      const starts = mine.filter((event) => (event.state as ToyState).left === 6).map((event) => JSON.stringify(event.state))
      expect(new Set(starts).size).toBe(starts.length)
      expect(
        mine.filter((event) => (event.state as ToyState).left === 6).every((event) => !promptOf(event.observation).includes('last')),
      ).toBe(true)
    }
  })

  it('ends the episode of a failed reply, and no other', async () => {
    const failure = { boundary: 'endpoint', reason: 'timeout' } as const
    const done = await rollout(
      firstLegal((call, index) => (call === 2 && index === 1 ? { text: '', failure } : null)),
      { episodes, seed: 1 },
    )
    const plain = await rollout(firstLegal(), { episodes, seed: 1 })
    expect(done[1]).toMatchObject({ stopReason: 'failed', problem: 'timeout' })
    expect(done[1]?.steps).toHaveLength(3)
    expect(done[1]?.steps[2]?.score).toMatchObject({ boundary: 'endpoint', outcome: 'unreadable' })
    expect(done.toSpliced(1, 1)).toEqual(plain.toSpliced(1, 1))
  })

  it.each([
    [new Error('502 from the endpoint'), 'endpoint'],
    [new EngineError('out of memory'), 'engine'],
    ['a thrown text', 'endpoint'],
  ])('a call that throws %s fails its batch at %s', async (error, boundary) => {
    const done = await rollout(
      firstLegal((call) => {
        if (call === 3) throw error
        return null
      }),
      { episodes, seed: 1, batch: 3 },
    )
    expect(done.map(({ stopReason }) => stopReason)).toEqual(['terminated', 'terminated', 'terminated', 'failed', 'failed'])
    expect(done[4]?.steps.at(-1)?.score).toMatchObject({ boundary, problem: error instanceof Error ? error.message : error })
    expect(done[4]?.steps).toHaveLength(2)
  })

  it('a policy that answers short fails; a wrong call is passed on', async () => {
    const silent: Policy = { name: 'silent', privileged: false, reply: async () => [] }
    const [one] = await rollout(silent, { episodes, seed: 1 })
    expect(one).toMatchObject({ stopReason: 'failed', problem: 'The policy silent gave no reply.' })
    const wrong: Policy = { name: 'wrong', privileged: false, reply: async () => Promise.reject(new ConfigError('needs the states')) }
    await expect(rollout(wrong, { episodes, seed: 1 })).rejects.toThrow('needs the states')
    await expect(rollout(wrong, { episodes, seed: 1, batch: 0 })).rejects.toThrow(ConfigError)
  })

  it('refuses a spec without a horizon before anything is asked', async () => {
    const policy = firstLegal()
    const endless = [...episodes, { spec: envSpec({ game: toyGame, skin }), seed: 6 }]
    await expect(rollout(policy, { episodes: endless, seed: 1 })).rejects.toThrow(
      new ConfigError(
        'the horizon of toy is null, so an episode without legal replies would never end; give its spec a horizon, such as 100',
      ),
    )
    expect(policy.calls).toEqual([])
  })

  it('takes horizon and restart of each episode from its spec', async () => {
    const looks = [
      { horizon: 2, restart: false },
      { horizon: 20, restart: false },
      { horizon: 20, restart: true },
    ]
    for (const pace of [{}, { concurrency: 2 }]) {
      const done = await rollout(firstLegal(), {
        episodes: looks.map((rules) => ({ spec: { ...spec, ...rules }, seed: 1 })),
        seed: 1,
        ...pace,
      })
      expect(done.map(({ stopReason, steps }) => [stopReason, steps.length])).toEqual([
        ['horizon', 2],
        ['terminated', done[1]?.steps.length],
        ['horizon', 20],
      ])
      expect(done[1]?.steps.length).toBeLessThan(20)
    }
  })

  it('hands states to privileged policies only', async () => {
    const seen: unknown[] = []
    const spy: Policy = {
      name: 'spy',
      privileged: false,
      reply: async (observations, options) => {
        seen.push(options.privileged, ...observations.map((observation) => JSON.stringify(observation)))
        return observations.map(() => [say(0)])
      },
    }
    await rollout(spy, { episodes: [{ spec: { ...spec, horizon: 1 }, seed: 1 }], seed: 1 })
    const content = [{ type: 'image' }, { type: 'text', text: gamePrompt(toyGame, spec.config, 'full') }]
    expect(seen).toEqual([undefined, JSON.stringify({ game: 'toy', messages: [{ role: 'user', content }] })])
  })

  it('stops on abort, keeping what was played', async () => {
    const controller = new AbortController()
    const ended: number[] = []
    const done = await rollout(
      firstLegal((call) => {
        if (call === 2) controller.abort()
        return null
      }),
      { episodes, seed: 1, signal: controller.signal, onEpisode: (_, episode) => void ended.push(episode) },
    )
    expect(done.map(({ stopReason, steps }) => [stopReason, steps.length])).toEqual(episodes.map(() => ['aborted', 2]))
    expect(ended).toEqual([0, 1, 2, 3, 4])
  })

  it('starts from given states; an ended one has no step', async () => {
    const state = { ...toyGame.rules.init({ rows: 2, columns: 3, moves: 6 }, 9), left: 1 }
    const start = { state, last: null }
    const over = { state: { ...state, left: 0 }, last: null }
    const [one, none] = await rollout(firstLegal(), {
      episodes: [
        { spec, seed: 1, start },
        { spec, seed: 1, start: over },
      ],
      seed: 1,
    })
    expect(one).toMatchObject({ stopReason: 'terminated', played: 1 })
    expect(none).toMatchObject({ stopReason: 'terminated', steps: [] })
    const [again] = await rollout(firstLegal(), {
      episodes: [{ spec: { ...spec, horizon: 9, restart: true }, seed: 1, start: over }],
      seed: 1,
    })
    expect(again).toMatchObject({ stopReason: 'horizon', played: 9 })
  })
})
