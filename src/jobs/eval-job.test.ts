import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EvalConfig, evalConfig } from './eval-config.ts'
import { resumeEvaluation, runEvaluation } from './eval-job.ts'
import type { JobEvent } from './events.ts'
import { namedKind } from './named.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'eval-job-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

const pace = { retries: 0, timeout: 5, threads: 1 }

const config = (over: object = {}): EvalConfig =>
  evalConfig.parse({ names: ['greedy-1'], game: '2048', episodes: 3, horizon: 6, seed: 5, ...over })

describe('runEvaluation', () => {
  test('plays without a folder, and tells where it stands, every episode, and what it plays', async () => {
    const events: JobEvent[] = []
    const { path, evaluations, endpoints } = await runEvaluation(config(), { pace, onEvent: (event) => events.push(event) })
    expect([path, endpoints, evaluations.length]).toEqual([null, [], 1])
    expect(evaluations[0]?.episodes.map(({ policy, steps }) => [policy, steps])).toEqual(Array(3).fill(['greedy-1', 6]))
    const told = events.flatMap((event) => (event.type === 'episode' ? [event.episode] : []))
    expect(told).toEqual(evaluations[0]?.episodes)
    expect(events.find(({ type }) => type === 'note')).toMatchObject({
      text: expect.stringMatching(/^plays 2048 .*3 episodes from seed 5/),
    })
    expect(events.at(-1)).toMatchObject({ type: 'progress', stage: 'greedy-1, scripted', step: 18, total: 18 })
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
  })

  test('in a folder, anchors play along, and going on plays nothing again', async () => {
    const out = join(place, 'run')
    const events: JobEvent[] = []
    const first = await runEvaluation(config(), { pace, out, onEvent: (event) => events.push(event) })
    expect(events[0]).toEqual({ type: 'folder', path: out })
    expect(first.evaluations.map(({ episodes }) => episodes[0]?.policy)).toEqual(['greedy-1', 'random', 'solver'])
    const written = await readFile(join(out, 'results.json'), 'utf8')
    const again = await resumeEvaluation(out, { pace })
    expect(again.evaluations.map(({ rows }) => rows)).toEqual(first.evaluations.map(({ rows }) => rows))
    expect(await readFile(join(out, 'results.json'), 'utf8')).toBe(written)
  })

  test('stops when its signal aborts, and goes on to the same results', async () => {
    const [whole, out] = [join(place, 'whole'), join(place, 'stopped')]
    await runEvaluation(config(), { pace: { ...pace, concurrency: 1 }, out: whole })
    const controller = new AbortController()
    const onEvent = (event: JobEvent): void => {
      if (event.type === 'episode' && event.episode.policy === 'random') controller.abort()
    }
    const kept = { pace: { ...pace, concurrency: 1 }, onEvent, signal: controller.signal }
    await expect(runEvaluation(config(), { ...kept, out })).rejects.toThrow()
    await resumeEvaluation(out, { pace: kept.pace })
    expect(await readFile(join(out, 'results.json'), 'utf8')).toBe(await readFile(join(whole, 'results.json'), 'utf8'))
  })

  test('writes nothing for names of nobody', async () => {
    const out = join(place, 'nobody')
    for (const [name, reason] of [
      ['./x', /is no policy, checkpoint or model/],
      ['greedy', /greedy-1/],
      ['nowhere.safetensors', /cannot read the checkpoint/],
    ] as const) {
      await expect(runEvaluation(config({ names: [name] }), { pace, out })).rejects.toThrow(reason)
    }
    await expect(readFile(join(out, 'run.json'))).rejects.toThrow(/ENOENT/)
  })
})

test('a name is that of a model, a checkpoint or a scripted policy, or of nobody', () => {
  expect(['openai:gpt-4o', 'runs/a/g1.safetensors', 'random'].map(namedKind)).toEqual(['endpoint', 'checkpoint', 'scripted'])
  expect(() => namedKind('opnai:m')).toThrow(/did you mean "openai"/)
})
