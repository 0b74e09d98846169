import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Datum, ModelInput } from '../../engine.ts'
import { ConfigError, EngineError } from '../../errors.ts'
import type { Frame } from '../../scene.ts'
import {
  type Codec,
  chunkBytes,
  datumBytes,
  datumFromWire,
  datumToWire,
  EMPTY_LOGPROB,
  type ForwardBackwardOutput,
  type ForwardBackwardRequest,
  forwardBackwardOutput,
  forwardBackwardRequest,
  futureFromJson,
  futureToJson,
  inputFromWire,
  inputToWire,
  logprobsFromWire,
  lossConfigFromWire,
  lossConfigToWire,
  optimStepRequest,
  readFuture,
  readJson,
  resultToWire,
  type SampleRequest,
  type SampleResponse,
  sampleRequest,
  sampleResponse,
  sequenceFromWire,
  sequenceToWire,
  type TopkLogprobs,
  vector,
  type WireChunk,
  type WireTensor,
} from './index.ts'

const float = fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))
const token = fc.integer({ min: 0, max: 2 ** 31 - 1 })
/** Without `__proto__`: no object of JSON keeps a field of that name. */
const name = fc.stringMatching(/^[a-z_]{1,12}$/).filter((text) => text !== '__proto__')
const floats = (size: object = {}): fc.Arbitrary<Float32Array> => fc.array(float, size).map((values) => Float32Array.from(values))
const bytes = fc.uint8Array({ maxLength: 40 })

/** Tensors of one and two dimensions. */
const tensor: fc.Arbitrary<WireTensor> = fc
  .tuple(fc.nat(4), fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), fc.boolean())
  .chain(([rows, columns, whole]) => {
    const count = { minLength: rows * (columns ?? 1), maxLength: rows * (columns ?? 1) }
    const shape = columns === undefined ? [rows] : [rows, columns]
    return whole
      ? fc.array(fc.maxSafeInteger(), count).map((data): WireTensor => ({ dtype: 'int64', shape, data }))
      : floats(count).map((data): WireTensor => ({ dtype: 'float32', shape, data }))
  })

const chunk: fc.Arbitrary<WireChunk> = fc.oneof(
  fc.array(token, { maxLength: 6 }).map((tokens): WireChunk => ({ type: 'encoded_text', tokens })),
  fc
    .record(
      {
        data: bytes,
        format: fc.constantFrom('png' as const, 'jpeg' as const),
        expectedTokens: fc.nat(9000),
        overrideDimensions: fc.record({ width: fc.integer({ min: 1, max: 4096 }), height: fc.integer({ min: 1, max: 4096 }) }),
      },
      { requiredKeys: ['data', 'format'] },
    )
    .map((image): WireChunk => ({ type: 'image', ...image })),
)

const request: fc.Arbitrary<ForwardBackwardRequest> = fc.record({
  modelId: fc.string(),
  seqId: fc.nat(),
  data: fc.array(fc.record({ modelInput: fc.array(chunk, { maxLength: 4 }), lossFnInputs: fc.dictionary(name, tensor, { maxKeys: 3 }) }), {
    maxLength: 3,
  }),
  lossFn: fc.constantFrom('cross_entropy', 'importance_sampling', 'ppo', 'cispo'),
  lossFnConfig: fc.dictionary(name, fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero), fc.string())),
  forwardOnly: fc.boolean(),
})

/** JSON has no -0. */
function positiveZero(value: number): number {
  return value + 0
}

/** Records with the same fields, of the same type, each of a length of its own. */
const output: fc.Arbitrary<ForwardBackwardOutput> = fc.record({
  lossFnOutputType: fc.string(),
  lossFnOutputs: fc.array(
    fc.record({
      logprobs: floats({ maxLength: 5 }).map((data) => vector('float32', data)),
      pairs: fc
        .array(fc.tuple(token, token), { maxLength: 3 })
        .map((rows): WireTensor => ({ dtype: 'int64', shape: [rows.length, 2], data: rows.flat() })),
    }),
    { maxLength: 4 },
  ),
  metrics: fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero)),
})

const topk: fc.Arbitrary<TopkLogprobs> = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })).chain(([k, length]) =>
  fc.record({
    k: fc.constant(k),
    length: fc.constant(length),
    tokens: fc.array(token, { minLength: k * length, maxLength: k * length }),
    logprobs: floats({ minLength: k * length, maxLength: k * length }),
  }),
)

