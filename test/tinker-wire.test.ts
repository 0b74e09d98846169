/** The messages of src/tinker/wire/ by the official Python SDK's own classes, in both directions. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../src/scene.ts'
import {
  datumToWire,
  EMPTY_LOGPROB,
  type ForwardBackwardRequest,
  forwardBackwardOutput,
  forwardBackwardRequest,
  sampleResponse,
  vector,
  type WireImage,
} from '../src/tinker/wire/index.ts'

/** Python of each environment that has a version of the SDK, separated by ':'. */
const pythons = (process.env.VLM_GYM_TINKER ?? '').split(':').filter((path) => path !== '')
const script = fileURLToPath(new URL('./python/tinker_wire.py', import.meta.url))

const frame: Frame = { width: 3, height: 2, pixels: Uint8Array.of(0, 1, 2, 2, 1, 0), palette: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) }
const datum = datumToWire({
  modelInput: {
    chunks: [
      { type: 'encoded_text', tokens: [5, 70_000] },
      { type: 'image', frame, expectedTokens: 6 },
      { type: 'encoded_text', tokens: [7] },
    ],
  },
  lossInputs: { targetTokens: [0, 0, 0, 0, 0, 0, 0, 7, 8], weights: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0.1) },
})
const request: ForwardBackwardRequest = {
  ...{ modelId: 'm', seqId: 3, data: [datum], lossFn: 'ppo', lossFnConfig: { clip_high_threshold: 1.28 }, forwardOnly: false },
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))

describe.skipIf(pythons.length === 0)('the Python SDK of Tinker (skipped where VLM_GYM_TINKER names no Python with it)', () => {
  it.each(pythons)('reads our messages, and we read its: %s', { timeout: 120_000 }, (python) => {
    const table = { k: 2, length: 2, tokens: [0, 0, 5, 6], logprobs: Float32Array.of(EMPTY_LOGPROB, EMPTY_LOGPROB, -1, -2) }
    const ours = {
      picture: base64((datum.modelInput[1] as WireImage).data),
      request: base64(forwardBackwardRequest.toProto(request)),
      output: base64(
        forwardBackwardOutput.toProto({
          lossFnOutputType: 'ArrayRecord',
          lossFnOutputs: [{ logprobs: vector('float32', [-1, -2]) }, { logprobs: vector('float32', [-3]) }],
          metrics: { 'loss:sum': 2.5 },
        }),
      ),
      sample: base64(
        sampleResponse.toProto({
          sequences: [
            { stopReason: 'stop', tokens: [9, 70_000], logprobs: [-0.5, -0.25] },
            { stopReason: 'length', tokens: [1], logprobs: null },
          ],
          promptLogprobs: Float32Array.of(Number.NaN, -1.5),
          topkPromptLogprobs: table,
          promptCacheHitTokens: 4,
        }),
      ),
    }
    const theirs = JSON.parse(execFileSync(python, [script], { input: JSON.stringify(ours), encoding: 'utf8' }))
    expect(theirs.same).toBe(true)
    expect(forwardBackwardRequest.fromProto(bytesOf(theirs.request))).toEqual(request)
    expect(theirs.output).toEqual({ metrics: { 'loss:sum': 2.5 }, logprobs: [[-1, -2], [-3]] })
    expect(theirs.sample).toEqual({
      sequences: [
        ['stop', [9, 70_000], [-0.5, -0.25]],
        ['length', [1], null],
      ],
      ...{
        prompt: [null, -1.5],
        topk: [
          null,
          [
            [5, -1],
            [6, -2],
          ],
        ],
        cached: 4,
      },
    })
    const { lossFnOutputs, metrics } = forwardBackwardOutput.fromProto(bytesOf(theirs.answer))
    expect(metrics).toEqual({ 'loss:sum': 2.5 })
    expect(lossFnOutputs).toEqual([
      { logprobs: vector('float32', Float32Array.of(-1)), ids: { dtype: 'int64', shape: [1, 2], data: [1, 2] } },
      { logprobs: vector('float32', Float32Array.of(-2, -3)), ids: { dtype: 'int64', shape: [1, 2], data: [3, 4] } },
    ])
    expect(sampleResponse.fromProto(bytesOf(theirs.sampled))).toEqual({
      sequences: [{ stopReason: 'length', tokens: [9, 70_000], logprobs: [-0.5, -0.25] }],
      promptLogprobs: Float32Array.of(Number.NaN, -1.5),
      promptCacheHitTokens: 4,
    })
  })
})
