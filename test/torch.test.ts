/** bench/torch_model.py is the engine's model, so that `npm run bench -- torch` compares like with like. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedEngine } from '@vlm-gym/engine-onnx'
import { afterAll, describe, expect, it } from 'vitest'
// @ts-expect-error: plain JavaScript.
import { compareWithTorch, TOLERANCES, torchMissing } from '../bench/torch.mjs'

const folder = mkdtempSync(join(tmpdir(), 'torch-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(torchMissing() !== null)('the model of bench/torch_model.py (skipped where torch is missing)', { timeout: 600_000 }, () => {
  it('gives the engine’s log-probs, gradient, steps of Adam and Muon, and greedy replies', async () => {
    const compared = await compareWithTorch('tiny', folder, 8)
    // Throws if anything is further apart than it may be.
    const { torch, differences } = await compared.open(1)
    await torch.close()
    expect(Object.keys(differences).toSorted()).toEqual(Object.keys(TOLERANCES).toSorted())

    // Other weights in the checkpoint are another model.
    await new EmbeddedEngine({ ...compared.options, seed: 2 }).save('start', 'weights')
    await expect(compared.open(1)).rejects.toThrow(
      /another model than the engine, so nothing was measured: they differ in logprobs by .*, gradient by/,
    )
  })
})
