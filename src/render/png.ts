/**
 * Frame -> PNG (W3C PNG, third edition). Deflate is fflate's, in JavaScript with a fixed window, so the bytes are equal on every
 * platform and version of Node or browser. Rows are unfiltered, which suits flat pictures.
 */
import { zlibSync } from 'fflate'
import { ConfigError } from '../errors.ts'
import type { Frame } from '../scene.ts'
import { checkFrame, frameToRgb } from './frame.ts'

export interface PngOptions {
  /** Keyword (1..79 characters) -> text, written as tEXt chunks in this order; Latin-1 only. */
  readonly text?: Readonly<Record<string, string>>
  /** Deflate level, 0 (stored) .. 9 (smallest). Default 4: nearly as small as 6 for flat pictures, and twice as fast. */
  readonly level?: Level
  /** 8-bit RGB whatever the frame is, as image processors of vision models want it. Default: a palette where the frame has one. */
  readonly rgb?: boolean
}

type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
type BitDepth = 1 | 2 | 4 | 8

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** The last chunk: no data, 'IEND', its CRC. */
const END = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82)
const PALETTE_COLOUR = 3
const TRUE_COLOUR = 2

/** A PNG file: palette of 1, 2, 4 or 8 bits a pixel (the fewest that hold the palette) or 8-bit RGB, as the frame is. */
export function encodePng(frame: Frame, options: PngOptions = {}): Uint8Array {
  if (options.rgb && frame.palette) return encodePng({ width: frame.width, height: frame.height, pixels: frameToRgb(frame) }, options)
  checkFrame(frame)
  const depth = frame.palette ? bitDepth(frame.palette.length / 3) : 8
  // `mem` is given because fflate would otherwise derive it with Math.log, which is not exact on every platform.
  const pixels = zlibSync(scanLines(frame, depth), { level: options.level ?? 4, mem: 4 })
  return joined([beforePixels(frame, depth, options), chunk('IDAT', pixels), END])
}

function beforePixels(frame: Omit<Frame, 'pixels'>, depth: BitDepth, { text = {} }: Pick<PngOptions, 'text'>): Uint8Array {
  const texts = Object.entries(text).map(([keyword, content]) => chunk('tEXt', textData(keyword, content)))
  return joined([SIGNATURE, chunk('IHDR', header(frame, depth)), ...texts, ...(frame.palette ? [chunk('PLTE', frame.palette)] : [])])
}

/** All of a file with 8 bits a sample that comes before the compressed pixels; the four bytes of their length are left open. */
export function pngHead(frame: Omit<Frame, 'pixels'>, options: Pick<PngOptions, 'text'>): Uint8Array {
  return joined([beforePixels(frame, 8, options), Uint8Array.of(0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54)])
}

/** Ends a file that holds a `pngHead`, `size` bytes of compressed pixels after it, and their CRC; gives a copy of it. */
export function pngEnd(file: Uint8Array, head: number, size: number): Uint8Array {
  const end = head + size + 4
  new DataView(file.buffer, file.byteOffset).setUint32(head - 8, size)
  file.set(END, end)
  return file.slice(0, end + END.length)
}

function bitDepth(colours: number): BitDepth {
  return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8
}

function header(frame: Omit<Frame, 'pixels'>, depth: BitDepth): Uint8Array {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, frame.width)
  view.setUint32(4, frame.height)
  data[8] = depth
  data[9] = frame.palette ? PALETTE_COLOUR : TRUE_COLOUR
  return data
}

function textData(keyword: string, text: string): Uint8Array {
  if (!/^[!-~\xa1-\xff]([ -~\xa1-\xff]{0,77}[!-~\xa1-\xff])?$/.test(keyword)) {
    throw new ConfigError(`'${keyword}' is not a PNG keyword; use 1..79 printable Latin-1 characters with no space at either end.`)
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what Latin-1 without the terminator means
  if (!/^[\x01-\xff]*$/.test(text)) throw new ConfigError(`The PNG text '${keyword}' is not Latin-1; escape other characters.`)
  return Uint8Array.from(`${keyword}\0${text}`, (char) => char.charCodeAt(0))
}

/** Rows as PNG wants them: a filter byte of 0, then the pixels, packed from the high bit down. */
function scanLines({ width, height, pixels, palette }: Frame, depth: BitDepth): Uint8Array {
  const rowBytes = palette ? Math.ceil((width * depth) / 8) : width * 3
  const out = new Uint8Array(height * (rowBytes + 1))
  for (let y = 0; y < height; y++) {
    const at = y * (rowBytes + 1) + 1
    if (depth === 8) out.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), at)
    else packRow(pixels.subarray(y * width, (y + 1) * width), depth, out, at)
  }
  return out
}

function packRow(row: Uint8Array, depth: BitDepth, out: Uint8Array, at: number): void {
  for (let x = 0; x < row.length; x++) {
    const bit = x * depth
    out[at + (bit >> 3)]! |= row[x]! << (8 - depth - (bit & 7))
  }
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}

/** Remainders of CRC-32 by byte. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0)
  return rest
})

/** CRC-32 of a chunk, 0 … 2^32 - 1. */
function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ REMAINDERS[(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
