import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError, EngineError } from '../errors.ts'
import { game2048 } from '../games/2048/index.ts'
import { conversation, envSpec, observationOf, startSnapshot } from '../gym/index.ts'
import { frameOf, textOf } from '../messages.ts'
import { createPolicy } from '../policies/index.ts'
import type { Observation, Policy, Reply } from '../policy.ts'
import { deriveSeed } from '../rng.ts'
import { createRun, openEpisodeStore, openRun, type RunFolder } from '../runs/index.ts'
import { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts'
import { workedExamples } from './examples.ts'
import type { Pace } from './paced.ts'

const spec = envSpec({
  game: game2048,
  config: { size: 3, goal: 32 },
  skin: { theme: 'classic', tile: 8, layout: 'board' },
  promptStyle: 'brief',
  horizon: 8,
  restart: true,
})

let place = ''
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'paced-'))
})
afterEach(() => rm(place, { recursive: true }))

/** A model whose replies take their time and depend on the seed alone; it counts what it is asked. */
function slowModel(change: (reply: Reply, seed: number) => Reply = (reply) => reply): Policy & { asked: number[] } {
  const asked: number[] = []
  return {
    name: 'slow',
    privileged: false,
    asked,
    reply: async (_, { seed }) => {
      asked.push(seed)
      await new Promise((resolve) => setTimeout(resolve, seed % 3))
      const usage = { inputTokens: 10, outputTokens: 5, cost: 0.5, seconds: 0.1, requests: 1 }
      const text = `<perception></perception><think></think><answer>${seed % 4}</answer>`
      return [[change({ text, usage }, seed)]]
    },
  }
}

const play = (policy: Policy, pace: Pace, rest: Partial<EvaluateOptions> = {}): Promise<Evaluation> =>
  evaluate({ policy, decoding: 'sampled', specs: [spec], episodes: 6, seed: 2, pace, ...rest })

describe('own pace', () => {
  it('does not change what is played: any concurrency, and the same records', async () => {
    const one = await play(slowModel(), { concurrency: 1 })
    expect(await play(slowModel(), { concurrency: 5 })).toEqual(one)
    expect(one.episodes.map(({ episode }) => episode)).toEqual([0, 1, 2, 3, 4, 5])
    const values = one.episodes[0]?.values
    expect(values).toMatchObject({ 'input tokens': 10, 'output tokens': 5, cost: 4, latency: expect.closeTo(0.1, 9) })
    expect(one.rows.find(({ metric }) => metric === 'success')).toMatchObject({ episodes: 6, low: expect.any(Number) })
  })

  it('counts a won game as success', async () => {
    const { rows } = await play(createPolicy('solver'), { concurrency: 2 }, { specs: [{ ...spec, horizon: 60 }], decoding: 'scripted' })
    expect(rows.find(({ metric }) => metric === 'success')).toMatchObject({ mean: 1, high: 1 })
    expect(rows.find(({ metric }) => metric === 'success')?.low).toBeLessThan(1)
  })

  it('a wrong setup stops everything, failures in a row too, one failure only its episode', async () => {
    const wrong: Policy = { name: 'x', privileged: false, reply: () => Promise.reject(new ConfigError('wrong key')) }
    await expect(play(wrong, { concurrency: 3 })).rejects.toThrow('wrong key')
    const failure = { boundary: 'endpoint', reason: 'gone' } as const
    const gone = slowModel(() => ({ text: '', failure }))
    await expect(play(gone, { concurrency: 2 }, { episodes: 100 })).rejects.toThrow(EngineError)
    expect(gone.asked.length).toBeLessThan(20)
    const once = deriveSeed(deriveSeed(2, 'evaluation', 'policy'), 3, 1)
    const { episodes } = await play(
      slowModel((reply, seed) => (seed === once ? { text: '', failure } : reply)),
      { concurrency: 2 },
    )
    expect(episodes.map(({ stopReason }) => stopReason)).toEqual(['horizon', 'horizon', 'horizon', 'failed', 'horizon', 'horizon'])
    expect(episodes[3]).toMatchObject({ boundary: 'endpoint', problem: 'gone', steps: 2 })
  })
})