const response: fc.Arbitrary<SampleResponse> = fc.record(
  {
    sequences: fc.array(
      fc.record(
        {
          stopReason: fc.constantFrom('stop' as const, 'length' as const),
          tokens: fc.array(token, { maxLength: 6 }),
          logprobs: fc.option(fc.array(float, { maxLength: 6 }), { nil: null }),
          topkLogprobs: topk,
        },
        { requiredKeys: ['stopReason', 'tokens', 'logprobs'] },
      ),
      { maxLength: 3 },
    ),
    promptLogprobs: fc.array(fc.oneof(float, fc.constant(Number.NaN))).map((values) => Float32Array.from(values)),
    topkPromptLogprobs: topk,
    promptCacheHitTokens: fc.nat(),
    targetPromptLogprobs: tensor,
    promptAltTokens: fc.record({ tokens: tensor, logprobs: tensor }),
  },
  { requiredKeys: ['sequences', 'promptCacheHitTokens'] },
)

const sample: fc.Arbitrary<SampleRequest> = fc.record(
  {
    samplingSessionId: fc.string(),
    baseModel: fc.string(),
    modelPath: fc.string(),
    seqId: fc.nat(),
    numSamples: fc.integer({ min: 1, max: 64 }),
    prompt: fc.array(chunk, { maxLength: 4 }),
    params: fc.record(
      {
        maxTokens: fc.integer({ min: 1, max: 4096 }),
        seed: fc.nat(),
        stop: fc.oneof(fc.array(token), fc.array(fc.string(), { minLength: 1 })),
        temperature: fc.double({ min: 0, max: 4, noNaN: true }).map(positiveZero),
        topK: fc.integer({ min: -1, max: 50 }),
        topP: fc.double({ min: 0, max: 1, noNaN: true }).map(positiveZero),
      },
      { requiredKeys: ['temperature', 'topK', 'topP'] },
    ),
    promptLogprobs: fc.boolean(),
    promptLogprobsLastN: fc.integer({ min: 1, max: 99 }),
    topkPromptLogprobs: fc.nat(9),
    topkSampleLogprobs: fc.nat(9),
    promptAltTokensK: fc.nat(9),
    targetPromptLogprobs: tensor,
    promptIndex: fc.nat(),
    callIndex: fc.nat(),
    callSize: fc.integer({ min: 1, max: 99 }),
  },
  {
    requiredKeys: ['numSamples', 'prompt', 'params', 'promptLogprobs', 'topkPromptLogprobs', 'topkSampleLogprobs', 'promptAltTokensK'],
  },
)

/** As a peer gets it. */
const overJson = (value: object): unknown => JSON.parse(JSON.stringify(value))

