/** Colours of a theme at a terminal: 24 bits where the terminal says that it has them, else the nearest of xterm's 240 fixed colours. */
import type { Color } from '../../scene.ts'

type Rgb = readonly [number, number, number]

/** What a stretch of a board is written in. */
export interface Paint {
  readonly fill: Color
  readonly ink: Color
}

/** Levels of a channel in the 6 x 6 x 6 colours 16..231; 232..255 are greys. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const
const FIXED: readonly Rgb[] = [
  ...LEVELS.flatMap((r) => LEVELS.flatMap((g) => LEVELS.map((b): Rgb => [r, g, b]))),
  ...Array.from({ length: 24 }, (_, k): Rgb => [8 + 10 * k, 8 + 10 * k, 8 + 10 * k]),
]

function channels(colour: Color): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Rgb
}

/** The nearest of the fixed colours 16..255, by the sum of squares over the channels. */
export function nearestFixed(colour: Color): number {
  const wanted = channels(colour)
  const apart = (one: Rgb): number => one.reduce((sum, level, i) => sum + (level - wanted[i]!) ** 2, 0)
  return 16 + FIXED.reduce((best, one, at) => (apart(one) < apart(FIXED[best]!) ? at : best), 0)
}

/** Black or white, whichever reads on the ground, by its luma. */
export function inkOn(fill: Color): Color {
  const [r, g, b] = channels(fill)
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? '#000000' : '#ffffff'
}

/** Bold text in an ink on a ground. */
export function painted(text: string, { fill, ink }: Paint, full: boolean = hasFullColours()): string {
  const code = (colour: Color): string => (full ? `2;${channels(colour).join(';')}` : `5;${nearestFixed(colour)}`)
  return `\u001b[1;38;${code(ink)};48;${code(fill)}m${text}\u001b[0m`
}

function hasFullColours(): boolean {
  return /truecolor|24bit/.test(process.env.COLORTERM ?? '')
}
