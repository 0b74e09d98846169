/** Frames side by side, for the pictures of the documentation. */
import { frameToRgb } from 'vlm-gym'

/** Frames in a row on white, centred, with `gap` pixels around each: { width, height, pixels }, RGB. */
export function beside(frames, gap = 16) {
  const width = frames.reduce((sum, frame) => sum + frame.width + gap, gap)
  const height = Math.max(...frames.map((frame) => frame.height)) + 2 * gap
  const pixels = new Uint8Array(width * height * 3).fill(255)
  let left = gap
  for (const frame of frames) {
    const rgb = frameToRgb(frame)
    const top = Math.floor((height - frame.height) / 2)
    for (let y = 0; y < frame.height; y++)
      pixels.set(rgb.subarray(y * frame.width * 3, (y + 1) * frame.width * 3), ((top + y) * width + left) * 3)
    left += frame.width + gap
  }
  return { width, height, pixels }
}
