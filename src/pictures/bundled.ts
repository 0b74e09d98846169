/**
 * The bundled set: the ten classes of CIFAR-10, drawn by many hands. Openly licensed emoji artwork at 32x32, on plain grounds that say
 * nothing of the class; held-out pictures show drawings that no training picture shows. Sources: assets/pictures/ATTRIBUTION.md.
 */
import { strToU8, unzlibSync } from 'fflate'
import type { Picture } from '../scene.ts'
import { CLASSES, HELD_OUT, PIXELS, SIDE } from './bundled-data.ts'
import type { PictureSet } from './picture-set.ts'

/** Name of the bundled set. */
export const BUNDLED = 'bundled'

const BYTES = 3 * SIDE * SIDE

let bundled: PictureSet | undefined

/** The bundled set, decoded on the first call; the same object ever after. */
export function bundledPictures(): PictureSet {
  bundled ??= { name: BUNDLED, classes: CLASSES, pictures: PIXELS.map(decoded), heldOut: CLASSES.map(() => HELD_OUT) }
  return bundled
}

function decoded(text: string): Picture[] {
  const bytes = unzlibSync(strToU8(atob(text), true))
  return Array.from({ length: bytes.length / BYTES }, (_, i) => ({
    width: SIDE,
    height: SIDE,
    rgb: bytes.slice(i * BYTES, (i + 1) * BYTES),
  }))
}
