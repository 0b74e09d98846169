/**
 * CIFAR-10, binary version (Krizhevsky, 2009): files of records, each a label byte and three planes of 32x32 bytes, red, green, blue,
 * row-major. Official files hold 10000 records; any whole number is read. Isomorphic; cifar10-files.ts reads folders.
 */
import { StorageError } from '../errors.ts'
import type { Picture } from '../scene.ts'

/** Class names by label. */
export const CIFAR10_CLASSES: readonly string[] = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const SIDE = 32
const PLANE = SIDE * SIDE
const RECORD = 1 + 3 * PLANE

/** The pictures of one file by label, `[label][index]`, in the order of the file. `fileName` is for messages. Throws StorageError. */
export function parseCifar10Batch(bytes: Uint8Array, fileName: string): Picture[][] {
  const records = bytes.length / RECORD
  if (records < 1 || !Number.isInteger(records)) {
    throw new StorageError(
      `'${fileName}' has ${bytes.length} bytes, not one or more records of ${RECORD}; it is cut short or is not of the binary version of CIFAR-10.`,
    )
  }
  const byLabel: Picture[][] = CIFAR10_CLASSES.map(() => [])
  const pixels = new Uint8Array(records * 3 * PLANE)
  for (let i = 0; i < records; i++) {
    const at = i * RECORD
    const own = byLabel[bytes[at]!]
    if (!own) {
      throw new StorageError(
        `Record ${i} of '${fileName}' has the label ${bytes[at]}, not 0..9; it is not of the binary version of CIFAR-10.`,
      )
    }
    const rgb = pixels.subarray(i * 3 * PLANE, (i + 1) * 3 * PLANE)
    interleave(bytes.subarray(at + 1, at + RECORD), rgb)
    own.push({ width: SIDE, height: SIDE, rgb })
  }
  return byLabel
}

function interleave(planes: Uint8Array, rgb: Uint8Array): void {
  for (let i = 0; i < PLANE; i++) {
    rgb[3 * i] = planes[i]!
    rgb[3 * i + 1] = planes[PLANE + i]!
    rgb[3 * i + 2] = planes[2 * PLANE + i]!
  }
}
