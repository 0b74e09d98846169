/** Training on text alone: a blind engine with the chat template of a published model, boards in words, full prompts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { templateChat } from '../chat-formats/template.ts'
import { smallTokenizer } from '../chat-formats/tokenizer-fixture.ts'
import type { Datum, Engine } from '../engine.ts'
import { createRun, METRICS_FILE } from '../runs/index.ts'
import { mockEngine } from '../testing/index.ts'
import { parseTrainConfig } from './config.ts'
import { presetNamed } from './presets.ts'
import { train } from './trainer.ts'

const tiny = presetNamed('tiny')
const config = parseTrainConfig({
  ...tiny,
  games: tiny.games.slice(0, 1),
  observation: 'caption',
  prompt: 'full',
  recipes: ['g1'],
  maxTokens: 16,
  base: { ...tiny.base, steps: 0 },
  coldStart: { ...tiny.coldStart, steps: 3, batch: 2, optimizer: 'adam', learningRate: 0.5 },
  rl: { ...tiny.rl, steps: 2, states: 2, replies: 3, turns: 2, history: 1, stuck: true, optimizer: 'adam', taught: {} },
})
const template =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{{ '<|im_start|>assistant\n' }}"
const chat = templateChat({ tokenizer: smallTokenizer(), template, stop: '<|im_end|>' })

it('tells a blind engine the board in words, in the cold start and in reinforcement learning', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'caption-'))
  const folder = await createRun(join(parent, 'run'), config)
  const mock = mockEngine({ chat, images: 0, maxSequence: 8192, folder: folder.file('checkpoints') })
  const data: Datum[] = []
  const engine: Engine = {
    ...{ info: mock.info, chat: mock.chat, sampler: (ref) => mock.sampler(ref), optimStep: (params) => mock.optimStep(params) },
    ...{ save: (id, kind) => mock.save(id, kind), load: (ref, how) => mock.load(ref, how), discard: (ref) => mock.discard(ref) },
    close: () => mock.close(),
    forwardBackward: (request) => {
      data.push(...request.data)
      return mock.forwardBackward(request)
    },
  }
  await expect(train({ folder, config: { ...config, observation: 'image' }, engine })).rejects.toThrow(/is blind.*observation=caption/)
  expect(await train({ folder, config, engine, clock: () => 0 })).toBe('finished')
  const stages = new Set((await folder.linesOf(METRICS_FILE)).map(({ stage }) => stage))
  expect([...stages]).toEqual(['cold-start', 'g1'])
  expect(data.length).toBeGreaterThan(8)
  for (const { modelInput } of data) {
    expect(modelInput.chunks.map(({ type }) => type)).toEqual(['encoded_text'])
    const [chunk] = modelInput.chunks as [{ type: 'encoded_text'; tokens: number[] }]
    expect(chat.read(chunk.tokens).text).toMatch(/user\nThe board as text:\n/)
  }
  await folder.close()
  await rm(parent, { recursive: true, force: true })
})