describe('the messages', () => {
  const codecs: readonly (readonly [string, Codec<never>, fc.Arbitrary<unknown>])[] = [
    ['forward_backward', forwardBackwardRequest, request],
    ['the result of forward_backward', forwardBackwardOutput, output],
    ['the result of asample', sampleResponse, response],
  ] as never
  it.each(codecs)('come back as they were: %s', (_, codec, messages) => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(codec.fromProto(codec.toProto(message as never))).toEqual(message)
        expect(codec.fromJson(overJson(codec.toJson(message as never)))).toEqual(message)
      }),
    )
  })

  it('come back as they were: asample', () => {
    fc.assert(
      fc.property(sample, (message) => {
        expect(sampleRequest.fromJson(overJson(sampleRequest.toJson(message)))).toEqual(message)
      }),
    )
  })

  it.each(codecs)('skip fields that are not known: %s', (_, codec, messages) => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 100, max: 200 }), bytes, (message, number, content) => {
        const tag = (number << 3) | 2
        const unknown = [(tag & 127) | 128, tag >> 7, content.length, ...content]
        expect(codec.fromProto(Uint8Array.from([...unknown, ...codec.toProto(message as never), ...unknown]))).toEqual(message)
      }),
    )
  })

  it.each(codecs)('are refused or read, whatever the bytes: %s', (_, codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        try {
          codec.fromProto(any)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
    )
    expect(() => codec.fromProto(Uint8Array.of(0x0a, 200, 1))).toThrow(/no protobuf message/)
  })

  it('are refused with the place and the reason', () => {
    const body = {
      model_id: 'm',
      forward_backward_input: {
        data: [{ model_input: { chunks: [] }, loss_fn_inputs: { weights: { data: [1], dtype: 'float16' } } }],
        loss_fn: 'ppo',
      },
    }
    expect(() => forwardBackwardRequest.fromJson(body)).toThrow(/weights\.dtype cannot be "float16"/)
    expect(() => forwardBackwardRequest.fromJson({ model_id: 'm' })).toThrow(/forward_backward_input is missing/)
    expect(() => forwardBackwardRequest.fromJson(null)).toThrow(ConfigError)
    const prompt = (part: object): unknown => ({ prompt: { chunks: [part] }, sampling_params: {} })
    expect(() => sampleRequest.fromJson(prompt({ type: 'image_asset_pointer', location: 'x', format: 'png' }))).toThrow(
      /image_asset_pointer/,
    )
    expect(() => sampleRequest.fromJson(prompt({ type: 'image', data: '!!', format: 'png' }))).toThrow(/not Base64/)
    expect(() => sampleRequest.fromJson(prompt({ type: 'image', data: 'AA==', format: 'gif' }))).toThrow(/format "gif"/)
    expect(() => readJson(optimStepRequest, { model_id: 'm', adam_params: { learning_rate: -1 } }, 'The optim_step request')).toThrow(
      /adam_params\.learning_rate cannot be -1/,
    )
  })

  it('refuse what does not fit together', () => {
    const one = (inputs: { [name: string]: WireTensor }): ForwardBackwardRequest => ({
      ...{ modelId: 'm', seqId: 1, lossFn: 'ppo', lossFnConfig: {}, forwardOnly: false },
      data: [{ modelInput: [], lossFnInputs: inputs }],
    })
    expect(() => forwardBackwardRequest.toProto(one({ weights: { dtype: 'float32', shape: [3], data: [1] } }))).toThrow(
      /shape \[3\] has 1 values/,
    )
    expect(() => forwardBackwardRequest.toProto(one({ weights: vector('int64', [0.5]) }))).toThrow(/0\.5 is not a whole number/)
    const odd: ForwardBackwardOutput['lossFnOutputs'] = [{ logprobs: vector('float32', [1]) }, { pairs: vector('float32', [1]) }]
    expect(() => forwardBackwardOutput.toProto({ lossFnOutputType: '', lossFnOutputs: odd, metrics: {} })).toThrow(/"logprobs"/)
  })

  it('keep an empty table of likeliest tokens as null in JSON, as the API does', () => {
    const table = { k: 1, length: 2, tokens: [0, 5], logprobs: Float32Array.of(EMPTY_LOGPROB, -1) }
    const json = sampleResponse.toJson({ sequences: [], promptCacheHitTokens: 0, topkPromptLogprobs: table })
    expect(json).toMatchObject({ topk_prompt_logprobs: [null, [[5, -1]]] })
  })
})

const frame: Frame = { width: 3, height: 2, pixels: Uint8Array.of(0, 1, 2, 2, 1, 0), palette: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) }
const reading = { imageTokens: ({ width, height }: Pick<Frame, 'width' | 'height'>) => width * height }
const input: ModelInput = {
  chunks: [
    { type: 'encoded_text', tokens: [5, 6] },
    { type: 'image', frame, expectedTokens: 6 },
    { type: 'encoded_text', tokens: [7] },
  ],
}

