/** The contract of a picture set. */
import { ConfigError } from '../errors.ts'
import type { Picture } from '../scene.ts'

/** Labelled pictures of any sizes. Data only; never written to. */
export interface PictureSet {
  readonly name: string
  /** Two or more different names; the index of a name is the label. */
  readonly classes: readonly string[]
  /** [class][index], one picture or more for each class. */
  readonly pictures: readonly (readonly Picture[])[]
  /** Per class, the indices of the 'test' split, ascending; all others are for training. */
  readonly heldOut: readonly (readonly number[])[]
}

/** Throws ConfigError unless the set keeps to the contract. */
export function checkPictureSet({ name, classes, pictures, heldOut }: PictureSet): void {
  const fail = (reason: string): never => {
    throw new ConfigError(`The picture set '${name}' ${reason}.`)
  }
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) fail(`has no usable name; take letters, digits, '-', '_' and '.'`)
  if (classes.length < 2 || new Set(classes).size !== classes.length) fail('needs two or more classes with different names')
  if (pictures.length !== classes.length || heldOut.length !== classes.length) {
    fail(`has ${classes.length} classes, pictures for ${pictures.length} and held-out lists for ${heldOut.length}; give each class both`)
  }
  for (const [i, own] of pictures.entries()) {
    if (own.length === 0) fail(`has no picture of class '${classes[i]}'`)
    const wrong = own.findIndex(({ width, height, rgb }) => !(width > 0 && height > 0 && rgb.length === 3 * width * height))
    if (wrong >= 0) fail(`has a picture without 3 bytes for each pixel: '${classes[i]}' ${wrong}`)
    const held = heldOut[i]!
    const ascending = held.every((at, k) => Number.isInteger(at) && at > (held[k - 1] ?? -1) && at < own.length)
    if (!ascending)
      fail(`holds out [${held.slice(0, 8).join(', ')}] of class '${classes[i]}'; use ascending indices of 0..${own.length - 1}`)
  }
}
