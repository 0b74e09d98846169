import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { frameOf, promptOf } from '../messages.ts'
import type { Observation } from '../policy.ts'
import { Env, observationOf } from './env.ts'
import { formatReply } from './protocol.ts'
import { type EnvSpec, envSpec } from './spec.ts'
import { gamePrompt } from './texts.ts'
import { toyGame } from './toy-game-fixture.ts'
import { type AutoresetMode, VectorEnv } from './vector-env.ts'

const skin = { theme: 'classic', tile: 8, layout: 'board' } as const
const spec = envSpec({ game: toyGame, skin })
const small = envSpec({ game: toyGame, skin: { ...skin, tile: 12 }, config: { rows: 1, columns: 2, moves: 2 }, promptStyle: 'brief' })
const say = (answer: number | string): string => formatReply({ perception: '', think: '', answer: String(answer) })

describe('envSpec', () => {
  it('completes the config and refuses a wrong one', () => {
    expect(spec).toMatchObject({ config: { rows: 2, columns: 3, moves: 6 }, promptStyle: 'full', feedback: true })
    expect(() => envSpec({ game: toyGame, skin, config: { rows: 9 } })).toThrow(ConfigError)
    expect(() => envSpec({ game: toyGame, skin, config: { size: 4 } })).toThrow(/config of toy/)
  })
})

describe('the tags of a spec', () => {
  const game = {
    ...toyGame,
    text: { rules: () => 'Pick.', feedback: () => 'Nothing stood in <answer>.' },
  }
  const promptBy = (options: Partial<EnvSpec>): string => promptOf(new Env(envSpec({ game, skin, ...options }), 1).observe())

  it('stand in full prompts and their feedback, whatever game wrote them', () => {
    const paper = promptBy({})
    expect(paper).toMatch(
      /^Pick\.\n\nReply in exactly this layout:\n<perception>\nr0c0 [^<]+\n<\/perception>\n<think>\nyour reasoning\n<\/think>\n<answer>N<\/answer>\n\nIn <perception>, write [^<]+ In <answer>, put the number of a cell\.\n\nNothing stood in <answer>\.$/,
    )
    expect(promptBy({ tags: 'paper' })).toBe(paper)
    const neutral = paper
      .replaceAll('<think>', '<rationale>')
      .replaceAll('</think>', '</rationale>')
      .replaceAll('<answer>', '<move>')
      .replaceAll('</answer>', '</move>')
    expect(promptBy({ tags: 'neutral' })).toBe(neutral)
  })

  it('leave brief prompts alone, and are one of two sets', () => {
    expect(promptBy({ tags: 'neutral', promptStyle: 'brief' })).toBe('toy 2x3 start')
    expect(() => envSpec({ game, skin, tags: 'xml' as never })).toThrow('there are no reply tags "xml"; choose one of paper, neutral')
  })

  it('say so where a game has no texts for the embedded engine', () => {
    const { embedded: _, ...bare } = toyGame
    const brief = envSpec({ game: bare, skin, promptStyle: 'brief' })
    expect(() => new Env(brief, 1).observe()).toThrow(ConfigError)
    expect(() => new Env(brief, 1).observe()).toThrow(/the game toy has no texts for the embedded engine/)
    expect(promptOf(new Env(envSpec({ game: bare, skin }), 1).observe())).toContain('Answer with the number')
  })

  it('do not matter to the reader', () => {
    const sections = { perception: '', think: '', answer: '0' }
    for (const tags of ['paper', 'neutral'] as const)
      expect(new Env(envSpec({ game, skin, tags: 'neutral' }), 1).step(formatReply(sections, tags)).score).toMatchObject({
        outcome: 'played',
        format: 1,
      })
  })
})

describe('Env', () => {
  it('shows prompt, feedback and picture, never the state', () => {
    const env = new Env(spec, 1)
    const observation = env.observe()
    expect(Object.keys(observation).sort()).toEqual(['game', 'messages'])
    expect(promptOf(observation)).toBe(gamePrompt(toyGame, spec.config, 'full'))
    expect(frameOf(observation)).toMatchObject({ width: 24, height: 16 })
    expect(frameOf(observation)).toBe(frameOf(env.observe()))
    const { observation: after } = env.step('?')
    expect(promptOf(after)).toBe(`${promptOf(observation)}\n\nThe last reply was unreadable.`)
    expect(promptOf(env.reset(1))).toBe(promptOf(observation))
  })

  it('joins brief feedback directly, and leaves it out when off', () => {
    const env = new Env(small, 1)
    expect(promptOf(env.observe())).toBe('toy 1x2 start')
    expect(promptOf(env.step(say(0)).observation)).toBe('toy 1x2 picked')
    expect(promptOf(env.step('?').observation)).toBe('toy 1x2 unreadable')
    expect(promptOf(observationOf({ ...small, feedback: false }, env.snapshot()))).toBe('toy 1x2 ')
  })

  it('draws only when asked, once', () => {
    let drawn = 0
    const game = {
      ...toyGame,
      draw: (...args: Parameters<typeof toyGame.draw>) => {
        drawn++
        return toyGame.draw(...args)
      },
    }
    const env = new Env(envSpec({ game, skin }), 1)
    for (let i = 0; i < 5; i++) env.step(say(0))
    expect(drawn).toBe(0)
    const early = env.observe()
    env.step(say(0))
    frameOf(early)
    frameOf(early)
    expect(drawn).toBe(1)
  })

  it('goes on from a snapshot, through JSON, exactly alike', () => {
    const env = new Env(spec, 3)
    env.step(say(0))
    env.step('?')
    const kept = JSON.parse(JSON.stringify(env.snapshot()))
    const play = (one: Env): unknown[] =>
      [0, 1, 2, 3, 'x', 4].map((answer) => ({
        ...one.step(say(answer)),
        observation: promptOf(one.observe()),
        frame: frameOf(one.observe()),
      }))
    const copy = env.clone()
    const other = new Env(spec, 99)
    other.restore(kept)
    expect(promptOf(other.observe())).toBe(promptOf(env.observe()))
    const first = play(env)
    expect(play(copy)).toEqual(first)
    expect(play(other)).toEqual(first)
    env.restore(kept)
    expect(play(env)).toEqual(first)
    expect(kept).toMatchObject({ steps: 2, last: { legal: false } })
  })

  it('counts steps and return, and stands still after the end', () => {
    const env = new Env(small, 1)
    let total = 0
    for (let i = 0; !env.terminated && i < 20; i++) total += env.step(say(i % 2)).reward
    const { steps, return: sum, state } = env.snapshot()
    expect(sum).toBe(total)
    expect(env.step(say(0))).toMatchObject({ reward: 0, legal: false, terminated: true })
    expect(env.snapshot()).toMatchObject({ steps: steps + 1, return: total, state })
  })
})

