/** Picture sets from a folder of the user's: the binary files of CIFAR-10. They become a set that games choose by name, as one of their knobs. */
import { resolve } from 'node:path'
import { loadCifar10 } from '../datasets/index.ts'
import { registerPictureSet } from '../pictures/index.ts'

const loaded = new Set<string>()

/** Loads and registers the set of a folder, once. Throws StorageError that names the file which is missing, cut short or of another kind. */
export async function loadPictures(folder: string): Promise<void> {
  const path = resolve(folder)
  if (loaded.has(path)) return
  registerPictureSet(await loadCifar10(path))
  loaded.add(path)
}
