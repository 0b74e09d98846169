/** A data set in memory, to train on. Everything is read and checked at once, so that a fault shows before training begins. */

import { readFile } from 'node:fs/promises'
import { fileReason, StorageError } from '../errors.ts'
import { shellWord } from '../printable.ts'
import { decodePng } from '../render/index.ts'
import { DATASET, type Line, readFolder } from '../runs/index.ts'
import type { Frame } from '../scene.ts'
import { contentHash, EXAMPLES, type Example, type Split, textsOf } from './example.ts'

/** One example as a model is to see and answer it. */
export interface StoredExample {
  readonly game: string
  readonly prompt: string
  readonly reply: string
  /** Decoded anew at every call. */
  readonly frame: () => Frame
  /** For messages: the file and the line, from 1. */
  readonly place: string
}

/** One part of a data set. */
export interface StoredExamples {
  readonly path: string
  readonly examples: readonly StoredExample[]
  /** Of the examples in their order; equal iff they are. */
  readonly fingerprint: string
}

/**
 * Reads one part of a data set; a damaged line is left out with a warning. Throws StorageError naming the picture that is missing or damaged,
 * for a set without examples, and for one that teaching has not finished.
 */
export async function readExamples(path: string, split: Split): Promise<StoredExamples> {
  const folder = await readFolder(DATASET, path)
  const finished = await readFile(folder.file('README.md')).catch(() => null)
  if (finished === null)
    throw new StorageError(`the data set in ${path} is not finished; go on with: vlm-gym teach --resume ${shellWord(path)}`)
  const lines: Line<Example>[] = []
  await folder.readLines(EXAMPLES, (line) => {
    if (line.value.split === split) lines.push(line)
  })
  const examples: StoredExample[] = []
  for (const { value, number } of lines)
    examples.push(await storedExample(folder.file(value.images[0]), value, `${folder.file(EXAMPLES.name)} line ${number}`))
  if (examples.length === 0) throw new StorageError(`the data set in ${path} has no examples of the split ${split}; teach more`)
  return { path, examples, fingerprint: contentHash(JSON.stringify(lines.map(({ value }) => value))) }
}

async function storedExample(file: string, example: Example, place: string): Promise<StoredExample> {
  const png = await readFile(file).catch((error: Error) => {
    throw new StorageError(`${place} has no picture (${fileReason(error)}); restore it or make the data set anew`, { cause: error })
  })
  if (!file.endsWith(`${contentHash(png)}.png`))
    throw new StorageError(`the picture ${file} is damaged; restore it or make the data set anew`)
  return { game: example.game, ...textsOf(example), frame: () => decodePng(png), place }
}
