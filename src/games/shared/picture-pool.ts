/** The pictures that games show: those of one split of a picture set. */
import { type PictureSet, pictureSetNamed, pictureSetNames } from '../../pictures/index.ts'

/** 'test': the held-out pictures of each class; 'train': all others. */
export type Split = 'train' | 'test'

/** Most pictures of a class and split that games show, the first ones of the set: bounds the catalogue of sprites. */
export const POOL_CAP = 250

/** The pictures of a split. */
export interface Pool {
  readonly set: PictureSet
  /** [class]: indices into the set's pictures of that class, ascending. Classes without a picture in the split are empty. */
  readonly faces: readonly (readonly number[])[]
  /** Classes that have a picture. */
  readonly usable: readonly number[]
  /** [class]: number of pictures of all classes before it. */
  readonly starts: readonly number[]
}

const pools = new WeakMap<PictureSet, { [split in Split]: Pool }>()

/** The pool of a set that is known by that name; the same object for the same set. Throws ConfigError for an unknown name. */
export function poolOf(name: string, split: Split): Pool {
  const set = pictureSetNamed(name)
  let both = pools.get(set)
  if (both === undefined) {
    both = { train: makePool(set, false), test: makePool(set, true) }
    pools.set(set, both)
  }
  return both[split]
}

function makePool(set: PictureSet, test: boolean): Pool {
  const faces = set.pictures.map((pictures, k) => {
    const held = new Set(set.heldOut[k])
    return pictures.flatMap((_, at) => (held.has(at) === test ? [at] : [])).slice(0, POOL_CAP)
  })
  const starts: number[] = []
  let count = 0
  for (const own of faces) {
    starts.push(count)
    count += own.length
  }
  return { set, faces, usable: faces.flatMap((own, k) => (own.length > 0 ? [k] : [])), starts }
}

/** Whether a picture set of that name is known. */
export function isPictureSet(name: string): boolean {
  return pictureSetNames().includes(name)
}

/** Whether any known set has a class of that name. */
export function isClass(label: string): boolean {
  return pictureSetNames().some((name) => pictureSetNamed(name).classes.includes(label))
}
