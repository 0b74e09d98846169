/** What an exported model says of itself. A browser's runtime does not give a file's metadata, so the few fields are read here. */
import * as z from 'zod/mini'

const count = z.number()
const about = z.object({
  picture: z.object({ width: count, height: count, patch: count, rows: count, columns: count, divide: count, add: count }),
  text: z.object({ length: count, padding: count, stop: count }),
  words: z.array(z.string()),
})
export type ModelAbout = z.output<typeof about>

interface Field {
  readonly number: number
  readonly from: number
  readonly to: number
}

/** The fields with a length of a protobuf message. Throws RangeError where the bytes end too soon. */
function fieldsOf(bytes: Uint8Array, from: number, to: number): Field[] {
  const found: Field[] = []
  let at = from
  const number = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined || at > to) throw new RangeError('the message ends too soon')
      value += (byte & 127) * scale
      scale *= 128
      if (byte < 128) return value
    }
  }
  while (at < to) {
    const tag = number()
    if (tag % 8 === 0) number()
    else if (tag % 8 === 2) {
      const length = number()
      found.push({ number: Math.floor(tag / 8), from: at, to: at + length })
      at += length
    } else throw new RangeError('the message has fields of another kind')
  }
  return found
}

/** Number of `metadata_props` in an ONNX file. */
const METADATA = 14

/** Throws Error with one sentence for a file that `vlm-gym export` did not write. */
export function aboutOf(bytes: Uint8Array): ModelAbout {
  try {
    const text = ({ from, to }: Field): string => new TextDecoder().decode(bytes.subarray(from, to))
    const entries = fieldsOf(bytes, 0, bytes.length).filter(({ number }) => number === METADATA)
    const pairs = Object.fromEntries(entries.map(({ from, to }) => fieldsOf(bytes, from, to).map(text)))
    const parsed = ['picture', 'text', 'words'].map((key) => [key, JSON.parse(pairs[key])])
    return about.parse(Object.fromEntries(parsed))
  } catch {
    throw new Error('this is not a model that vlm-gym export wrote; give such an .onnx file')
  }
}
