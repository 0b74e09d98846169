/**
 * Tiles that are a coloured shape on a plain face, shared by the tile games: 6 colours x 6 shapes, in the order of the reference vectors.
 * The inks are picked for the face they stand on (three palettes, by its luminance), so that every theme keeps all six apart:
 * by 0.18 or more in Oklab from each other and the face, and for protanopes and deuteranopes by 0.1 or more (0.14 in the theme 'classic').
 */
import type { CellLook } from '../../game-play.ts'
import type { Color, Shape, Skin, Sprite, Theme } from '../../scene.ts'

/** Names of the colours by index, 0..5. */
export const COLOURS = ['red', 'green', 'blue', 'yellow', 'magenta', 'cyan'] as const

/** Names of the shapes by index, 0..5. */
export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const

/** Inks in the order of COLOURS for light, middling and dark faces. */
const INKS: { readonly [face in 'light' | 'middling' | 'dark']: readonly Color[] } = {
  light: ['#b10533', '#2b9738', '#2347e1', '#eaad0b', '#c633bf', '#28afc1'],
  middling: ['#950013', '#338e4e', '#222ace', '#fee334', '#c419b4', '#36ecfe'],
  dark: ['#ee3121', '#3acd5f', '#4474fd', '#ffe33b', '#f68ae4', '#91f6fa'],
}

/** What a shape of a colour (index) is painted with on the theme's tile faces. Throws RangeError for an index outside 0..5. */
export function inkOf(colour: number, theme: Theme): Color {
  const ink = INKS[faceOf(theme.empty)][colour]
  if (ink === undefined) throw new RangeError(`There is no tile colour ${colour}; they are 0..${COLOURS.length - 1}.`)
  return ink
}

/** A colour with `percent` of another, 0..100, channel by channel. */
export function mixed(one: Color, other: Color, percent: number): Color {
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [Number.parseInt(one.slice(at, at + 2), 16), Number.parseInt(other.slice(at, at + 2), 16)]
    return Math.floor((a * (100 - percent) + b * percent) / 100)
  })
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** What is read best on a fill: black or white. */
export const textOn = (fill: Color): Color => (luminance(fill) > 0.18 ? '#000000' : '#ffffff')

/** Of the theme's text and page colours the one that stands out more from the tile faces: for marks that have no colour of their own. */
export function plainInk({ empty, text, page }: Theme): Color {
  const face = luminance(empty)
  const apart = (ink: Color): number => Math.abs(Math.log((luminance(ink) + 0.05) / (face + 0.05)))
  return apart(text) >= apart(page) ? text : page
}

/** Shapes in the order of SHAPES, for terminals with and without Unicode. */
const GLYPHS = ['●', '■', '▲', '◆', '✚', '★'] as const
const ASCII_GLYPHS = ['o', '#', '^', '<>', '+', '*'] as const

/** A tile at a terminal: its shape in its colour; the first letter of the colour stands for it where there are no colours. */
export function tileLook(colour: number, shape: number, theme: Theme): CellLook {
  const mark = COLOURS[colour]?.charAt(0) ?? ''
  return { text: GLYPHS[shape] ?? '', ascii: ASCII_GLYPHS[shape] ?? '', mark, fill: theme.empty, ink: inkOf(colour, theme) }
}

/** A cell without a tile at a terminal. */
export function emptyLook(theme: Theme): CellLook {
  return { text: '', fill: theme.board, ink: theme.text }
}

/**
 * The tile of a colour and a shape (indices of COLOURS and SHAPES), `skin.tile` pixels a side: a rounded face in the theme's empty-cell colour
 * on the board's colour, the shape in the middle. Opaque. Throws RangeError for an index outside 0..5.
 */
export function tileSprite(colour: number, shape: number, skin: Skin, theme: Theme): Sprite {
  const ink = inkOf(colour, theme)
  return { width: skin.tile, height: skin.tile, fill: theme.board, shapes: [face(skin.tile, theme.empty), figure(shape, skin.tile, ink)] }
}

/** A cell without a tile: the bare board. */
export function emptySprite(skin: Skin, theme: Theme): Sprite {
  return { width: skin.tile, height: skin.tile, fill: theme.board, shapes: [] }
}

/** The rounded face of a tile: one pixel or more of board is left all round. */
export function face(tile: number, fill: Color): Extract<Shape, { kind: 'rect' }> {
  const gap = Math.max(1, Math.round(tile / 24))
  return { kind: 'rect', x: gap, y: gap, width: tile - 2 * gap, height: tile - 2 * gap, radius: tile / 10, fill }
}

function faceOf(fill: Color): 'light' | 'middling' | 'dark' {
  const bright = luminance(fill)
  return bright > 0.6 ? 'light' : bright > 0.2 ? 'middling' : 'dark'
}

/** Relative luminance, 0..1 (WCAG 2). */
function luminance(fill: Color): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(fill.slice(at, at + 2), 16) / 255)
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** For lines on a board of that colour: black on light boards, white on dark ones. */
export function lineInk(board: Color): Color {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(board.slice(at, at + 2), 16)) as [number, number, number]
  return 299 * red + 587 * green + 114 * blue < 110_000 ? '#ffffff' : '#000000'
}

/** Outlines on a tile of side 1, as x, y pairs clockwise; the circle is apart. */
const OUTLINES: { readonly [shape: string]: readonly number[] } = {
  square: [0.17, 0.17, 0.83, 0.17, 0.83, 0.83, 0.17, 0.83],
  triangle: [0.5, 0.16, 0.86, 0.8, 0.14, 0.8],
  diamond: [0.5, 0.1, 0.78, 0.5, 0.5, 0.9, 0.22, 0.5],
  cross: [0.4, 0.16, 0.6, 0.16, 0.6, 0.4, 0.84, 0.4, 0.84, 0.6, 0.6, 0.6, 0.6, 0.84, 0.4, 0.84, 0.4, 0.6, 0.16, 0.6, 0.16, 0.4, 0.4, 0.4],
  star: starOutline(0.5, 0.54, 0.42, 0.17),
}

function figure(shape: number, tile: number, fill: Color): Shape {
  const name = SHAPES[shape]
  if (name === undefined) throw new RangeError(`There is no tile shape ${shape}; they are 0..${SHAPES.length - 1}.`)
  if (name === 'circle') return { kind: 'circle', x: tile / 2, y: tile / 2, radius: tile * 0.3, fill }
  // Sides of squares and crosses lie on whole pixels: crisp at small sizes, and fewer colours for the palette.
  const snap = name === 'square' || name === 'cross' ? Math.round : (length: number): number => length
  return { kind: 'polygon', points: OUTLINES[name]!.map((part) => snap(part * tile)), fill }
}

/** Five points up, radii from the centre. */
function starOutline(x: number, y: number, outer: number, inner: number): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 === 0 ? outer : inner
    return [x + radius * Math.sin((i * Math.PI) / 5), y - radius * Math.cos((i * Math.PI) / 5)]
  }).flat()
}
