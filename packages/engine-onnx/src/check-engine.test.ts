import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Frame, ModelInput } from 'vlm-gym'
import { checkEngine } from 'vlm-gym/testing'
import { EmbeddedEngine } from './embedded-engine.ts'

const words = ['a', 'b', ' (0, 1)', '\nline', '</answer>']
const model = { width: 32, layers: 1, heads: 2, headWidth: 16, patch: 8, grid: 4, textLength: 24 }

function prompt(shade: number): ModelInput {
  const frame: Frame = { width: 16, height: 8, pixels: new Uint8Array(16 * 8 * 3).fill(shade) }
  return {
    chunks: [
      { type: 'image', frame, expectedTokens: 2 },
      { type: 'encoded_text', tokens: [0, 1] },
    ],
  }
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-engine-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the embedded engine keeps the engine contract', async () => {
  const open = async (): Promise<EmbeddedEngine> => new EmbeddedEngine({ model, words, seed: 3, threads: 1, folder })
  const checked = await checkEngine({ open, prompts: () => [prompt(20), prompt(220)], reply: 'b (0, 1)</answer>' })
  expect(checked.length).toBeGreaterThanOrEqual(18)
})
