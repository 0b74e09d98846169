/**
 * Many answers with their pictures in one binary body, little-endian:
 *
 *     4 bytes   length of the header, n
 *     n bytes   the header, JSON in UTF-8
 *     the rest  the PNG files, one after another
 *
 * In the header `observation.image` of an answer is { offset, length }: bytes of the rest. With a table of texts the header has it as `texts`.
 */
import type { RawEnvelope } from './session.ts'
import { type TextTable, withText } from './text-table.ts'
import type { Envelope } from './wire.ts'

/** Media type of the body. */
export const FRAMES_TYPE = 'application/vnd.vlm-gym.frames'

/** Packs answers, with their texts in `table` if there is one. */
export function packFrames(answers: readonly RawEnvelope[], table: TextTable | null): Uint8Array<ArrayBuffer> {
  let offset = 0
  const results = answers.map(({ envelope, picture }) => {
    const length = picture?.png.length ?? 0
    const image = picture && { offset, length }
    offset += length
    const told = withText(envelope, table)
    return { ...told, observation: { ...told.observation, image } }
  })
  const header = Buffer.from(JSON.stringify({ ...(table !== null && { texts: table.texts }), results }))
  const out = new Uint8Array(4 + header.length + offset)
  new DataView(out.buffer).setUint32(0, header.length, true)
  out.set(header, 4)
  let at = 4 + header.length
  for (const { picture } of answers) {
    if (picture === null) continue
    out.set(picture.png, at)
    at += picture.png.length
  }
  return out
}

/** An answer read from a body: its picture is bytes, or null. */
export interface UnpackedFrame extends Omit<Envelope, 'observation'> {
  readonly observation: Omit<Envelope['observation'], 'image'> & { readonly image: Uint8Array | null }
}

/** Reads a body back, for clients in this language. Throws RangeError for a body that is cut short. */
export function unpackFrames(body: Uint8Array): UnpackedFrame[] {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
  const rest = 4 + length
  if (body.length < rest) throw new RangeError(`the body has ${body.length} bytes; its header alone needs ${rest}`)
  const header = JSON.parse(Buffer.from(body.buffer, body.byteOffset + 4, length).toString())
  const { results, texts } = header as { results: UnpackedFrame[]; texts?: readonly string[] }
  return results.map((result) => {
    const { image: place, text } = result.observation as unknown as {
      readonly image: { readonly offset: number; readonly length: number } | null
      readonly text: string | number
    }
    const image = place && body.subarray(rest + place.offset, rest + place.offset + place.length)
    return { ...result, observation: { ...result.observation, image, text: typeof text === 'string' ? text : (texts?.[text] ?? '') } }
  })
}
