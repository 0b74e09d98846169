import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as web from 'onnxruntime-web/wasm'
import { expect, it } from 'vitest'
import type { Frame, ModelInput } from 'vlm-gym'
import { EmbeddedEngine } from './embedded-engine.ts'
import { exportMetadata } from './export.ts'
import { exportOnnx } from './export-file.ts'
import { writePatches } from './inputs.ts'
import { parseModelConfig } from './parameters.ts'

it('exports one ONNX file that onnxruntime-web answers with the same greedy reply', async () => {
  const words = ['a', 'b', 'c', 'd', '</answer>']
  const folder = await mkdtemp(join(tmpdir(), 'export-file-'))
  const engine = new EmbeddedEngine({
    model: { width: 32, layers: 2, heads: 2, headWidth: 16, patch: 8, grid: 4, textLength: 12 },
    words,
    seed: 5,
    threads: 1,
    folder,
  })
  await engine.save('model', 'weights')
  const frame: Frame = { width: 16, height: 16, pixels: Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256) }
  const prompt: ModelInput = {
    chunks: [
      { type: 'image', frame, expectedTokens: 4 },
      { type: 'encoded_text', tokens: [0, 1] },
    ],
  }
  const samples = await engine.sampler().sample({ prompts: [prompt], n: 1, params: { maxTokens: 8, temperature: 0, seed: 0 } })
  const reply = samples[0]?.[0]?.tokens ?? []

  web.env.wasm.numThreads = 1
  const { onnx, info } = await exportOnnx(join(folder, 'model.safetensors'), { rows: 2, columns: 2 })
  await rm(folder, { recursive: true, force: true })
  expect(info).toEqual(engine.info)
  const session = await web.InferenceSession.create(onnx)
  const pixels = new Float32Array(4 * 8 * 8 * 3)
  writePatches(frame, 8, pixels, 0)
  const text = [0, 1]
  while (text.length < 2 + reply.length) {
    const tokens = Int32Array.from({ length: 12 }, (_, i) => text[i] ?? 0)
    const { logits } = await session.run({
      pixels: new web.Tensor('float32', pixels, [1, 4, 192]),
      tokens: new web.Tensor('int32', tokens, [1, 12]),
    })
    const row = (logits as web.Tensor & { data: Float32Array }).data.subarray((text.length - 1) * words.length, text.length * words.length)
    text.push(row.indexOf(Math.max(...row)))
  }
  expect(text.slice(2)).toEqual(reply)
})

it('tells in the file how its inputs are prepared and its output is read', () => {
  const config = parseModelConfig({ patch: 8, grid: 4, textLength: 12 })
  const { usage, ...rest } = exportMetadata({ config, words: ['a', '</answer>'], stopToken: 1, rows: 3, columns: 2 })
  expect(Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, key === 'stop' ? value : JSON.parse(value)]))).toEqual({
    picture: { width: 16, height: 24, patch: 8, rows: 3, columns: 2, channels: 'RGB', divide: 127.5, add: -1 },
    text: { length: 12, padding: 0, stop: 1, match: 'longest' },
    words: ['a', '</answer>'],
    stop: '</answer>',
    model: config,
  })
  for (const part of [
    'pixels [1, 6, 192]',
    '16 pixels wide and 24 high',
    'byte / 127.5 - 1',
    'tokens [1, 12]',
    'logits [1, 12, 2]',
    'token 1, "</answer>"',
  ])
    expect(usage).toContain(part)
})
