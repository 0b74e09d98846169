/**
 * The subset of the ONNX file format (onnx.proto3, IR version 9) that the engine writes, as a protobufjs descriptor.
 * Field numbers are those of the ONNX specification.
 */
import protobuf from 'protobufjs/light.js'

const repeated = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id })
const one = (type: string, id: number): protobuf.IField => ({ type, id })

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: one('int64', 1),
        opsetImport: repeated('OperatorSetId', 8),
        producerName: one('string', 2),
        graph: one('Graph', 7),
        metadataProps: repeated('StringEntry', 14),
      },
    },
    OperatorSetId: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    StringEntry: { fields: { key: one('string', 1), value: one('string', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: one('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('ValueInfo', 11),
        output: repeated('ValueInfo', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: repeated('Attribute', 5),
        domain: one('string', 7),
      },
    },
    Attribute: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        s: one('bytes', 4),
        ints: repeated('int64', 8),
        type: one('int32', 20),
      },
    },
    Tensor: { fields: { dims: repeated('int64', 1), dataType: one('int32', 2), name: one('string', 8), rawData: one('bytes', 9) } },
    ValueInfo: { fields: { name: one('string', 1), type: one('Type', 2) } },
    Type: { fields: { tensorType: one('TensorType', 1) } },
    TensorType: { fields: { elemType: one('int32', 1), shape: one('Shape', 2) } },
    Shape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: one('int64', 1) } },
  },
})

const Model = root.lookupType('Model')

/** Element types by their ONNX number. */
export const ELEMENT = { float32: 1, int32: 6, int64: 7, bool: 9 } as const
export type ElementType = keyof typeof ELEMENT

export type AttributeValue = number | string | readonly number[] | { readonly float: number }

export interface NodeDef {
  readonly opType: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Whole numbers become INT, `{ float }` FLOAT, lists INTS, text STRING. */
  readonly attributes: { readonly [name: string]: AttributeValue }
}

/** A size of a graph's input or output that each run chooses. */
export const ANY = -1

export interface ValueDef {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}

export interface ConstantDef extends ValueDef {
  readonly data: Float32Array | Int32Array | BigInt64Array
}

export interface GraphDef {
  readonly nodes: readonly NodeDef[]
  readonly inputs: readonly ValueDef[]
  readonly outputs: readonly ValueDef[]
  readonly constants: readonly ConstantDef[]
  /** Floating-point operations of one run's contractions (embedding look-ups not counted). */
  readonly flops: number
  readonly metadata?: { readonly [key: string]: string }
}

function attribute(name: string, value: AttributeValue): object {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  if (typeof value === 'number') return { name, type: 2, i: value }
  if (Array.isArray(value)) return { name, type: 7, ints: value }
  return { name, type: 1, f: (value as { float: number }).float }
}

const valueInfo = ({ name, type, shape }: ValueDef): object => ({
  name,
  type: { tensorType: { elemType: ELEMENT[type], shape: { dim: shape.map((dimValue) => (dimValue === ANY ? {} : { dimValue })) } } },
})

/** An ONNX file: opset 18 and the com.microsoft operators of ONNX Runtime. */
export function encodeOnnx(graph: GraphDef): Uint8Array {
  const message = {
    irVersion: 9,
    producerName: 'vlm-gym',
    opsetImport: [
      { domain: '', version: 18 },
      { domain: 'com.microsoft', version: 1 },
    ],
    metadataProps: Object.entries(graph.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'graph',
      node: graph.nodes.map((node, index) => ({
        input: node.inputs,
        output: node.outputs,
        name: `${node.opType}_${index}`,
        opType: node.opType,
        domain: node.domain,
        attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: graph.constants.map(({ name, type, shape, data }) => ({
        name,
        dims: shape,
        dataType: ELEMENT[type],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  }
  return Model.encode(Model.fromObject(message)).finish()
}
