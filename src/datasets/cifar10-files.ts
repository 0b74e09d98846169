/** CIFAR-10 from a folder of the official binary version (cifar-10-binary.tar.gz, unpacked). Node only; nothing is ever downloaded. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileReason, StorageError } from '../errors.ts'
import { CIFAR10_CLASSES, type PictureSet, parseCifar10Batch } from '../pictures/index.ts'
import type { Picture } from '../scene.ts'

const TRAIN_FILES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)
const TEST_FILE = 'test_batch.bin'
const NAMES_FILE = 'batches.meta.txt'
const SUBFOLDER = 'cifar-10-batches-bin'

/**
 * The set 'cifar10': each class has the pictures of the five training files in order, then those of the test file, which are held out.
 * `folder` is the one with the files, or the one above it. Not registered. Throws StorageError for missing or malformed files.
 */
export async function loadCifar10(folder: string): Promise<PictureSet> {
  const filesFolder = (await isFolder(join(folder, SUBFOLDER))) ? join(folder, SUBFOLDER) : folder
  const classes = await classNames(filesFolder)
  const train: Picture[][][] = []
  for (const name of TRAIN_FILES) train.push(await batch(filesFolder, name))
  const test = await batch(filesFolder, TEST_FILE)
  const pictures = classes.map((_, label) => [...train, test].flatMap((byLabel) => byLabel[label]!))
  const heldOut = pictures.map((own, label) => range(own.length - test[label]!.length, own.length))
  for (const [label, name] of classes.entries()) {
    if (test[label]!.length > 0 && pictures[label]!.length > test[label]!.length) continue
    throw new StorageError(
      `The files in '${filesFolder}' have no training or no test picture of class '${name}'; put the whole data set there.`,
    )
  }
  return { name: 'cifar10', classes, pictures, heldOut }
}

async function batch(place: string, name: string): Promise<Picture[][]> {
  const path = join(place, name)
  return parseCifar10Batch(await contents(path), path)
}

async function contents(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new StorageError(
      `'${path}' cannot be read: ${fileReason(cause)}; unpack the binary version of CIFAR-10 (cifar-10-binary.tar.gz) there.`,
      { cause },
    )
  }
}

/** The names in the folder's own list, or the usual ones where it has none. */
async function classNames(place: string): Promise<readonly string[]> {
  const path = join(place, NAMES_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return CIFAR10_CLASSES
  const names = text.split(/\s+/).filter((name) => name !== '')
  if (names.length === CIFAR10_CLASSES.length && new Set(names).size === names.length) return names
  throw new StorageError(`'${path}' lists ${names.length} names; it needs ten different ones, or can be left out.`)
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}
