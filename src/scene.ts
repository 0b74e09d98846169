/**
 * Scene: a picture as data, between a game's `draw` and a renderer. A scene never holds pixels, a renderer never sees a game.
 * Units are pixels at scale 1; origin top left, x right, y down.
 *
 * A scene is a background with opaque rectangular sprites placed on it. The sprites of a game under one skin are a fixed
 * catalogue (every tile it can ever show, in a fixed order): the renderer rasterises the catalogue once and a frame is copies.
 * A `draw` must therefore return the same catalogue object for equal config and skin.
 */

/** '#rrggbb', lower case. */
export type Color = `#${string}`

/** A photograph or drawing as a game's material: 3 bytes a pixel (RGB), row-major, top-left origin. Sides 1..8192; never written to. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Palette-indexed (1 byte a pixel) or RGB (3 bytes a pixel) picture, row-major, top-left origin. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  /** RGB triples, at most 256; absent for RGB frames. */
  readonly palette?: Uint8Array
}

/** Shapes are painted in order, each over what is below it, anti-aliased. */
export type Shape =
  | { kind: 'rect'; x: number; y: number; width: number; height: number; radius?: number; fill: Color }
  | { kind: 'circle'; x: number; y: number; radius: number; fill: Color }
  /** points: x0, y0, x1, y1, …; nonzero winding. */
  | { kind: 'polygon'; points: readonly number[]; fill: Color }
  /** One line of text centred on (x, y), or starting/ending there; `size` is the em size; shrunk to `maxWidth` if given. */
  | { kind: 'text'; x: number; y: number; size: number; text: string; fill: Color; align?: 'start' | 'middle' | 'end'; maxWidth?: number }
  /** A picture scaled to a rectangle of whole pixels: each axis averaged when it shrinks, interpolated when it grows. */
  | { kind: 'image'; x: number; y: number; width: number; height: number; picture: Picture }

/** An opaque rectangle of whole pixels: `fill`, then the shapes, clipped to it. */
export interface Sprite {
  readonly width: number
  readonly height: number
  readonly fill: Color
  readonly shapes: readonly Shape[]
}

/** Every sprite that scenes of one game, config and skin can place, in a fixed order. */
export interface SpriteCatalogue {
  readonly sprites: readonly Sprite[]
}

/** A picture: `items` are painted in order; x, y are whole pixels; sprites lie inside the scene. */
export interface Scene {
  readonly width: number
  readonly height: number
  readonly background: Color
  readonly catalogue: SpriteCatalogue
  readonly items: readonly { readonly sprite: number; readonly x: number; readonly y: number }[]
}

/** How a game that counts shows a number: its digits, a letter (A for the first tile), or that many dots. */
export type TileSymbols = 'numbers' | 'letters' | 'dots'

/**
 * Visual settings that any game can wear, independent of its rules. The optional ones make a picture harder to read; absent, they change
 * nothing. `renderSkinned` of render/effects.ts applies all but `labels` and `symbols`, which games draw.
 */
export interface Skin {
  /** A theme name; `THEMES` in render/themes.ts lists them. */
  readonly theme: string
  /** Side of a tile, pixels, 8..256. The engine's patch size. */
  readonly tile: number
  /** 'board': tiles only, edge to edge, so patch = tile. 'full': margins and a score line, for people and for large models. */
  readonly layout: 'board' | 'full'
  /** Distance of every colour from the theme's mean: 1 as designed, 0.2 nearly washed out. */
  readonly contrast?: number
  /** Amplitude of noise in every channel of every pixel, as a share of its range, 0..0.5. */
  readonly noise?: number
  /** Share of every tile that a bar or blob covers, 0..0.5. */
  readonly occlusion?: number
  /** Faint marks in tile colours strewn over the board, 0..1; 1: three for every two tiles. */
  readonly clutter?: number
  /** Farthest shift of a tile's content on each axis, as a share of its side, 0..0.25. */
  readonly jitter?: number
  /** Row and column numbers beside the board, in layout 'full' only. Absent: as the game designs it. */
  readonly labels?: boolean
  /** Absent: numbers. Games whose tiles show no numbers take no notice. */
  readonly symbols?: TileSymbols
}

/** Colours of a theme, as a game sees them. Ten or more tile colours, dark to light text chosen per tile. */
export interface Theme {
  readonly name: string
  readonly page: Color
  readonly board: Color
  readonly empty: Color
  readonly text: Color
  readonly muted: Color
  /** Fill and text colour for the k-th kind of tile; indices wrap. At least 18 entries. */
  readonly tiles: readonly { readonly fill: Color; readonly ink: Color }[]
}
