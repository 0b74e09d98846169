/** A pass over training data and what comes of it. */
import * as z from 'zod'
import { ConfigError } from '../../errors.ts'
import {
  chunkBytes,
  chunkFromProto,
  chunksFromJson,
  chunksToJson,
  chunkToProto,
  modelInputSchema,
  nonEmpty,
  type WireChunk,
} from './chunk.ts'
import { type Codec, readJson } from './codec.ts'
import { type BatchedTensorProto, DTYPE, decodeProto, encodeProto, wholeNumber } from './proto.ts'
import {
  dtypeOf,
  packed,
  publicDtype,
  tensorBytes,
  tensorFromJson,
  tensorFromProto,
  tensorSchema,
  tensorToJson,
  tensorToProto,
  unpacked,
  type WireTensor,
} from './tensor.ts'

export interface WireDatum {
  readonly modelInput: readonly WireChunk[]
  /** By the API's names: target_tokens, weights, logprobs, advantages, … */
  readonly lossFnInputs: { readonly [name: string]: WireTensor }
}

export interface ForwardBackwardRequest {
  readonly modelId: string
  /** Place among the training requests of the model, from 1; 0 where the sender gave none. */
  readonly seqId: number
  readonly data: readonly WireDatum[]
  readonly lossFn: string
  /** By the API's names: clip_low_threshold, clip_high_threshold, … */
  readonly lossFnConfig: { readonly [name: string]: number | string }
  /** True: no gradient. */
  readonly forwardOnly: boolean
}

export interface ForwardBackwardOutput {
  /** Class of the outputs at the server; decides nothing. */
  readonly lossFnOutputType: string
  /** One record a datum: 'logprobs' and what else the server gives. */
  readonly lossFnOutputs: readonly { readonly [name: string]: WireTensor }[]
  /** By name and reduction, such as 'loss:sum'. */
  readonly metrics: { readonly [name: string]: number }
}

/** Bytes of a datum, as clients count them to cut requests: four a token, the files of pictures, the values of tensors. */
export const datumBytes = ({ modelInput, lossFnInputs }: WireDatum): number =>
  modelInput.reduce((sum, chunk) => sum + chunkBytes(chunk), 0) +
  Object.values(lossFnInputs).reduce((sum, tensor) => sum + tensorBytes(tensor), 0)

const mapped = <From, To>(fields: { readonly [name: string]: From }, to: (value: From) => To): { [name: string]: To } =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, to(value)]))

const passSchema = z.object({
  data: z.array(z.object({ model_input: modelInputSchema, loss_fn_inputs: z.record(z.string(), tensorSchema) })),
  loss_fn: z.string(),
  loss_fn_config: z.record(z.string(), z.union([z.number(), z.string()])).nullish(),
})

const requestSchema = z.object({
  model_id: z.string(),
  seq_id: z.int().nullish(),
  forward_backward_input: passSchema.optional(),
  // The name that `forward` has for it.
  forward_input: passSchema.optional(),
})

/**
 * Request of forward_backward, and in JSON of forward too: which of them is told by the name of its field and, in protobuf, by forward_only.
 */
export const forwardBackwardRequest: Codec<ForwardBackwardRequest> = {
  toProto: ({ modelId, seqId, data, lossFn, lossFnConfig, forwardOnly }) => {
    const numbers = Object.entries(lossFnConfig).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    return encodeProto('ForwardBackwardRequest', {
      ...(modelId !== '' && { modelId }),
      ...(seqId !== 0 && { seqId }),
      data: data.map(({ modelInput, lossFnInputs }) => ({
        modelInput: modelInput.map(chunkToProto),
        lossFnInputs: mapped(lossFnInputs, tensorToProto),
      })),
      ...(lossFn !== '' && { lossFn }),
      // Servers before the second map read the first one, which holds no texts.
      lossFnConfig: Object.fromEntries(numbers),
      ...(forwardOnly && { forwardOnly }),
      lossFnConfigV2: mapped(lossFnConfig, (value) => (typeof value === 'number' ? { number: value } : { text: value })),
    })
  },
  fromProto: (bytes) => {
    const { modelId = '', seqId = 0, data = [], ...rest } = decodeProto('ForwardBackwardRequest', bytes)
    const { lossFn = '', lossFnConfig = {}, forwardOnly = false, lossFnConfigV2 = {} } = rest
    const config = mapped(lossFnConfigV2, ({ number, text }) => number ?? text ?? 0)
    return {
      ...{ modelId, seqId, lossFn, forwardOnly },
      data: data.map(({ modelInput = [], lossFnInputs = {} }) => ({
        modelInput: modelInput.map(chunkFromProto),
        lossFnInputs: mapped(lossFnInputs, tensorFromProto),
      })),
      lossFnConfig: { ...lossFnConfig, ...config },
    }
  },
  toJson: ({ modelId, seqId, data, lossFn, lossFnConfig, forwardOnly }) => ({
    model_id: modelId,
    ...(seqId !== 0 && { seq_id: seqId }),
    [forwardOnly ? 'forward_input' : 'forward_backward_input']: {
      data: data.map(({ modelInput, lossFnInputs }) => ({
        model_input: chunksToJson(modelInput),
        loss_fn_inputs: mapped(lossFnInputs, tensorToJson),
      })),
      loss_fn: lossFn,
      ...(Object.keys(lossFnConfig).length > 0 && { loss_fn_config: lossFnConfig }),
    },
  }),
  fromJson: (value) => {
    const { model_id, seq_id, forward_backward_input, forward_input } = readJson(requestSchema, value, 'The forward_backward request')
    const pass = forward_backward_input ?? forward_input
    if (pass === undefined)
      throw new ConfigError('The forward_backward request is refused: forward_backward_input is missing (give data and loss_fn).')
    return {
      ...{ modelId: model_id, seqId: seq_id ?? 0, lossFn: pass.loss_fn, lossFnConfig: pass.loss_fn_config ?? {} },
      forwardOnly: forward_backward_input === undefined,
      data: pass.data.map(({ model_input, loss_fn_inputs }) => ({
        modelInput: chunksFromJson(model_input),
        lossFnInputs: mapped(loss_fn_inputs, tensorFromJson),
      })),
    }
  },
}

