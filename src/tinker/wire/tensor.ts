/** Tensors of the Tinker API, and the little-endian bytes that they and other lists of numbers are in protobuf. */
import * as z from 'zod'
import { ConfigError } from '../../errors.ts'
import { DTYPE, type TensorProto, wholeNumber } from './proto.ts'

/** A dense tensor. `int64` holds whole numbers that a JavaScript number holds exactly. `float64` is an extension of the embedded profile. */
export interface WireTensor {
  readonly dtype: 'float32' | 'int64' | 'float64'
  readonly shape: readonly number[]
  /** Row-major; as many values as `shape` says. Values of float32 are rounded to it on the way. */
  readonly data: ArrayLike<number>
}

/** A tensor of one dimension. */
export const vector = (dtype: WireTensor['dtype'], data: ArrayLike<number>): WireTensor => ({ dtype, shape: [data.length], data })

type Dtype = keyof typeof DTYPE
const BYTES: { readonly [dtype in Dtype]: number } = { float32: 4, int64: 8, int32: 4, bfloat16: 2, float64: 8 }

/** Bytes of a tensor's values. */
export const tensorBytes = ({ dtype, data }: WireTensor): number => data.length * BYTES[dtype]

/** The numbers as little-endian bytes. Throws ConfigError for an integer that its type does not hold. */
export function packed(dtype: 'float32' | 'float64' | 'int32' | 'int64', values: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(values.length * BYTES[dtype])
  const view = new DataView(out.buffer)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (dtype === 'float32') {
      view.setFloat32(i * 4, value, true)
      continue
    }
    if (dtype === 'float64') {
      view.setFloat64(i * 8, value, true)
      continue
    }
    if (!(dtype === 'int64' ? Number.isSafeInteger(value) : (value | 0) === value))
      throw new ConfigError(`${value} is not a whole number of ${dtype}, as Tinker messages hold it; give one.`)
    if (dtype === 'int32') view.setInt32(i * 4, value, true)
    else {
      view.setInt32(i * 8, value | 0, true)
      view.setInt32(i * 8 + 4, Math.floor(value / 2 ** 32), true)
    }
  }
  return out
}

/** The numbers of little-endian bytes: float32 for the fractions of 32 bits and less, plain numbers for the rest. Throws ConfigError for bytes that are no such numbers. */
export function unpacked(dtype: 'float32' | 'bfloat16', bytes: Uint8Array): Float32Array
export function unpacked(dtype: 'int32' | 'int64' | 'float64', bytes: Uint8Array): number[]
export function unpacked(dtype: Dtype, bytes: Uint8Array): Float32Array | number[]
export function unpacked(dtype: Dtype, bytes: Uint8Array): Float32Array | number[] {
  const size = BYTES[dtype]
  if (bytes.length % size !== 0)
    throw new ConfigError(`${bytes.length} bytes are no whole number of ${dtype} values (${size} bytes each); send all bytes of the list.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length / size
  if (dtype === 'float32') return Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true))
  if (dtype === 'bfloat16') {
    const halves = Uint32Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true) << 16)
    return new Float32Array(halves.buffer)
  }
  if (dtype === 'float64') return Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true))
  if (dtype === 'int32') return Array.from({ length: count }, (_, i) => view.getInt32(i * 4, true))
  return Array.from({ length: count }, (_, i) => {
    const value = view.getInt32(i * 8 + 4, true) * 2 ** 32 + view.getUint32(i * 8, true)
    if (!Number.isSafeInteger(value)) throw new ConfigError(`An integer of a Tinker message is beyond ±(2^53 - 1); send smaller ones.`)
    return value
  })
}

/** Element type by its number in protobuf. Throws ConfigError for one that the API does not have. */
export function dtypeOf(number: number | undefined): Dtype {
  const found = Object.entries(DTYPE).find(([, value]) => value === number)
  if (found !== undefined) return found[0] as Dtype
  throw new ConfigError(`A tensor has the element type ${number ?? 0}, which is none of ${known}; send one of those.`)
}

const known = Object.entries(DTYPE)
  .map(([name, value]) => `${name} (${value})`)
  .join(', ')

/** int32 is int64 to the reader, and bfloat16 float32: the API's own two. */
export const publicDtype = (dtype: Dtype): WireTensor['dtype'] => (dtype === 'bfloat16' ? 'float32' : dtype === 'int32' ? 'int64' : dtype)

export function tensorToProto(tensor: WireTensor): TensorProto {
  checkShape(tensor)
  return { dense: packed(tensor.dtype, tensor.data), dtype: DTYPE[tensor.dtype], shape: [...tensor.shape] }
}

export function tensorFromProto({ dense, sparseCsr, dtype, shape = [] }: TensorProto): WireTensor {
  if (sparseCsr !== undefined) throw sparse()
  const type = dtypeOf(dtype)
  const data = unpacked(type, dense ?? new Uint8Array())
  const sizes = shape.map(wholeNumber)
  return checkShape({ dtype: publicDtype(type), shape: sizes.length === 0 ? [data.length] : sizes, data })
}

const sparse = (): ConfigError => new ConfigError('A tensor is sparse (CSR), which is not read here; send it dense.')

/** Throws ConfigError where a shape and the count of values differ. */
function checkShape(tensor: WireTensor): WireTensor {
  const { shape, data } = tensor
  if (shape.reduce((product, size) => product * size, 1) === data.length) return tensor
  throw new ConfigError(`A tensor of shape [${shape.join(', ')}] has ${data.length} values; send as many as its shape says.`)
}

/** TensorData of the JSON bodies. Undefined values of float32 (NaN) are null there. */
export const tensorSchema = z.object({
  data: z.array(z.number().nullable()),
  dtype: z.enum(['float32', 'int64', 'float64']),
  shape: z.array(z.int().min(0)).nullish(),
  sparse_crow_indices: z.array(z.int()).nullish(),
  sparse_col_indices: z.array(z.int()).nullish(),
})
export type TensorJson = z.infer<typeof tensorSchema>

/** Numbers for JSON, NaN as null; those of float32 as they are after rounding to it. */
export const jsonNumbers = (values: ArrayLike<number>, dtype: WireTensor['dtype'] = 'float32'): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : dtype === 'float32' ? Math.fround(value) : value))

/** The reverse: null as NaN. */
export const jsonFloats = (values: readonly (number | null)[]): Float32Array => Float32Array.from(values, (value) => value ?? Number.NaN)

export const tensorToJson = (tensor: WireTensor): TensorJson => ({
  data: jsonNumbers(checkShape(tensor).data, tensor.dtype),
  dtype: tensor.dtype,
  shape: [...tensor.shape],
})

export function tensorFromJson({ data, dtype, shape, sparse_crow_indices, sparse_col_indices }: TensorJson): WireTensor {
  if (sparse_crow_indices != null || sparse_col_indices != null) throw sparse()
  const values = dtype === 'float32' ? jsonFloats(data) : dtype === 'float64' ? data.map((value) => value ?? Number.NaN) : data.map(integer)
  return checkShape({ dtype, shape: shape == null || shape.length === 0 ? [data.length] : shape, data: values })
}

function integer(value: number | null): number {
  if (value !== null && Number.isSafeInteger(value)) return value
  throw new ConfigError(`A tensor of int64 has the value ${value}, which is no whole number; send whole numbers, or float32.`)
}
