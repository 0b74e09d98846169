/**
 * The protobuf messages of the Tinker API (package `tinker_public`, proto3) as a protobufjs descriptor. Field numbers are those of the SDK's own
 * descriptor, versions 0.25 to 0.38; fields that are not listed here are skipped when a message is read.
 */
import protobuf from 'protobufjs/light.js'
import { ConfigError } from '../../errors.ts'

const one = (type: string, id: number): protobuf.IField => ({ type, id })
const many = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id })
const map = (type: string, id: number): protobuf.IMapField => ({ keyType: 'string', type, id })

/** A field that may be there with its default value: a choice of one, which is how proto3 has it. */
const present = (field: string): { [name: string]: protobuf.IOneOf } => ({ [`_${field}`]: { oneof: [field] } })

/** Element types of tensors, by their number. float64 is an extension of the embedded profile. */
export const DTYPE = { float32: 1, int64: 2, int32: 3, bfloat16: 4, float64: 64 } as const
export const STOP_REASON = { stop: 0, length: 1 } as const

/** With the edition, lists of numbers are packed as proto3 packs them. */
const schema: protobuf.INamespace & { edition: string } = {
  edition: 'proto3',
  nested: {
    ForwardBackwardRequest: {
      fields: {
        modelId: one('string', 1),
        seqId: one('int32', 2),
        data: many('Datum', 3),
        lossFn: one('string', 4),
        lossFnConfig: map('double', 5),
        forwardOnly: one('bool', 6),
        lossFnConfigV2: map('LossConfigValue', 7),
      },
    },
    LossConfigValue: { oneofs: { value: { oneof: ['number', 'text'] } }, fields: { number: one('double', 1), text: one('string', 2) } },
    Datum: { fields: { modelInput: many('Chunk', 1), lossFnInputs: map('Tensor', 2) } },
    Chunk: {
      oneofs: { chunk: { oneof: ['encodedText', 'image', 'dmel'] } },
      fields: { encodedText: one('EncodedTextChunk', 1), image: one('ImageChunk', 2), dmel: one('DmelChunk', 3) },
    },
    EncodedTextChunk: { fields: { tokens: one('bytes', 1) } },
    ImageChunk: {
      oneofs: present('expectedTokens'),
      fields: {
        data: one('bytes', 1),
        format: one('string', 2),
        expectedTokens: one('int32', 3),
        overrideDimensions: one('ImageDimensions', 4),
      },
    },
    ImageDimensions: { fields: { width: one('uint32', 1), height: one('uint32', 2) } },
    DmelChunk: { fields: { dmel: one('bytes', 1) } },
    Tensor: {
      oneofs: { encoding: { oneof: ['dense', 'sparseCsr'] } },
      fields: { dense: one('bytes', 1), sparseCsr: one('SparseCsr', 2), dtype: one('int32', 3), shape: many('int64', 4) },
    },
    SparseCsr: { fields: { values: one('bytes', 1), crowIndices: one('bytes', 2), colIndices: one('bytes', 3) } },
    ForwardBackwardOutput: {
      fields: { lossFnOutputType: one('string', 1), lossFnOutputs: many('ArrayRecord', 2), metrics: map('double', 3) },
    },
    ArrayRecord: { fields: { typeTag: one('string', 1), fields: map('BatchedTensor', 2), numDatums: one('int64', 3) } },
    BatchedTensor: { fields: { data: one('bytes', 1), offsets: one('bytes', 2), dtype: one('int32', 3), trailingShape: many('int64', 4) } },
    SampleResponse: {
      oneofs: present('promptLogprobs'),
      fields: {
        sequences: many('SampledSequence', 1),
        promptLogprobs: one('bytes', 2),
        topkPromptLogprobs: one('TopkLogprobs', 3),
        promptCacheHitTokens: one('int32', 4),
        targetPromptLogprobs: one('Tensor', 5),
        promptAltTokens: one('PromptAltTokens', 6),
      },
    },
    PromptAltTokens: { fields: { tokens: one('Tensor', 1), logprobs: one('Tensor', 2) } },
    SampledSequence: {
      oneofs: present('logprobs'),
      fields: {
        stopReason: one('int32', 1),
        tokens: one('bytes', 2),
        logprobs: one('bytes', 3),
        topkSampledLogprobs: one('TopkLogprobs', 4),
      },
    },
    TopkLogprobs: { fields: { tokenIds: one('bytes', 1), logprobs: one('bytes', 2), k: one('uint32', 3), length: one('uint32', 4) } },
  },
}
const root = protobuf.Root.fromJSON(schema)

/** Whole number of a 64-bit field. */
type Int64 = number | { toNumber(): number }

export interface TensorProto {
  dense?: Uint8Array
  sparseCsr?: object
  dtype?: number
  shape?: Int64[]
}

export interface ChunkProto {
  encodedText?: { tokens?: Uint8Array }
  image?: { data?: Uint8Array; format?: string; expectedTokens?: number; overrideDimensions?: { width?: number; height?: number } }
  dmel?: object
}

export interface ForwardBackwardRequestProto {
  modelId?: string
  seqId?: number
  data?: { modelInput?: ChunkProto[]; lossFnInputs?: { [name: string]: TensorProto } }[]
  lossFn?: string
  lossFnConfig?: { [name: string]: number }
  forwardOnly?: boolean
  lossFnConfigV2?: { [name: string]: { number?: number; text?: string } }
}

export interface BatchedTensorProto {
  data?: Uint8Array
  offsets?: Uint8Array
  dtype?: number
  trailingShape?: Int64[]
}

export interface ForwardBackwardOutputProto {
  lossFnOutputType?: string
  lossFnOutputs?: { typeTag?: string; fields?: { [name: string]: BatchedTensorProto }; numDatums?: Int64 }[]
  metrics?: { [name: string]: number }
}

export interface TopkProto {
  tokenIds?: Uint8Array
  logprobs?: Uint8Array
  k?: number
  length?: number
}

export interface SampleResponseProto {
  sequences?: { stopReason?: number; tokens?: Uint8Array; logprobs?: Uint8Array; topkSampledLogprobs?: TopkProto }[]
  promptLogprobs?: Uint8Array
  topkPromptLogprobs?: TopkProto
  promptCacheHitTokens?: number
  targetPromptLogprobs?: TensorProto
  promptAltTokens?: { tokens?: TensorProto; logprobs?: TensorProto }
}

interface Protos {
  ForwardBackwardRequest: ForwardBackwardRequestProto
  ForwardBackwardOutput: ForwardBackwardOutputProto
  SampleResponse: SampleResponseProto
}

/** Bytes of a message. A field with its default value (0, '', false) must be absent, as in other writers of proto3. */
export const encodeProto = <Name extends keyof Protos>(name: Name, message: Protos[Name]): Uint8Array =>
  Uint8Array.from(root.lookupType(name).encode(message).finish())

/** The message of some bytes; fields that were not there are undefined. Throws ConfigError for bytes that are no such message. */
export function decodeProto<Name extends keyof Protos>(name: Name, bytes: Uint8Array): Protos[Name] {
  const type = root.lookupType(name)
  try {
    return type.toObject(type.decode(bytes)) as Protos[Name]
  } catch (error) {
    throw new ConfigError(`The body is no protobuf message ${name} (${(error as Error).message}); send one as the Tinker API has it.`, {
      cause: error,
    })
  }
}

/** Throws ConfigError for numbers that no list has as its length. */
export function wholeNumber(value: Int64): number {
  const number = typeof value === 'number' ? value : value.toNumber()
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new ConfigError(`The size ${number} in a Tinker message is not a whole number from 0; send the sizes of the data.`)
}
