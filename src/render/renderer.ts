/**
 * Scene -> Frame or PNG. Sprites are rasterised once (stamps.ts). For each catalogue, background and size the last picture is kept: the next
 * one draws over it what has changed, and a frame is a copy of it. Pixels never depend on what was drawn before.
 */
import type { Frame } from '../policy.ts'
import type { Scene } from '../scene.ts'
import { createLayoutCache, type Layout } from './layout.ts'
import { encodePng, type PngOptions } from './png.ts'
import { checkSide } from './raster.ts'
import { SceneEncoder } from './scene-png.ts'
import { createStampCache, type Prepared } from './stamps.ts'

/** Draws scenes; holds a cache of rasterised catalogues and their last pictures, weakly. */
export interface Renderer {
  /**
   * A fresh frame: palette-indexed when catalogue and background need at most 256 colours, otherwise RGB. Frames of one catalogue
   * and background share the palette array, which must not be written to.
   */
  renderScene(scene: Scene): Frame
  /** Draws over `frame` and returns it if size and palette are this scene's own; otherwise leaves it alone and returns a fresh frame. */
  renderInto(scene: Scene, frame: Frame): Frame
  /** A PNG file of the scene, in a fraction of the time that `encodePng` takes for its frame. Takes `text` as `encodePng` does. */
  encodeScene(scene: Scene, options?: Pick<PngOptions, 'text'>): Uint8Array
}

/** The last picture of a catalogue at one size. */
interface Canvas {
  readonly pixels: Uint8Array
  /** Where the items on it stand; of another size: nothing is drawn yet. */
  layout: Layout
  /** Sprite of each item. */
  sprites: Int32Array
}

/** What is kept for a catalogue on one background. */
interface Kept {
  readonly layoutOf: (scene: Scene) => Layout
  /** The latest ones. */
  readonly canvases: Canvas[]
  readonly encoder: SceneEncoder
}

const CANVASES = 4

/** A renderer with a cache of its own. */
export function createRenderer(): Renderer {
  const preparedOf = createStampCache()
  const keptFor = new WeakMap<Prepared, Kept>()

  const keptOf = (ready: Prepared): Kept => {
    const known = keptFor.get(ready)
    if (known) return known
    const layoutOf = createLayoutCache()
    const kept = { layoutOf, canvases: [], encoder: new SceneEncoder(ready, layoutOf) }
    keptFor.set(ready, kept)
    return kept
  }

  const draw = (scene: Scene, onto?: Frame): Frame => {
    const { width, height } = scene
    checkSide(width)
    checkSide(height)
    const ready = preparedOf(scene)
    const { palette } = ready
    const { pixels } = painted(scene, ready, keptOf(ready))
    if (onto && onto.width === width && onto.height === height && onto.palette === palette) {
      onto.pixels.set(pixels)
      return onto
    }
    const copy = new Uint8Array(pixels)
    return palette ? { width, height, pixels: copy, palette } : { width, height, pixels: copy }
  }

  const encodeScene: Renderer['encodeScene'] = (scene, options = {}) => {
    checkSide(scene.width)
    checkSide(scene.height)
    return keptOf(preparedOf(scene)).encoder.encode(scene, options) ?? encodePng(draw(scene), options)
  }

  return { renderScene: (scene) => draw(scene), renderInto: draw, encodeScene }
}

const shared = createRenderer()

/** `renderScene` of a renderer shared by the process (see Renderer). */
export const renderScene: (scene: Scene) => Frame = shared.renderScene

/** `renderInto` of a renderer shared by the process (see Renderer). */
export const renderInto: (scene: Scene, frame: Frame) => Frame = shared.renderInto

/** `encodeScene` of a renderer shared by the process (see Renderer). */
export const encodeScene: Renderer['encodeScene'] = shared.encodeScene

/** The canvas of the scene's size, with the scene on it. */
function painted(scene: Scene, ready: Prepared, { layoutOf, canvases }: Kept): Canvas {
  const layout = layoutOf(scene)
  const { width, height } = layout
  const known = canvases.find((canvas) => canvas.layout.width === width && canvas.layout.height === height)
  if (known?.layout.apart && layout.apart) redraw(scene, ready, known, layout)
  else if (known) compose(scene, ready, known, layout)
  if (known) return known
  const canvas: Canvas = { pixels: new Uint8Array(width * height * ready.channels), layout, sprites: new Int32Array(0) }
  compose(scene, ready, canvas, layout)
  canvases.unshift(canvas)
  canvases.length = Math.min(canvases.length, CANVASES)
  return canvas
}

/** Draws the items that changed, where none overlap: what stood elsewhere is wiped off first. */
function redraw({ items }: Scene, ready: Prepared, canvas: Canvas, layout: Layout): void {
  const before = canvas.layout
  const moved = before === layout ? [] : movedItems(before.boxes, layout.boxes)
  for (const i of moved) if (i < canvas.sprites.length) wipe(ready, canvas, i)
  const sprites = canvas.sprites.length === items.length ? canvas.sprites : Int32Array.from(items, (_, i) => canvas.sprites[i] ?? -1)
  for (const i of moved) sprites[i] = -1
  canvas.layout = layout
  canvas.sprites = sprites
  for (let i = 0; i < items.length; i++) {
    const { sprite } = items[i]!
    if (sprites[i] !== sprite) stamp(ready, canvas, i, sprite, sprites[i]!)
  }
}

/** Indices of the items of either layout that the other has not, or not there. */
function movedItems(before: Int32Array, now: Int32Array): number[] {
  const moved: number[] = []
  for (let at = 0; at < Math.max(before.length, now.length); at += 4)
    if (before[at] !== now[at] || before[at + 1] !== now[at + 1] || before[at + 2] !== now[at + 2] || before[at + 3] !== now[at + 3])
      moved.push(at / 4)
  return moved
}

/** Draws everything anew. */
function compose({ items }: Scene, ready: Prepared, canvas: Canvas, layout: Layout): void {
  canvas.layout = layout
  canvas.sprites = new Int32Array(items.length)
  fill(canvas.pixels, ready.ground)
  for (const [i, { sprite }] of items.entries()) stamp(ready, canvas, i, sprite, -1)
}

/** Draws a sprite, over `before` (-1: none) only the rows in which the two differ. */
function stamp({ channels, stamps }: Prepared, { pixels, layout, sprites }: Canvas, item: number, sprite: number, before: number): void {
  const { boxes, width } = layout
  const { rows } = stamps[sprite]!
  const known = stamps[before]?.rows
  const stride = width * channels
  let at = boxes[4 * item + 1]! * stride + boxes[4 * item]! * channels
  for (let y = 0; y < rows.length; y++, at += stride) if (known === undefined || rows[y] !== known[y]) pixels.set(rows[y]!, at)
  sprites[item] = sprite
}

/** Draws background over an item. */
function wipe({ channels, ground }: Prepared, { pixels, layout }: Canvas, item: number): void {
  const [x, y, width, height] = layout.boxes.subarray(4 * item, 4 * item + 4) as unknown as [number, number, number, number]
  const row = new Uint8Array(width * channels)
  fill(row, ground)
  for (let i = 0; i < height; i++) pixels.set(row, ((y + i) * layout.width + x) * channels)
}

/** Repeats `ground` (1 or 3 bytes) over the whole buffer. */
function fill(pixels: Uint8Array, ground: readonly number[]): void {
  if (ground.length === 1) {
    pixels.fill(ground[0]!)
    return
  }
  pixels.set(ground)
  for (let done = ground.length; done < pixels.length; done *= 2) pixels.copyWithin(done, 0, Math.min(done, pixels.length - done))
}