describe('the store', () => {
  const whole = () => play(slowModel(), { concurrency: 1 })
  const resume = async (folder: RunFolder, policy: Policy, pace: Partial<Pace> = {}) => {
    const store = await openEpisodeStore(folder)
    return play(policy, { concurrency: 2, store, ...pace })
  }

  it('goes on after an abort anywhere, asks nothing twice, and ends the same', async () => {
    for (const limit of [1, 7, 23, 40]) {
      const folder = await createRun(join(place, `run-${limit}`), {})
      const controller = new AbortController()
      const policy = slowModel()
      const stopping: Policy = {
        ...policy,
        reply: async (...args) => {
          if (policy.asked.length >= limit) controller.abort(new Error('killed'))
          return policy.reply(...args)
        },
      }
      const store = await openEpisodeStore(folder)
      await expect(play(stopping, { concurrency: 2, store }, { signal: controller.signal })).rejects.toThrow('killed')
      await folder.close()
      const again = await openRun(join(place, `run-${limit}`))
      const rest = slowModel()
      const result = await resume(again, rest)
      await again.close()
      expect(result).toEqual(await whole())
      const kept = (await readFile(again.file('replies.jsonl'), 'utf8')).trim().split('\n')
      expect(new Set(kept).size).toBe(48)
      expect(rest.asked.length).toBeGreaterThanOrEqual(48 - limit - 2)
      expect(rest.asked.length).toBeLessThanOrEqual(48 - limit + 2)
    }
  })

  it('drops torn last lines and damage in the middle, and asks for nothing else again', async () => {
    const folder = await createRun(join(place, 'torn'), {})
    await resume(folder, slowModel())
    for (const name of ['replies.jsonl', 'episodes.jsonl']) {
      const text = await readFile(folder.file(name), 'utf8')
      await writeFile(folder.file(name), text.slice(0, -9))
    }
    const policy = slowModel()
    expect(await resume(folder, policy)).toEqual(await whole())
    expect(policy.asked.length).toBeLessThanOrEqual(1)
    const text = await readFile(folder.file('episodes.jsonl'), 'utf8')
    expect(text.trim().split('\n')).toHaveLength(6)
    await writeFile(folder.file('episodes.jsonl'), text.replace('{', '#'))
    const again = slowModel()
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await resume(folder, again)).toEqual(await whole())
    expect(warned.mock.calls.flat()).toEqual([expect.stringMatching(/^warning: .*episodes\.jsonl line 1 is dropped: it is not JSON/)])
    warned.mockRestore()
    // Its replies are all there.
    expect(again.asked).toHaveLength(0)
    await folder.close()
  })
})

describe('conversations', () => {
  const seen = (seed: number): Observation => observationOf(spec, startSnapshot(spec, seed))

  it('keep the last turns, pictures as the same objects', () => {
    const talk = conversation({ history: 2 })
    const all = [1, 2, 3, 4].map((seed) => {
      const own = seen(seed)
      const observation = talk.recall(own)
      frameOf(observation)
      talk.remember(own, { text: `r${seed}` })
      return observation
    })
    const said = ({ messages }: Observation) => messages.filter(({ role }) => role === 'assistant').map(textOf)
    expect(all.map(said)).toEqual([[], ['r1'], ['r1', 'r2'], ['r2', 'r3']])
    const [second, , , fourth] = [all[1], all[2], all[2], all[3]] as [Observation, Observation, Observation, Observation]
    expect(fourth.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    expect(frameOf({ ...fourth, messages: fourth.messages.slice(0, 1) })).toBe(frameOf(second))
    expect(() => conversation({ history: -1 })).toThrow(ConfigError)
  })

  it('worked examples are true, varied, reproducible, and never from evaluated games', async () => {
    const options = { count: 5, seed: 9, used: new Set<number>() }
    const examples = await workedExamples(spec, options)
    expect(examples).toHaveLength(5)
    expect(new Set(examples.map(({ reply }) => reply)).size).toBe(5)
    expect((await workedExamples(spec, options)).map(({ reply }) => reply)).toEqual(examples.map(({ reply }) => reply))
    const used = new Set([0, 1, 2].map((attempt) => deriveSeed(9, 'worked-example', attempt)))
    const other = await workedExamples(spec, { ...options, count: 1, used })
    expect(other[0]?.reply).not.toBe(examples[0]?.reply)
    const { teacher: _, ...mute } = game2048
    await expect(workedExamples({ ...spec, game: mute }, options)).rejects.toThrow(/leave --examples out/)
  })
})
