import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentHash, createDataset, type Example, messagesOf } from '../datasets/index.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'
import { parquetFile, writeParquet } from './parquet.ts'

/** Bytes of each picture; they do not compress. */
const PICTURE = 20_000

describe('writeParquet', () => {
  let parent = ''
  let folder: RunFolder
  const examples: Example[] = []
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'parquet-'))
    folder = await createDataset(join(parent, 'set'), {})
    for (let i = 0; i < 40; i++) {
      const picture = Uint8Array.from({ length: PICTURE }, (_, at) => Math.imul(at + 1, 2654435761 + 97 * i) >>> 24)
      const name = contentHash(picture)
      await writeFile(folder.file(`pictures/${name}.png`), picture)
      examples.push({
        ...{ id: contentHash(String(i)), split: i % 4 === 3 ? 'test' : 'train', game: 'toy', hash: contentHash(`h${i}`), state: `s${i}` },
        ...{ action: String(i), reward: i, regret: null, images: [`pictures/${name}.png`] },
        messages: messagesOf(`prompt ${'é'.repeat(i)}`, `reply ${i}`),
      })
    }
  })
  afterAll(async () => {
    await folder.close()
    await rm(parent, { recursive: true, force: true })
  })

  const groupsOf = async (split: 'train' | 'test'): Promise<{ rows: number; bytes: number }[]> => {
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(folder.file(parquetFile(split))))
    return metadata.row_groups.map(({ num_rows, total_byte_size }) => ({ rows: Number(num_rows), bytes: Number(total_byte_size) }))
  }
  const idsOf = async (split: 'train' | 'test'): Promise<unknown[]> =>
    (await parquetReadObjects({ file: await asyncBufferFromFile(folder.file(parquetFile(split))) })).map(({ id }) => id)

  it('ends a row group before it has more bytes than allowed, and keeps the order', async () => {
    const bytes = 4.5 * PICTURE
    expect(await writeParquet(folder, examples, { bytes })).toEqual({ train: 30, test: 10 })
    for (const split of ['train', 'test'] as const) {
      const groups = await groupsOf(split)
      expect(groups.every((group) => group.bytes <= bytes && group.bytes > 0)).toBe(true)
      expect(groups.slice(0, -1).every(({ rows }) => rows === 4)).toBe(true)
      expect(await idsOf(split)).toEqual(examples.filter((example) => example.split === split).map(({ id }) => id))
    }
  })

  it('ends it before it has more rows than allowed, and lets one large example have its own', async () => {
    await writeParquet(folder, examples, { rows: 7 })
    expect((await groupsOf('train')).map(({ rows }) => rows)).toEqual([7, 7, 7, 7, 2])
    await writeParquet(folder, examples, { bytes: 100 })
    expect((await groupsOf('test')).map(({ rows }) => rows)).toEqual(Array(10).fill(1))
  })

  it('writes the same bytes from a stream, and takes away the file of a part that is empty', async () => {
    await writeParquet(folder, examples, { rows: 7 })
    const once = await readFile(folder.file(parquetFile('train')))
    const stream = async function* (): AsyncGenerator<Example> {
      for (const example of examples) if (example.split === 'train') yield example
    }
    expect(await writeParquet(folder, stream(), { rows: 7 })).toEqual({ train: 30, test: 0 })
    expect(await readFile(folder.file(parquetFile('train')))).toEqual(once)
    await expect(stat(folder.file(parquetFile('test')))).rejects.toThrow(/ENOENT/)
  })

  it('tells a picture that is missing', async () => {
    const [first] = examples as [Example]
    const lost: Example = { ...first, images: [`pictures/${'0'.repeat(32)}.png`] }
    await expect(writeParquet(folder, [lost])).rejects.toThrow(StorageError)
  })
})