describe('VectorEnv', () => {
  const specs: EnvSpec[] = [spec, small, spec, small]
  const answers = (step: number): string[] => specs.map((_, index) => say((step + index) % 3))

  it.each<AutoresetMode>(['next-step', 'same-step', 'disabled'])('%s: equals single envs step by step', (autoreset) => {
    const vector = new VectorEnv(specs, { seed: 5, autoreset })
    const alone = specs.map((_, index) => new VectorEnv(specs.slice(0, index + 1), { seed: 5, autoreset }))
    for (let step = 0; step < 15; step++) {
      const replies = answers(step)
      const together = vector
        .step(replies)
        .map(({ observation, final, ...rest }) => ({ ...rest, prompt: promptOf(observation), final: final && promptOf(final) }))
      for (const [index, one] of alone.entries()) {
        const { observation, final, ...rest } = one.step(replies.slice(0, index + 1))[index] as ReturnType<VectorEnv['step']>[number]
        expect({ ...rest, prompt: promptOf(observation), final: final && promptOf(final) }).toEqual(together[index])
      }
    }
    expect(vector.observe().map((observation) => frameOf(observation))).toEqual(
      alone.map((one) => frameOf(one.observe().at(-1) as Observation)),
    )
  })

  it('equals an Env with the same start', () => {
    const vector = new VectorEnv(specs, { seed: 5, autoreset: 'disabled' })
    const envs = specs.map((one, index) => {
      const env = new Env(one, 0)
      env.restore(vector.snapshot().envs[index] as ReturnType<Env['snapshot']>)
      return env
    })
    for (let step = 0; step < 10; step++) {
      const steps = vector.step(answers(step))
      for (const [index, env] of envs.entries()) expect(env.step(answers(step)[index] as string).score).toEqual(steps[index]?.score)
    }
    expect(vector.snapshot().envs).toEqual(envs.map((env) => env.snapshot()))
  })

  /** Steps env 1 (two moves a game) until its game ends. */
  function toEnd(vector: VectorEnv): ReturnType<VectorEnv['step']>[number] {
    for (let i = 0; i < 20; i++) {
      const step = vector.step([say(0), say(i % 2)])[1]
      if (step?.terminated) return step
    }
    throw new Error('the game does not end')
  }

  it('next-step: last observation, then a step that only resets', () => {
    const vector = new VectorEnv([spec, small], { seed: 1 })
    const end = toEnd(vector)
    expect(end).toMatchObject({ reset: false, final: null, terminated: true })
    expect(toyGame.rules.terminated(vector.snapshot().envs[1]?.state as never)).toBe(true)
    const kept = vector.snapshot()
    const [, fresh] = vector.step([say(0), say(0)])
    expect(fresh).toMatchObject({ reset: true, score: null, reward: 0, terminated: false })
    expect(promptOf(fresh!.observation)).toBe('toy 1x2 start')
    expect(vector.snapshot().envs[1]).toMatchObject({ steps: 0 })
    const later = vector.snapshot()
    vector.restore(kept)
    vector.step([say(0), say(1)])
    expect(vector.snapshot()).toEqual(later)
  })

  it('same-step: a fresh observation at once, the last one kept', () => {
    const vector = new VectorEnv([spec, small], { seed: 1, autoreset: 'same-step' })
    const end = toEnd(vector)
    expect(end).toMatchObject({ reset: true, terminated: true })
    expect([end.observation, end.final as Observation].map(promptOf)).toEqual(['toy 1x2 start', 'toy 1x2 picked'])
    expect(vector.snapshot().envs[1]).toMatchObject({ steps: 0, return: 0 })
  })

  it('disabled: stays until reset, which starts the next game of its own seed', () => {
    const vector = new VectorEnv([spec, small], { seed: 1, autoreset: 'disabled' })
    toEnd(vector)
    expect(vector.step([say(0), say(0)])[1]).toMatchObject({ terminated: true, reward: 0, legal: false, reset: false })
    vector.reset(1)
    const other = new VectorEnv([spec, small], { seed: 1, autoreset: 'same-step' })
    toEnd(other)
    expect(vector.snapshot().envs[1]).toEqual(other.snapshot().envs[1])
    expect(() => vector.reset(2)).toThrow(ConfigError)
    expect(() => vector.step([say(0)])).toThrow(/one reply per env/)
  })
})
