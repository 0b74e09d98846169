/** Picture sets by name: the bundled one, and those that a program registers. */
import { ConfigError } from '../errors.ts'
import { BUNDLED, bundledPictures } from './bundled.ts'
import { checkPictureSet, type PictureSet } from './picture-set.ts'

const registered = new Map<string, PictureSet>()

/** Makes the set known under its own name, instead of an earlier one of that name. The name 'bundled' is taken. */
export function registerPictureSet(set: PictureSet): void {
  checkPictureSet(set)
  if (set.name === BUNDLED)
    throw new ConfigError(`A picture set cannot be registered as '${BUNDLED}', the one that is built in; rename it.`)
  registered.set(set.name, set)
}

/** The set of that name. Throws ConfigError for any other name. */
export function pictureSetNamed(name: string): PictureSet {
  const set = name === BUNDLED ? bundledPictures() : registered.get(name)
  if (!set) throw new ConfigError(`There is no picture set '${name}'; choose one of ${pictureSetNames().join(', ')}, or register it first.`)
  return set
}

/** Names that `pictureSetNamed` knows now. */
export function pictureSetNames(): string[] {
  return [BUNDLED, ...registered.keys()]
}
