/** Frames as an animated GIF. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc'
import { frameToRgba } from '../../src/render/index.ts'
import type { Frame } from '../../src/scene.ts'

/** Milliseconds that a frame stands, and the last one. */
const STEP = 400
const END = 2000

/** The palette and the pixels as its indices: those of the frame, or of one with more colours the nearest of 256. */
function indexed(frame: Frame): { readonly palette: number[][]; readonly pixels: Uint8Array } {
  const { palette, pixels } = frame
  if (palette !== undefined) {
    const colours = Array.from({ length: palette.length / 3 }, (_, at) => [...palette.subarray(3 * at, 3 * at + 3)])
    return { palette: colours, pixels }
  }
  const rgba = frameToRgba(frame)
  const colours = quantize(rgba, 256)
  return { palette: colours, pixels: applyPalette(rgba, colours) }
}

/** All frames one after another, again and again; they are of one size. */
export function gifOf(frames: readonly Frame[]): Blob {
  const gif = GIFEncoder()
  for (const [at, frame] of frames.entries()) {
    const { palette, pixels } = indexed(frame)
    gif.writeFrame(pixels, frame.width, frame.height, { palette, delay: at === frames.length - 1 ? END : STEP })
  }
  gif.finish()
  return new Blob([gif.bytes() as Uint8Array<ArrayBuffer>], { type: 'image/gif' })
}
