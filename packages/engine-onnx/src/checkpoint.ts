/**
 * Checkpoints in the safetensors format: eight bytes of header length, a JSON header, raw little-endian tensors. Written to a temporary
 * file, synced and renamed, so that a file under its final name is always whole.
 */
import { readFile } from 'node:fs/promises'
import { fileReason, StorageError } from 'vlm-gym'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

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

/** Bytes of a safetensors file. */
export function encodeSafetensors({ metadata, tensors }: SafetensorsFile): Uint8Array {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = JSON.stringify(header)
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8))
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

/** Reads and checks a safetensors file of float32 tensors. Throws StorageError with the reason; `name` is for the message. */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const refuse = (reason: string): never => {
    throw new StorageError(`${name} is not a usable checkpoint: ${reason}; use the file of a finished save, or an earlier one`)
  }
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes`)
  const headLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (headLength > bytes.length - 8) refuse('its header is longer than the file')
  let header: Record<string, unknown> = {}
  try {
    header = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headLength))))
  } catch {
    refuse('its header is not a JSON object')
  }
  const { __metadata__: rawMetadata, ...entries } = header
  const metadata = z.record(z.string(), z.string()).safeParse(rawMetadata ?? {})
  if (!metadata.success) refuse('its metadata is not a list of texts')
  const body = bytes.slice(8 + headLength)
  const tensors = new Map<string, StoredTensor>()
  for (const [key, raw] of Object.entries(entries)) {
    const entry = tensorHeader.safeParse(raw)
    if (!entry.success) return refuse(`tensor ${JSON.stringify(key)} is not a float32 tensor`)
    const [start, end] = entry.data.data_offsets
    const length = entry.data.shape.reduce((a, b) => a * b, 1)
    if (end - start !== 4 * length || end > body.length || start % 4 !== 0) refuse(`tensor ${JSON.stringify(key)} does not fit the file`)
    tensors.set(key, { shape: entry.data.shape, data: new Float32Array(body.buffer, body.byteOffset + start, length) })
  }
  return { metadata: metadata.data ?? {}, tensors }
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
