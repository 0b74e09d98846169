/**
 * The data set as Parquet, in the layout that Hugging Face `datasets` reads and trainers of VLMs expect: `images` (a list of Image features,
 * each {bytes, path}) and `messages` (a list of {role, content}, the content a list of {type, text} with {type: 'image'} where the picture
 * goes). The features stand in the file's metadata under the key "huggingface".
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { type Example, SPLITS, type Split, textsOf } from '../datasets/index.ts'
import { fileReason, StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'

/** What a row group holds at most; a reader takes it into memory as a whole. */
export interface GroupLimits {
  /** Bytes before compression, pictures included. A larger example makes a group of its own. Default 32 MiB. */
  readonly bytes?: number
  /** Examples. Default 1000. */
  readonly rows?: number
}

/** File of a part, relative to the folder. */
export const parquetFile = (split: Split): string => `data/${split}-00000-of-00001.parquet`

const optional = { repetition_type: 'OPTIONAL' } as const
const text = (name: string): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional })
const number = (name: string): SchemaElement => ({ name, type: 'DOUBLE', ...optional })
/** A list of structs, in Parquet's three levels. */
const listOf = (name: string, fields: readonly SchemaElement[], children: number = fields.length): SchemaElement[] => [
  { name, converted_type: 'LIST', num_children: 1, ...optional },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', num_children: children, ...optional },
  ...fields,
]

const COLUMNS: readonly (readonly SchemaElement[])[] = [
  listOf('images', [{ name: 'bytes', type: 'BYTE_ARRAY', ...optional }, text('path')]),
  listOf('messages', [text('role'), ...listOf('content', [text('type'), text('text')])], 2),
  [text('id')],
  [text('game')],
  [text('action')],
  [number('reward')],
  [number('regret')],
  [text('state')],
]

const value = (dtype: string): object => ({ dtype, _type: 'Value' })
const FEATURES = {
  images: [{ _type: 'Image' }],
  messages: [{ role: value('string'), content: [{ type: value('string'), text: value('string') }] }],
  id: value('string'),
  game: value('string'),
  action: value('string'),
  reward: value('float64'),
  regret: value('float64'),
  state: value('string'),
}

/**
 * Writes a file for each part that has examples, and takes away one that has none. No more than a row group of each part is held in memory.
 * Returns how many examples each part has. Throws StorageError.
 */
export async function writeParquet(
  folder: RunFolder,
  examples: Iterable<Example> | AsyncIterable<Example>,
  limits: GroupLimits = {},
): Promise<Record<Split, number>> {
  try {
    await mkdir(folder.file('data'), { recursive: true })
    const parts = Object.fromEntries(SPLITS.map((split) => [split, partWriter(folder, split, limits)])) as Record<Split, PartWriter>
    for await (const example of examples) await parts[example.split].add(example)
    const counts = {} as Record<Split, number>
    for (const split of SPLITS) counts[split] = await parts[split].finish()
    return counts
  } catch (error) {
    if (error instanceof StorageError) throw error
    throw new StorageError(`cannot write ${folder.file('data')}: ${fileReason(error, 'write')}; free some space and go on with --resume`, {
      cause: error,
    })
  }
}

interface PartWriter {
  add(example: Example): Promise<void>
  /** Puts the file in its place; returns its number of examples. */
  finish(): Promise<number>
}

interface Row {
  readonly example: Example
  readonly picture: Uint8Array
}

function partWriter(folder: RunFolder, split: Split, { bytes: most = 32 * 2 ** 20, rows: longest = 1000 }: GroupLimits): PartWriter {
  const path = folder.file(parquetFile(split))
  const partial = `${path}.partial`
  let writer: ParquetWriter | undefined
  let group: Row[] = []
  let [size, count] = [0, 0]
  const writeGroup = async (): Promise<void> => {
    writer ??= fileOf(partial)
    const columnData = Object.entries(columnsOf(group)).map(([name, data]) => ({ name, data }))
    await writer.write({ columnData, rowGroupSize: group.length })
    count += group.length
    group = []
    size = 0
  }
  return {
    add: async (example) => {
      const picture = new Uint8Array(await readFile(folder.file(example.images[0])))
      const bytes = picture.length + textBytes(example)
      if (group.length > 0 && (size + bytes > most || group.length >= longest)) await writeGroup()
      group.push({ example, picture })
      size += bytes
    },
    finish: async () => {
      if (group.length > 0) await writeGroup()
      if (writer === undefined) await rm(path, { force: true })
      else {
        await writer.finish()
        await rename(partial, path)
      }
      return count
    },
  }
}

function fileOf(path: string): ParquetWriter {
  return new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS.flat()],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features: FEATURES } }) }],
    createdBy: 'vlm-gym',
  })
}

/** Bytes of an example's own texts and numbers, a little more than they take. */
function textBytes(example: Example): number {
  const { prompt, reply } = textsOf(example)
  const texts = [prompt, reply, example.images[0], example.id, example.game, example.action, example.state]
  return 256 + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

function columnsOf(group: readonly Row[]): { [name: string]: unknown[] } {
  const columns: { [name: string]: unknown[] } = {
    images: group.map(({ example, picture }) => [{ bytes: picture, path: basename(example.images[0]) }]),
    messages: group.map(({ example }) =>
      example.messages.map(({ role, content }) => ({
        role,
        content: content.map((one) => ({ type: one.type, text: 'text' in one ? one.text : null })),
      })),
    ),
  }
  for (const name of ['id', 'game', 'action', 'reward', 'regret', 'state'] as const)
    columns[name] = group.map(({ example }) => example[name])
  return columns
}
