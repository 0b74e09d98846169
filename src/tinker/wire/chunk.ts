/** The chunks of a model input on the wire: tokens, and pictures as the bytes of their files. */
import * as z from 'zod'
import { ConfigError } from '../../errors.ts'
import type { ChunkProto } from './proto.ts'
import { packed, unpacked } from './tensor.ts'

export type WireChunk = WireText | WireImage

export interface WireText {
  readonly type: 'encoded_text'
  readonly tokens: readonly number[]
}

export interface WireImage {
  readonly type: 'image'
  /** The file. */
  readonly data: Uint8Array
  readonly format: 'png' | 'jpeg'
  /** Positions of the picture, as its sender counts them. */
  readonly expectedTokens?: number
  /** Sides to which the picture is to be scaled, pixels. */
  readonly overrideDimensions?: { readonly width: number; readonly height: number }
}

/** Bytes of a chunk, as clients count them to cut requests: four a token, and the files of pictures. */
export const chunkBytes = (chunk: WireChunk): number => (chunk.type === 'image' ? chunk.data.length : chunk.tokens.length * 4)

export function chunkToProto(chunk: WireChunk): ChunkProto {
  if (chunk.type === 'encoded_text') return { encodedText: nonEmpty('tokens', packed('int32', chunk.tokens)) }
  const { data, format, expectedTokens, overrideDimensions } = chunk
  return { image: { ...nonEmpty('data', data), format, ...defined({ expectedTokens, overrideDimensions }) } }
}

export function chunkFromProto({ encodedText, image, dmel }: ChunkProto): WireChunk {
  if (encodedText !== undefined) return { type: 'encoded_text', tokens: unpacked('int32', encodedText.tokens ?? new Uint8Array()) }
  if (image === undefined) throw unread(dmel === undefined ? 'of an unknown kind' : 'of sound (dmel)')
  const { data = new Uint8Array(), format, expectedTokens, overrideDimensions: sides } = image
  return {
    ...{ type: 'image', data, format: formatOf(format) },
    ...(expectedTokens !== undefined && { expectedTokens: positions(expectedTokens) }),
    ...(sides !== undefined && { overrideDimensions: { width: sides.width ?? 0, height: sides.height ?? 0 } }),
  }
}

const unread = (kind: string): ConfigError => new ConfigError(`A chunk is ${kind}, which is not read here; send tokens and pictures.`)

function formatOf(format: string | undefined): WireImage['format'] {
  if (format === 'png' || format === 'jpeg') return format
  throw new ConfigError(`A picture has the format "${format ?? ''}"; send "png" or "jpeg".`)
}

function positions(count: number): number {
  if (count >= 0) return count
  throw new ConfigError(`A picture has expected_tokens ${count}; send a whole number from 0.`)
}

const token = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1)
const sides = z.object({ width: z.int().min(1), height: z.int().min(1) })

const chunkSchema = z.object({
  // Old clients leave it out of text.
  type: z.string().default('encoded_text'),
  tokens: z.array(token).optional(),
  data: z.string().optional(),
  format: z.string().optional(),
  expected_tokens: z.int().min(0).nullish(),
  override_dimensions: sides.nullish(),
})

/** ModelInput of the JSON bodies. */
export const modelInputSchema = z.object({ chunks: z.array(chunkSchema) })
export type ModelInputJson = z.input<typeof modelInputSchema>

export const chunksToJson = (chunks: readonly WireChunk[]): ModelInputJson => ({
  chunks: chunks.map((chunk) => {
    if (chunk.type === 'encoded_text') return { type: chunk.type, tokens: [...chunk.tokens] }
    const { type, data, format, expectedTokens: expected_tokens, overrideDimensions: override_dimensions } = chunk
    return { type, data: Buffer.from(data).toString('base64'), format, ...defined({ expected_tokens, override_dimensions }) }
  }),
})

export const chunksFromJson = ({ chunks }: z.output<typeof modelInputSchema>): WireChunk[] =>
  chunks.map(({ type, tokens, data, format, expected_tokens, override_dimensions }): WireChunk => {
    if (type === 'encoded_text' && tokens !== undefined) return { type, tokens }
    if (type !== 'image' || data === undefined) throw unread(`of the type "${type}"${type === 'image' ? ' without data' : ''}`)
    return {
      ...{ type, data: base64(data), format: formatOf(format) },
      ...(expected_tokens != null && { expectedTokens: expected_tokens }),
      ...(override_dimensions != null && { overrideDimensions: override_dimensions }),
    }
  })

function base64(text: string): Uint8Array {
  if (/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) return Uint8Array.from(Buffer.from(text, 'base64'))
  throw new ConfigError('The data of a picture is not Base64; send the bytes of the file in it.')
}

/** A field that is absent where its bytes are none. */
export const nonEmpty = <Name extends string>(name: Name, bytes: Uint8Array): { [name in Name]?: Uint8Array } =>
  (bytes.length === 0 ? {} : { [name]: bytes }) as { [name in Name]?: Uint8Array }

/** The fields that are not undefined. */
export function defined<T extends object>(fields: T): { [name in keyof T]?: Exclude<T[name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