describe('the engine over the wire', () => {
  it('reads the pictures that were sent, pixel for pixel, in the same bytes each time', () => {
    const sent = inputToWire(input)
    expect(inputFromWire(sent, reading)).toEqual(input)
    expect(inputToWire({ chunks: [...input.chunks] })).toEqual(sent)
    expect((inputToWire(input)[1] as { data: Uint8Array }).data).toBe((sent[1] as { data: Uint8Array }).data)
    const rgb = inputFromWire(inputToWire(input, { rgb: true }), reading).chunks[1]
    expect(rgb).toMatchObject({
      frame: { width: 3, height: 2, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9, 4, 5, 6, 1, 2, 3) },
    })
  })

  it('refuses pictures that it cannot read as they are meant', () => {
    const [, image] = inputToWire(input) as [WireChunk, Extract<WireChunk, { type: 'image' }>]
    expect(() => inputFromWire([{ ...image, expectedTokens: 4 }], reading)).toThrow('Expected 4 tokens, got 6 from image')
    expect(() => inputFromWire([{ ...image, format: 'jpeg' }], reading)).toThrow(/JPEG/)
    expect(() => inputFromWire([image], { ...reading, maxPixels: 5 })).toThrow(/3×2 pixels, more than the 5/)
    expect(() => inputFromWire([{ ...image, overrideDimensions: { width: 6, height: 4 } }], reading)).toThrow(/scaled to 6×4/)
    expect(() => inputFromWire([{ ...image, data: Uint8Array.of(1) }], reading)).toThrow(/not a PNG/)
  })

  it('reads the data that were sent', () => {
    const targetTokens = [0, 0, 0, 0, 0, 0, 0, 7, 8]
    const datum: Datum = {
      modelInput: input,
      lossInputs: { targetTokens, logprobs: new Float32Array(9), advantages: new Float32Array(9).fill(0.5) },
    }
    const wire = datumToWire(datum)
    expect(datumFromWire(wire, reading)).toEqual(datum)
    expect(datumBytes(wire)).toBe(9 * 16 + 12 + chunkBytes(wire.modelInput[1] as WireChunk))
    const bad =
      (inputs: { [name: string]: WireTensor }): (() => Datum) =>
      () =>
        datumFromWire({ ...wire, lossFnInputs: { ...wire.lossFnInputs, ...inputs } }, reading)
    expect(bad({ mask: vector('float32', [1]) })).toThrow(/has "mask"; send target_tokens/)
    expect(bad({ advantages: vector('float32', [1]) })).toThrow(/advantages has the shape \[1\] for a model input of 9 positions/)
    expect(() => datumFromWire({ ...wire, lossFnInputs: {} }, reading)).toThrow(/no target_tokens/)
  })

  it('gives results that fit their requests, and refuses others', () => {
    const result = { logprobs: [new Float32Array(9).fill(-1)], metrics: { loss: 9, tokens: 2 } }
    const wire = resultToWire(result)
    expect(wire.metrics).toEqual({ 'loss:sum': 9, 'tokens:sum': 2 })
    expect(logprobsFromWire(wire, [input])).toEqual(result.logprobs)
    expect(() => logprobsFromWire(wire, [])).toThrow(EngineError)
    expect(() => logprobsFromWire(wire, [{ chunks: [{ type: 'encoded_text', tokens: [1] }] }])).toThrow(
      /9 log-probs for a model input of 1/,
    )
    const sampled = { tokens: [1, 2], logprobs: [-0.5, -0.25], stopReason: 'stop' as const }
    expect(sequenceFromWire(sequenceToWire(sampled))).toEqual(sampled)
    expect(() => sequenceFromWire({ ...sequenceToWire(sampled), logprobs: null })).toThrow(/no log-probs/)
  })

  it('keeps every digit where it is asked to', () => {
    const thirds = new Array<number>(9).fill(1 / 3)
    const wire = datumToWire({ modelInput: input, lossInputs: { targetTokens: new Array(9).fill(7), weights: thirds } }, { exact: true })
    const sent: ForwardBackwardRequest = {
      ...{ modelId: 'm', seqId: 1, lossFn: 'ppo', lossFnConfig: {}, forwardOnly: false },
      data: [wire],
    }
    for (const came of [
      forwardBackwardRequest.fromProto(forwardBackwardRequest.toProto(sent)),
      forwardBackwardRequest.fromJson(overJson(forwardBackwardRequest.toJson(sent))),
    ])
      expect(came.data[0]?.lossFnInputs.weights?.data).toEqual(thirds)
    const sampled = { tokens: [1], logprobs: [-1 / 3], stopReason: 'stop' as const }
    const answer = { sequences: [sequenceToWire(sampled)], promptCacheHitTokens: 0 }
    expect(sampleResponse.fromJson(overJson(sampleResponse.toJson(answer))).sequences[0]?.logprobs).toEqual([-1 / 3])
  })

  it('takes bounds of ratios by the names of the API', () => {
    expect(lossConfigFromWire(lossConfigToWire({ clipLow: 0.8, clipHigh: 1.28 }))).toEqual({ clipLow: 0.8, clipHigh: 1.28 })
    expect(lossConfigFromWire({})).toEqual({})
    expect(() => lossConfigFromWire({ beta: 1 })).toThrow(/has "beta"/)
  })
})

describe('futures', () => {
  it('are read as they were written', () => {
    const states = [
      { state: 'waiting', queue: 'paused_capacity', reason: 'busy' },
      { state: 'waiting', queue: 'active', reason: null },
      { state: 'held', bytes: 70 },
      { state: 'failed', error: 'no such model', category: 'user' },
      { state: 'done', result: { model_id: 'm' } },
    ] as const
    for (const state of states) expect(futureFromJson(futureToJson(state, 'r'))).toEqual(state)
    expect(futureFromJson({ error: 'x', category: 'Server' })).toEqual({ state: 'failed', error: 'x', category: 'server' })
    expect(readFuture({ request_id: 'r', other: 1 })).toEqual({ request_id: 'r' })
    expect(() => readFuture({})).toThrow(/request_id is missing/)
  })
})
