/**
 * Text layout in the bundled font: where each glyph of a one-line text goes, and how much it is scaled. Raster and SVG share it.
 * Small text is fitted to the pixel grid (whole-pixel cap height and baseline) and is narrowed before it is made lower,
 * because a lower digit is lost sooner than a narrower one.
 */
import { ConfigError } from '../errors.ts'
import type { Shape } from '../scene.ts'
import { CAP_HEIGHT, GLYPHS, UNITS_PER_EM } from './font-data.ts'

/** The text member of Shape. */
export type TextShape = Extract<Shape, { kind: 'text' }>

/** Cap height, pixels, that shrinking stops at: the height of a digit that people and models still tell apart. */
const LEGIBLE = 6

/** A laid-out line: glyph `chars[i]` has its origin at (`xs[i]`, `baseline`), pixels; scales are pixels per font unit. */
export interface TextLayout {
  readonly chars: readonly string[]
  readonly xs: readonly number[]
  readonly baseline: number
  readonly scaleX: number
  readonly scaleY: number
}

type Glyph = readonly [advance: number, path: string]

const known = new Map<string, Glyph>()

/**
 * Advance width and outline (SVG path of M, L, Q, Z with absolute coordinates, font units) of a character. Throws ConfigError for one that
 * the font lacks.
 */
export function glyphOf(char: string): Glyph {
  const glyph = known.get(char) ?? readGlyph(char)
  known.set(char, glyph)
  return glyph
}

function readGlyph(char: string): Glyph {
  const glyph = Object.hasOwn(GLYPHS, char) ? GLYPHS[char] : undefined
  if (!glyph) throw new ConfigError(`The bundled font has no glyph for '${char}'; use printable ASCII or one of ${extraGlyphs()}.`)
  return [glyph[0], absolute(glyph[1])]
}

/**
 * A packed path (`packed` of scripts/make-font.ts) with absolute coordinates, as M, L, Q and Z. Numbers are relative to the last point; the
 * end of a curve to its control point. t is the control point of a curve that ends, rounded, midway to the next control point.
 */
function absolute(path: string): string {
  let [x, y] = [0, 0]
  /** The control point of a t, whose end is not known yet. */
  let open = false
  return path.replace(/([mlhvqtz])([^mlhvqtz]*)/g, (_, command: string, list: string) => {
    if (command === 'z') return 'Z'
    const [first = 0, second = 0, ...end] = list.split(' ').map(Number)
    const [fromX, fromY] = [x, y]
    x += command === 'v' ? 0 : first
    y += command === 'v' ? first : second
    const point = `${x} ${y}`
    const before = open ? ` ${Math.round((fromX + x) / 2)} ${Math.round((fromY + y) / 2)}` : ''
    open = command === 't'
    if (open) return `${before}Q${point}`
    if (command !== 'q') return (command === 'm' ? 'M' : 'L') + point
    x += end[0] ?? 0
    y += end[1] ?? 0
    return `${before}Q${point} ${x} ${y}`
  })
}

/** Width of a text at a given em size, pixels, before any shrinking. */
export function textWidth(text: string, size: number): number {
  return (unitsWide(text) * size) / UNITS_PER_EM
}

/**
 * Lays out a text shape. `y` is the middle of the capitals. A text wider than `maxWidth` is narrowed to it, and its cap height shrinks
 * by the square root of that factor (half the width: 0.71 of the height), but not below LEGIBLE pixels. Cap heights are whole pixels.
 */
export function layoutText(shape: TextShape): TextLayout {
  const chars = [...shape.text]
  const natural = textWidth(shape.text, shape.size)
  const fit = shape.maxWidth !== undefined && natural > shape.maxWidth ? shape.maxWidth / natural : 1
  const capHeight = shrunkCapHeight((CAP_HEIGHT * shape.size) / UNITS_PER_EM, fit)
  const scaleX = (shape.size * fit) / UNITS_PER_EM
  const width = natural * fit
  const align = shape.align ?? 'middle'
  let x = align === 'start' ? shape.x : align === 'end' ? shape.x - width : shape.x - width / 2
  const xs: number[] = []
  for (const char of chars) {
    xs.push(x)
    x += glyphOf(char)[0] * scaleX
  }
  return { chars, xs, baseline: snapped(shape.y + capHeight / 2), scaleX, scaleY: capHeight / CAP_HEIGHT }
}

function shrunkCapHeight(natural: number, fit: number): number {
  const shrunk = Math.max(natural * Math.sqrt(fit), Math.min(natural, LEGIBLE))
  return Math.max(1, snapped(shrunk))
}

function unitsWide(text: string): number {
  let units = 0
  for (const char of text) units += glyphOf(char)[0]
  return units
}

function snapped(value: number): number {
  return Math.floor(value + 0.5)
}

function extraGlyphs(): string {
  return Object.keys(GLYPHS)
    .filter((char) => char > '~')
    .join(' ')
}
