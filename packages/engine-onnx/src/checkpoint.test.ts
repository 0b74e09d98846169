import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StorageError } from 'vlm-gym'
import { decodeSafetensors, encodeSafetensors, readCheckpoint } from './checkpoint.ts'

const tensors = new Map([
  ['a', { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, -6.5]) }],
  ['b', { shape: [1], data: Float32Array.from([0.25]) }],
])
const encoder = new TextEncoder()

/** A file with any header, and `body` bytes after it. */
function fileOf(header: string, body: number, length = BigInt(encoder.encode(header).length)): Uint8Array {
  const head = encoder.encode(header)
  const bytes = new Uint8Array(8 + head.length + body)
  new DataView(bytes.buffer).setBigUint64(0, length, true)
  bytes.set(head, 8)
  return bytes
}
const tensor = (from: number, to: number, shape: number[], dtype = 'F32'): object => ({ dtype, shape, data_offsets: [from, to] })
const withTensors = (entries: object, body: number): Uint8Array => fileOf(JSON.stringify(entries), body)

describe('a safetensors file', () => {
  it.each(['plain', 'é', '日本', '🙂🙂x', 'ab🙂'])('gives back what was written, its tensors aligned in bytes: metadata %j', (text) => {
    const bytes = encodeSafetensors({ metadata: { text }, tensors })
    const header = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(header % 8).toBe(0)
    expect(bytes.length).toBe(8 + header + 28)
    expect(decodeSafetensors(bytes, 'x')).toEqual({ metadata: { text }, tensors })
  })

  it('may have a header of any length, and stand anywhere in a buffer', () => {
    for (let spaces = 0; spaces < 8; spaces++) {
      const bytes = fileOf(JSON.stringify({ a: tensor(0, 4, [1]) }) + ' '.repeat(spaces), 4)
      new DataView(bytes.buffer).setFloat32(bytes.length - 4, 2.5, true)
      const within = Buffer.alloc(bytes.length + 3)
      within.set(bytes, 3)
      for (const one of [bytes, within.subarray(3)])
        expect(decodeSafetensors(one, 'x').tensors.get('a')?.data).toEqual(Float32Array.of(2.5))
    }
  })

  const whole = encodeSafetensors({ metadata: {}, tensors })
  const headerEnd = whole.length - 28
  it('is noticed wherever it is cut', () => {
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSafetensors(whole.slice(0, length), 'cut.safetensors'), `${length} bytes`).toThrow(
        length < 8
          ? /cut\.safetensors is not a usable checkpoint: it has \d bytes?, too few/
          : /cut\.safetensors is not .*: it is cut short/,
      )
    expect(() => decodeSafetensors(whole.slice(0, headerEnd + 20), 'x')).toThrow(`it has ${headerEnd + 20} bytes of ${headerEnd + 28}`)
  })

  it.each([
    ['bytes after its end', Uint8Array.from([...whole, 0]), 'it goes on for 1 byte after its last tensor'],
    ['a header longer than the file', fileOf('{}', 0, 1n << 62n), 'cut short or damaged: its header should have 4,611,686,018,427,387,904'],
    ['a header that is not JSON', fileOf('{"a":NaN}', 0), 'its header is not a JSON object'],
    ['a header that is not an object', fileOf('[]', 0), 'its header is not a JSON object'],
    ['a header that is not UTF-8', Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), 'its header is not a JSON object'],
    ['metadata that is not text', withTensors({ __metadata__: { a: 1 } }, 0), 'its metadata is not a list of texts'],
    ['another type', withTensors({ a: tensor(0, 4, [2], 'F16') }, 4), 'tensor "a" is not a float32 tensor'],
    ['a negative size', withTensors({ a: tensor(0, 4, [-1]) }, 4), 'tensor "a" is not a float32 tensor'],
    ['offsets that are no numbers', withTensors({ a: tensor(0, Number.NaN, [1]) }, 4), 'tensor "a" is not a float32 tensor'],
    ['a size that is not that of its bytes', withTensors({ a: tensor(0, 8, [3]) }, 8), 'tensor "a" of shape 3 has 8 bytes'],
    ['a hole', withTensors({ a: tensor(0, 4, [1]), b: tensor(8, 12, [1]) }, 12), 'tensor "b" begins at byte 8 instead of 4'],
    ['an overlap', withTensors({ a: tensor(0, 8, [2]), b: tensor(4, 8, [1]) }, 8), 'tensor "b" begins at byte 4 instead of 8'],
  ])('is refused with %s', (_, bytes, reason) => {
    expect(() => decodeSafetensors(bytes, 'g1.safetensors')).toThrow(StorageError)
    expect(() => decodeSafetensors(bytes, 'g1.safetensors')).toThrow(reason)
    expect(() => decodeSafetensors(bytes, 'g1.safetensors')).toThrow(
      /^g1\.safetensors .*; use the file of a finished save, or an earlier one$/,
    )
  })

  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoint-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is named when it cannot be read or used', async () => {
    await expect(readCheckpoint(folder)).rejects.toThrow(`cannot read the checkpoint ${folder}: it is a folder`)
    const path = join(folder, 'half.safetensors')
    await writeFile(path, whole.subarray(0, 40))
    await expect(readCheckpoint(path)).rejects.toThrow(`${path} is not a usable checkpoint`)
  })
})
