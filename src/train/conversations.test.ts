/** The trainer on an engine with another chat format: Qwen's tokens, full prompts, and episodes of two turns that are one conversation. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qwenChat } from '../chat-formats/qwen.ts'
import { smallTokenizer } from '../chat-formats/tokenizer-fixture.ts'
import type { Datum, Engine } from '../engine.ts'
import { createRun, METRICS_FILE, type MetricLine } from '../runs/index.ts'
import { mockEngine } from '../testing/index.ts'
import { parseTrainConfig } from './config.ts'
import { presetNamed } from './presets.ts'
import { train } from './trainer.ts'

const preset = presetNamed('tiny')
const config = parseTrainConfig({
  ...preset,
  games: preset.games.slice(0, 1),
  prompt: 'full',
  recipes: ['g1'],
  maxTokens: 16,
  base: { ...preset.base, steps: 1, batch: 2, optimizer: 'adam', learningRate: 0.01 },
  coldStart: { ...preset.coldStart, steps: 8, batch: 2, optimizer: 'adam', learningRate: 0.8, warmup: 0 },
  rl: { ...preset.rl, steps: 2, states: 2, replies: 3, minibatch: 4, turns: 2, history: 1, stuck: true, optimizer: 'adam' },
})
const chat = qwenChat({ tokenizer: smallTokenizer(), minPixels: 32 * 32 })

describe('training through a chat format of a published model', () => {
  let parent = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'conversations-'))
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  /** Trains a run; its metrics, and the data of its RL steps. */
  async function run(name: string): Promise<{ lines: MetricLine[]; data: Datum[] }> {
    const folder = await createRun(join(parent, name), config)
    const mock = mockEngine({ chat, seed: 1, folder: folder.file('checkpoints') })
    const data: Datum[] = []
    const engine: Engine = {
      ...{ info: mock.info, chat: mock.chat, sampler: (ref) => mock.sampler(ref), optimStep: (params) => mock.optimStep(params) },
      ...{ save: (id, kind) => mock.save(id, kind), load: (ref, how) => mock.load(ref, how), discard: (ref) => mock.discard(ref) },
      close: () => mock.close(),
      forwardBackward: (request) => {
        if (request.loss === 'ppo') data.push(...request.data)
        return mock.forwardBackward(request)
      },
    }
    expect(await train({ folder, config, engine, clock: () => 0 })).toBe('finished')
    const lines = await folder.linesOf(METRICS_FILE)
    await engine.close()
    await folder.close()
    return { lines, data }
  }

  it('learns in the cold start, and puts both turns of an episode, with their pictures, into one sequence; equal numbers again', async () => {
    const { lines, data } = await run('one')
    expect((await run('again')).lines).toEqual(lines)
    const losses = lines.filter(({ stage }) => stage === 'cold-start').map(({ values }) => values.loss as number)
    expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] as number))
    const rl = lines.filter(({ stage }) => stage === 'g1')
    expect(rl.map(({ values }) => values.length)).toEqual([expect.any(Number), expect.any(Number)])
    expect(rl[0]?.values.tokens).toBeGreaterThan(2 * 2 * 3)
    const pictures = data.map(({ modelInput }) => modelInput.chunks.filter(({ type }) => type === 'image').length)
    expect(pictures).toContain(2)
    for (const { lossInputs } of data) {
      const { advantages = [], logprobs = [], targetTokens } = lossInputs
      const written = Array.from(logprobs).filter((lp) => lp !== 0).length
      expect(written).toBeGreaterThan(0)
      expect(written).toBeLessThanOrEqual(2 * config.maxTokens)
      expect([advantages.length, logprobs.length]).toEqual([targetTokens.length, targetTokens.length])
    }
  })
})