const outputSchema = z.object({
  loss_fn_output_type: z.string().default(''),
  loss_fn_outputs: z.array(z.record(z.string(), tensorSchema)),
  metrics: z.record(z.string(), z.number()).nullish(),
})

/** Result of forward_backward and of forward. */
export const forwardBackwardOutput: Codec<ForwardBackwardOutput> = {
  toProto: ({ lossFnOutputType, lossFnOutputs, metrics }) =>
    encodeProto('ForwardBackwardOutput', {
      ...(lossFnOutputType !== '' && { lossFnOutputType }),
      ...(lossFnOutputs.length > 0 && {
        lossFnOutputs: [{ fields: batched(lossFnOutputs), numDatums: lossFnOutputs.length }],
      }),
      metrics: { ...metrics },
    }),
  fromProto: (bytes) => {
    const { lossFnOutputType = '', lossFnOutputs = [], metrics = {} } = decodeProto('ForwardBackwardOutput', bytes)
    const records = lossFnOutputs.flatMap(({ fields = {}, numDatums = 0 }) => separated(fields, wholeNumber(numDatums)))
    return { lossFnOutputType, lossFnOutputs: records, metrics: { ...metrics } }
  },
  toJson: ({ lossFnOutputType, lossFnOutputs, metrics }) => ({
    loss_fn_output_type: lossFnOutputType,
    loss_fn_outputs: lossFnOutputs.map((record) => mapped(record, tensorToJson)),
    metrics,
  }),
  fromJson: (value) => {
    const { loss_fn_output_type, loss_fn_outputs, metrics } = readJson(outputSchema, value, 'The result of forward_backward')
    return {
      lossFnOutputType: loss_fn_output_type,
      lossFnOutputs: loss_fn_outputs.map((record) => mapped(record, tensorFromJson)),
      metrics: metrics ?? {},
    }
  },
}

/** The same field of all data as one tensor with the places where each begins. Throws ConfigError for records that differ in more than length. */
function batched(records: ForwardBackwardOutput['lossFnOutputs']): { [name: string]: BatchedTensorProto } {
  const names = Object.keys(records[0] ?? {})
  const fields = names.map((name): [string, BatchedTensorProto] => {
    const tensors = records.map((record) => record[name])
    const [first] = tensors
    const trailing = first?.shape.slice(1) ?? []
    const parts = tensors.map((tensor) => {
      if (tensor === undefined || tensor.dtype !== first?.dtype || String(tensor.shape.slice(1)) !== String(trailing))
        throw new ConfigError(`The outputs "${name}" of a pass differ in more than their length; give all of them alike.`)
      return packed(tensor.dtype, tensor.data)
    })
    const offsets = [0]
    for (const part of parts) offsets.push((offsets.at(-1) as number) + part.length)
    return [
      name,
      {
        ...nonEmpty('data', Uint8Array.from(Buffer.concat(parts))),
        offsets: packed('int64', offsets),
        dtype: DTYPE[first?.dtype ?? 'float32'],
        trailingShape: [...trailing],
      },
    ]
  })
  if (records.some((record) => Object.keys(record).length !== names.length))
    throw new ConfigError('The outputs of a pass have different fields; give the same for every datum.')
  return Object.fromEntries(fields)
}

/** Batched fields as one record a datum. `count` 0: as many as the first field has. */
function separated(fields: { readonly [name: string]: BatchedTensorProto }, count: number): { [name: string]: WireTensor }[] {
  const lists = Object.entries(fields).map(([name, field]) => ({ name, tensors: tensorsOf(name, field) }))
  const size = count > 0 ? count : (lists[0]?.tensors.length ?? 0)
  for (const { name, tensors } of lists) {
    if (tensors.length !== size)
      throw new ConfigError(`A result of forward_backward has ${tensors.length} tensors "${name}" for ${size} data; send one a datum.`)
  }
  return Array.from({ length: size }, (_, i) => Object.fromEntries(lists.map(({ name, tensors }) => [name, tensors[i] as WireTensor])))
}

function tensorsOf(name: string, { data = new Uint8Array(), offsets, dtype, trailingShape = [] }: BatchedTensorProto): WireTensor[] {
  const type = dtypeOf(dtype)
  const trailing = trailingShape.map(wholeNumber)
  const step = trailing.reduce((product, size) => product * size, 1)
  const places = unpacked('int64', offsets ?? new Uint8Array())
  return places.slice(1).map((end, i) => {
    const start = places[i] as number
    if (start < 0 || start > end || end > data.length)
      throw new ConfigError(
        `The offsets of "${name}" in a result of forward_backward do not lie in its data; send them in ascending order.`,
      )
    const values = unpacked(type, data.subarray(start, end))
    return { dtype: publicDtype(type), shape: [step === 0 ? 0 : Math.floor(values.length / step), ...trailing], data: values }
  })
}
