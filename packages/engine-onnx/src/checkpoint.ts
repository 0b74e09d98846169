/**
 * Checkpoints in the safetensors format: eight bytes of header length, a JSON header, raw little-endian tensors. Written to a temporary
 * file, synced and renamed, so that a file under its final name is always whole.
 */
import { readFile } from 'node:fs/promises'
import { fileReason, StorageError } from 'vlm-gym'
import writeFileAtomic from 'write-file-atomic'
import * as z from 'zod'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface SafetensorsFile {
  readonly metadata: { readonly [key: string]: string }
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

const tensorHeader = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
})

/** Spaces to a multiple of eight bytes, so that the tensors, which follow, are aligned. */
function padded(head: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(head.length / 8) * 8).fill(0x20)
  bytes.set(head)
  return bytes
}

/** Bytes of a safetensors file. The tensors start at a multiple of eight bytes. */
export function encodeSafetensors({ metadata, tensors }: SafetensorsFile): Uint8Array {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const head = padded(new TextEncoder().encode(JSON.stringify(header)))
  const bytes = new Uint8Array(8 + head.length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true)
  bytes.set(head, 8)
  let at = 8 + head.length
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

const ADVICE = 'use the file of a finished save, or an earlier one'

/** Throws StorageError for a file that cannot be used. */
type Refuse = (reason: string) => never

/** The JSON header, and where the tensors begin. */
function readHeader(bytes: Uint8Array, refuse: Refuse): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) refuse(`it has ${count(bytes.length)}, too few for a header`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > bytes.length - 8)
    refuse(
      `it is cut short or damaged: its header should have ${length.toLocaleString('en-US')} bytes, and ${bytes.length === 8 ? 'nothing follows' : `${count(bytes.length - 8)} follow`}`,
    )
  const start = 8 + Number(length)
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)))
    return { header: z.record(z.string(), z.unknown()).parse(value), start }
  } catch {
    return refuse('its header is not a JSON object')
  }
}

/** The same bytes where float32 can be read in place; files of other programs may have a header of any length. */
const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes))

const count = (bytes: number): string => `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`

/** Reads and checks a safetensors file of float32 tensors. Throws StorageError with the reason; `name` is for the message. */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const refuse: Refuse = (reason) => {
    throw new StorageError(`${name} is not a usable checkpoint: ${reason}; ${ADVICE}`)
  }
  const { header, start: bodyStart } = readHeader(bytes, refuse)
  const { __metadata__: rawMetadata, ...entries } = header
  const metadata = z.record(z.string(), z.string()).safeParse(rawMetadata ?? {})
  if (!metadata.success) return refuse('its metadata is not a list of texts')
  const found = Object.entries(entries).map(([key, raw]) => {
    const entry = tensorHeader.safeParse(raw)
    if (!entry.success) return refuse(`tensor ${JSON.stringify(key)} is not a float32 tensor`)
    const { shape, data_offsets: offsets } = entry.data
    const length = shape.reduce((a, b) => a * b, 1)
    const [from, to] = offsets
    if (to - from !== 4 * length) return refuse(`tensor ${JSON.stringify(key)} of shape ${shape.join('×')} has ${count(to - from)}`)
    return { key, shape, length, from, to }
  })
  const body = aligned(bytes.subarray(bodyStart))
  // The format wants the tensors one after another, without holes, to the end of the file.
  let at = 0
  for (const { key, from, to } of found.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== at) refuse(`tensor ${JSON.stringify(key)} begins at byte ${from} instead of ${at}`)
    at = to
  }
  if (at > body.length) refuse(`it is cut short: it has ${count(bytes.length)} of ${(bodyStart + at).toLocaleString('en-US')}`)
  if (at < body.length) refuse(`it goes on for ${count(body.length - at)} after its last tensor`)
  const tensors = found.map(
    ({ key, shape, length, from }) => [key, { shape, data: new Float32Array(body.buffer, body.byteOffset + from, length) }] as const,
  )
  return { metadata: metadata.data, tensors: new Map(tensors) }
}

/** Writes atomically. Throws StorageError (disk full, no permission); an earlier file of that name is then untouched. */
export async function writeCheckpoint(path: string, file: SafetensorsFile): Promise<void> {
  try {
    await writeFileAtomic(path, Buffer.from(encodeSafetensors(file).buffer))
  } catch (error) {
    throw new StorageError(
      `cannot write the checkpoint ${path}: ${fileReason(error, 'write')}; free space or choose another folder, nothing earlier was lost`,
      { cause: error },
    )
  }
}

/** Reads a checkpoint file. Throws StorageError. */
export async function readCheckpoint(path: string): Promise<SafetensorsFile> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new StorageError(`cannot read the checkpoint ${path}: ${fileReason(error)}; give a file that vlm-gym train wrote`, {
      cause: error,
    })
  }
  return decodeSafetensors(bytes, path)
}
