import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StorageError } from '../errors.ts'
import { CIFAR10_CLASSES, checkPictureSet, parseCifar10Batch } from '../pictures/index.ts'
import { loadCifar10 } from './cifar10-files.ts'

/** One record: planes of `red`, of 1, and of the pixel index modulo 256. */
function record(label: number, red: number): Uint8Array {
  const out = new Uint8Array(3073)
  out[0] = label
  out.fill(red, 1, 1025).fill(1, 1025, 2049)
  for (let i = 0; i < 1024; i++) out[2049 + i] = i
  return out
}

const file = (...records: Uint8Array[]): Uint8Array => Uint8Array.from(records.flatMap((one) => [...one]))
const labels = CIFAR10_CLASSES.map((_, label) => label)

describe('a batch', () => {
  test('is sorted by label, in file order, with planes interleaved', () => {
    const byLabel = parseCifar10Batch(file(record(9, 10), record(3, 20), record(9, 30)), 'a.bin')
    expect(byLabel.map((own) => own.length)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 2])
    const { width, height, rgb } = byLabel[9]![1]!
    expect([width, height, rgb.length]).toEqual([32, 32, 3072])
    expect([...rgb.subarray(0, 6)]).toEqual([30, 1, 0, 30, 1, 1])
    expect([...rgb.subarray(-3)]).toEqual([30, 1, 255])
  })

  test('that is empty, cut short, or has a foreign label is refused', () => {
    expect(() => parseCifar10Batch(new Uint8Array(0), 'a.bin')).toThrow(StorageError)
    expect(() => parseCifar10Batch(record(1, 1).subarray(1), 'a.bin')).toThrow("'a.bin' has 3072 bytes")
    expect(() => parseCifar10Batch(file(record(1, 1), record(10, 1)), 'a.bin')).toThrow("Record 1 of 'a.bin' has the label 10")
  })
})

describe('a folder', () => {
  let folder: string
  const put = (name: string, data: Uint8Array | string): Promise<void> => writeFile(join(folder, name), data)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar10-'))
    for (let i = 1; i <= 5; i++) await put(`data_batch_${i}.bin`, file(...labels.map((label) => record(label, i))))
    await put('test_batch.bin', file(...labels.map((label) => record(label, 200)), record(4, 201)))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('becomes a set with the test file held out', async () => {
    const set = await loadCifar10(folder)
    checkPictureSet(set)
    expect([set.name, set.classes]).toEqual(['cifar10', CIFAR10_CLASSES])
    expect(set.pictures[0]!.map(({ rgb }) => rgb[0])).toEqual([1, 2, 3, 4, 5, 200])
    expect(set.pictures[4]!.map(({ rgb }) => rgb[0])).toEqual([1, 2, 3, 4, 5, 200, 201])
    expect([set.heldOut[0], set.heldOut[4]]).toEqual([[5], [5, 6]])
  })

  test('may lie one level up, and may name its classes', async () => {
    await put('batches.meta.txt', 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n')
    const above = await mkdtemp(join(tmpdir(), 'cifar10-above-'))
    await rename(folder, join(above, 'cifar-10-batches-bin'))
    folder = above
    expect((await loadCifar10(above)).classes.join('')).toBe('abcdefghij')
    await put('cifar-10-batches-bin/batches.meta.txt', 'a\nb\n')
    await expect(loadCifar10(above)).rejects.toThrow('lists 2 names')
  })

  test('with a missing, short or one-sided file is refused', async () => {
    await put('data_batch_3.bin', record(0, 1).subarray(0, 3000))
    await expect(loadCifar10(folder)).rejects.toThrow(/data_batch_3\.bin' has 3000 bytes/)
    await put('data_batch_3.bin', record(0, 1))
    await put('test_batch.bin', record(0, 1))
    await expect(loadCifar10(folder)).rejects.toThrow(/no training or no test picture of class 'automobile'/)
    await rm(join(folder, 'test_batch.bin'))
    await expect(loadCifar10(folder)).rejects.toThrow(StorageError)
    await expect(loadCifar10(join(folder, 'nowhere'))).rejects.toThrow(/data_batch_1\.bin' cannot be read/)
  })
})
