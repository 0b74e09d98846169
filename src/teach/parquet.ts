/**
 * The data set as Parquet, in the layout that Hugging Face `datasets` reads and trainers of VLMs expect: `images` (a list of Image features,
 * each {bytes, path}) and `messages` (a list of {role, content}, the content a list of {type, text} with {type: 'image'} where the picture
 * goes). The features stand in the file's metadata under the key "huggingface".
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { type Example, SPLITS, type Split } from '../datasets/index.ts'
import { StorageError } from '../errors.ts'
import type { RunFolder } from '../runs/index.ts'

/** Rows written at once. */
const GROUP = 500

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

/** Writes a file for each part that has examples, and takes away one that has none. Throws StorageError. */
export async function writeParquet(folder: RunFolder, examples: readonly Example[]): Promise<void> {
  await mkdir(folder.file('data'), { recursive: true })
  for (const split of SPLITS) {
    const path = folder.file(parquetFile(split))
    const own = examples.filter((example) => example.split === split)
    try {
      if (own.length === 0) await rm(path, { force: true })
      else await writeFile(folder, path, own)
    } catch (error) {
      throw new StorageError(`cannot write ${path}: ${(error as Error).message}; free some space and go on with --resume`, { cause: error })
    }
  }
}

async function writeFile(folder: RunFolder, path: string, examples: readonly Example[]): Promise<void> {
  const partial = `${path}.partial`
  const writer = new ParquetWriter({
    writer: fileWriter(partial),
    schema: [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS.flat()],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features: FEATURES } }) }],
    createdBy: 'vlm-gym',
  })
  for (let from = 0; from < examples.length; from += GROUP) {
    const part = examples.slice(from, from + GROUP)
    const pictures = await Promise.all(part.map(({ images: [name] }) => readFile(folder.file(name))))
    const columns: { [name: string]: unknown[] } = {
      images: part.map(({ images: [name] }, i) => [{ bytes: new Uint8Array(pictures[i] as Buffer), path: basename(name) }]),
      messages: part.map(({ messages }) =>
        messages.map(({ role, content }) => ({
          role,
          content: content.map((one) => ({ type: one.type, text: 'text' in one ? one.text : null })),
        })),
      ),
    }
    for (const name of ['id', 'game', 'action', 'reward', 'regret', 'state'] as const) columns[name] = part.map((example) => example[name])
    await writer.write({
      columnData: Object.entries(columns).map(([name, data]) => ({ name, data })),
      rowGroupSize: GROUP,
    })
  }
  await writer.finish()
  await rename(partial, path)
}
